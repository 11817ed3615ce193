"""A lesson has a week of the course: the same for everybody, whatever the calendar skips."""

from __future__ import annotations

from course.folder import load
from course.model import Course
from course.weeks import weeks_of
from tests.course.check.small import COURSE, small_course


def course(cadence: str = "", **waits: str) -> Course:
    lessons = {
        f"lessons/{number:02}-l{number}.md": f"---\nsubject: A\npreheader: B\n{waits.get(f'l{number}', '')}---\n\nC.\n"
        for number in range(1, 6)
    }
    files = small_course({**lessons, "course.toml": COURSE.replace('time = "08:00"', f'time = "08:00"\n    {cadence}')})
    return load(
        {path: content for path, content in files.items() if path not in {"lessons/01-soil.md", "lessons/02-light.md"}}
    )


def weeks(one: Course) -> list[int]:
    return list(weeks_of(one, one.lessons_of("field")))


def test_two_lessons_a_week_take_three_weeks_for_five() -> None:
    assert weeks(course()) == [1, 1, 2, 2, 3]


def test_a_wait_moves_what_comes_after_it() -> None:
    assert weeks(course(l3="wait: 2w\n")) == [1, 1, 3, 4, 4]


def test_dates_that_are_skipped_do_not_count() -> None:
    assert weeks(course("skip = [2001-01-02, 2001-01-04]")) == [1, 1, 2, 2, 3]
