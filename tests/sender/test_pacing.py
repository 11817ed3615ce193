"""The rate is never exceeded, the warm-up neither; and whatever the clock did, emails go out again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sender.pacing import MOST, Pacing, Traffic, as_of, free_from, given_back, reserve, room
from sender.settings import WarmUp

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
FOREVER = datetime(9000, 1, 1, tzinfo=UTC)

rates = st.fractions(min_value=Fraction(1, 1000), max_value=50_000, max_denominator=1000)
moments = st.timedeltas(timedelta(days=-2000), timedelta(days=5000)).map(lambda since: NOW + since)
gaps = st.timedeltas(timedelta(0), timedelta(seconds=3))
traffics = st.builds(
    Traffic, free_at=st.integers(-(2**63), 2**63 - 1), began_on=st.none() | st.dates(), day=st.none() | st.dates(),
    sent=st.integers(0, MOST),
)  # fmt: skip
pacings = st.builds(
    Pacing, rate=st.none() | rates, warm_up=st.none() | st.builds(WarmUp, st.integers(1, 10**9), st.integers(1, 999))
)


def warming(first: int, every: int = 2) -> Pacing:
    return Pacing(warm_up=WarmUp(first, every))


def sent_on(pacing: Pacing, traffic: Traffic, at: datetime, wanted: int = MOST) -> tuple[int, Traffic]:
    """How many recipients there are at a moment, of those wanted, and the traffic after it."""
    found = reserve(pacing, traffic, at, wanted, at)
    return (0, traffic) if found is None else (found.count, found.traffic)


# The rate.


@pytest.mark.parametrize(
    ("rate", "largest", "flow"),
    [("0.5", 1, "0.5"), ("1", 1, "1"), ("2.5", 1, "2.5"), ("14", 1, "14"), ("20", 2, "19"), ("100", 10, "91"),
     ("1000", 100, "901"), ("20000", 2000, "18001")],
)  # fmt: skip
def test_a_request_is_at_most_a_tenth_of_a_second_and_the_timetable_leaves_room_for_it(
    rate: str, largest: int, flow: str
) -> None:
    pacing = Pacing(rate=Fraction(rate))
    assert (pacing.largest, pacing.flow) == (largest, Fraction(flow))


def test_requests_follow_each_other_as_fast_as_the_rate_allows() -> None:
    pacing, traffic, begins = Pacing(rate=Fraction(2)), Traffic(), []
    for _ in range(4):
        found = reserve(pacing, traffic, NOW, 10, FOREVER)
        assert found is not None
        traffic = found.traffic
        begins.append((found.count, (found.begins - NOW).total_seconds()))
    assert begins == [(1, 0.0), (1, 0.5), (1, 1.0), (1, 1.5)]


@given(rates, moments, st.lists(st.tuples(st.integers(1, 3000), gaps), min_size=2, max_size=60))
def test_in_no_second_are_there_more_recipients_than_the_rate(
    rate: Fraction, at: datetime, asked: list[tuple[int, timedelta]]
) -> None:
    pacing, traffic, begun = Pacing(rate=rate), Traffic(), list[tuple[datetime, int]]()
    for wanted, gap in asked:
        at += gap
        found = reserve(pacing, traffic, at, wanted, FOREVER)
        assert found is not None
        assert found.begins >= at
        assert 1 <= found.count <= min(wanted, pacing.largest)
        traffic = found.traffic
        begun.append((found.begins, found.count))
        at = found.begins
    for start, _ in begun:
        assert sum(count for begins, count in begun if start <= begins < start + SECOND) <= ceil(rate)


@given(rates, moments)
def test_whoever_has_much_to_send_gets_nine_tenths_of_the_rate_at_least(rate: Fraction, at: datetime) -> None:
    pacing, traffic, sent, first = Pacing(rate=rate), Traffic(), 0, at
    for _ in range(20):
        found = reserve(pacing, traffic, at, MOST, FOREVER)
        assert found is not None
        traffic, at, sent = found.traffic, found.begins, sent + found.count
    took = Fraction((at - first) // timedelta(microseconds=1), 1_000_000)
    assert sent - pacing.largest >= Fraction(9, 10) * rate * (took - Fraction(20, 1_000_000))


def test_a_request_whose_turn_comes_too_late_is_not_reserved() -> None:
    pacing = Pacing(rate=Fraction(1, 2))
    found = reserve(pacing, Traffic(), NOW, 1, NOW)
    assert found is not None
    assert reserve(pacing, found.traffic, NOW, 1, NOW + SECOND) is None
    assert free_from(pacing, found.traffic, NOW) == NOW + 2 * SECOND
    assert reserve(pacing, found.traffic, NOW, 1, NOW + 2 * SECOND) is not None


@given(rates, traffics, moments)
def test_a_clock_that_was_far_ahead_keeps_nothing_waiting(rate: Fraction, traffic: Traffic, at: datetime) -> None:
    pacing = Pacing(rate=rate)
    assert free_from(pacing, traffic, at) <= at + timedelta(seconds=61 + ceil(1 / rate))


def test_processes_that_share_the_traffic_take_turns() -> None:
    pacing, traffic, begins = Pacing(rate=Fraction(4)), Traffic(), []
    for skew in (0, 0.1, -0.1, 0):
        found = reserve(pacing, traffic, NOW + timedelta(seconds=skew), 1, FOREVER)
        assert found is not None
        traffic = found.traffic
        begins.append((found.begins - NOW).total_seconds())
    assert begins == [0.0, 0.25, 0.5, 0.75]


@pytest.mark.parametrize(("seconds", "recipients"), [(0, 10), (1, 101), (5, 465)])
def test_there_is_room_for_what_can_begin_in_a_time(seconds: int, recipients: int) -> None:
    assert room(Pacing(rate=Fraction(100)), Traffic(), NOW, NOW + seconds * SECOND) == recipients


@given(rates, moments, st.integers(0, 50))
def test_as_much_as_there_is_room_for_can_begin(rate: Fraction, at: datetime, seconds: int) -> None:
    pacing, traffic, until = Pacing(rate=rate), Traffic(), at + seconds * SECOND
    found = room(pacing, traffic, at, until)
    assert found <= rate * seconds + pacing.largest
    assert found >= 1


def test_without_a_rate_and_a_warm_up_there_is_no_limit() -> None:
    found = reserve(Pacing(), Traffic(), NOW, 1000, NOW)
    assert found is not None
    assert (found.count, found.begins, found.traffic) == (1000, NOW, Traffic())
    assert room(Pacing(), Traffic(), NOW, NOW) == MOST


# The warm-up.


@pytest.mark.parametrize(
    ("first", "every", "budgets"),
    [(500, 2, [500, 500, 1000, 1000, 2000, 2000]), (1, 1, [1, 2, 4, 8]), (50, 7, [50] * 7 + [100] * 7)],
)
def test_a_day_s_budget_doubles_every_few_days(first: int, every: int, budgets: list[int]) -> None:
    pacing, traffic, sent = warming(first, every), Traffic(), []
    for day in range(len(budgets)):
        count, traffic = sent_on(pacing, traffic, NOW + day * DAY)
        sent.append(count)
        assert sent_on(pacing, traffic, NOW + day * DAY)[0] == 0
    assert sent == budgets


def test_days_without_an_email_count_from_the_first_with_one() -> None:
    _, traffic = sent_on(warming(500), Traffic(), NOW, 3)
    assert traffic.began_on == NOW.date()
    assert sent_on(warming(500), traffic, NOW + 4 * DAY)[0] == 2000


def test_a_day_is_one_in_utc_and_what_is_left_of_it_lapses() -> None:
    late = datetime(2026, 3, 3, 23, 59, 59, tzinfo=UTC)
    count, traffic = sent_on(warming(10), Traffic(), late, 6)
    assert (count, room(warming(10), traffic, late, late)) == (6, 4)
    assert room(warming(10), traffic, late + SECOND, late + SECOND) == 10


def test_when_a_day_s_budget_is_used_it_goes_on_at_midnight() -> None:
    _, traffic = sent_on(warming(10), Traffic(), NOW)
    assert free_from(warming(10), traffic, NOW) == datetime(2026, 3, 4, tzinfo=UTC)
    assert room(warming(10), traffic, NOW, NOW) == 0


def test_what_was_not_sent_after_all_is_given_back_to_its_day_alone() -> None:
    _, traffic = sent_on(warming(10), Traffic(), NOW)
    assert room(warming(10), given_back(traffic, 4, NOW.date()), NOW, NOW) == 4
    assert given_back(traffic, 4, NOW.date() - DAY) == traffic
    assert given_back(traffic, 40, NOW.date()).sent == 0


@given(st.integers(1, 10**9), st.integers(1, 999), st.integers(0, 10**7))
def test_no_day_is_too_far_off_for_a_budget(first: int, every: int, day: int) -> None:
    assert min(first, MOST) <= warming(first, every).budget(day) <= MOST < 2**31


@given(st.integers(1, 100), st.integers(1, 3), st.lists(st.integers(-1, 1), min_size=1, max_size=30))
def test_a_clock_that_jumps_a_day_back_and_forth_never_raises_a_budget(
    first: int, every: int, jumps: list[int]
) -> None:
    """Days truly pass one by one, and the clock shows each right, a day early or a day late."""
    pacing, traffic, sent = warming(first, every), Traffic(), 0
    for day, jump in enumerate(jumps):
        count, traffic = sent_on(pacing, traffic, NOW + (day + jump) * DAY)
        sent += count
    assert sent <= sum(pacing.budget(day) for day in range(len(jumps) + 2))


def test_a_clock_that_jumps_within_a_day_s_work_gives_that_day_no_second_budget() -> None:
    pacing, traffic, sent = warming(10), Traffic(), []
    for jump in (0, 1, 0, 1, 0):
        count, traffic = sent_on(pacing, traffic, NOW + jump * DAY)
        sent.append(count)
    assert sent == [10, 10, 0, 0, 0]


@given(pacings, traffics, moments)
def test_whatever_the_clock_did_emails_go_out_within_days(pacing: Pacing, traffic: Traffic, at: datetime) -> None:
    opens = at
    for _ in range(8):
        traffic = as_of(pacing, traffic, opens)
        opens = free_from(pacing, traffic, opens)
        if reserve(pacing, traffic, opens, 1, opens) is not None:
            break
    else:
        raise AssertionError("nothing ever goes out")
    assert opens - at <= timedelta(days=4)


@given(pacings, traffics, moments, st.integers(1, 2000))
def test_what_is_reserved_is_never_more_than_a_day_s_budget(
    pacing: Pacing, traffic: Traffic, at: datetime, wanted: int
) -> None:
    found = reserve(pacing, traffic, at, wanted, FOREVER)
    if found is None:
        assert pacing.warm_up is not None
        return
    assert 1 <= found.count <= wanted
    if pacing.warm_up is not None:
        began = found.traffic.began_on
        assert began is not None
        assert found.traffic.sent <= pacing.budget(max(0, (found.begins.date() - began).days))


def test_rate_and_warm_up_hold_together() -> None:
    pacing = Pacing(rate=Fraction(100), warm_up=WarmUp(15, 1))
    count, traffic = sent_on(pacing, Traffic(), NOW)
    assert count == 10
    assert room(pacing, traffic, NOW + SECOND, NOW + 2 * SECOND) == 5


def test_a_warm_up_that_is_set_again_begins_anew() -> None:
    _, traffic = sent_on(warming(10), Traffic(), NOW)
    much_later = NOW + 100 * DAY
    assert sent_on(warming(10), as_of(Pacing(), traffic, NOW), much_later)[0] == 10
    assert as_of(Pacing(), replace(traffic, free_at=5, failures=1), NOW) == Traffic(free_at=5, failures=1)


def test_a_date_of_a_wrong_clock_does_not_hold_up_a_warm_up() -> None:
    of_a_wrong_clock = Traffic(began_on=date(2030, 1, 1), day=date(2030, 1, 1), sent=7)
    assert sent_on(warming(10), of_a_wrong_clock, NOW)[0] == 3
    assert sent_on(warming(10), of_a_wrong_clock, NOW)[1].began_on == NOW.date()
    assert as_of(warming(10), of_a_wrong_clock, NOW) == Traffic(began_on=NOW.date(), day=NOW.date(), sent=7)


def test_a_warm_up_begins_with_its_first_email_and_not_before() -> None:
    assert as_of(warming(10), Traffic(), NOW) == Traffic()
