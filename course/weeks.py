"""In which week of a course each of its lessons comes, for whoever begins on a Monday and misses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from course.cadence import timetable
from course.model import Course, Lesson

_A_MONDAY = date(2001, 1, 1)


def weeks_of(course: Course, lessons: Sequence[Lesson]) -> Sequence[int]:
    """The week of each of a track's lessons, counted from 1.

    Dates that the cadence skips are no part of it: they put off whoever is under way then, and nobody else.
    """
    cadence = replace(course.cadence, skip=frozenset())
    slots = timetable(cadence, "UTC", _A_MONDAY, [lesson.wait for lesson in lessons])
    return [(slot.on - _A_MONDAY).days // 7 + 1 for slot in slots]
