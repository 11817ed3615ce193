"""The emails of a course along the weeks: when each arrives for somebody who starts on a given day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from course.cadence import NoSlotError, Slot, timetable
from course.errors import CourseError, Place
from course.folder.course_file import FILE
from course.model import Course, Lesson
from course.preview.choices import CONFIRMATION

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Stop:
    """One email of a course: which, what it is called, and the aware local moment of its arrival.

    `at` is None for what arrives when somebody joins, and where no date can be told.
    """

    key: str
    label: str
    subject: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """Emails that arrive in one week of the calendar, Monday to Sunday; the week of the start is the first.

    `skipped` is how many weeks before it bring nothing. A course without dates is one week without a `monday`.
    """

    number: int
    monday: date | None
    stops: tuple[Stop, ...]
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """The weeks of a course; `error` says why there are no dates, where there are none."""

    weeks: tuple[Week, ...]
    error: CourseError | None = None

    @property
    def stops(self) -> tuple[Stop, ...]:
        """All emails, in the order in which they arrive."""
        return tuple(stop for week in self.weeks for stop in week.stops)


def calendar(
    course: Course, track: str, zone: str, start: date, subject_of: Callable[[Lesson | None], str]
) -> Calendar:
    """The emails of a track, for who joins on the local date `start` in `zone`, which must be known.

    `subject_of` tells what an email is called; for None, the confirmation.
    """
    lessons = course.lessons_of(track)
    joining = [Stop(CONFIRMATION, "Confirmation", subject_of(None))]
    if course.welcome:
        joining.append(Stop(course.welcome.slug, "Welcome", subject_of(course.welcome)))
    timed = [
        Stop(lesson.slug, f"Lesson {number}", subject_of(lesson)) for number, lesson in enumerate(lessons, start=1)
    ]
    if course.closing:
        timed.append(Stop(course.closing.slug, "Closing", subject_of(course.closing)))
    ends = (course.closing,) if course.closing else ()
    try:
        slots = timetable(course.cadence, zone, start, [lesson.wait for lesson in (*lessons, *ends)])
        return Calendar(_weeks(joining, timed, slots, start, ZoneInfo(zone)))
    except NoSlotError as error:
        fix = "Choose an earlier start, or look at `days` and `skip` in [cadence] and the lessons' `wait`."
        undated = Week(1, None, (*joining, *timed))
        return Calendar((undated,), CourseError(str(error), fix=fix, place=Place(FILE)))


def _weeks(
    joining: Sequence[Stop], timed: Sequence[Stop], slots: Sequence[Slot], start: date, zone: ZoneInfo
) -> tuple[Week, ...]:
    first = start - timedelta(days=start.weekday())
    found: dict[int, list[Stop]] = {1: list(joining)}
    for stop, slot in zip(timed, slots, strict=True):
        number = (slot.on - first) // _WEEK + 1
        found.setdefault(number, []).append(Stop(stop.key, stop.label, stop.subject, slot.at.astimezone(zone)))
    before = [0, *found]
    return tuple(
        Week(number, first + (number - 1) * _WEEK, tuple(stops), number - last - 1)
        for last, (number, stops) in zip(before, found.items(), strict=False)
    )
