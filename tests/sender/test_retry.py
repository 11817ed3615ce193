"""Waits between tries, as a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sender.retry import again_at

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("attempt", "minutes"),
    [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 60), (8, 60), (100, 60), (10**9, 60)],
)
def test_waits_double_from_a_minute_to_an_hour(attempt: int, minutes: int) -> None:
    for batch in range(1, 50):
        wait = again_at(batch, attempt, NOW) - NOW
        assert minutes * MINUTE <= wait <= 1.2 * minutes * MINUTE


def test_batches_that_fail_together_do_not_come_back_together() -> None:
    assert len({again_at(batch, 1, NOW) for batch in range(1000)}) > 900


@given(st.integers(0, 2**63), st.integers(0, 2**31))
def test_the_same_try_waits_the_same_time(batch: int, attempt: int) -> None:
    assert again_at(batch, attempt, NOW) == again_at(batch, attempt, NOW)


@given(st.integers(0, 2**63), st.integers(0, 2**31), st.none() | st.timedeltas())
def test_the_next_try_is_at_least_a_minute_and_at_most_a_day_away(
    batch: int, attempt: int, asked_for: timedelta | None
) -> None:
    assert NOW + MINUTE <= again_at(batch, attempt, NOW, asked_for) <= NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("attempt", "asked_for", "waited"),
    [
        (1, timedelta(minutes=2), timedelta(minutes=2)),
        (1, timedelta(hours=3), timedelta(hours=3)),
        (7, timedelta(hours=3), timedelta(hours=3)),
        (100, timedelta(hours=23, minutes=59), timedelta(hours=23, minutes=59)),
        (1, timedelta(days=1), timedelta(days=1)),
        (1, timedelta(days=400), timedelta(days=1)),
        (1, timedelta.max, timedelta(days=1)),
    ],
)
def test_what_the_far_end_asks_for_wins_where_it_is_longer_up_to_a_day(
    attempt: int, asked_for: timedelta, waited: timedelta
) -> None:
    assert again_at(1, attempt, NOW, asked_for) == NOW + waited


@pytest.mark.parametrize("attempt", [1, 4, 8])
@pytest.mark.parametrize("asked_for", [timedelta(0), timedelta(seconds=59), -timedelta(hours=3), timedelta.min])
def test_a_shorter_wait_than_its_own_is_not_believed(attempt: int, asked_for: timedelta) -> None:
    assert again_at(1, attempt, NOW, asked_for) == again_at(1, attempt, NOW)
