"""MJML becomes HTML without the engine's defects.

The five defects of mjml-python 1.4.2 each have tests of their own, `test_defect_1_…` to `test_defect_5_…`.
"""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mjml import mjml2html

from course.errors import CourseError, Place
from course.mjml import BODY, compile_mjml
from course.templating import printed_in_mjml
from tests.course.mjml_documents import compiled, document, mistake

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


WORD = st.text("abcxyz", min_size=1, max_size=6)
INLINE = st.one_of(
    WORD,
    st.builds("<b>{}</b>".format, WORD),
    st.builds('<a href="https://e.example/{}?a=1&amp;b=2" style="color:#111111">{}</a>'.format, WORD, WORD),
    st.sampled_from(["<br />", "&#160;", "<p>x<i>y</i></p>", '<img src="x" alt="" />']),
)
ELEMENT = st.one_of(
    st.builds(
        '<mj-text css-class="{}">{}</mj-text>'.format, st.sampled_from(["k", "l"]), st.lists(INLINE).map("".join)
    ),
    st.builds(
        '<mj-button padding="3px" href="https://e.example/{}" title="{}">{}</mj-button>'.format, WORD, WORD, INLINE
    ),
    st.builds('<mj-image src="https://e.example/{0}.png" alt="{0}" href="/{1}" />'.format, WORD, WORD),
    st.builds("<mj-raw><div>{}</div></mj-raw>".format, INLINE),
    st.just('<mj-divider border-width="1px" />'),
)
COLUMN = st.builds("<mj-column>{}</mj-column>".format, st.lists(ELEMENT, max_size=4).map("".join))
SECTION = st.builds("<mj-section>{}</mj-section>".format, st.lists(COLUMN, min_size=1, max_size=3).map("".join))
SECTIONS = st.lists(SECTION, min_size=1, max_size=3).map("".join)


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


@given(WORD, SECTIONS)
def test_what_the_engine_gets_right_comes_out_as_the_engine_makes_it(title: str, body: str) -> None:
    head = f'<mj-title>{title}</mj-title><mj-attributes><mj-text padding="1px" /></mj-attributes>'
    source = f'<mjml lang="en"><mj-head>{head}</mj-head><mj-body width="600px">{body}</mj-body></mjml>'
    for _ in range(2):  # the second time, all that can be is known
        assert compiled(source) == mjml2html(source, fonts={}, disable_comments=True)


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
        "<mj-" * 200_000,
        "</b>" * 20_000,
    ],
    ids=["signs", "tags", "quotes", "attributes", "ampersands", "comments", "elements", "beginnings", "ends"],
)
def test_whatever_is_repeated_is_refused_and_not_puzzled_over(content: str) -> None:
    mistake(document(f"<mj-text>{content}"))


@pytest.mark.parametrize(
    "address",
    ["/b", "/b?c=1&amp;d=2", "/b>c", "/b'c", "`1`", "~any~", "é", "/b\tc", "&#96;"],
)
@pytest.mark.parametrize("written", ['css-class="k" href="{}"', 'href="{}" title="~any~"', "css-class='k' href=\"{}\""])
def test_a_tag_that_is_known_with_another_address_has_its_own(written: str, address: str) -> None:
    for one in ("/a", address):
        attribute = written.format(one)
        picture = f'<mj-image {attribute} src="x" alt="" />'
        html = compiled(
            document(f"{picture}<mj-button {attribute}>x</mj-button><mj-text><a {attribute}>y</a></mj-text>")
        )
        found = attributes(html)
        assert found["a href"] == [unescape(one)] * 3
        assert set(found.get("img title", ["~any~"])) == {"~any~"}


@pytest.mark.parametrize("address", ["/b&c", "/b<c", "/b`", ""])
def test_a_tag_that_is_known_with_another_address_is_looked_at_like_any(address: str) -> None:
    def outcome(written: str) -> str:
        try:
            return compiled(document(f'<mj-button {written} padding="4px">x</mj-button>'))
        except CourseError as error:
            return error.message

    known = [outcome(f'href="{one}"') for one in ("/a", address)][1]
    single = outcome(f"href='{address}'")
    assert known == single


def test_what_looks_like_an_address_in_a_value_is_none() -> None:
    for address in ("/a", "/b"):
        title = f'say href="{address}" here'
        html = compiled(document(f"<mj-text><a title='{title}' href=\"/c\">x</a></mj-text>"))
        assert attributes(html)["a title"] == [title]
        html = compiled(document(f"<mj-image src='x' alt='' title='{title}' href=\"/c\" />"))
        assert attributes(html)["img title"] == [title]
        button = compiled(document(f'<mj-button css-cl href="{address}">x</mj-button>'))
        assert "~any~" not in button
        assert f'href="{address}"' in button


def test_what_themes_may_write_is_taken() -> None:
    head = (
        '<mj-attributes><mj-all color="#000000" /><mj-class name="a" color="#111111" />'
        '<mj-text color="#222222" /></mj-attributes>'
        '<mj-raw><meta name="a" content="b"><style>a > b { x: "&" }</style></mj-raw>'
        '<mj-style>.a::before { content: "\\201C é" }</mj-style>'
    )
    content = (
        "<!-- a remark, with <mj-foo> in it -->\n<mj-text css-class='größe'>a<br>b &nbsp;"
        "&copy;&#8220;&#x201d; <i>c</i><hr/></mj-text>"
        "<mj-raw><!--[if mso]><b>x</b><![endif]--></mj-raw><mj-table><tr><td>x</td></tr></mj-table>"
    )
    html = compiled(document(content, head))
    assert 'content: "\\201C é"' in html
    assert 'a > b { x: "&" }' in html
    assert "a<br>b &nbsp;&copy;&#8220;&#x201d; <i>c</i><hr/></div>" in html
    assert "<!--[if mso]><b>x</b><![endif]-->" in html
    assert 'class="größe"' in html
    assert "remark" not in html


@pytest.mark.parametrize("words", ["`0`", "``", "a`b", "`1` `2`", "&#96;"])
def test_the_sign_that_stands_for_what_goes_around_the_engine_may_be_written_anywhere(words: str) -> None:
    head = f"<mj-title>{words}</mj-title><mj-style>{words}</mj-style>"
    text = f'<mj-text css-class="{words}"><b title="{words}">{words}</b></mj-text>'
    html = compiled(document(f'{text}<mj-button href="{words}">{words}</mj-button>', head))
    found = attributes(html)
    plain = unescape(words)
    assert found["b title"] == found["a href"] == found["div aria-label"] == [plain]
    assert plain in found["td class"]
    assert f">{words}</b>" in html
    assert f"<title>{words}</title>" in html
    assert f'<style type="text/css">{words}</style>' in html


def test_values_stay_with_their_elements_whatever_the_engine_moves() -> None:
    head = "<mj-raw><meta name='m'></mj-raw><mj-title>T</mj-title><mj-style>s1</mj-style><mj-preview>P</mj-preview>"
    content = (
        "<mj-image src='a' alt='b' title='c' href='d' /><mj-button title='e' href='f'>g</mj-button>"
        "<mj-social><mj-social-element name='github' href='h' src='i' alt='j'>k</mj-social-element></mj-social>"
        "<mj-navbar><mj-navbar-link href='l'>m</mj-navbar-link></mj-navbar><mj-table><tr><td>n</td></tr></mj-table>"
        "<mj-accordion><mj-accordion-element><mj-accordion-title>o <i>p</i></mj-accordion-title>"
        "<mj-accordion-text>q</mj-accordion-text></mj-accordion-element></mj-accordion>"
    )
    html = compiled(document(content, head))
    found = attributes(html)
    assert (found["img src"][0], found["img alt"][0], found["img title"]) == ("a", "b", ["c"])
    assert found["a href"] == ["d", "f", "h", "h", "l"]
    assert {"i", "j"} <= {*found["img src"], *found["img alt"]}
    for words in (
        ">g</a>",
        ">k</a>",
        ">m</a>",
        "<td>n</td>",
        "o <i>p</i>",
        ">q<",
        ">s1</style>",
        "<meta name='m'>",
        ">P<",
    ):
        assert words in html
    assert found["div aria-label"] == ["T"]


def test_a_title_with_a_quote_in_it_names_the_email_whole() -> None:
    html = compiled(document("", head='<mj-title>The "best" é\\</mj-title>'))
    assert attributes(html)["div aria-label"] == ['The "best" é\\']


def test_a_greater_sign_may_stand_in_a_value() -> None:
    button = '<mj-button href="https://e.example?a>b">x</mj-button>'
    found = attributes(compiled(document(f"{button}<mj-image alt='c > d' src=\"y\" />")))
    assert (found["a href"], found["img alt"], found["img src"]) == (["https://e.example?a>b"], ["c > d"], ["y"])


def test_a_default_for_pictures_needs_no_alt() -> None:
    head = '<mj-attributes><mj-image padding="3px" /></mj-attributes>'
    assert "padding:3px" in compiled(document('<mj-image src="x" alt="" />', head))


def test_emails_that_differ_in_what_they_say_are_given_to_the_engine_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []

    def counted(source: str, **options: Any) -> str:
        given.append(source)
        return mjml2html(source, **options)

    monkeypatch.setattr("course.mjml.mjml2html", counted)
    for number in ("31", "32\n\n"):
        content = f'<mj-text>\n<p>{number}</p></mj-text><mj-button padding="7px" href="/{number}">{number}</mj-button>'
        html = compiled(document(content))
        assert f"<p>{number}</p>" in html
        assert f'href="/{number}"' in html
    assert len(given) == 1


def test_a_body_is_put_wherever_an_element_holds_it() -> None:
    source = document(f"<mj-text>{BODY}</mj-text><mj-raw><b>{BODY}</b>{BODY}</mj-raw><mj-text>c</mj-text>")
    for body in ("<p>a & `0` <</p>", "", "<i>b</i>"):  # the second time, all else is known
        html = compile_mjml(source, lambda line: Place("theme/lesson.mjml", line), body=body)
        assert html == compiled(source).replace(BODY, body)
        assert html.count(body) > 2


def test_values_printed_into_a_style_are_written_for_css() -> None:
    font = printed_in_mjml("'Trebuchet MS', \"Lucida\" é")
    css = f"a {{ font-family: {font} }}"
    html = compiled(document(f"<mj-raw><style>b {css}</style></mj-raw>", f"<mj-style>{css}</mj-style>"))
    assert html.count("a { font-family: 'Trebuchet MS', \"Lucida\" é }") == 2


def test_a_reference_to_no_character_is_left_as_it_is() -> None:
    written = "&#99999999999; &#1114112; &#55357; &#60;"
    html = compiled(document(f'<mj-text css-class="{written}">{written}</mj-text>'))
    assert f">{written}</div>" in html
    assert f'class="{written}' in html
