"""Marks lead from an element of an email to the line that it comes from, and leave what is sent as it is."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from lxml import html

from course.check.variants import letters
from course.errors import Place
from course.folder import load, read_files
from course.marks import ATTRIBUTE, Marks, number_in, without_attributes
from course.personal.readers import Reader, reader_values
from course.render import Letter, Renderer
from tests.course.check.small import a_lesson, small_course

SALT = "c0ffee0000"


def places(changes: dict[str, str], words: str) -> list[Place]:
    """Where the elements come from that say exactly these words, in the first lesson of the small course."""
    files = small_course(changes)
    course = load(files)
    reader = Reader(reader_values(course.fields, {}), {"assets": "https://example.com"})
    proof = Renderer(course, files, SALT, marks=True).render(Letter("field", course.lessons[0]), reader).proof
    assert proof is not None
    found = []
    for element in html.document_fromstring(proof.email.html).iter("*"):
        if "".join(map(str, element.itertext())).strip() == words:
            number = number_in(element.get(ATTRIBUTE), element.get("class"))
            if number is not None:
                found.append(proof.places[number])
    return found


@pytest.mark.parametrize(
    ("body", "words", "line"),
    [
        ("One.\n\nTwo.", "Two.", 7),
        ("## Heading\n\n> A quote\n>\n> Two.", "Two.", 9),
        ("- One\n- Two", "Two", 6),
        ("One\n[two](https://example.com)", "two", 6),
        ("One\n**bold** and\n[two](https://example.com)", "two", 7),
        ("One\n\n```\ncode\n```", "code", 7),
        ("| a | b |\n|---|---|\n| c | d |", "c d", 7),
    ],
)
def test_an_element_of_a_lesson_comes_from_its_line(body: str, words: str, line: int) -> None:
    assert Place("lessons/01-soil.md", line) in places(a_lesson(body), words.replace(" ", "\n"))


def test_a_line_is_told_whatever_jinja_did_above_it() -> None:
    above = "{# one\ntwo #}\n{% set x = 'a\nb' %}\n"
    body = above + "{% if subscriber.indoors %}\nIn.\n{% else %}\nOut.\n{% endif %}\n\nLast."
    assert places(a_lesson(body), "Out.") == [Place("lessons/01-soil.md", 12)]
    assert places(a_lesson(body), "Last.") == [Place("lessons/01-soil.md", 15)]


def test_a_loop_leads_back_to_its_one_line() -> None:
    body = "{% for word in ['a', 'b'] %}\n\nWord {{ word }}.\n\n{% endfor %}"
    assert places(a_lesson(body), "Word b.") == places(a_lesson(body), "Word a.") == [Place("lessons/01-soil.md", 7)]


def test_what_a_lesson_includes_leads_to_the_file_that_it_stands_in() -> None:
    changes = a_lesson("One.\n\n{% include 'note.md' %}") | {"theme/note.md": "First.\n\nSecond.\n"}
    assert places(changes, "Second.") == [Place("theme/note.md", 3)]


def test_html_of_a_template_leads_to_the_templates_line() -> None:
    theme = "{% extends 'layout.mjml' %}\n{% block content %}\n<mj-text>\n<p>Ours</p>\n</mj-text>\n{% endblock %}\n"
    assert places({"theme/lesson.mjml": theme}, "Ours")[-1] == Place("theme/lesson.mjml", 4)
    assert Place("theme/lesson.mjml", 3) in places({"theme/lesson.mjml": theme}, "Ours")


def test_what_is_sent_is_the_same_with_and_without_marks() -> None:
    with resources.as_file(resources.files("course") / "product_path") as folder:
        files = read_files(Path(folder))
    course = load(files)
    plain, marking = Renderer(course, files, SALT), Renderer(course, files, SALT, marks=True)
    reader = Reader(reader_values(course.fields, {}), {"assets": "https://example.com"})
    for letter in letters(course):
        assert marking.render(letter, reader).email == plain.render(letter, reader).email


def test_an_email_that_is_sent_has_no_proof() -> None:
    files = small_course()
    course = load(files)
    reader = Reader(reader_values(course.fields, {}), {})
    assert Renderer(course, files, SALT).render(Letter("field", None), reader).proof is None


def test_a_place_has_one_number() -> None:
    marks = Marks()
    first, second = Place("lessons/01-a.md", 1), Place("lessons/01-a.md", 2)
    assert [marks.number(place) for place in (first, second, first)] == [0, 1, 0]
    assert marks.places == (first, second)


@pytest.mark.parametrize(
    ("attribute", "css_class", "number"),
    [("12", None, 12), (None, "from-3 sheet", 3), (None, "sheet from-3", 3), (None, "from-3-outlook", None),
     (None, None, None)],
)  # fmt: skip
def test_a_mark_is_read_from_the_attribute_or_the_class(
    attribute: str | None, css_class: str | None, number: int | None
) -> None:
    assert number_in(attribute, css_class) == number


def test_html_without_its_marks_is_as_it_was() -> None:
    assert without_attributes(f'<p style="a"{Marks().attribute(Place("a", 1))}>b</p>') == '<p style="a">b</p>'
