"""When the next lesson falls due, with real zones, real clock changes and the dates on which they go wrong."""

from __future__ import annotations

import doctest
import os
import re
import time as clock
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course import cadence as module
from course.cadence import (
    Cadence,
    NoSlotError,
    Overrides,
    Slot,
    first_slot,
    is_too_late,
    is_zone,
    local_moment,
    merged,
    next_slot,
    parse_duration,
    slot_of,
    timetable,
)

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
EVERY_DAY = tuple(range(7))
BERLIN = "Europe/Berlin"
NOON = time(12)

# A zone and a local date near which its clocks do something that a simple rule gets wrong.
CHANGES = [
    ("Europe/Berlin", date(2024, 3, 31)),
    ("Europe/Berlin", date(2024, 10, 27)),
    ("America/New_York", date(2024, 3, 10)),
    ("America/New_York", date(2024, 11, 3)),
    ("America/St_Johns", date(2010, 3, 14)),  # at 00:01
    ("America/St_Johns", date(2010, 11, 7)),  # at 00:01, back to the day before
    ("Australia/Lord_Howe", date(2024, 4, 7)),  # half an hour
    ("Australia/Lord_Howe", date(2024, 10, 6)),
    ("Pacific/Apia", date(2011, 12, 30)),  # no such day
    ("Pacific/Kwajalein", date(1993, 8, 21)),  # no such day
    ("Pacific/Kiritimati", date(1994, 12, 31)),  # no such day
    ("Pacific/Kwajalein", date(1969, 9, 30)),  # nearly a day twice
    ("Africa/Cairo", date(2024, 4, 26)),  # no midnight
    ("Asia/Beirut", date(2024, 3, 31)),  # no midnight
    ("America/Havana", date(2024, 11, 3)),  # midnight twice
    ("America/Nuuk", date(2024, 3, 30)),  # no last hour
    ("America/Nuuk", date(2024, 10, 26)),
    ("Antarctica/Troll", date(2024, 3, 31)),  # two hours
    ("Antarctica/Troll", date(2024, 10, 27)),
    ("Africa/Casablanca", date(2024, 3, 10)),
    ("Africa/Casablanca", date(2024, 4, 14)),
    ("Europe/Dublin", date(2024, 3, 31)),
]
ZONES = sorted({zone for zone, _ in CHANGES} | {"UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/Los_Angeles"})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(slot: Slot, zone: str) -> str:
    return slot.at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def sent(local_time: str, zone: str = BERLIN) -> Slot:
    """The slot of a lesson that went out at a local date and time."""
    wall = datetime.fromisoformat(local_time)
    return slot_of(local_moment(wall.date(), wall.time(), zone), zone)


def weekly(*days: int, at: time = time(8), zone: str = BERLIN, skip: frozenset[date] = frozenset()) -> Cadence:
    return Cadence(days or EVERY_DAY, at, zone, skip)


def span(first: date, days: int) -> frozenset[date]:
    return frozenset(first + timedelta(step) for step in range(days))


# An independent reference: walk the minutes and look at the clock.
def first_minute_at_or_past(on: date, at: time, zone: str) -> datetime:
    wall = datetime.combine(on, at)
    moment = wall.replace(tzinfo=UTC) - timedelta(hours=26)
    tz = ZoneInfo(zone)
    while moment.astimezone(tz).replace(tzinfo=None) < wall:
        moment += timedelta(minutes=1)
    return moment


def exists(on: date, zone: str) -> bool:
    return first_minute_at_or_past(on, time.min, zone).astimezone(ZoneInfo(zone)).date() == on


def allowed_slots(cadence: Cadence, zone: str, first: date, last: date) -> Iterator[Slot]:
    """Every slot of the dates from `first` to `last`, worked out the slow way."""
    for step in range((last - first).days + 1):
        day = first + timedelta(step)
        if day.weekday() not in cadence.days or day in cadence.skip or not exists(day, zone):
            continue
        at = first_minute_at_or_past(day, cadence.at, zone)
        on = at.astimezone(ZoneInfo(zone)).date()
        if on not in cadence.skip:
            yield Slot(at, on)


# No deadline: a busy machine is no defect.
examples = settings(deadline=None)

# Half of them where clocks change: around midnight, or between one and three.
times = st.builds(time, st.integers(0, 23) | st.sampled_from([0, 1, 2, 23]), st.integers(0, 59))
zones = st.sampled_from(ZONES)
near_changes = st.builds(
    lambda change, step: (change[0], change[1] + timedelta(step)), st.sampled_from(CHANGES), st.integers(-4, 4)
)
places = st.one_of(near_changes, st.tuples(zones, st.dates(date(1991, 1, 1), date(2037, 12, 31))))
day_choices = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))
waits = st.none() | st.builds(timedelta, days=st.integers(0, 9), hours=st.sampled_from([0, 0, 1, 12, 23]))


@st.composite
def cadences(draw: st.DrawFn, around: date) -> Cadence:
    skip = draw(st.frozensets(st.integers(-4, 12).map(lambda step: around + timedelta(step)), max_size=6))
    return Cadence(draw(day_choices), draw(times), BERLIN, skip)


# A local date and time as a moment


@pytest.mark.parametrize(
    ("zone", "on", "at", "expected"),
    [
        ("Europe/Berlin", "2024-01-09", "08:00", "2024-01-09 07:00"),
        ("Europe/Berlin", "2024-07-09", "08:00", "2024-07-09 06:00"),
        ("Asia/Kolkata", "2024-01-09", "08:00", "2024-01-09 02:30"),
        ("Asia/Calcutta", "2024-01-09", "08:00", "2024-01-09 02:30"),
        ("America/St_Johns", "2024-01-09", "08:00", "2024-01-09 11:30"),
        ("Pacific/Apia", "2011-12-29", "08:00", "2011-12-29 18:00"),
        ("Pacific/Apia", "2011-12-31", "08:00", "2011-12-30 18:00"),
    ],
)
def test_a_local_time_is_read_in_its_zone(zone: str, on: str, at: str, expected: str) -> None:
    assert local_moment(date.fromisoformat(on), time.fromisoformat(at), zone) == utc(expected)


@pytest.mark.parametrize(
    ("zone", "on", "at", "arrives"),
    [
        ("Europe/Berlin", "2024-03-31", "02:00", "2024-03-31 03:00"),
        ("Europe/Berlin", "2024-03-31", "02:30", "2024-03-31 03:00"),
        ("Europe/Berlin", "2024-03-31", "02:59:59.999999", "2024-03-31 03:00"),
        ("America/New_York", "2024-03-10", "02:15", "2024-03-10 03:00"),
        ("Australia/Lord_Howe", "2024-10-06", "02:15", "2024-10-06 02:30"),
        ("Antarctica/Troll", "2024-03-31", "01:30", "2024-03-31 03:00"),
        ("Africa/Casablanca", "2024-04-14", "02:30", "2024-04-14 03:00"),
        ("Africa/Cairo", "2024-04-26", "00:00", "2024-04-26 01:00"),
        ("Asia/Beirut", "2024-03-31", "00:30", "2024-03-31 01:00"),
        ("America/Nuuk", "2024-03-30", "23:30", "2024-03-31 00:00"),
        ("Pacific/Apia", "2011-12-30", "08:00", "2011-12-31 00:00"),
    ],
)
def test_a_skipped_local_time_moves_to_the_first_that_exists(zone: str, on: str, at: str, arrives: str) -> None:
    moment = local_moment(date.fromisoformat(on), time.fromisoformat(at), zone)
    assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.fromisoformat(arrives)


@pytest.mark.parametrize(
    ("zone", "on", "at", "expected"),
    [
        ("Europe/Berlin", "2024-10-27", "02:30", "2024-10-27 00:30"),
        ("America/New_York", "2024-11-03", "01:00", "2024-11-03 05:00"),
        ("Australia/Lord_Howe", "2024-04-07", "01:45", "2024-04-06 14:45"),
        ("America/Havana", "2024-11-03", "00:00", "2024-11-03 04:00"),
        ("America/St_Johns", "2010-11-06", "23:30", "2010-11-07 02:00"),
        ("America/St_Johns", "2010-11-07", "00:00", "2010-11-07 02:30"),
    ],
)
def test_a_local_time_that_occurs_twice_is_the_first(zone: str, on: str, at: str, expected: str) -> None:
    moment = time.fromisoformat(at)
    assert local_moment(date.fromisoformat(on), moment, zone) == utc(expected)
    assert local_moment(date.fromisoformat(on), moment.replace(fold=1), zone) == utc(expected)


@examples
@given(places, times)
def test_a_moment_is_the_first_at_which_the_clock_shows_it_or_is_past_it(place: tuple[str, date], at: time) -> None:
    zone, on = place
    moment = local_moment(on, at, zone)
    assert moment == first_minute_at_or_past(on, at, zone)
    assert moment.tzinfo is UTC


# The first slot


@pytest.mark.parametrize(
    ("not_before", "expected"),
    [
        ("2024-01-08 00:00", "2024-01-09 08:00"),
        ("2024-01-09 07:00", "2024-01-09 08:00"),
        ("2024-01-09 07:00:01", "2024-01-11 08:00"),
        ("2024-01-11 20:00", "2024-01-16 08:00"),
    ],
)
def test_the_first_slot_is_the_first_at_or_after_a_moment(not_before: str, expected: str) -> None:
    assert local(first_slot(weekly(TUESDAY, THURSDAY), BERLIN, utc(not_before)), BERLIN) == expected


def test_a_slot_is_in_the_subscribers_zone_not_the_courses() -> None:
    slot = first_slot(weekly(TUESDAY, zone="Europe/Berlin"), "Pacific/Auckland", utc("2024-01-08 00:00"))
    assert slot == Slot(utc("2024-01-08 19:00"), date(2024, 1, 9))
    assert slot.at.tzinfo is UTC


def test_a_moment_in_another_zone_means_the_same() -> None:
    moment = utc("2024-01-09 07:00")
    there = moment.astimezone(ZoneInfo("Asia/Kolkata"))
    assert first_slot(weekly(), BERLIN, there) == first_slot(weekly(), BERLIN, moment) == slot_of(there, BERLIN)


def test_a_slot_at_the_end_of_a_day_that_the_clocks_cut_short_arrives_on_the_next() -> None:
    saturdays = weekly(SATURDAY, at=time(23, 30))
    slot = first_slot(saturdays, "America/Nuuk", utc("2024-03-31 01:00"))
    assert slot == Slot(utc("2024-03-31 01:00"), date(2024, 3, 31))


@pytest.mark.parametrize("skipped", [date(2024, 3, 30), date(2024, 3, 31)])
def test_a_slot_that_slides_past_midnight_goes_out_only_if_neither_date_is_skipped(skipped: date) -> None:
    saturdays = weekly(SATURDAY, at=time(23, 30), skip=frozenset({skipped}))
    slot = first_slot(saturdays, "America/Nuuk", utc("2024-03-30 00:00"))
    assert local(slot, "America/Nuuk") == "2024-04-06 23:30"


@pytest.mark.parametrize(
    ("zone", "before", "expected"),
    [
        ("Pacific/Apia", "2011-12-30 00:00", "2012-01-06 12:00"),  # a Friday
        ("Pacific/Kwajalein", "1993-08-20 13:00", "1993-08-28 12:00"),  # a Saturday
        ("Pacific/Kiritimati", "1994-12-31 01:00", "1995-01-07 12:00"),  # a Saturday
    ],
)
def test_a_local_date_that_does_not_exist_has_no_slot(zone: str, before: str, expected: str) -> None:
    day = datetime.fromisoformat(expected).weekday()
    assert local(first_slot(weekly(day, at=NOON), zone, utc(before)), zone) == expected


@examples
@given(places, times, st.data())
def test_no_allowed_slot_lies_between_a_moment_and_its_first_slot(
    place: tuple[str, date], hour: time, data: st.DataObject
) -> None:
    zone, on = place
    cadence = data.draw(cadences(on))
    not_before = first_minute_at_or_past(on, hour, zone)
    slot = first_slot(cadence, zone, not_before)
    candidates = allowed_slots(cadence, zone, on - timedelta(3), slot.on + timedelta(1))
    assert slot == min((one for one in candidates if one.at >= not_before), key=lambda one: one.at)


@examples
@given(places, st.data())
def test_a_slot_is_at_the_cadences_local_time_unless_the_clocks_skip_it(
    place: tuple[str, date], data: st.DataObject
) -> None:
    zone, on = place
    cadence = data.draw(cadences(on))
    slot = first_slot(cadence, zone, datetime.combine(on, time.min, UTC))
    here = slot.at.astimezone(ZoneInfo(zone))
    assert slot.on == here.date()
    if here.time() != cadence.at:
        before = (slot.at - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
        walls = [datetime.combine(on, cadence.at) for on in (before.date(), here.date())]
        assert any(before.replace(tzinfo=None) < wall < here.replace(tzinfo=None) for wall in walls)
    else:
        assert slot.on.weekday() in cadence.days


# The next slot


def test_the_next_slot_is_on_the_next_allowed_day() -> None:
    following = next_slot(weekly(TUESDAY, THURSDAY), BERLIN, sent("2024-01-09 08:00"))
    assert local(following, BERLIN) == "2024-01-11 08:00"


def test_a_slot_keeps_its_local_time_when_the_clocks_change() -> None:
    following = next_slot(weekly(SUNDAY), BERLIN, sent("2024-03-24 08:00"))
    assert (local(following, BERLIN), following.at) == ("2024-03-31 08:00", utc("2024-03-31 06:00"))


def test_dates_to_skip_have_no_slot() -> None:
    holidays = span(date(2024, 12, 21), 14)
    following = next_slot(weekly(TUESDAY, THURSDAY, skip=holidays), BERLIN, sent("2024-12-19 08:00"))
    assert local(following, BERLIN) == "2025-01-07 08:00"


@pytest.mark.parametrize(
    ("wait", "last", "expected"),
    [
        ("0d", "2024-01-09 08:00", "2024-01-10 08:00"),
        ("1d", "2024-01-09 08:00", "2024-01-10 08:00"),
        ("3d", "2024-01-09 08:00", "2024-01-12 08:00"),
        ("3d", "2024-01-09 18:00", "2024-01-12 08:00"),
        ("3d", "2024-01-09 00:01", "2024-01-12 08:00"),
        ("1w", "2024-03-26 08:00", "2024-04-02 08:00"),
        ("3d", "2024-03-29 08:00", "2024-04-01 08:00"),  # 71 hours
        ("3d", "2024-10-25 08:00", "2024-10-28 08:00"),  # 73 hours
        ("6h", "2024-01-09 08:00", "2024-01-10 08:00"),
        ("12h", "2024-01-09 20:00", "2024-01-10 08:00"),
        ("12h", "2024-01-09 20:01", "2024-01-11 08:00"),
        ("12h", "2024-03-30 20:00", "2024-04-01 08:00"),  # the night has eleven hours
        ("1d12h", "2024-01-09 20:00", "2024-01-11 08:00"),
        ("1d12h", "2024-01-09 20:01", "2024-01-12 08:00"),
        ("1d12h", "2024-03-30 20:00", "2024-04-01 08:00"),
    ],
)
def test_a_wait_counts_days_on_the_calendar_and_hours_by_the_clock(wait: str, last: str, expected: str) -> None:
    following = next_slot(weekly(), BERLIN, sent(last), wait=parse_duration(wait))
    assert local(following, BERLIN) == expected


def test_three_days_after_a_tuesday_is_the_first_allowed_day_from_friday_on() -> None:
    following = next_slot(weekly(TUESDAY, THURSDAY), BERLIN, sent("2024-01-09 08:00"), wait=timedelta(days=3))
    assert local(following, BERLIN) == "2024-01-16 08:00"


def test_an_earlier_hour_does_not_give_a_second_lesson_on_the_same_day() -> None:
    earlier_in_the_day = sent("2024-01-09 08:00")
    assert local(next_slot(weekly(at=time(20)), BERLIN, earlier_in_the_day), BERLIN) == "2024-01-10 20:00"


@pytest.mark.parametrize(
    ("old", "new", "last", "expected"),
    [
        # Tuesday morning in Auckland is Monday in Los Angeles, where Tuesday 08:00 would be the same date again.
        ("Pacific/Auckland", "America/Los_Angeles", "2024-01-09 08:00", "2024-01-10 08:00"),
        # Monday evening in Los Angeles is Tuesday in Auckland, where Tuesday has had its lesson.
        ("America/Los_Angeles", "Pacific/Auckland", "2024-01-08 20:00", "2024-01-10 08:00"),
        ("Europe/Berlin", "Asia/Kolkata", "2024-01-09 08:00", "2024-01-10 08:00"),
    ],
)
def test_a_change_of_zone_never_repeats_a_local_date(old: str, new: str, last: str, expected: str) -> None:
    assert local(next_slot(weekly(), new, sent(last, zone=old)), new) == expected


def test_a_wait_counts_from_the_later_date_after_a_change_of_zone() -> None:
    last = sent("2024-01-08 20:00", "America/Los_Angeles")  # Tuesday afternoon in Auckland
    following = next_slot(weekly(), "Pacific/Auckland", last, wait=timedelta(days=3))
    assert local(following, "Pacific/Auckland") == "2024-01-12 08:00"


def test_the_next_slot_is_later_even_where_the_clocks_go_back_over_midnight() -> None:
    # 00:01 on the 7th became 23:01 on the 6th: this moment is on the 6th, after the first midnight of the 7th.
    last = slot_of(utc("2010-11-07 03:00"), "America/St_Johns")
    assert last.on == date(2010, 11, 6)
    following = next_slot(weekly(at=time.min), "America/St_Johns", last)
    assert (following.at > last.at, following.on) == (True, date(2010, 11, 8))


def test_a_slot_that_slid_past_midnight_takes_the_place_of_that_dates_own() -> None:
    last = sent("2024-03-30 23:30", "America/Nuuk")
    following = next_slot(weekly(at=time(23, 30)), "America/Nuuk", last)
    assert local(following, "America/Nuuk") == "2024-04-01 23:30"


def test_after_downtime_the_next_slot_is_not_before_now() -> None:
    last = sent("2024-01-09 08:00")
    following = next_slot(weekly(TUESDAY), BERLIN, last, not_before=utc("2024-03-05 07:00"))
    assert local(following, BERLIN) == "2024-03-05 08:00"
    assert next_slot(weekly(TUESDAY), BERLIN, last, not_before=utc("2023-01-01")) == next_slot(
        weekly(TUESDAY), BERLIN, last
    )


steps = st.lists(st.tuples(zones, times, day_choices, waits), min_size=2, max_size=8)


@examples
@given(places, steps, st.frozensets(st.integers(0, 40), max_size=20))
def test_a_chain_of_slots_goes_forward_on_new_dates_whatever_changes_on_the_way(
    place: tuple[str, date], chain: list[tuple[str, time, tuple[int, ...], timedelta | None]], skipped: frozenset[int]
) -> None:
    zone, on = place
    skip = frozenset(on + timedelta(step) for step in skipped)
    last = first_slot(weekly(skip=skip), zone, datetime.combine(on, time.min, UTC))
    for zone_now, at, days, wait in [(zone, time(8), EVERY_DAY, None), *chain]:
        cadence = merged(weekly(skip=skip), Overrides(days, at))
        following = next_slot(cadence, zone_now, last, wait=wait)
        assert following.at > last.at
        assert following.on > last.on
        assert following.on > last.at.astimezone(ZoneInfo(zone_now)).date()
        assert following.on == following.at.astimezone(ZoneInfo(zone_now)).date()
        assert following.on not in skip
        if wait is not None:
            assert following.on - last.on >= timedelta(wait.days)
            assert wait.days or following.at - last.at >= wait
        last = following


@examples
@given(places, st.data(), waits)
def test_no_allowed_slot_is_passed_over(place: tuple[str, date], data: st.DataObject, wait: timedelta | None) -> None:
    zone, on = place
    cadence = data.draw(cadences(on))
    assume(wait is None or not (wait.days and wait.seconds))
    last = slot_of(first_minute_at_or_past(on, data.draw(times), zone), zone)
    days = max(timedelta(wait.days if wait else 0), timedelta(1))
    earliest = last.at + wait if wait is not None and not wait.days else last.at
    following = next_slot(cadence, zone, last, wait=wait)
    candidates = [
        slot
        for slot in allowed_slots(cadence, zone, last.on - timedelta(3), following.on + timedelta(1))
        if slot.on >= last.on + days and slot.at > last.at and slot.at >= earliest
    ]
    assert following == min(candidates, key=lambda one: one.at)


# Where there is none


def test_a_skip_list_of_many_weeks_is_searched_to_its_end() -> None:
    skip = span(date(2024, 1, 9), 720)
    following = next_slot(weekly(TUESDAY, skip=skip), BERLIN, sent("2024-01-08 08:00"))
    assert local(following, BERLIN) == "2025-12-30 08:00"


def test_a_skip_list_of_more_than_two_years_is_an_error_that_says_so() -> None:
    skip = span(date(2024, 1, 1), 740)
    with pytest.raises(NoSlotError, match="in the two years from 2024-01-09: every day"):
        next_slot(weekly(TUESDAY, skip=skip), BERLIN, sent("2024-01-08 08:00"))
    with pytest.raises(NoSlotError, match="in the two years from 2024-01-08"):
        first_slot(weekly(TUESDAY, skip=skip), BERLIN, utc("2024-01-08"))


def test_a_wait_of_more_than_two_years_is_not_mistaken_for_never() -> None:
    following = next_slot(weekly(TUESDAY), BERLIN, sent("2024-01-09 08:00"), wait=parse_duration("200w"))
    assert local(following, BERLIN) == "2027-11-09 08:00"


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "UTC", "America/Los_Angeles"])
@pytest.mark.parametrize("end", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_the_calendar_are_an_error_that_says_so(zone: str, end: datetime) -> None:
    with pytest.raises(NoSlotError, match="outside the calendar"):
        first_slot(weekly(), zone, end)
    with pytest.raises(NoSlotError, match="outside the calendar"):
        timetable(weekly(), zone, end.date(), [None])


def test_an_endless_wait_is_an_error_that_says_so() -> None:
    for wait in (timedelta.max, timedelta(days=8000 * 365)):
        with pytest.raises(NoSlotError, match="outside the calendar"):
            next_slot(weekly(), BERLIN, sent("2024-01-09 08:00"), wait=wait)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda naive, slot: slot_of(naive, BERLIN),
        lambda naive, slot: first_slot(weekly(), BERLIN, naive),
        lambda naive, slot: next_slot(weekly(), BERLIN, Slot(naive, naive.date())),
        lambda naive, slot: next_slot(weekly(), BERLIN, slot, not_before=naive),
        lambda naive, slot: is_too_late(weekly(), naive, slot.at),
        lambda naive, slot: is_too_late(weekly(), slot.at, naive),
    ],
    ids=["slot_of", "first_slot", "last", "not_before", "slot_at", "now"],
)
def test_a_moment_without_a_zone_is_refused(attempt: Callable[[datetime, Slot], object]) -> None:
    slot = sent("2024-01-09 08:00")
    with pytest.raises(ValueError, match="needs a time zone"):
        attempt(slot.at.replace(tzinfo=None), slot)


def test_an_unknown_zone_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match="no time zone 'Mars/Olympus'"):
        first_slot(weekly(), "Mars/Olympus", utc("2024-01-09"))
    with pytest.raises(ValueError, match="no time zone") as caught:
        local_moment(date(2024, 1, 9), NOON, "x" * 100_000)
    assert len(str(caught.value)) < 200


# A cadence and what an enrolment chose


def test_days_are_kept_sorted_and_once() -> None:
    assert Cadence((3, 1, 3), NOON, BERLIN) == Cadence((1, 3), NOON, BERLIN)
    assert Overrides((3, 1, 3)).days == (1, 3)


@pytest.mark.parametrize("days", [(), (7,), (-1, 2)])
def test_days_that_are_no_weekdays_are_refused(days: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="at least one weekday"):
        Cadence(days, NOON, BERLIN)
    with pytest.raises(ValueError, match="at least one weekday"):
        Overrides(days)


def test_a_time_of_day_with_a_zone_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone of its own"):
        Cadence((0,), time(8, tzinfo=UTC), BERLIN)
    with pytest.raises(ValueError, match="no zone of its own"):
        Overrides(at=time(8, tzinfo=UTC))


def test_a_negative_grace_is_refused() -> None:
    with pytest.raises(ValueError, match="never negative"):
        Cadence((0,), NOON, BERLIN, grace=timedelta(seconds=-1))


def test_what_an_enrolment_chose_replaces_only_that() -> None:
    cadence = Cadence((1, 3), time(8), BERLIN, frozenset({date(2024, 12, 24)}), timedelta(hours=2))
    chosen = merged(cadence, Overrides(days=(5,)))
    assert (chosen.days, chosen.at, chosen.zone, chosen.skip, chosen.grace) == (
        (5,),
        cadence.at,
        cadence.zone,
        cadence.skip,
        cadence.grace,
    )
    assert merged(cadence, Overrides(at=time(20))).at == time(20)
    assert merged(cadence, Overrides(at=time(20))).days == (1, 3)
    assert merged(cadence, Overrides()) == cadence


def test_midnight_is_a_choice_like_any_other_hour() -> None:
    assert merged(weekly(), Overrides(at=time.min)).at == time.min


@pytest.mark.parametrize(
    ("late", "expected"), [("-1s", False), ("0s", False), ("6h", False), ("6h and a little", True), ("9d", True)]
)
def test_a_slot_is_too_late_once_more_than_the_grace_has_passed(late: str, expected: bool) -> None:
    passed = {
        "-1s": timedelta(seconds=-1),
        "0s": timedelta(0),
        "6h": timedelta(hours=6),
        "6h and a little": timedelta(hours=6, microseconds=1),
        "9d": timedelta(days=9),
    }[late]
    slot = utc("2024-01-09 07:00")
    assert is_too_late(weekly(), slot, slot + passed) is expected


def test_the_grace_is_hours_that_pass_not_what_the_clocks_show() -> None:
    berlin = ZoneInfo(BERLIN)
    slot = datetime(2024, 3, 30, 23, 0, tzinfo=berlin)
    now = datetime(2024, 3, 31, 5, 30, tzinfo=berlin)  # five and a half hours later
    assert not is_too_late(weekly(), slot, now)


# A course's timetable


def test_a_timetable_has_one_slot_a_lesson() -> None:
    slots = timetable(weekly(TUESDAY, THURSDAY), BERLIN, date(2024, 3, 26), [None, None, parse_duration("6d"), None])
    assert [local(slot, BERLIN) for slot in slots] == [
        "2024-03-26 08:00",
        "2024-03-28 08:00",
        "2024-04-04 08:00",
        "2024-04-09 08:00",
    ]


def test_a_timetable_starts_on_the_start_date_whatever_the_first_lessons_wait() -> None:
    early = weekly(at=time.min)
    slots = timetable(early, "Africa/Cairo", date(2024, 4, 26), [parse_duration("1w"), None])
    assert [local(slot, "Africa/Cairo") for slot in slots] == ["2024-04-26 01:00", "2024-04-27 00:00"]


def test_a_timetable_passes_over_a_date_that_does_not_exist() -> None:
    slots = timetable(weekly(), "Pacific/Apia", date(2011, 12, 28), [None] * 4)
    assert [slot.on.isoformat() for slot in slots] == ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]
    assert local(timetable(weekly(), "Pacific/Apia", date(2011, 12, 30), [None])[0], "Pacific/Apia") == (
        "2011-12-31 08:00"
    )


def test_a_course_without_lessons_has_an_empty_timetable() -> None:
    assert timetable(weekly(), BERLIN, date(2024, 1, 1), []) == []


@pytest.mark.skipif(not hasattr(clock, "tzset"), reason="this system cannot change its own zone in a running process")
def test_the_machines_own_zone_changes_nothing() -> None:
    def slots() -> list[Slot]:
        return timetable(weekly(TUESDAY), "America/Nuuk", date(2024, 3, 1), [None, timedelta(hours=36), None])

    before, seen = os.environ.get("TZ"), []
    try:
        for name in ("UTC", "Pacific/Auckland", "America/Los_Angeles"):
            os.environ["TZ"] = name
            clock.tzset()
            seen.append(slots())
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        clock.tzset()
    assert seen[0] == seen[1] == seen[2]


# Lengths of time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3d", timedelta(days=3)),
        ("6h", timedelta(hours=6)),
        ("90m", timedelta(minutes=90)),
        ("1w", timedelta(days=7)),
        ("1d12h", timedelta(hours=36)),
        ("1w2d3h4m", timedelta(days=9, hours=3, minutes=4)),
        ("0d", timedelta(0)),
        ("007d", timedelta(days=7)),
    ],
)
def test_a_length_of_time_is_read(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "3", "d", "-3d", "+3d", "3 d", "3d ", "3d\n", "3D", "1.5d", "12h1d", "1d1d", "3s", "3y", "٣d"),
        *("3d\0", "123456d", "9" * 5000 + "d", "d" * 100_000),
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_anything_else_is_refused_with_a_plain_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a length of time\. Write it as in '3d', '6h'") as caught:
        parse_duration(text)
    assert len(str(caught.value)) < 200


@examples
@given(*[st.integers(0, 99_999)] * 4)
def test_what_is_written_is_what_is_read(weeks: int, days: int, hours: int, minutes: int) -> None:
    parts = [(weeks, "w"), (days, "d"), (hours, "h"), (minutes, "m")]
    text = "".join(f"{number}{unit}" for number, unit in parts if number) or "0m"
    assert parse_duration(text) == timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)


@examples
@given(st.text() | st.from_regex(r"[0-9wdhm .+-]*"))
def test_any_text_is_a_length_of_time_or_a_value_error(text: str) -> None:
    if re.fullmatch(r"([0-9]{1,5}w)?([0-9]{1,5}d)?([0-9]{1,5}h)?([0-9]{1,5}m)?", text) and text:
        assert parse_duration(text) >= timedelta(0)
    else:
        with pytest.raises(ValueError, match="is not a length of time"):
            parse_duration(text)


# Names of zones


@pytest.mark.parametrize(
    "name",
    [*ZONES, "America/Argentina/Buenos_Aires", "Asia/Calcutta", "US/Pacific", "Europe/Kiev", "Etc/GMT+5", "GMT"],
)
def test_a_zone_of_the_tz_database_is_known_by_its_aliases_too(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", ".", "/", "/usr/share/zoneinfo/Europe/Berlin", "../zoneinfo/Europe/Berlin", "Europe/../UTC"),
        *("posixrules", "localtime", "Factory", "America", "America/", "America/Argentina", "posix/Europe/Berlin"),
        *("europe/berlin", "EUROPE/BERLIN", "Europe/berlin", " Europe/Berlin", "Europe/Berlin\n", "Europe\\Berlin"),
        *("Europe/Berlin\0", "\0", "\ud800", "Europe/Bërlin", "zone.tab", "tzdata.zi", "leapseconds", "+02:00"),
        *("UTC+2", "x" * 1_000_000, "../" * 10_000),
    ],
    ids=lambda name: ascii(name[:40]),
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    assert not is_zone(name)


def test_every_known_zone_can_be_loaded() -> None:
    names = {name for name in available_timezones() if is_zone(name)}
    assert len(names) > 400
    for name in names:
        assert first_slot(weekly(), name, utc("2024-01-09")).on >= date(2024, 1, 8)


@examples
@given(st.text())
def test_any_text_is_a_zone_or_is_not(name: str) -> None:
    assert is_zone(name) is (name in available_timezones() - {"localtime", "Factory", "posixrules"})


def test_the_examples_in_the_docstrings_hold() -> None:
    results = doctest.testmod(module)
    assert (results.attempted > 0, results.failed) == (True, 0)
