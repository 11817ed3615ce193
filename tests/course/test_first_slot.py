"""The first slot from a moment on, with real zones, real clock changes and the dates on which they go wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.cadence import Slot, first_slot, slot_of
from tests.course.slots import (
    BERLIN,
    NOON,
    SATURDAY,
    THURSDAY,
    TUESDAY,
    allowed_slots,
    cadences,
    examples,
    first_minute_at_or_past,
    local,
    places,
    times,
    utc,
    weekly,
)


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
