"""Ticks under a warm-up, over simulated days: what is late goes out within grace or moves, and nobody is left out."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from sender.gate import Gate
from sender.owner import this_process
from sender.pacing import Traffic
from sender.settings import WarmUp
from tests.sender.paced import ALL_ZERO, DOWN, GONE, MIDNIGHT, SILENCE, crowd, known, paced
from tests.sender.stage import SLOTS, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def test_each_day_of_a_warm_up_has_its_budget(stage: Stage) -> None:
    paced(stage, warm_up=WarmUp(10, 1))
    stage.publish(a_course("one", cadence='grace = "9d"'))
    crowd(stage, 100)
    days: Counter[datetime] = Counter()
    for now in stage.ticks(SLOTS[0]):
        days[now] = len(stage.mailer.sent)
    assert list(days) == [SLOTS[0], *(MIDNIGHT + timedelta(days=day) for day in range(3))]
    assert list(days.values()) == [0, 10, 30, 70]
    assert len(stage.mailer.sent) == 100


def test_when_a_day_s_budget_is_used_nothing_is_claimed_until_midnight(stage: Stage) -> None:
    paced(stage, warm_up=WarmUp(10, 1))
    stage.publish(a_course("one", cadence='grace = "9d"'))
    crowd(stage, 12)
    first = stage.tick(SLOTS[0])
    assert (first.claimed, first.accepted, first.retry, first.next_due_at) == (10, 10, 0, MIDNIGHT)
    assert "The warm-up allows no more than the 10 recipients of today" in stage.said[-1]
    again = stage.tick(SLOTS[0] + timedelta(hours=1))
    assert again.as_json() == {**ALL_ZERO, "next_due_at": MIDNIGHT.isoformat()}
    assert stage.tick(MIDNIGHT).accepted == 2


def test_what_falls_due_after_midnight_is_not_waited_for_before(stage: Stage) -> None:
    paced(stage, warm_up=WarmUp(2, 1))
    stage.publish(a_course("one", "two"))
    crowd(stage, 2)
    assert stage.tick(SLOTS[0]).next_due_at == SLOTS[1]
    assert stage.said == []


def test_a_lesson_within_grace_at_midnight_goes_out_late(stage: Stage) -> None:
    paced(stage, warm_up=WarmUp(2, 9))
    stage.publish(a_course("one", cadence='grace = "17h"'))
    crowd(stage, 3)
    assert stage.tick(SLOTS[0]).next_due_at == MIDNIGHT
    late = stage.tick(MIDNIGHT)
    assert (late.accepted, late.moved) == (1, 0)
    assert stage.rows("SELECT DISTINCT slot_at FROM delivery") == [(seconds(SLOTS[0]),)]


def test_a_lesson_beyond_grace_at_midnight_moves_to_the_next_slot_and_is_counted(stage: Stage) -> None:
    paced(stage, warm_up=WarmUp(2, 9))
    stage.publish(a_course("one"))
    crowd(stage, 3)
    stage.tick(SLOTS[0])
    moved = stage.tick(MIDNIGHT)
    assert (moved.claimed, moved.moved, moved.next_due_at) == (0, 1, SLOTS[1])
    assert stage.tick(SLOTS[1]).accepted == 1
    assert max(Counter(stage.mailer.sent).values()) == 1


def test_nobody_is_left_out_for_good(stage: Stage) -> None:
    """A large course whose people could use up every day's budget, and a small one beside it."""
    paced(stage, warm_up=WarmUp(10, 99))
    lessons = tuple(f"lesson-{number}" for number in range(6))
    stage.publish(a_course(*lessons))
    stage.publish(a_course(*lessons, slug="small"))
    crowd(stage, 25)
    crowd(stage, 3, "small", "small")
    for slot in range(4):
        for _ in range(3):
            stage.tick(SLOTS[slot])
        stage.tick(SLOTS[slot].replace(hour=23))
    got = Counter(address for address, _ in stage.mailer.sent)
    assert len(got) == 28
    assert set(got.values()) == {1, 2}


def test_what_no_email_came_of_is_given_back_to_the_day(stage: Stage) -> None:
    paced(stage, warm_up=WarmUp(10, 1)).answers = [DOWN]
    stage.publish(a_course("one"))
    crowd(stage, 10)
    again = stage.tick(SLOTS[0])
    assert (again.retry, known(stage).sent) == (10, 0)
    assert again.next_due_at is not None
    assert stage.tick(again.next_due_at).accepted == 10
    assert known(stage).sent == 10


def test_what_may_have_been_taken_counts_for_the_day(stage: Stage) -> None:
    paced(stage, warm_up=WarmUp(10, 1)).answers = [SILENCE]
    stage.publish(a_course("one"))
    crowd(stage, 10)
    assert stage.tick(SLOTS[0]).uncertain == 10
    assert known(stage).sent == 10


def test_whoever_left_since_the_claim_does_not_count_for_the_day(stage: Stage) -> None:
    paced(stage, warm_up=WarmUp(10, 1))
    stage.publish(a_course("one"))
    crowd(stage, 4)
    stage.claim(SLOTS[0], owner=GONE)
    stage.change("UPDATE enrolment SET status = 'ended' WHERE id = 1")
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, tally.cancelled, known(stage).sent) == (3, 1, 3)


def test_what_is_claimed_already_has_its_part_of_the_room(stage: Stage) -> None:
    paced(stage, warm_up=WarmUp(10, 1))
    stage.publish(a_course("one"))
    crowd(stage, 7)
    stage.claim(SLOTS[0], owner=str(this_process()))
    assert Gate(stage.sender(), SLOTS[0]).room() == 3


def test_more_than_a_day_allows_waits_as_it_was(stage: Stage) -> None:
    paced(stage, warm_up=WarmUp(4, 1))
    stage.publish(a_course("one", cadence='grace = "9d"'))
    crowd(stage, 10)
    stage.claim(SLOTS[0], owner=GONE)
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, tally.retry, tally.next_due_at) == (4, 6, MIDNIGHT)
    assert stage.tick(MIDNIGHT).accepted == 6
    assert max(Counter(stage.mailer.sent).values()) == 1


def test_a_clock_that_jumps_back_a_day_gets_no_second_budget(stage: Stage) -> None:
    paced(stage, warm_up=WarmUp(5, 99))
    stage.publish(a_course("one", cadence='grace = "9d"'))
    crowd(stage, 30)
    for hours in (0, 24, 1, 25, 2):
        stage.tick(SLOTS[0] + timedelta(hours=hours))
    assert len(stage.mailer.sent) == 10


def test_a_warm_up_that_was_taken_away_begins_anew(stage: Stage) -> None:
    paced(stage, warm_up=WarmUp(1, 1))
    stage.publish(a_course("one", "two", "three"))
    crowd(stage, 8)
    stage.tick(SLOTS[0])
    paced(stage)
    stage.tick(SLOTS[0])
    assert known(stage) == Traffic()
    mailer = paced(stage, warm_up=WarmUp(1, 1))
    stage.tick(SLOTS[2])
    assert len(mailer.sent) == 1
