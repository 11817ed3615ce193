"""A page tells rules what an email says, how it looks, where that comes from, and what stands beside what."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from course.check.emails import pages
from course.check.page import Page, block_of, has_words, lines_of, words_of
from course.check.rule import Checked
from course.check.rules import RULES
from course.errors import Place
from course.folder import load
from course.personal.placeholders import Placeholder, Where
from tests.course.check.looked_at import LESSON, THEME, a_page, themed
from tests.course.check.small import a_lesson, small_course

TAG = "dc0123456789000hz"
PRINTED = (Placeholder(TAG, "subscriber.nickname", Where.HTML),)


def the_page(changes: dict[str, str]) -> Page:
    """The first page of the first lesson."""
    files = small_course(changes)
    found = pages(Checked(load(files), files))
    return next(page for page, _ in found if page.letter.lesson and page.letter.lesson.slug == "soil")


def test_words_are_those_that_can_be_heard_with_blocks_apart() -> None:
    page = a_page('<div><p>One<br>two</p><p>three <b>fo</b>ur</p><img alt="five" src="x"><style>p{}</style></div>')
    assert words_of(page.body) == "One two three four five"


def test_texts_are_what_can_be_seen_by_the_element_that_they_stand_in() -> None:
    page = a_page(
        '<p>One <b>two</b> three</p><p style="display:none">four</p><p> · </p><p style="font-size:0">five</p>'
    )
    assert [(text.element.tag, text.words) for text in page.texts] == [("p", "One three"), ("b", "two")]


def test_elements_are_found_by_their_names_in_the_order_of_the_document() -> None:
    page = a_page("<p>1</p><i>2</i><p>3</p>")
    assert [one.text for one in page.all("p")] == ["1", "3"]
    assert [one.text for one in page.all("i", "p")] == ["1", "2", "3"]
    assert page.all("b") == []


def test_links_are_those_that_can_be_seen_and_followed() -> None:
    page = a_page('<a href="#">one</a><a>two</a><div style="visibility:hidden"><a href="#">three</a></div>')
    assert [words_of(link) for link in page.links] == ["one"]


def test_beside_a_link_is_what_stands_in_its_line() -> None:
    page = a_page('<p>One <a href="#">two</a> <i>three</i><br><a href="#">four</a></p><p>five</p>')
    first, second = page.links
    assert page.beside[first].split() == ["One", "three"]
    assert not has_words(page.beside[second])


def test_the_lines_of_a_block_are_read_without_the_blocks_in_it() -> None:
    six = '<a>six</a> <img src="x" alt="seven"><style>p{}</style>'
    page = a_page(f'<ul><li>One <a href="#">two</a>,<ul><li>three</li></ul>four<br>five {six}</li></ul>')
    [outer, inner] = page.all("li")
    assert list(lines_of(outer)) == ["One two,", "four", "five six seven"]
    assert block_of(page.all("a")[0]) is outer
    assert block_of(inner) is inner


def test_an_element_is_placed_by_its_mark_or_that_of_a_parent() -> None:
    page = a_page('<div data-from="0"><p>One</p></div><p>two</p>')
    one, two = page.all("p")
    assert page.place(one) == Place(LESSON, 7)
    assert page.place(two) == Place(THEME)


def test_a_heading_that_shows_the_title_is_placed_at_the_title() -> None:
    page = the_page(a_lesson("Dig.", settings="title: On soil"))
    assert page.place(page.all("h1")[0]) == Place(LESSON, 4)
    page = the_page(a_lesson("Dig."))
    assert page.place(page.all("h1")[0]) == Place(LESSON, 2)


def test_a_title_that_differs_from_reader_to_reader_is_placed_at_the_title_too() -> None:
    page = the_page(a_lesson("Dig.", settings="title: Soil for {{ subscriber.first_name }}"))
    assert page.place(page.all("h1")[0]) == Place(LESSON, 4)


def test_a_heading_that_is_no_title_is_placed_where_it_is_from() -> None:
    page = the_page({THEME: themed("").pop(THEME).replace("{{ title }}", "Gardens")})
    assert page.place(page.all("h1")[0]) == Place(THEME, 8)
    page = a_page('<h1 data-from="0">Soil</h1>')
    assert page.place(page.all("h1")[0]) == Place(LESSON, 7)


def test_a_confirmation_has_no_lesson_to_place_its_title_in() -> None:
    files = small_course()
    page = next(page for page, _ in pages(Checked(load(files), files)) if page.letter.lesson is None)
    assert page.place(page.all("h1")[0]).file.startswith("templates/email/")
    assert page.line_of("subject") == Place("templates/email/confirm.subject")
    assert page.beginning == Place("templates/email/confirm.mjml")


def test_a_paragraph_is_placed_at_its_line() -> None:
    page = the_page(a_lesson("Dig.\n\nDeep."))
    [deep] = [text.element for text in page.texts if text.words == "Deep."]
    assert page.place(deep) == Place(LESSON, 7)
    assert page.beginning == Place(LESSON, 5)


def test_a_quote_is_the_same_for_all_readers() -> None:
    page = a_page(f'<p>Dear {TAG}</p><a href="https://example.com/{TAG}">x</a>', printed=PRINTED)
    assert words_of(page.all("p")[0]) == "Dear"
    assert page.quoted(page.all("p")[0]) == "Dear {{ subscriber.nickname }}"
    assert page.attribute(page.all("a")[0], "href") == "https://example.com/{{ subscriber.nickname }}"


def test_a_long_quote_is_shortened() -> None:
    assert len(a_page(f"<p>{'word ' * 40}</p>").quoted(a_page("<p>x</p>").body)) <= 60


def test_what_nobody_is_known_to_have_is_missing_from_every_persona_s_page() -> None:
    files = small_course(a_lesson("Hello {{ subscriber.nickname }}."))
    soil = [page for page, _ in pages(Checked(load(files), files)) if page.letter.lesson and "Hello" in page.email.text]
    missing = {tuple(one.expression for one in page.missing) for page in soil if page.letter.lesson is not None}
    assert ("subscriber.nickname", "subscriber.nickname") in missing


def test_the_templates_are_known_by_their_endings() -> None:
    page = the_page({"theme/lesson.txt": "{{ body_text }}"})
    assert page.templates["txt"] == Place("theme/lesson.txt")
    assert page.template == Place("templates/email/lesson.mjml")


def test_a_language_is_known_without_its_country() -> None:
    assert a_page(language="pt-BR").language == "pt"


PIECES = (
    "<p>", "</p>", '<a href="#">', '<a href="">', "</a>", "<h1>", "<h4 hidden>", "<td>", "<th>", "<br>", "<li>",
    '<a href="https://[a" style="padding:1px 2px 3px;line-height:1e9">', '<table bgcolor="x">', "<table role=x>", TAG,
    "text ", '<a href="https://example.com">',
    '<b style="font:bold 0/0 x;color:rgb(x);background:url(x">', '<div data-from="0">', "</div>", "<!-- x -->", "{{ ",
    '<img alt="x" width="9%">', "<font size=9 color=#12>", "<title>", "<map><area>", "<svg><a>",
    '<meta name="viewport" content="maximum-scale=1">',
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_every_rule_looks_at_any_html_without_failing(html: str) -> None:
    page = a_page(html, printed=PRINTED)
    for rule in RULES:
        if rule.in_email is not None:
            for fault in rule.in_email(page):
                assert fault.message
                assert fault.fix
