"""Whoever is no longer one with a batch does not wait for what becomes of the others in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sender.editions import EditionBook
from sender.model import Answer, Verdict
from sender.pausing import pause_enrolment, resume_enrolment
from tests.sender.stage import SLOTS, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

MINUTE = timedelta(minutes=1)
HELD = Answer(Verdict.HELD, "an error that names nobody (400)")


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Ann and bob, for whom the first of three lessons is due in one batch."""
    stage.publish(a_course("one", "two", "three"))
    stage.enrol("ann", "bob")
    return stage


def goes_on_without_bob(stage: Stage, *lessons: str) -> bool:
    """Whether ann got those lessons in all, and finished, while bob's batch is held."""
    list(stage.ticks(SLOTS[1]))
    assert stage.deliveries("bob") == [("lesson", "one", "held", seconds(SLOTS[0]))]
    return stage.mailer.labels("ann@example.com") == list(lessons)


def test_whoever_was_refused_by_name_goes_on_while_the_others_are_held(stage: Stage) -> None:
    stage.mailer.answers = [Answer(Verdict.REFUSED_SOME, "a bad address", refused={1: "a bad address"}), HELD]
    tally = stage.tick(SLOTS[0])
    assert (tally.failed, tally.held) == (1, 1)
    assert goes_on_without_bob(stage, "one", "two", "three")
    assert stage.deliveries("ann")[0][:3] == ("lesson", "one", "failed")


def test_whoever_was_left_out_for_a_pause_goes_on_after_it_while_the_others_are_held(stage: Stage) -> None:
    stage.claim(SLOTS[0], owner=str(stage.sender().owner))
    pause_enrolment(stage.database, EditionBook(), 1, None, SLOTS[0])
    stage.mailer.answers = [HELD]
    tally = stage.tick(SLOTS[0])
    assert (tally.cancelled, tally.held) == (1, 1)
    resume_enrolment(stage.database, EditionBook(), 1, SLOTS[0] + 5 * MINUTE)
    assert goes_on_without_bob(stage, "one", "two", "three")


def test_whoever_was_moved_alone_gets_the_lesson_in_the_next_slot_while_the_others_are_held(stage: Stage) -> None:
    stage.mailer.answers = [Answer(Verdict.WAIT, "busy"), HELD]
    assert stage.tick(SLOTS[0]).retry == 2
    stage.change(
        "UPDATE delivery SET slot_at = :long_ago WHERE id = 1", long_ago=seconds(SLOTS[0] - timedelta(days=30))
    )
    tally = stage.tick(SLOTS[0] + 5 * MINUTE)
    assert (tally.moved, tally.held, tally.next_due_at) == (1, 1, SLOTS[1])
    assert stage.deliveries("ann")[0][2] == "waiting"
    assert goes_on_without_bob(stage, "one", "one", "two", "three")
    assert stage.enrolment("ann")[0] == "finished"
