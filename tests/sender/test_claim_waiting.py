"""A delivery whose retry came too late waits for the next slot, as the row that it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sender.model import Answer, BatchState, Verdict
from sender.store import ledger
from tests.sender.stage import SLOTS, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR = timedelta(hours=1)


def put_off(stage: Stage) -> None:
    """Ann's first lesson, due at the first slot, waits for its second one."""
    stage.mailer.answers.append(Answer(Verdict.WAIT, "busy"))
    stage.tick(SLOTS[0])
    assert stage.tick(SLOTS[0] + 7 * HOUR).moved == 1
    assert [state for _, _, state, _ in stage.deliveries("ann")] == ["waiting"]


def put_off_the_second(stage: Stage) -> None:
    """Ann had the first of two lessons, and the second waits for the slot after its own."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    stage.mailer.answers.append(Answer(Verdict.WAIT, "busy"))
    stage.tick(SLOTS[1])
    assert stage.tick(SLOTS[1] + 7 * HOUR).moved == 1


def test_a_delivery_that_waits_for_its_next_slot_keeps_its_row(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    put_off(stage)
    before = stage.rows("SELECT id FROM delivery")
    stage.tick(SLOTS[1])
    assert stage.rows("SELECT id FROM delivery") == before
    assert stage.deliveries("ann") == [("lesson", "one", "accepted", seconds(SLOTS[1]))]
    stage.tick(SLOTS[2])
    assert stage.mailer.labels("ann@example.com") == ["one", "one", "two"]


def test_the_last_lesson_waits_for_its_next_slot_too(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    put_off(stage)
    assert stage.enrolment("ann")[:2] == ("active", seconds(SLOTS[1]))
    stage.tick(SLOTS[1])
    assert stage.enrolment("ann") == ("finished", None, None)


def test_what_waits_for_a_lesson_that_was_removed_is_cancelled(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    put_off(stage)
    stage.publish(a_course("two"), SLOTS[0] + 8 * HOUR)
    stage.tick(SLOTS[1])
    assert stage.deliveries("ann") == [
        ("lesson", "one", "cancelled", seconds(SLOTS[0])), ("lesson", "two", "accepted", seconds(SLOTS[1])),
    ]  # fmt: skip
    assert stage.enrolment("ann")[0] == "finished"


def test_what_waits_is_cancelled_where_nothing_is_left_of_the_course(stage: Stage) -> None:
    put_off_the_second(stage)
    stage.publish(a_course("one"), SLOTS[1] + 8 * HOUR)
    stage.tick(SLOTS[2])
    assert [state for _, _, state, _ in stage.deliveries("ann")] == ["accepted", "cancelled"]
    assert stage.enrolment("ann") == ("finished", None, None)


def test_what_waits_for_somebody_who_was_away_meanwhile_is_cancelled_too(stage: Stage) -> None:
    put_off_the_second(stage)
    stage.change("UPDATE enrolment SET status = 'paused', next_due_at = NULL")
    stage.publish(a_course("one"), SLOTS[1] + 8 * HOUR)
    stage.change("UPDATE enrolment SET status = 'active', next_due_at = :due", due=seconds(SLOTS[2]))
    stage.tick(SLOTS[2])
    assert [state for _, _, state, _ in stage.deliveries("ann")] == ["accepted", "cancelled"]
    assert stage.enrolment("ann")[:2] == ("finished", None)


def test_the_counts_account_for_every_delivery(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob", "cid")
    stage.mailer.answers.append(Answer(Verdict.WAIT, "busy"))
    stage.tick(SLOTS[0], limit=1)
    stage.claim(SLOTS[0], limit=1)
    with stage.database.read() as connection:
        found = ledger.counts(connection)
        assert ledger.counts(connection, 1) == found
    assert {state: count for state, count in found.items() if count} == {BatchState.RETRY: 1, BatchState.CLAIMED: 1}
    put = stage.tick(SLOTS[0] + 7 * HOUR)
    assert put.moved >= 1
    with stage.database.read() as connection:
        assert sum(ledger.counts(connection).values()) == stage.rows("SELECT count(*) FROM delivery")[0][0]
