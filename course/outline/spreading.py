"""Over which weeks new lessons are spread, and the `wait` of each that brings it there.

Weeks count from the day on which a course's first lesson arrives. Someone may start on any day: so each thing here is
worked out for a start on each day of the cadence, and a wait is chosen that is right for all of them. Dates that a
cadence skips are left out of account; they move a lesson later. Where an author's own waits bring those who start on
different days so far apart that no wait is right for all (which takes three days a week or more), the one that is
right for most is chosen, and the others get the lesson a few days later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from course.cadence import Cadence, timetable
from course.errors import CourseError
from course.model import Lesson

MOST_WEEKS, MOST_PER_WEEK = 520, 7
LONGEST_WAIT = 366
"""Days; a lesson may have no longer one."""

_A_MONDAY = date(2024, 1, 1)
_WEEK = 7


class Calendar:
    """A course's cadence, and when the lessons it has arrive. Days count from that on which the first one does."""

    def __init__(self, cadence: Cadence, lessons: Sequence[Lesson], per_week: int) -> None:
        self._days = cadence.days
        self._per_week = per_week
        waits = [lesson.wait for lesson in lessons]
        self._taken = [list(_arrivals(cadence, first, waits)) for first in cadence.days]

    @cached_property
    def last(self) -> tuple[int, ...]:
        """For a start on each day of the cadence, the day of the last lesson there is; -1 where there is none."""
        return tuple(taken[-1] if taken else -1 for taken in self._taken)

    def room(self, week: int) -> int:
        """How many lessons more may come in a week, counted from 0, after those there are."""
        return min(
            max(
                0, min(self.slots_after(start, taken[-1] if taken else -1, week), self._per_week - _within(taken, week))
            )
            for start, taken in enumerate(self._taken)
        )

    def weeks_for(self, count: int) -> int | None:
        """The fewest weeks of the whole course with room for that many more lessons; None where 520 have not."""
        room = 0
        for week in range(MOST_WEEKS):
            room += self.room(week)
            if room >= count:
                return week + 1
        return None

    def slots_after(self, start: int, day: int, week: int) -> int:
        """How many days of the cadence a week has after `day`, for a start on the cadence's day number `start`."""
        days = range(max(day + 1, _WEEK * week), _WEEK * week + _WEEK)
        return sum((self._days[start] + one) % _WEEK in self._days for one in days)

    def arrival(self, start: int, before: int, wait: int) -> int:
        """The day on which a lesson arrives that waits so many days after the one that came on the day `before`."""
        earliest = before + max(wait, 1)
        return next(
            earliest + days for days in range(_WEEK) if (self._days[start] + earliest + days) % _WEEK in self._days
        )


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a new lesson comes: the week, counted from 1, and its `wait` in days; None where the next slot is right."""

    week: int
    wait: int | None


def filled(calendar: Calendar, count: int) -> tuple[Spot, ...]:
    """Spots for new lessons one after the other, each week as full as it may be."""
    weeks: list[int] = []
    week = 0
    while len(weeks) < count:
        weeks += [week] * min(calendar.room(week), count - len(weeks))
        week += 1
    return _spots(calendar, weeks)


def spread(calendar: Calendar, count: int, weeks: int) -> tuple[Spot, ...]:
    """Spots for new lessons over all weeks that have room, evenly, the fuller weeks first, the last lesson in the last.

    There must be room for them. Raises CourseError where two would be more than a year apart.
    """
    room = {week: left for week in range(weeks) if (left := calendar.room(week))}
    if count <= len(room):
        return _spots(calendar, _far_apart(list(room), count, first=calendar.last[0] < 0))
    taken = dict.fromkeys(room, 0)
    while sum(taken.values()) < count:
        for week in [week for week in room if taken[week] < room[week]][: count - sum(taken.values())]:
            taken[week] += 1
    return _spots(calendar, [week for week, number in taken.items() for _ in range(number)])


def _far_apart(weeks: Sequence[int], count: int, *, first: bool) -> list[int]:
    """That many of the weeks, the last among them, and the first as well where the course begins there."""
    if first and count > 1:
        gaps = count - 1
        return [weeks[(2 * number * (len(weeks) - 1) + gaps) // (2 * gaps)] for number in range(count)]
    if first:
        return [weeks[0]]
    return [weeks[-(-(number + 1) * len(weeks) // count) - 1] for number in range(count)]


def _spots(calendar: Calendar, weeks: Sequence[int]) -> tuple[Spot, ...]:
    before = list(calendar.last)
    spots: list[Spot] = []
    for number, week in enumerate(weeks):
        if before[0] < 0:
            wait, before = 1, [0] * len(before)  # the first lesson of all comes when somebody starts
        else:
            wait = _wait(calendar, before, weeks, number)
            before = [calendar.arrival(start, day, wait) for start, day in enumerate(before)]
        if wait > LONGEST_WAIT:
            message = "Two lessons would be more than a year apart, so few are there for so many weeks."
            raise CourseError(message, fix="Use a smaller --weeks.")
        spots.append(Spot(week + 1, wait if wait > 1 else None))
    return tuple(spots)


def _wait(calendar: Calendar, before: Sequence[int], weeks: Sequence[int], number: int) -> int:
    """The wait, in days, after which a lesson comes in its week, whatever day one starts on, with room for those after.

    Of such waits, the one that spaces the week's lessons best; of those as good, the shortest: a lesson that came late,
    because of a date that the cadence skips, then holds up no others.
    """
    week = weeks[number]
    place, of_week = number - weeks.index(week), weeks.count(week)
    wanted = _WEEK * week + _WEEK * place / of_week

    def misfit(wait: int) -> tuple[int, float, int]:
        days = [calendar.arrival(start, day, wait) for start, day in enumerate(before)]
        outside = sum(
            not _WEEK * week <= day < _WEEK * week + _WEEK
            or calendar.slots_after(start, day, week) < of_week - place - 1
            for start, day in enumerate(days)
        )
        return outside, sum(abs(day - wanted) for day in days), wait

    shortest = max(1, _WEEK * (week - 1) - max(before))
    return min(range(shortest, max(shortest + 1, _WEEK * (week + 1) - min(before))), key=misfit)


def _arrivals(cadence: Cadence, weekday: int, waits: Sequence[timedelta | None]) -> Iterator[int]:
    start = _A_MONDAY + timedelta(days=weekday)
    slots = timetable(replace(cadence, skip=frozenset()), "UTC", start, waits)
    return ((slot.on - start).days for slot in slots)


def _within(days: Sequence[int], week: int) -> int:
    return sum(_WEEK * week <= day < _WEEK * week + _WEEK for day in days)
