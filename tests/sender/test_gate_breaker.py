"""Ticks in an outage, each as a process of its own: what they remember of it stands in the store."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import pytest

from sender.deliver import Delivered
from sender.errors import StoreError
from sender.gate import Gate
from sender.model import Answer, BatchState, Verdict
from sender.owner import this_process
from sender.store import traffic
from tests.sender.paced import ALL_ZERO, DOWN, GONE, SILENCE, WRONG_KEY, crowd, known
from tests.sender.stage import MONDAY, SLOTS, Recorder, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def test_an_outage_costs_a_few_requests_and_then_one_a_trial(stage: Stage) -> None:
    stage.mailer = Recorder(*[DOWN] * 1000)
    stage.publish(a_course(*(f"lesson-{number}" for number in range(4))))
    for number in range(8):
        stage.enrol(f"person-{number}", now=MONDAY)
        stage.claim(SLOTS[0], owner=GONE)
    tallies = [stage.tick(SLOTS[0])]
    assert tallies[0].requests == 3
    for _ in range(9):
        moment = tallies[-1].next_due_at
        assert moment is not None
        tallies.append(stage.tick(moment))
    assert [tally.requests for tally in tallies] == [3] + [1] * 9
    assert [tally.claimed for tally in tallies] == [0] * 10


def test_while_it_is_shut_what_a_sender_left_behind_waits_as_well(stage: Stage) -> None:
    opened(stage, 0)
    stage.enrol("dee")
    stage.claim(SLOTS[0], owner=GONE)
    tally = stage.tick(SLOTS[0])
    assert (tally.requests, tally.retry) == (0, 1)


def test_while_it_is_shut_a_tick_touches_nothing(stage: Stage) -> None:
    three_batches(stage)
    stage.mailer = Recorder(DOWN, DOWN, DOWN)
    shut = stage.tick(SLOTS[0])
    assert (shut.requests, shut.retry) == (3, 3)
    stage.enrol("dee")
    before = stage.rows("SELECT id, state, attempt, not_before, owner FROM batch ORDER BY id")
    meanwhile = stage.tick(SLOTS[0] + timedelta(seconds=30))
    until = known(stage).closed_until
    assert until is not None
    assert meanwhile.as_json() == {**ALL_ZERO, "next_due_at": until.isoformat()}
    assert stage.rows("SELECT id, state, attempt, not_before, owner FROM batch ORDER BY id") == before
    assert "No request is made until 2026-03-03 08:01" in stage.said[0]
    assert "out of order (503)" in stage.said[0]


def three_batches(stage: Stage) -> None:
    """Three people whose lesson is due, each in a batch of their own that its owner left behind."""
    stage.publish(a_course("one"))
    for name in ("ann", "bob", "cy"):
        stage.enrol(name)
        stage.claim(SLOTS[0], owner=GONE)


def opened(stage: Stage, people: int, answer: Answer = DOWN) -> datetime:
    """A crowd whose lesson is due, and a mailer that failed three times; when it may be tried again."""
    stage.publish(a_course("one"))
    stage.enrol("x", "y", "z")
    for _ in range(3):
        stage.claim(SLOTS[0], owner=GONE, limit=1)
    stage.mailer = Recorder(answer, answer, answer)
    assert stage.tick(SLOTS[0]).requests == 3
    crowd(stage, people)
    stage.change("UPDATE batch SET not_before = 0 WHERE state = 'retry'")
    until = known(stage).closed_until
    assert until is not None
    return until


def test_one_email_goes_first_and_when_that_is_taken_all_the_others(stage: Stage) -> None:
    until = opened(stage, 40)
    assert stage.tick(until).accepted == 43
    assert len(stage.mailer.requests[3].recipients) == 1
    assert known(stage).closed_until is None
    assert known(stage).failures == 0
    assert max(Counter(stage.mailer.sent[3:]).values()) == 1


def test_one_email_goes_first_and_when_that_is_not_taken_no_other(stage: Stage) -> None:
    until = opened(stage, 40)
    stage.mailer.answers = [DOWN]
    tally = stage.tick(until)
    assert (tally.requests, tally.accepted) == (1, 0)
    assert len(stage.mailer.requests[3].recipients) == 1
    assert tally.next_due_at is not None
    assert timedelta(minutes=2) <= tally.next_due_at - until <= timedelta(minutes=3)
    assert stage.rows("SELECT count(*) FROM delivery") == [(3,)]
    assert stage.tick(tally.next_due_at).accepted == 43


def test_silence_is_an_outage_as_well_and_costs_one_email_a_trial(stage: Stage) -> None:
    until = opened(stage, 40, SILENCE)
    stage.mailer.answers = [SILENCE]
    tally = stage.tick(until)
    assert (tally.requests, tally.uncertain) == (1, 1)
    assert tally.next_due_at is not None
    assert stage.tick(tally.next_due_at).accepted == 39


def test_a_large_batch_that_is_tried_again_is_split_for_the_trial(stage: Stage) -> None:
    stage.publish(a_course("one"))
    crowd(stage, 40)
    stage.mailer = Recorder(Answer(Verdict.WAIT, "too many", wait=timedelta(hours=1), account=True), DOWN)
    until = stage.tick(SLOTS[0]).next_due_at
    assert until == SLOTS[0] + timedelta(hours=1)
    tally = stage.tick(until)
    assert (tally.requests, tally.retry) == (1, 1)
    assert len(stage.mailer.requests[1].recipients) == 1
    assert stage.rows("SELECT attempt, count(*) FROM batch GROUP BY attempt ORDER BY attempt") == [(1, 2)]
    assert tally.next_due_at is not None
    assert stage.tick(tally.next_due_at).accepted == 40


def test_a_wrong_key_holds_one_batch_and_then_one_email_a_trial(stage: Stage) -> None:
    three_batches(stage)
    stage.mailer = Recorder(WRONG_KEY, WRONG_KEY)
    first = stage.tick(SLOTS[0])
    assert (first.requests, first.held, first.retry) == (1, 1, 2)
    assert "`dripcourse release --all`" in stage.said[-1]
    assert first.next_due_at is not None
    second = stage.tick(first.next_due_at)
    assert (second.requests, second.held) == (1, 1)
    assert second.next_due_at is not None
    assert stage.tick(second.next_due_at).accepted == 1


def test_what_an_operator_has_mended_goes_on_at_once(stage: Stage) -> None:
    three_batches(stage)
    stage.mailer = Recorder(WRONG_KEY)
    stage.tick(SLOTS[0])
    with stage.database.write() as connection:
        assert traffic.reopen(connection) == 1
    assert stage.tick(SLOTS[0]).accepted == 2


def test_where_all_is_held_only_a_person_can_help(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.mailer = Recorder(WRONG_KEY)
    assert stage.tick(SLOTS[0]).next_due_at is None


def test_a_few_failures_among_many_requests_hold_up_nobody_else(stage: Stage) -> None:
    stage.publish(a_course("one"))
    for number in range(9):
        stage.enrol(f"person-{number}")
        stage.claim(SLOTS[0], owner=GONE)
    yes = Answer(Verdict.ACCEPTED)
    stage.mailer = Recorder(DOWN, DOWN, yes, DOWN, DOWN, yes)
    tally = stage.tick(SLOTS[0])
    assert (tally.requests, tally.accepted, tally.retry) == (9, 5, 4)
    assert known(stage).failures == 0


def test_failures_are_counted_across_ticks(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.mailer = Recorder(*[DOWN] * 9)
    moments, now = [], SLOTS[0]
    for _ in range(5):
        tally = stage.tick(now)
        assert tally.requests == 1
        assert tally.next_due_at is not None
        moments.append(tally.next_due_at - now)
        now = tally.next_due_at
    assert known(stage).failures == 5
    assert moments == sorted(moments)


def test_a_trial_that_has_nobody_to_go_to_leaves_it_to_the_next(stage: Stage) -> None:
    until = opened(stage, 0)
    stage.change("UPDATE enrolment SET status = 'ended'")
    tally = stage.tick(until)
    assert (tally.cancelled, tally.requests) == (3, 0)
    stage.enrol("new")
    assert stage.tick(until).accepted == 1
    assert known(stage).closed_until is None


def test_a_limit_holds_while_one_email_goes_first(stage: Stage) -> None:
    until = opened(stage, 10)
    tally = stage.tick(until, limit=4)
    assert (tally.accepted, tally.next_due_at) == (4, until)


def test_a_wait_from_a_wrong_clock_is_not_waited_for(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.change(
        "INSERT INTO traffic (mailer, failures, closed_until) VALUES ('', 3, :until)",
        until=seconds(SLOTS[0] + timedelta(days=3)),
    )
    assert stage.tick(SLOTS[0]).accepted == 1


def two_batches(stage: Stage) -> tuple[int, int]:
    """Two batches of this process, while a mailer that was left alone may be asked by one request."""
    stage.publish(a_course("one"))
    for name in ("ann", "bob"):
        stage.enrol(name)
        stage.claim(SLOTS[0], owner=str(this_process()))
    stage.change("INSERT INTO traffic (mailer, failures, closed_until) VALUES ('', 3, 0)")
    return 1, 2


def taken(batch: int) -> Delivered:
    """What is told of a batch that the mailer took."""
    return Delivered(batch, BatchState.ACCEPTED, 1, requests=1, answer=Answer(Verdict.ACCEPTED))


def test_while_one_process_tries_no_other_begins(stage: Stage) -> None:
    first, second = two_batches(stage)
    here, elsewhere = Gate(stage.sender(), SLOTS[0]), Gate(stage.sender(), SLOTS[0])
    meanwhile: list[Delivered | None] = []

    def deliver(batch: int) -> Delivered:
        meanwhile.append(elsewhere.carried(second, taken))
        return taken(batch)

    assert here.carried(first, deliver) == taken(first)
    assert meanwhile == [None]
    assert Gate(stage.sender(), SLOTS[0]).carried(second, taken) == taken(second)


def test_within_a_process_the_others_wait_for_what_becomes_of_it(stage: Stage) -> None:
    first, second = two_batches(stage)
    gate, waited = Gate(stage.sender(), SLOTS[0]), list[bool]()

    with ThreadPoolExecutor(1) as pool:

        def deliver(batch: int) -> Delivered:
            other = pool.submit(gate.carried, second, taken)
            done, _ = wait([other], timeout=0.1)
            waited.append(not done)
            others.append(other)
            return taken(batch)

        others: list[Future[Delivered | None]] = []
        assert gate.carried(first, deliver) == taken(first)
        assert others[0].result() == taken(second)
    assert waited == [True]


def test_a_trial_that_breaks_off_keeps_nobody_waiting_here(stage: Stage) -> None:
    first, second = two_batches(stage)
    gate = Gate(stage.sender(), SLOTS[0])

    def deliver(batch: int) -> Delivered:
        raise StoreError("The disk is full.", fix="Make room.")

    with pytest.raises(StoreError):
        gate.carried(first, deliver)
    assert gate.carried(second, taken) is None
    stage.passing.passed = 61
    assert gate.carried(second, taken) == taken(second)
