"""A local date and time as a moment, where clocks are changed and dates are missing as well."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from course.cadence import local_moment
from tests.course.slots import examples, first_minute_at_or_past, places, times, utc


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
