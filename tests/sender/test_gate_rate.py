"""Ticks under a rate, each as a process of its own: the timetable that they share stands in the store."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from math import ceil

import pytest

from sender.gate import SPAN
from sender.model import Answer, Request, Verdict
from tests.sender.paced import GONE, Timed, crowd, paced
from tests.sender.stage import SLOTS, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@pytest.mark.parametrize(("rate", "people"), [("20", 130), ("3", 20), ("0.5", 4)])
def test_in_no_second_more_recipients_are_written_to_than_the_rate(stage: Stage, rate: str, people: int) -> None:
    mailer = paced(stage, rate=rate)
    stage.publish(a_course("one"))
    crowd(stage, people)
    assert stage.tick(SLOTS[0]).accepted == people
    assert mailer.busiest_second() <= ceil(Fraction(rate))
    took = people / float(Fraction(rate))
    assert 0.8 * took - 2 <= mailer.begun[-1][0] <= 1.1 * took


def test_a_tick_under_a_rate_ends_and_the_next_goes_on(stage: Stage) -> None:
    mailer = paced(stage, rate="2")
    stage.publish(a_course("one"))
    crowd(stage, 130)
    now, sent, ticks = SLOTS[0], 0, 0
    while True:
        before = stage.passing.elapsed()
        tally = stage.tick(now)
        sent, ticks = sent + tally.accepted, ticks + 1
        assert stage.passing.elapsed() - before <= SPAN.total_seconds()
        assert tally.claimed + tally.retry <= 2 * tally.accepted + 2
        if sent == 130:
            break
        assert tally.next_due_at is not None
        assert now < tally.next_due_at <= now + SPAN + timedelta(seconds=1)
        now = tally.next_due_at
    assert ticks == 2
    assert max(Counter(mailer.sent).values()) == 1


def test_a_tick_under_a_rate_ends_where_the_mailer_is_slower_as_well(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(self: Timed, request: Request) -> Answer:
        stage.passing.passed += 20
        return Answer(Verdict.ACCEPTED)

    paced(stage, rate="2")
    monkeypatch.setattr(Timed, "send", send)
    stage.publish(a_course("one"))
    crowd(stage, 12)
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, tally.next_due_at) == (3, SLOTS[0] + timedelta(seconds=60))
    assert stage.rows("SELECT count(*) FROM batch WHERE state = 'claimed'") == [(0,)]


def test_what_is_due_is_not_claimed_before_it_can_be_sent(stage: Stage) -> None:
    paced(stage, rate="1")
    stage.publish(a_course("one"))
    crowd(stage, 300)
    tally = stage.tick(SLOTS[0])
    assert 45 <= tally.accepted <= tally.claimed <= 60
    assert stage.rows("SELECT count(*) FROM delivery") == [(tally.claimed,)]
    assert tally.claimed == tally.accepted + tally.retry


def test_what_was_put_back_is_no_failed_try(stage: Stage) -> None:
    paced(stage, rate="1")
    stage.publish(a_course("one"))
    crowd(stage, 300)
    stage.tick(SLOTS[0])
    assert stage.rows("SELECT DISTINCT state, attempt FROM batch ORDER BY state") in (
        [("accepted", 1)],
        [("accepted", 1), ("retry", 0)],
    )


def test_the_rate_holds_across_ticks_at_one_moment(stage: Stage) -> None:
    mailer = paced(stage, rate="2")
    stage.publish(a_course("one"))
    crowd(stage, 4)
    stage.tick(SLOTS[0], limit=2)
    stage.passing.passed = 0
    stage.tick(SLOTS[0])
    assert sorted(at for at, _ in mailer.begun) == [0, 0.5, 1, 1.5]


def test_a_batch_from_before_the_rate_is_split(stage: Stage) -> None:
    mailer = paced(stage, rate="30")
    stage.publish(a_course("one"))
    crowd(stage, 70)
    stage.claim(SLOTS[0], owner=GONE)
    assert stage.rows("SELECT count(*) FROM batch") == [(1,)]
    assert stage.tick(SLOTS[0]).accepted == 70
    assert max(count for _, count in mailer.begun) == 3
    assert max(Counter(mailer.sent).values()) == 1


def test_a_mailer_of_single_messages_gets_as_many_as_the_rate_allows(stage: Stage) -> None:
    mailer = paced(stage, rate="30")
    mailer.largest = 1
    stage.publish(a_course("one"))
    crowd(stage, 30)
    assert stage.tick(SLOTS[0]).accepted == 30
    assert len(mailer.begun) == 30
    assert mailer.begun[-1][0] == pytest.approx(29 / 28, abs=0.001)


def test_who_waits_for_a_confirmation_does_not_wait_for_a_crowd(stage: Stage) -> None:
    mailer = paced(stage, rate="2")
    stage.publish(a_course("one"))
    crowd(stage, 90)
    stage.bring_in("email\nnew@example.com", confirmed=False, now=SLOTS[0])
    stage.tick(SLOTS[0])
    assert mailer.sent[0] == ("new@example.com", "confirm")


def test_what_is_to_be_tried_again_and_what_is_newly_due_take_turns(stage: Stage) -> None:
    mailer = paced(stage, rate="2")
    stage.publish(a_course("one", "two"))
    crowd(stage, 75, name="again")
    stage.claim(SLOTS[0], owner=GONE)
    stage.change("UPDATE batch SET state = 'retry', not_before = 0")
    crowd(stage, 75, name="fresh")
    stage.tick(SLOTS[0])
    names = Counter(address[:5] for address, _ in mailer.sent)
    assert min(names["again"], names["fresh"]) >= 30


def test_being_told_to_stop_ends_the_waiting(stage: Stage) -> None:
    mailer = paced(stage, rate="1")
    stage.publish(a_course("one"))
    crowd(stage, 40)
    stage.passing.stops_after = 4.5
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, len(mailer.begun)) == (5, 5)
    assert tally.retry == tally.claimed - 5


def test_a_timetable_from_a_wrong_clock_is_not_waited_for(stage: Stage) -> None:
    paced(stage, rate="2")
    stage.publish(a_course("one"))
    crowd(stage, 2)
    stage.tick(SLOTS[0] + timedelta(hours=3), limit=1)
    stage.passing.passed = 0
    assert stage.tick(SLOTS[0]).accepted == 1
    assert stage.passing.elapsed() == 0
