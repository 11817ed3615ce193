"""MJML becomes HTML without the engine's defects, and a mistake in it is said in a sentence, with its line.

The five defects of mjml-python 1.4.2 each have tests of their own, `test_defect_1_…` to `test_defect_5_…`.
"""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError, Place
from course.mjml import compile_mjml
from course.templating import printed_in_mjml

TRICKY = (
    "हिन्दी में",
    "ภาษาไทย ก็",
    "தமிழ் கௌ",
    "مُحَمَّد",
    "👨‍👩‍👧‍👦 🏳️‍🌈",
    "C:\\new\\table",
    'say "hi"',
    "it's",
    "a\u00a0b",
    "a<b & c>d",
    "&amp;",
    "é e\u0301",
    "a\nb\tc",
)


def document(content: str, head: str = "") -> str:
    """A document with content in a column, which begins in line 4."""
    return (
        f"<mjml>\n<mj-head>{head}</mj-head><mj-body>\n<mj-section><mj-column>\n{content}\n"
        "</mj-column></mj-section></mj-body></mjml>"
    )


def compiled(source: str) -> str:
    return compile_mjml(source, lambda line: Place("theme/lesson.mjml", line))


def mistake(source: str) -> tuple[int | None, str]:
    """The line and the message of what is wrong."""
    with pytest.raises(CourseError) as caught:
        compiled(source)
    error = caught.value
    assert error.rule == "mjml"
    assert error.fix
    assert error.place is not None
    assert error.place.file == "theme/lesson.mjml"
    return error.place.line, error.message


class _Attributes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str | None]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.values.setdefault(f"{tag} {name}", []).append(value)


def attributes(html: str) -> dict[str, list[str | None]]:
    """The values of each attribute, by tag and name, as a reader's program takes them."""
    parser = _Attributes()
    parser.feed(html)
    parser.close()
    return parser.values


@pytest.mark.parametrize("value", TRICKY)
def test_defect_1_corrupted_attributes_a_printed_value_arrives_whole(value: str) -> None:
    printed = printed_in_mjml(value)
    for content in (
        f'<mj-image src="https://e.example/x.png" alt="{printed}" />',
        f'<mj-text><img src="x" alt="{printed}"></mj-text>',
    ):
        assert attributes(compiled(document(content)))["img alt"] == [value]
    html = compiled(document(f"<mj-text><a href='https://e.example' title='{printed}'>x</a></mj-text>"))
    assert attributes(html)["a title"] == [value]


@pytest.mark.parametrize("value", [value for value in TRICKY if not set(value) & set('"&<>')])
def test_defect_1_corrupted_attributes_what_a_theme_writes_itself_arrives_whole(value: str) -> None:
    html = compiled(document(f'<mj-image src="https://e.example/x.png" alt="{value}" />'))
    assert attributes(html)["img alt"] == [value]


def test_defect_1_injected_attributes_a_quote_in_single_quotes_makes_none() -> None:
    html = compiled(document("<mj-image src='x' alt='a\" onerror=\"alert(1)' />"))
    assert attributes(html)["img alt"] == ['a" onerror="alert(1)']
    assert "img onerror" not in attributes(html)


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=30))
def test_any_printed_value_arrives_whole(value: str) -> None:
    printed = printed_in_mjml(value)
    html = compiled(document(f'<mj-image src="x" alt="{printed}" />\n<mj-text>[{printed}]</mj-text>'))
    assert attributes(html)["img alt"] == [value]
    assert unescape(html[html.index("[") + 1 :]).startswith(value) or f"[{value}]" in unescape(html)


@pytest.mark.parametrize("gap", ["\n", "\n  ", " \n", "\n\n", " ", "\n<!-- c -->\n"])
@pytest.mark.parametrize("element", ["mj-text", "mj-raw", "mj-button"])
def test_defect_2_lost_white_space_words_in_neighbouring_tags_are_not_glued_together(element: str, gap: str) -> None:
    html = compiled(document(f"<{element}><em>a</em>{gap}<b>c</b></{element}>"))
    between = html.partition("</em>")[2].partition("<b>")[0]
    assert between
    assert not between.strip()


def test_defect_3_inline_styles_one_that_the_engine_would_drop_is_refused() -> None:
    line, message = mistake(document("", head='\n<mj-style inline="inline">a { color: red }</mj-style>'))
    assert (line, "inline" in message) == (3, True)


@pytest.mark.parametrize(
    "picture",
    [
        '<mj-image src="x" />',
        '<mj-text><img src="x"></mj-text>',
        '<mj-carousel><mj-carousel-image src="x" /></mj-carousel>',
    ],
)
def test_defect_4_missing_alt_a_picture_that_the_engine_would_leave_without_is_refused(picture: str) -> None:
    line, message = mistake(document(f"\n{picture}"))
    assert (line, "no `alt`" in message) == (5, True)


def test_a_picture_may_say_that_it_says_nothing() -> None:
    assert attributes(compiled(document('<mj-image src="x" alt="" />')))["img alt"] == [""]


@pytest.mark.parametrize("tag", ["<b>", "<mj-wrapper>", '<div style="a">', "<br/><i>"])
def test_defect_5_deep_nesting_ten_thousand_tags_are_refused_before_they_end_the_process(tag: str) -> None:
    _, message = mistake(document(f"<mj-text>{tag * 10_000}x") if "mj" not in tag else f"<mjml><mj-body>{tag * 10_000}")
    assert "inside each other" in message or "cannot stand" in message


@pytest.mark.parametrize(
    "content",
    [
        "<" * 50_000,
        "<div " * 20_000,
        '<a b="' * 20_000,
        "<a " + "b " * 50_000,
        "&" * 50_000,
        "<!--" * 20_000,
        "<mj-text>" * 20_000,
        "</b>" * 20_000,
    ],
    ids=["signs", "tags", "quotes", "attributes", "ampersands", "comments", "elements", "ends"],
)
def test_whatever_is_repeated_is_refused_and_not_puzzled_over(content: str) -> None:
    mistake(document(f"<mj-text>{content}"))


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("\n<mj-txt>x</mj-txt>", 5, "`<mj-txt>` is not an MJML element"),
        ("\n<MJ-Text>x</MJ-Text>", 5, "`<MJ-Text>` is not an MJML element"),
        ("<p>x</p>", 4, "`<p>` is not an MJML element"),
        ("\n\n<mj-section></mj-section>", 6, "`<mj-section>` cannot stand inside `<mj-column>`"),
        ("<mj-text>\n<mj-image src='x' alt='' /></mj-text>", 5, "`<mj-image>` cannot stand inside `<mj-text>`"),
        ("<mj-include path='x' />", 4, "`<mj-include>` is not an MJML element"),
        ("<mj-text>\n\nx", 7, "`</mj-column>` closes nothing here: `<mj-text>` is open"),
        ("<mj-text>\n<b>x</i></mj-text>", 5, "`</i>` closes nothing here: `<b>` is open"),
        ("<mj-text>\n<p>x\n</mj-text>", 6, "`</mj-text>` closes nothing here: `<p>` is open"),
        ("<mj-text>x</mj-text>\n</mj-text>", 5, "`</mj-text>` closes nothing here: `<mj-column>` is open"),
        ("<mj-text>\nsalt & water</mj-text>", 5, "A `&` stands here by itself"),
        ('<mj-text>x</mj-text>\n<mj-button href="?a=1&b=2">x</mj-button>', 5, "A `&` stands by itself in an attribute"),
        ("<mj-text>\n1 < 2</mj-text>", 5, "A `<` begins no tag here"),
        ("<mj-text>\n<3</mj-text>", 5, "A `<` begins no tag here"),
        ("\n<mj-text color=red>x</mj-text>", 5, "The tag `<mj-text` is not well written"),
        ("<mj-text>\n<a href=x>y</a></mj-text>", 5, "The tag `<a` is not well written"),
        ('\n<mj-image src="x alt="y" />', 5, "The tag `<mj-image` is not well written"),
        ('<mj-text>\n<a title="1 < 2">x</a></mj-text>', 5, "The tag `<a` is not well written"),
        ("<mj-text>\n<b", 5, "The tag `<b` is not well written"),
        ("\nstray words", 5, "This text stands in no element that holds text"),
        ("<mj-text>a</mj-text>\n<![CDATA[x]]>", 5, "A `<` begins no tag here"),
    ],
)
def test_a_mistake_is_said_with_its_line(content: str, line: int, said: str) -> None:
    found, message = mistake(document(content))
    assert said in message
    assert found == line


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("", 1, "refuses"),
        ("<mjml>\n<mj-body>", 2, "`<mj-body>` is never closed"),
        ("<mjml></mjml>\n</mjml>", 2, "`</mjml>` closes nothing"),
        ("<html></html>", 1, "is not an MJML element"),
        ("<mj-body></mj-body>", 1, "cannot stand outside `<mjml>`"),
        (
            "<mjml>\n<mj-head>\n<mj-attributes><mj-txt color='red' /></mj-attributes></mj-head></mjml>",
            3,
            "is not an MJML element",
        ),
        ("<mjml>\n<mj-head><mj-text>x</mj-text></mj-head></mjml>", 2, "cannot stand inside `<mj-head>`"),
    ],
)
def test_a_mistake_in_the_frame_is_said_with_its_line(source: str, line: int, said: str) -> None:
    found, message = mistake(source)
    assert said in message
    assert found == line


def test_what_themes_may_write_is_taken() -> None:
    head = (
        '<mj-attributes><mj-all color="#000000" /><mj-class name="a" color="#111111" />'
        '<mj-text color="#222222" /></mj-attributes>'
        '<mj-raw><meta name="a" content="b"><style>a > b { x: "&" }</style></mj-raw>'
        '<mj-style>.a::before { content: "\\201C é" }</mj-style>'
    )
    content = (
        "<!-- a remark, with <mj-foo> in it -->\n<mj-text>a<br>b &nbsp;&copy;&#8220;&#x201d; <i>c</i><hr/></mj-text>"
        "<mj-raw><!--[if mso]><b>x</b><![endif]--></mj-raw><mj-table><tr><td>x</td></tr></mj-table>"
    )
    html = compiled(document(content, head))
    assert 'content: "\\201C é"' in html
    assert 'a > b { x: "&" }' in html
    assert "&nbsp;&copy;“&#x201d;" in html


def test_values_printed_into_a_style_are_written_for_css() -> None:
    font = printed_in_mjml("'Trebuchet MS', \"Lucida\"")
    assert "font-family: 'Trebuchet MS', \"Lucida\"" in compiled(
        document("", f"<mj-style>a {{ font-family: {font} }}</mj-style>")
    )


def test_a_reference_to_no_character_is_left_as_it_is() -> None:
    assert "&#99999999999; &#1114112; &#55357; &#60;" in compiled(
        document("<mj-text>&#99999999999; &#1114112; &#55357; &#60;</mj-text>")
    )
