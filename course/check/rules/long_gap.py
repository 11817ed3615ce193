"""The rule `long-gap`: no more than two weeks lie between two lessons of a track."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from course.cadence import first_slot, next_slot
from course.check.pauses import pauses
from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule
from course.errors import Place
from course.folder.course_file import FILE, line_of
from course.model import Course, Lesson

LONGEST = 14
"""Days from one lesson to the next."""

_ANY_DAY = datetime(2024, 1, 8, tzinfo=UTC)


def long_gaps(checked: Checked) -> Iterator[Fault]:
    """A lesson that its `wait` brings over two weeks after the one before, and dates in `skip` that do so with any two.

    Each is told for those who wait longest. What day it is today makes no difference: dates that are past are told
    until they are taken out of `skip`.
    """
    course = checked.course
    for lesson in course.lessons:
        days = _days_after_another(course, lesson)
        if max(days, default=0) > LONGEST:
            longest = f"{'up to ' if min(days) < max(days) else ''}{max(days)}"
            yield Fault(
                f"The lesson comes {longest} days after the one before.",
                f"Shorten its `wait`, so that it comes {LONGEST} days after at the most, or put a lesson in between.",
                Place(lesson.place.file, lesson.lines.get("wait")),
            )
    for pause in pauses(course.cadence):
        if pause.after is not None and (pause.after - pause.before).days > LONGEST:
            days_between = (pause.after - pause.before).days
            yield Fault(
                f"Between {pause.before} and {pause.after} no lesson goes out: {days_between} days.",
                "Skip fewer dates, or name more days of the week. Take out of `skip` what is past.",
                Place(FILE, line_of(checked.files[FILE], "cadence", "skip")),
            )


def _days_after_another(course: Course, lesson: Lesson) -> list[int]:
    """How many days after the lesson before it one may come, by the day of the week on which that came."""
    tracks = (course.lessons_of(track.slug) for track in course.tracks)
    if lesson.wait is None or not any(lesson in lessons[1:] for lessons in tracks):
        return []
    cadence = replace(course.cadence, skip=frozenset())
    slots = [first_slot(replace(cadence, days=(day,)), cadence.zone, _ANY_DAY) for day in cadence.days]
    return [(next_slot(cadence, cadence.zone, slot, wait=lesson.wait).on - slot.on).days for slot in slots]


RULE = Rule(
    "long-gap",
    Severity.WARNING,
    "After two weeks many have forgotten what the lesson before was about, and some that they asked for the course.",
    in_course=long_gaps,
)
