"""A template is compiled once, however often a course is rendered anew; and never where that would change anything."""

from __future__ import annotations

import pytest

from course import templating
from course.errors import CourseError, Place
from course.folder import load
from course.links import SAMPLE_LINKS
from course.personal.placeholders import Email
from course.personal.readers import Reader
from course.render import Letter, Renderer
from course.templating import CourseEnvironment
from tests.course.check.small import COURSE, a_lesson, small_course


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose templates are compiled, in order, where nothing has been compiled before."""
    files: list[str] = []
    compile_ = CourseEnvironment.compile

    def told(environment: CourseEnvironment, source: str, name: str, filename: str) -> object:
        files.append(filename)
        return compile_(environment, source, name, filename)

    monkeypatch.setattr(CourseEnvironment, "compile", told)
    monkeypatch.setattr(templating, "_codes", {})
    return files


def rendered(changes: dict[str, str] | None = None, *, marks: bool = False) -> Email:
    """The first lesson for a reader of whom nothing is known, with a renderer of its own."""
    files = small_course(changes)
    course = load(files)
    renderer = Renderer(course, files, "0123456789", marks=marks)
    return renderer.render(Letter("balcony", course.lessons[0]), Reader({}, SAMPLE_LINKS)).email


def test_what_has_not_changed_is_not_compiled_again(compiled: list[str]) -> None:
    first = rendered()
    assert "templates/email/layout.mjml" in compiled
    compiled.clear()
    assert rendered() == first
    assert compiled == []


def test_only_what_has_changed_is_compiled_again(compiled: list[str]) -> None:
    rendered(a_lesson("One."))
    compiled.clear()
    assert "Two." in rendered(a_lesson("Two.")).text
    assert compiled == ["lessons/01-soil.md"]
    compiled.clear()
    assert "In a theme." in rendered({**a_lesson("Two."), "theme/lesson.txt": "In a theme."}).text
    assert compiled == ["theme/lesson.txt"]


def test_with_marks_it_is_another_template(compiled: list[str]) -> None:
    rendered(a_lesson("One."))
    compiled.clear()
    rendered(a_lesson("One."), marks=True)
    assert compiled == ["lessons/01-soil.md"]


def test_a_field_that_is_no_longer_declared_is_found_though_the_lesson_has_not_changed(compiled: list[str]) -> None:
    lesson = a_lesson("You have {{ subscriber.plants | default(0) }} plants.")
    rendered(lesson)
    with pytest.raises(CourseError, match="plants"):
        rendered({**lesson, "course.toml": COURSE.replace("plants = ", "flowers = ")})


def test_an_expression_that_fails_is_found_in_its_line_though_it_was_compiled_earlier(compiled: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(CourseError) as caught:
            rendered(a_lesson("One.\n\n{{ 1 / (subscriber.plants | default(0)) }}"))
        assert caught.value.place == Place("lessons/01-soil.md", 7)


def test_a_mistake_is_told_each_time(compiled: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(CourseError, match="not valid Jinja"):
            rendered(a_lesson("{% if %}"))


def test_what_is_kept_is_not_more_than_so_much(compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templating, "_MOST_CODES", 20)
    for number in range(30):
        assert f"Number {number}." in rendered(a_lesson(f"Number {number}.")).text
    assert len(templating._codes) == 20
