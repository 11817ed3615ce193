"""Files of a course by lines, and the few lines around a mistake."""

from __future__ import annotations

from course.errors import CourseError, CourseErrors, Place
from course.preview.excerpts import Line, lines_of, problems_in
from tests.course.drawn import a_png

FILES = {"lessons/01-soil.md": "\n".join(f"line {number}" for number in range(1, 31)).encode()}


def an_error(line: int | None, file: str = "lessons/01-soil.md") -> CourseError:
    return CourseError("Wrong.", fix="Mend it.", place=Place(file, line), rule="template")


def test_the_lines_around_a_mistake_are_shown_with_its_own_marked() -> None:
    [problem] = problems_in(an_error(10), FILES)
    assert [line.number for line in problem.lines] == [7, 8, 9, 10, 11, 12, 13]
    assert [line.text for line in problem.lines if line.marked] == ["line 10"]


def test_a_mistake_at_an_end_of_a_file_has_lines_on_one_side_only() -> None:
    [first] = problems_in(an_error(1), FILES)
    [last] = problems_in(an_error(30), FILES)
    assert [line.number for line in first.lines] == [1, 2, 3, 4]
    assert [line.number for line in last.lines] == [27, 28, 29, 30]


def test_every_mistake_is_shown() -> None:
    both = CourseErrors((an_error(1), an_error(2)))
    assert [problem.place for problem in problems_in(both, FILES)] == [
        Place("lessons/01-soil.md", 1),
        Place("lessons/01-soil.md", 2),
    ]


def test_a_mistake_in_no_line_or_an_unknown_file_is_shown_without_lines() -> None:
    for error in (an_error(None), an_error(3, "lessons/gone.md"), an_error(99), CourseError("Wrong.", fix="Mend it.")):
        [problem] = problems_in(error, FILES)
        assert problem.lines == ()


def test_a_very_long_line_is_cut() -> None:
    [problem] = problems_in(an_error(1), {"lessons/01-soil.md": b"x" * 100_000})
    assert len(problem.lines[0].text) == 401


def test_lines_end_as_they_do_in_an_editor() -> None:
    content = "one\r\ntwo\u2028still two\rthree\n".encode()
    assert lines_of("course.toml", {"course.toml": content}) == (
        Line(1, "one"),
        Line(2, "two\u2028still two"),
        Line(3, "three"),
    )


def test_a_template_that_comes_with_dripcourse_is_a_file_like_those_of_the_course() -> None:
    [first, *_] = lines_of("templates/email/layout.mjml", {}) or ()
    assert first.number == 1


def test_a_picture_has_no_lines_and_neither_has_what_is_not_there() -> None:
    assert lines_of("assets/desk.png", {"assets/desk.png": a_png()}) is None
    assert lines_of("../../etc/passwd", FILES) is None


def test_what_is_not_utf_8_is_shown_all_the_same() -> None:
    assert lines_of("course.toml", {"course.toml": b"a\xffb"}) == (Line(1, "a\ufffdb"),)
