"""A cadence with what an enrolment chose, how late a slot may be, and the timetable of a whole course."""

from __future__ import annotations

import doctest
import os
import time as clock
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from course import cadence as module
from course.cadence import Cadence, Overrides, Slot, is_too_late, merged, parse_duration, timetable
from tests.course.slots import BERLIN, NOON, THURSDAY, TUESDAY, local, utc, weekly

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


def test_the_examples_in_the_docstrings_hold() -> None:
    results = doctest.testmod(module)
    assert (results.attempted > 0, results.failed) == (True, 0)
