"""The circuit breaker as a table: what opens it, for how long, and how it closes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sender.breaker import OPENS_AFTER, closed_until, judged, on_trial, told, wants_trial
from sender.model import Answer, Verdict
from sender.pacing import Traffic

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

YES = Answer(Verdict.ACCEPTED)
SOME = Answer(Verdict.REFUSED_SOME, "no such address", refused={1: "no such address"})
ODD = Answer(Verdict.HELD, "a bad request")
DOWN = Answer(Verdict.WAIT, "SendGrid is out of order (503).", account=True)
TOO_MANY = Answer(Verdict.WAIT, "SendGrid asks to wait.", wait=timedelta(hours=3), account=True)
SOON = Answer(Verdict.WAIT, "SendGrid asks to wait.", wait=timedelta(seconds=2), account=True)
WRONG_KEY = Answer(Verdict.HELD, "SendGrid refuses the key.", account=True)
SILENCE = Answer(Verdict.UNCERTAIN, "no answer came back")

answers = st.sampled_from([YES, SOME, ODD, DOWN, TOO_MANY, SOON, WRONG_KEY, SILENCE])
moments = st.timedeltas(timedelta(days=-2000), timedelta(days=5000)).map(lambda since: NOW + since)


def after(*answers: Answer, traffic: Traffic | None = None) -> Traffic:
    """The traffic after answers at one moment, none of them to a trial."""
    known = traffic or Traffic()
    for answer in answers:
        known = judged(known, answer, NOW, trial=False)
    return known


@pytest.mark.parametrize(
    ("given_answers", "closed"),
    [
        ([YES], None),
        ([DOWN], None),
        ([DOWN, DOWN], None),
        ([DOWN, DOWN, YES, DOWN, DOWN], None),
        ([DOWN, DOWN, SOME, DOWN, DOWN], None),
        ([DOWN, DOWN, ODD, DOWN, DOWN], None),
        ([DOWN, DOWN, DOWN], MINUTE),
        ([DOWN, SILENCE, DOWN], MINUTE),
        ([SILENCE] * 3, MINUTE),
        ([ODD] * 10, None),
        ([WRONG_KEY], MINUTE),
        ([SOON], MINUTE),
        ([TOO_MANY], 3 * HOUR),
        ([DOWN, TOO_MANY], 3 * HOUR),
    ],
)
def test_what_concerns_the_account_opens_it_at_once_or_when_it_goes_on(
    given_answers: list[Answer], closed: timedelta | None
) -> None:
    until = closed_until(after(*given_answers), NOW)
    assert (until is None) == (closed is None)
    if until is not None and closed is not None:
        assert closed <= until - NOW <= 1.2 * closed


@pytest.mark.parametrize(("failed", "minutes"), [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (7, 60), (50, 60)])
@pytest.mark.parametrize("answer", [DOWN, SILENCE, WRONG_KEY])
def test_waits_double_with_each_trial_that_fails(failed: int, minutes: int, answer: Answer) -> None:
    known, now = after(DOWN, DOWN, DOWN), NOW
    for _ in range(failed):
        now = closed_until(known, now) or now
        assert wants_trial(known, now)
        known = judged(on_trial(known, now), answer, now, trial=True)
    until = closed_until(known, now)
    assert until is not None
    assert minutes * MINUTE <= until - now <= 1.2 * minutes * MINUTE + timedelta(seconds=1)


@pytest.mark.parametrize("answer", [YES, SOME, ODD])
def test_a_trial_that_is_answered_closes_it(answer: Answer) -> None:
    opened = after(DOWN, DOWN, DOWN)
    now = NOW + 2 * MINUTE
    assert judged(on_trial(opened, now), answer, now, trial=True) == Traffic()


def test_while_a_trial_is_under_way_nobody_else_begins() -> None:
    opened = after(DOWN, DOWN, DOWN)
    now = NOW + 2 * MINUTE
    assert wants_trial(opened, now)
    assert closed_until(on_trial(opened, now), now) == now + MINUTE
    assert not wants_trial(on_trial(opened, now), now)


def test_a_trial_that_never_ended_is_made_again() -> None:
    now = NOW + 2 * MINUTE
    left = on_trial(after(DOWN, DOWN, DOWN), now)
    assert wants_trial(left, now + MINUTE)


def test_a_trial_that_made_no_request_is_still_to_be_made() -> None:
    now = NOW + 2 * MINUTE
    opened = after(DOWN, DOWN, DOWN)
    unmade = judged(on_trial(opened, now), None, now, trial=True)
    assert wants_trial(unmade, now)
    assert unmade.failures == opened.failures
    assert judged(opened, None, now, trial=False) == opened


@pytest.mark.parametrize("answer", [YES, SOME, DOWN, WRONG_KEY, SILENCE])
def test_what_began_before_it_opened_neither_closes_it_nor_prolongs_it(answer: Answer) -> None:
    opened = after(DOWN, DOWN, DOWN)
    assert after(answer, traffic=opened) == opened


def test_a_longer_wait_that_is_asked_for_meanwhile_is_kept() -> None:
    until = closed_until(after(DOWN, DOWN, DOWN, TOO_MANY), NOW)
    assert until == NOW + 3 * HOUR
    assert closed_until(after(TOO_MANY, SOON), NOW) == until


def test_an_answer_after_its_time_is_over_opens_it_again() -> None:
    late = NOW + 2 * MINUTE
    until = closed_until(judged(after(DOWN, DOWN, DOWN), DOWN, late, trial=False), late)
    assert until is not None
    assert until >= late + 2 * MINUTE


@given(st.lists(st.tuples(answers, st.timedeltas(timedelta(0), timedelta(days=2)), st.booleans()), max_size=30))
def test_it_is_never_closed_for_more_than_a_day_and_always_wants_a_trial_in_the_end(
    steps: list[tuple[Answer, timedelta, bool]],
) -> None:
    known, now = Traffic(), NOW
    for answer, gap, trial in steps:
        now += gap
        known = judged(known, answer, now, trial=trial and wants_trial(known, now))
        until = closed_until(known, now)
        assert until is None or until <= now + timedelta(days=1, seconds=1)
    assert known.closed_until is None or wants_trial(known, now + timedelta(days=1, seconds=2))


@given(moments, moments)
def test_a_moment_of_a_wrong_clock_keeps_nothing_waiting_for_more_than_a_day(closed: datetime, now: datetime) -> None:
    known = Traffic(failures=3, closed_until=closed)
    until = closed_until(known, now)
    assert until is None or until - now <= timedelta(days=1, minutes=1)
    assert wants_trial(known, now) == (until is None)


def test_moments_are_whole_seconds_as_the_store_keeps_them() -> None:
    odd = NOW + timedelta(microseconds=1)
    until = judged(Traffic(), TOO_MANY, odd, trial=False).closed_until
    assert until == NOW + timedelta(hours=3, seconds=1)


def test_an_operator_is_told_until_when_and_why_and_what_to_do_about_a_refusal() -> None:
    known = after(DOWN, DOWN, DOWN)
    assert known.closed_until is not None
    assert "until 2026-03-03 08:01" in told(known, known.closed_until)
    assert "SendGrid is out of order (503)." in told(known, known.closed_until)
    refused = after(WRONG_KEY)
    assert refused.closed_until is not None
    assert "SendGrid refuses the key." in told(refused, refused.closed_until)
    assert "`dripcourse release --all`" in told(refused, refused.closed_until)


def test_a_few_failures_are_not_told() -> None:
    assert OPENS_AFTER == 3
    assert closed_until(after(*[DOWN] * (OPENS_AFTER - 1)), NOW) is None
