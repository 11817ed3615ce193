"""Where there is no slot, what is said of it; and how far one is looked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from course.cadence import (
    NoSlotError,
    Slot,
    first_slot,
    is_too_late,
    local_moment,
    next_slot,
    parse_duration,
    slot_of,
    timetable,
)
from tests.course.slots import BERLIN, NOON, TUESDAY, local, sent, span, utc, weekly


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
