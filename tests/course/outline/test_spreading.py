"""New lessons come in the weeks asked for, on whatever day somebody starts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.cadence import Cadence, timetable
from course.errors import CourseError
from course.folder.lesson_file import parse_lesson
from course.model import Lesson
from course.outline.spreading import LONGEST_WAIT, Calendar, Spot, filled, spread
from tests.course.outline.notes import a_lesson

DAYS = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))
WAITS = st.sampled_from(["", "3d", "1w", "12h", "10d"])


def a_cadence(days: Sequence[int] = (1, 3), *, zone: str = "Europe/London", at: time = time(8)) -> Cadence:
    return Cadence(days=tuple(days), at=at, zone=zone)


def lessons(waits: Sequence[str]) -> list[Lesson]:
    return [
        parse_lesson(f"lessons/{number:02}-lesson-{number}.md", a_lesson(wait=wait).encode())
        for number, wait in enumerate(waits, start=1)
    ]


def weeks(cadence: Cadence, before: Sequence[Lesson], spots: Sequence[Spot], start: date) -> list[int]:
    """The week of each lesson, from 1, for a start on a day, as the cadence itself works it out."""
    waits = [lesson.wait for lesson in before]
    waits += [None if spot.wait is None else timedelta(days=spot.wait) for spot in spots]
    slots = timetable(cadence, cadence.zone, start, waits)
    return [(slot.on - slots[0].on).days // 7 + 1 for slot in slots]


def a_week_of_starts(first: date = date(2026, 10, 19)) -> list[date]:
    return [first + timedelta(days=day) for day in range(7)]


def test_a_full_course_needs_no_waits() -> None:
    spots = spread(Calendar(a_cadence(), [], 2), 8, 4)
    assert [spot.wait for spot in spots] == [None] * 8
    assert [spot.week for spot in spots] == [1, 1, 2, 2, 3, 3, 4, 4]


def test_fewer_lessons_than_slots_are_spread_evenly_with_waits_just_under_the_gap() -> None:
    spots = spread(Calendar(a_cadence(), [], 2), 4, 7)
    assert spots == (Spot(1, None), Spot(3, 13), Spot(5, 13), Spot(7, 13))


def test_fewer_a_week_than_the_cadence_has_days_is_a_matter_of_waits() -> None:
    spots = filled(Calendar(a_cadence(), [], 1), 3)
    assert spots == (Spot(1, None), Spot(2, 6), Spot(3, 6))


def test_the_fuller_weeks_come_first() -> None:
    assert [spot.week for spot in spread(Calendar(a_cadence(), [], 2), 5, 3)] == [1, 1, 2, 2, 3]


def test_lessons_that_are_there_take_their_slots_first() -> None:
    calendar = Calendar(a_cadence(), lessons(["", "", ""]), 2)
    assert [calendar.room(week) for week in range(3)] == [0, 1, 2]
    assert [spot.week for spot in filled(calendar, 3)] == [2, 3, 3]


def test_a_wait_of_theirs_takes_slots_on_whatever_day_one_starts() -> None:
    # From a Tuesday, the second comes a week later; from a Thursday, on the next Tuesday.
    assert [Calendar(a_cadence(), lessons(["", "3d"]), 2).room(week) for week in range(3)] == [0, 1, 2]


def test_a_single_lesson_comes_at_once() -> None:
    assert spread(Calendar(a_cadence(), [], 2), 1, 6) == (Spot(1, None),)


def test_lessons_that_would_be_more_than_a_year_apart_are_an_error() -> None:
    with pytest.raises(CourseError, match="more than a year apart"):
        spread(Calendar(a_cadence(), [], 2), 2, 100)
    assert spread(Calendar(a_cadence(), [], 2), 2, 52)[1].wait == 51 * 7 - 1 <= LONGEST_WAIT


@given(DAYS, st.lists(WAITS, max_size=4), st.data())
def test_the_last_lesson_comes_in_the_last_week_on_whatever_day_one_starts(
    days: tuple[int, ...], waits: list[str], data: st.DataObject
) -> None:
    per_week = data.draw(st.integers(1, len(days)))
    before = lessons(waits if len(days) < 3 else [""] * len(waits))  # with more days, waits can be in each other's way
    calendar = Calendar(a_cadence(days), before, per_week)
    asked = data.draw(st.integers(1, 16))
    room = sum(calendar.room(week) for week in range(asked))
    if room == 0:
        return
    count = data.draw(st.integers(1, room))
    if count == 1 and not before:
        return
    spots = spread(calendar, count, asked)
    last_open = max(week for week in range(asked) if calendar.room(week)) + 1
    assert spots[-1].week == last_open
    for start in a_week_of_starts():
        assert weeks(a_cadence(days), before, spots, start)[-1] == last_open


@given(DAYS, st.lists(WAITS, max_size=4), st.integers(1, 20), st.data())
def test_weeks_that_are_filled_are_the_weeks_in_which_lessons_come(
    days: tuple[int, ...], waits: list[str], count: int, data: st.DataObject
) -> None:
    before = lessons(waits if len(days) < 3 else [""] * len(waits))
    per_week = data.draw(st.integers(1, len(days)))
    spots = filled(Calendar(a_cadence(days), before, per_week), count)
    for start in a_week_of_starts():
        assert weeks(a_cadence(days), before, spots, start)[-1] == spots[-1].week


@pytest.mark.parametrize("per_week", [1, 2])
@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Pacific/Apia", "Asia/Kolkata"])
def test_no_week_has_more_than_asked_for_when_clocks_change(zone: str, per_week: int) -> None:
    cadence = a_cadence(zone=zone, at=time(2, 30))
    spots = spread(Calendar(cadence, [], per_week), 10 * per_week, 12)
    for first in (date(2026, 3, 9), date(2026, 10, 19)):
        for start in a_week_of_starts(first):
            found = weeks(cadence, [], spots, start)
            assert max(found.count(week) for week in found) <= per_week
            assert found[-1] == 12


@given(DAYS, st.lists(WAITS, min_size=1, max_size=4), st.integers(1, 12))
def test_lessons_keep_their_order_and_none_is_early_whatever_waits_there_are(
    days: tuple[int, ...], waits: list[str], count: int
) -> None:
    before = lessons(waits)
    spots = filled(Calendar(a_cadence(days), before, len(days)), count)
    for start in a_week_of_starts():
        found = weeks(a_cadence(days), before, spots, start)[len(before) :]
        assert found == sorted(found)
        assert found[-1] <= spots[-1].week + 1


@given(DAYS, st.integers(1, 7), st.integers(1, 60))
def test_the_fewest_weeks_with_room_have_it_and_one_less_has_not(
    days: tuple[int, ...], per_week: int, count: int
) -> None:
    calendar = Calendar(a_cadence(days), lessons([""]), per_week)
    needed = calendar.weeks_for(count)
    assert needed is not None
    assert sum(calendar.room(week) for week in range(needed)) >= count > sum(map(calendar.room, range(needed - 1)))
