"""An operator decides what becomes of an email that could not be made for some, so that it is in no batch."""

from __future__ import annotations

import pytest

from sender.editions import EditionBook
from sender.errors import NotFoundError
from sender.resolving import Decision, RefusedError, Resolved, resolve_unmade
from tests.sender.stage import MONDAY, ROLE, SLOTS, Stage, a_course, a_lesson, seconds
from tests.sender.test_resolving import ACCEPTED, AGAIN, DROP, LATER, labels, states, status

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def unmade(stage: Stage) -> None:
    """A first lesson that cannot be made for bob, and is in no batch; a second one."""
    broken = {"lessons/01-one.md": a_lesson("one", "{% if subscriber.role == 'novice' %}{{ 1 / 0 }}{% endif %}")}
    stage.publish(a_course("one", "two", tables=ROLE, files=broken))
    stage.enrol("ann", role="expert")
    stage.enrol("bob", role="novice")


def mended(stage: Stage, *lessons: str) -> None:
    """The course as it should be, live."""
    stage.publish(a_course(*lessons, tables=ROLE), LATER)


def unmade_decided(stage: Stage, decision: Decision, email: str = "one") -> Resolved:
    return resolve_unmade(stage.database, EditionBook(), "letters", email, decision, LATER)


def test_what_could_not_be_made_comes_in_the_next_slot_once_it_is_mended_as_the_same_row(stage: Stage) -> None:
    unmade(stage)
    stage.tick(SLOTS[0])
    assert states(stage) == {"ann": ["accepted"], "bob": ["failed"]}
    mended(stage, "one", "two")
    done = unmade_decided(stage, AGAIN)
    assert (done.batch, done.label, done.state, done.deliveries) == (None, "one", "retry", 1)
    list(stage.ticks(LATER))
    assert labels(stage) == {"ann": ["one", "two"], "bob": ["one", "two"]}
    assert [row[3] for row in stage.deliveries("bob")] == [seconds(SLOTS[1]), seconds(SLOTS[2])]
    assert not status(stage).needs_attention


def test_after_the_course_is_over_it_still_comes(stage: Stage) -> None:
    unmade(stage)
    for slot in SLOTS[:2]:
        stage.tick(slot)
    assert (labels(stage)["bob"], stage.enrolment("bob")[:2]) == (["two"], ("active", None))
    mended(stage, "one", "two")
    unmade_decided(stage, AGAIN)
    list(stage.ticks(LATER))
    assert labels(stage)["bob"] == ["two", "one"]
    assert stage.enrolment("bob")[0] == "finished"


def test_what_could_not_be_made_and_is_dropped_does_not_come(stage: Stage) -> None:
    unmade(stage)
    stage.tick(SLOTS[0])
    assert unmade_decided(stage, DROP).deliveries == 1
    list(stage.ticks(SLOTS[1]))
    assert (labels(stage)["bob"], states(stage)["bob"]) == (["two"], ["cancelled", "accepted"])
    assert stage.enrolment("bob")[0] == "finished"


def test_dropping_what_could_not_be_made_finishes_who_is_through(stage: Stage) -> None:
    unmade(stage)
    for slot in SLOTS[:2]:
        stage.tick(slot)
    assert stage.enrolment("bob")[0] == "active"
    unmade_decided(stage, DROP)
    assert stage.enrolment("bob")[0] == "finished"


def test_it_waits_for_the_slot_that_comes_next_anyway(stage: Stage) -> None:
    unmade(stage)
    stage.tick(SLOTS[0])
    stage.change("UPDATE enrolment SET next_due_at = :later, due_since = :later", later=seconds(SLOTS[4]))
    unmade_decided(stage, AGAIN)
    assert stage.enrolment("bob")[1] == seconds(SLOTS[4])


def test_what_was_never_made_was_not_taken(stage: Stage) -> None:
    unmade(stage)
    stage.tick(SLOTS[0])
    with pytest.raises(RefusedError, match="never made"):
        unmade_decided(stage, ACCEPTED)
    assert states(stage)["bob"] == ["failed"]


def test_for_whoever_has_left_it_is_cancelled(stage: Stage) -> None:
    unmade(stage)
    stage.tick(SLOTS[0])
    stage.change("UPDATE enrolment SET status = 'ended', next_due_at = NULL WHERE id = 2")
    assert unmade_decided(stage, AGAIN).deliveries == 0
    assert states(stage)["bob"] == ["cancelled"]
    assert not status(stage).needs_attention


def test_a_confirmation_that_could_not_be_made_is_made_with_the_next_tick(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.bring_in("email\nbob@example.com\n", confirmed=False)
    stage.tick(MONDAY)
    stage.change("UPDATE delivery SET batch_id = NULL, outcome = 'failed', reason = 'it cannot be made'")
    assert unmade_decided(stage, AGAIN, "confirm").deliveries == 1
    stage.tick(LATER)
    assert labels(stage)["bob"] == ["confirm", "confirm"]
    assert states(stage)["bob"] == ["accepted"]


@pytest.mark.parametrize("email", ["two", "three", ""])
def test_an_email_that_failed_for_nobody_is_not_there(stage: Stage, email: str) -> None:
    unmade(stage)
    stage.tick(SLOTS[0])
    with pytest.raises(NotFoundError):
        unmade_decided(stage, AGAIN, email)
