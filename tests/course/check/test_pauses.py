"""A pause is told once, from the last date before it to the first after it, on whatever day that is worked out."""

from __future__ import annotations

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from course.cadence import Cadence
from course.check.pauses import Pause, pauses

NEW_YEAR = date(2027, 1, 1)  # a Friday


def skipping(*skip: date, days: tuple[int, ...] = (1, 3)) -> Cadence:
    return Cadence(days=days, at=time(8), zone="Europe/London", skip=frozenset(skip))


def test_dates_in_a_row_are_one_pause() -> None:
    skip = (date(2026, 12, 22), date(2026, 12, 24), date(2026, 12, 29))
    assert list(pauses(skipping(*skip))) == [Pause(date(2026, 12, 17), date(2026, 12, 22), date(2026, 12, 31))]


def test_dates_with_a_slot_between_them_are_two() -> None:
    skip = (date(2026, 12, 22), date(2026, 12, 29))
    assert [pause.first for pause in pauses(skipping(*skip))] == list(skip)


def test_a_date_on_which_nothing_goes_out_anyway_is_none() -> None:
    assert list(pauses(skipping(date(2026, 12, 25)))) == []


def test_one_that_lasts_over_two_years_has_no_end_and_is_the_last() -> None:
    every_day = [NEW_YEAR + timedelta(number) for number in range(750)]
    [first, last] = pauses(skipping(date(2026, 12, 24), *every_day, date(2035, 1, 2)))
    assert first.after is not None
    assert last == Pause(date(2026, 12, 31), date(2027, 1, 5), None)


@given(
    st.sets(st.dates(NEW_YEAR, NEW_YEAR + timedelta(60)), max_size=30),
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
)
def test_in_a_pause_every_day_of_the_cadence_is_skipped(skip: set[date], days: tuple[int, ...]) -> None:
    cadence = skipping(*skip, days=days)
    covered: set[date] = set()
    for pause in pauses(cadence):
        assert pause.after is not None
        within = {pause.before + timedelta(number) for number in range(1, (pause.after - pause.before).days)}
        allowed = {day for day in within if day.weekday() in days}
        assert allowed <= skip
        assert not {pause.before, pause.after} & skip
        assert not allowed & covered
        covered |= allowed
    assert covered == {day for day in skip if day.weekday() in days}
