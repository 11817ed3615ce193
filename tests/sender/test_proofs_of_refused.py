"""What was refused by name, and is sent again, was in fewer requests than others: each is proven by its own events."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sender.model import Answer, Verdict
from sender.resolving import Decision, resolve
from tests.sender.events.telling import of, tell
from tests.sender.stage import SLOTS, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

ERROR = Answer(Verdict.WAIT, "an error of the server (500)")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATE = SLOTS[0] + 13 * HOUR


def refusing(delivery: int) -> Answer:
    return Answer(Verdict.REFUSED_SOME, "a bad name", refused={delivery: "a bad name"})


def begun(stage: Stage, *answers: Answer) -> None:
    """The first of two lessons for ann, bob and cid, of whom ann is refused first, and the others answered so."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob", "cid")
    stage.mailer.answers = [refusing(1), *answers]
    stage.tick(SLOTS[0])


def states(stage: Stage) -> list[object]:
    """How the first lesson stands of each."""
    return [stage.deliveries(name)[0][2] for name in ("ann", "bob", "cid")]


def labels(stage: Stage, name: str) -> list[str]:
    return stage.mailer.labels(f"{name}@example.com")


def test_an_event_of_those_who_went_on_does_not_prove_whoever_was_refused_before(stage: Stage) -> None:
    """All wait for another slot: bob and cid were taken in a request in which ann was not."""
    begun(stage, ERROR)
    assert stage.tick(LATE).moved == 2
    resolve(stage.database, 1, Decision.SEND_AGAIN)
    assert stage.tick(LATE + HOUR).moved == 1
    tell(stage, of(2, "delivered"), now=LATE + 2 * HOUR)
    assert states(stage) == ["waiting", "accepted", "accepted"]
    list(stage.ticks(SLOTS[1]))
    assert labels(stage, "ann") == ["one", "one", "two"]
    assert states(stage) == ["accepted"] * 3


def test_an_event_of_what_was_cancelled_does_not_prove_whoever_was_refused_before_it_was_sent(stage: Stage) -> None:
    begun(stage, ERROR)
    stage.change("UPDATE enrolment SET status = 'ended', next_due_at = NULL WHERE id > 1")
    assert stage.tick(SLOTS[0] + 5 * MINUTE).cancelled == 2
    resolve(stage.database, 1, Decision.SEND_AGAIN)
    tell(stage, of(2, "delivered"))
    assert states(stage) == ["retry", "accepted", "cancelled"]
    stage.tick(SLOTS[0] + HOUR)
    assert labels(stage, "ann") == ["one", "one"]


def test_of_those_who_were_refused_in_turn_whoever_an_event_tells_of_is_accepted_and_the_other_sent_to(
    stage: Stage,
) -> None:
    """The request between was taken, although it was answered by an error: bob was in it, and ann was not."""
    begun(stage, ERROR, refusing(2))
    stage.tick(SLOTS[0] + 5 * MINUTE)
    tell(stage, of(2, "delivered"), now=SLOTS[0] + 9 * MINUTE)
    assert states(stage)[:2] == ["failed", "failed"]
    done = resolve(stage.database, 1, Decision.SEND_AGAIN)
    assert (done.batch, done.state, done.deliveries) == (2, "retry", 1)
    assert states(stage)[:2] == ["retry", "accepted"]
    stage.tick(SLOTS[0] + HOUR)
    assert (labels(stage, "ann"), labels(stage, "bob")) == (["one"] * 2, ["one"] * 3)
    assert states(stage)[:2] == ["accepted", "accepted"]


def test_of_those_who_were_refused_in_turn_a_later_event_proves_the_one_that_it_tells_of(stage: Stage) -> None:
    begun(stage, ERROR, refusing(2))
    stage.tick(SLOTS[0] + 5 * MINUTE)
    assert resolve(stage.database, 1, Decision.SEND_AGAIN).deliveries == 2
    tell(stage, of(2, "delivered"), now=SLOTS[0] + 9 * MINUTE)
    assert states(stage)[:2] == ["retry", "accepted"]
    before = labels(stage, "bob")
    stage.tick(SLOTS[0] + HOUR)
    assert (labels(stage, "ann"), labels(stage, "bob")) == (["one"] * 2, before)


def test_where_events_tell_of_all_who_were_refused_nothing_is_sent_again(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.mailer.answers = [ERROR, refusing(1)]
    stage.tick(SLOTS[0])
    stage.tick(SLOTS[0] + 5 * MINUTE)
    tell(stage, of(1, "delivered"))
    done = resolve(stage.database, 1, Decision.SEND_AGAIN)
    assert (done.batch, done.state, done.deliveries) == (1, "accepted", 1)
    assert stage.tick(SLOTS[1]).requests == 0
    assert stage.deliveries("ann")[0][2] == "accepted"
    assert stage.enrolment("ann")[0] == "finished"
    assert stage.rows("SELECT count(*) FROM batch WHERE state = 'failed'") == [(0,)]
