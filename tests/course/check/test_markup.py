"""Each piece of HTML and CSS in a template is told for what it is, at its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.check.markup import looks_in


def looks(source: str) -> list[str]:
    return [look for look, _ in looks_in(source)]


def sheet(css: str) -> list[str]:
    return looks(f"<mj-style>{css}</mj-style>")


def test_elements_and_attributes_are_told_and_mjml_has_none() -> None:
    source = '<mj-section padding="0"><mj-text><video src="a" CONTROLS></video><br /></mj-text></mj-section>'
    assert looks(source) == ["element video", "attribute src", "attribute controls", "element br"]


@pytest.mark.parametrize("tag", ["input", "button"])
def test_a_control_is_told_by_its_type(tag: str) -> None:
    assert f"{tag} submit" in looks(f'<{tag} type="submit">')
    assert "ol submit" not in looks('<ol type="submit">')


def test_an_inline_style_is_told_piece_by_piece() -> None:
    assert looks("<p style='margin:0 -2vw;width:calc(100% - .5em)'>") == [
        "element p", "attribute style", "property margin", "unit vw", "property width", "function calc", "unit %",
        "unit em",
    ]  # fmt: skip


def test_words_are_told_with_their_property() -> None:
    assert sheet("p { display: flex !important }") == ["property display", "word flex", "value display:flex"]


@pytest.mark.parametrize(
    ("css", "look"),
    [
        ("@import url(a.css);", "at import"),
        ("@font-face { font-family: A }", "at font-face"),
        ("@-webkit-keyframes a { 0% { top: 0 } }", "at keyframes"),
        ("@media screen and (max-width: 9px) and (prefers-color-scheme: dark) {}", "media prefers-color-scheme"),
        ("@media (-webkit-min-device-pixel-ratio: 2) {}", "media device-pixel-ratio"),
        ("a:hover, b::before {}", "pseudo hover"),
        ("a:hover, b::before {}", "pseudo before"),
        ("li:nth-child(2n + 1) {}", "pseudo nth-child"),
        ("a > b {}", "selector >"),
        ("a + b {}", "selector +"),
        ("a ~ b {}", "selector ~"),
        ("* {}", "selector *"),
        ("#a {}", "selector #"),
        ("[data-ogsc] p {}", "selector ["),
        ("p { color: red; & b { top: 0 } }", "nesting"),
        ("p { --own: 1px }", "property --own"),
    ],
)  # fmt: skip
def test_rules_and_selectors_are_told(css: str, look: str) -> None:
    assert look in sheet(css)


@pytest.mark.parametrize(
    ("css", "look"),
    [
        ("/* a > b { top: 0 } */", "selector >"),
        ("p { content: '}; left: 0' }", "property left"),
        ("a { color: #10ff2b }", "unit ff2b"),
        ("@media print { p { top: 0 } }", "nesting"),
        ("[href='a:hover'] {}", "pseudo hover"),
        ("a:hover { top: 0 }", "property a"),
        (".wide-7vw { top: 0 }", "unit vw"),
        ("p { font-family: 'flex' }", "word flex"),
    ],
)
def test_what_only_seems_so_is_not(css: str, look: str) -> None:
    assert look not in sheet(css)


def test_comments_and_jinja_are_nobodys_markup() -> None:
    assert looks("<!--[if mso]><video></video><![endif]-->{# <audio> #}{{ '<svg>' }}{% if a < b %}{% endif %}") == []
    assert looks('<p style="color:{{ theme.text }};top:{{ a }}px">') == [
        "element p", "attribute style", "property color", "property top", "word px", "value top:px",
    ]  # fmt: skip


def test_each_stands_at_its_line() -> None:
    element = '<mj-text>\n<p\n  class="a"\n  style="top: 0;\n    left: 0">\n</mj-text>\n'
    lines = dict(looks_in(f"{element}<mj-style>\n\n a {{\n  right: 0;\n }}\n@media (hover) {{ }}</mj-style>"))
    assert [lines[look] for look in ("element p", "attribute class", "property top", "property left")] == [2, 3, 4, 5]
    assert [lines[look] for look in ("property right", "media hover")] == [10, 12]


def test_a_style_that_is_never_closed_is_read_to_the_end() -> None:
    assert sheet("a { top: 0")[:1] == []
    assert "property left" in looks("<style>a { left: 0; }")


@given(st.text(st.sampled_from("<>/{}%#:;\"'()[]@&-.* \nab1mj=!"), max_size=80))
def test_any_text_is_read(text: str) -> None:
    for look, line in looks_in(f"<mj-style>{text}</mj-style>{text}"):
        assert look
        assert 1 <= line <= 1 + 2 * text.count("\n")
