"""The slot after another: days, waits, changes of the clock and of zone, and what came late."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course.cadence import Overrides, first_slot, merged, next_slot, parse_duration, slot_of
from tests.course.slots import (
    BERLIN,
    EVERY_DAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    allowed_slots,
    cadences,
    day_choices,
    examples,
    first_minute_at_or_past,
    local,
    places,
    sent,
    span,
    times,
    utc,
    waits,
    weekly,
    zones,
)


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
