"""An operator decides what becomes of emails that are uncertain, held or failed; nobody gets any twice, or is stuck."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sender.editions import EditionBook
from sender.errors import NotFoundError
from sender.model import DROPPED, Answer, BatchState, Verdict
from sender.pacing import Pacing
from sender.report import Status, current_status
from sender.resending import resend
from sender.resolving import Decision, RefusedError, decide, resolve
from sender.store import editions, resolving
from tests.sender.events.telling import of, tell
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

ACCEPTED, AGAIN, DROP = Decision
HOUR = timedelta(hours=1)
LATER = SLOTS[0] + HOUR
LOST = Answer(Verdict.UNCERTAIN, "no answer came back")
HELD = Answer(Verdict.HELD, "the sender is not verified")
UNDECIDED = pytest.mark.parametrize("answer", [LOST, HELD], ids=["uncertain", "held"])


def begun(stage: Stage, *lessons: str, answer: Answer | None = None) -> None:
    """Lessons for ann and bob, deliveries 1 and 2 of the first of which are answered so, in batch 1."""
    stage.publish(a_course(*lessons))
    stage.enrol("ann", "bob")
    stage.mailer.answers = [] if answer is None else [answer]
    stage.tick(SLOTS[0])


def refused(stage: Stage, *lessons: str) -> None:
    """The same, where bob's alone is refused by name: his is delivery 2, and the rest of batch 1 is accepted."""
    begun(stage, *lessons, answer=Answer(Verdict.REFUSED_SOME, "one is none", refused={2: "no address"}))
    assert states(stage) == {"ann": ["accepted"], "bob": ["failed"]}


def states(stage: Stage) -> dict[str, list[object]]:
    return {name: [row[2] for row in stage.deliveries(name)] for name in ("ann", "bob")}


def labels(stage: Stage) -> dict[str, list[str]]:
    return {name: stage.mailer.labels(f"{name}@example.com") for name in ("ann", "bob")}


def status(stage: Stage) -> Status:
    return current_status(stage.database, Pacing(), LATER)


# What was uncertain or held.


@UNDECIDED
def test_what_was_taken_is_accepted_and_who_is_through_has_finished(stage: Stage, answer: Answer) -> None:
    begun(stage, "one", answer=answer)
    done = resolve(stage.database, 1, ACCEPTED)
    assert (done.batch, done.course, done.label, done.state, done.deliveries) == (1, "letters", "one", "accepted", 2)
    assert states(stage) == {"ann": ["accepted"], "bob": ["accepted"]}
    assert stage.enrolment("ann")[0] == "finished"
    assert stage.tick(SLOTS[1]).requests == 0


@UNDECIDED
def test_what_is_sent_again_goes_out_with_the_next_tick_and_only_then_the_next_lesson(
    stage: Stage, answer: Answer
) -> None:
    begun(stage, "one", "two", answer=answer)
    stage.change("UPDATE batch SET attempt = 9")
    assert resolve(stage.database, 1, AGAIN).state == "retry"
    assert stage.rows("SELECT attempt FROM batch") == [(0,)]
    stage.mailer.answers = [Answer(Verdict.WAIT, "not yet")]
    again = stage.tick(LATER).next_due_at
    assert again is not None
    assert again < LATER + timedelta(minutes=2)
    list(stage.ticks(again))
    assert labels(stage)["ann"] == ["one", "one", "one", "two"]
    assert [row[3] for row in stage.deliveries("ann")] == [seconds(SLOTS[0]), seconds(SLOTS[1])]
    assert stage.enrolment("ann")[0] == "finished"


@UNDECIDED
def test_a_lesson_that_is_too_late_by_then_waits_for_the_next_slot_as_the_same_row(
    stage: Stage, answer: Answer
) -> None:
    begun(stage, "one", "two", answer=answer)
    resolve(stage.database, 1, AGAIN)
    assert stage.tick(SLOTS[0] + 7 * HOUR).moved == 2
    list(stage.ticks(SLOTS[1]))
    assert labels(stage)["ann"] == ["one", "one", "two"]
    assert [(row[1], row[3]) for row in stage.deliveries("ann")] == [
        ("one", seconds(SLOTS[1])), ("two", seconds(SLOTS[2])),
    ]  # fmt: skip


@UNDECIDED
def test_whoever_was_to_get_what_is_dropped_goes_on_with_the_next_lesson(stage: Stage, answer: Answer) -> None:
    begun(stage, "one", "two", answer=answer)
    assert resolve(stage.database, 1, DROP).state == "cancelled"
    assert stage.rows("SELECT DISTINCT outcome, reason FROM delivery") == [("cancelled", DROPPED)]
    list(stage.ticks(SLOTS[1]))
    assert labels(stage) == {"ann": ["one", "two"], "bob": ["one", "two"]}
    assert stage.enrolment("ann")[0] == "finished"


@UNDECIDED
def test_dropping_the_last_lesson_finishes_the_course(stage: Stage, answer: Answer) -> None:
    begun(stage, "one", answer=answer)
    resolve(stage.database, 1, DROP)
    assert stage.enrolment("ann")[0] == "finished"
    assert stage.tick(LATER).next_due_at is None


def test_a_dropped_welcome_and_a_dropped_closing_do_not_come_either(stage: Stage) -> None:
    stage.publish(a_course("one", welcome=True, closing=True))
    stage.enrol("ann")
    stage.mailer.answers = [LOST]
    stage.tick(MONDAY)
    resolve(stage.database, 1, DROP)
    stage.tick(SLOTS[0])
    stage.mailer.answers = [LOST]
    stage.tick(SLOTS[1])
    resolve(stage.database, 3, DROP)
    list(stage.ticks(SLOTS[2]))
    assert labels(stage)["ann"] == ["welcome", "one", "closing"]
    assert stage.enrolment("ann")[0] == "finished"


def test_a_lesson_that_was_overtaken_comes_in_a_slot_of_its_own(stage: Stage) -> None:
    begun(stage, "one", "two", "three", answer=LOST)
    stage.tick(SLOTS[1])
    resolve(stage.database, 1, AGAIN)
    assert stage.tick(SLOTS[1] + HOUR).moved == 2
    list(stage.ticks(SLOTS[2]))
    assert labels(stage)["ann"] == ["one", "two", "one", "three"]
    assert [row[3] for row in stage.deliveries("ann")] == [seconds(slot) for slot in SLOTS[1:4]]


def test_several_that_are_sent_again_come_one_a_slot_in_their_order(stage: Stage) -> None:
    begun(stage, "one", "two", "three", answer=LOST)
    stage.mailer.answers = [LOST]
    stage.tick(SLOTS[1])
    for batch in (2, 1):
        resolve(stage.database, batch, AGAIN)
    list(stage.ticks(SLOTS[1] + 7 * HOUR))
    assert labels(stage)["ann"] == ["one", "two", "one", "two", "three"]
    assert [row[3] for row in stage.deliveries("ann")] == [seconds(slot) for slot in SLOTS[2:5]]


def test_whoever_left_or_paused_meanwhile_gets_nothing_again(stage: Stage) -> None:
    begun(stage, "one", answer=LOST)
    stage.change("UPDATE enrolment SET status = 'ended', next_due_at = NULL WHERE id = 1")
    resolve(stage.database, 1, AGAIN)
    assert (stage.tick(LATER).cancelled, labels(stage)) == (1, {"ann": ["one"], "bob": ["one", "one"]})


def test_what_was_dropped_can_still_be_sent_to_somebody(stage: Stage) -> None:
    begun(stage, "one", "two", answer=LOST)
    resolve(stage.database, 1, DROP)
    resend(stage.database, EditionBook(), 1, "one", LATER)
    stage.tick(LATER)
    assert labels(stage) == {"ann": ["one", "one"], "bob": ["one"]}


def test_of_a_held_course_what_is_sent_again_waits_for_its_release(stage: Stage) -> None:
    begun(stage, "one", answer=LOST)
    with stage.database.write() as connection:
        editions.set_held(connection, "letters", True)
    assert resolve(stage.database, 1, AGAIN).held
    assert stage.tick(LATER).requests == 0
    with stage.database.write() as connection:
        editions.set_held(connection, "letters", False)
    assert stage.tick(LATER).accepted == 2


# What failed alone, or all together.


def test_what_failed_alone_is_sent_again_in_a_batch_of_its_own_and_the_next_lesson_waits(stage: Stage) -> None:
    refused(stage, "one", "two")
    done = resolve(stage.database, 1, AGAIN)
    assert (done.batch, done.state, done.deliveries) == (2, "retry", 1)
    stage.change("UPDATE batch SET not_before = :later WHERE id = 2", later=seconds(SLOTS[1] + HOUR))
    stage.tick(SLOTS[1])
    assert (labels(stage)["ann"][-1], labels(stage)["bob"]) == ("two", ["one"])
    list(stage.ticks(SLOTS[1] + HOUR))
    assert labels(stage)["bob"] == ["one", "one", "two"]
    assert [row[3] for row in stage.deliveries("bob")] == [seconds(SLOTS[1]), seconds(SLOTS[2])]
    assert states(stage) == {"ann": ["accepted"] * 2, "bob": ["accepted"] * 2}
    assert stage.enrolment("bob")[0] == "finished"


def test_what_failed_alone_and_is_dropped_is_gone_and_the_course_goes_on(stage: Stage) -> None:
    refused(stage, "one", "two")
    assert resolve(stage.database, 1, DROP).deliveries == 1
    list(stage.ticks(SLOTS[1]))
    assert states(stage) == {"ann": ["accepted"] * 2, "bob": ["cancelled", "accepted"]}
    assert labels(stage)["bob"] == ["one", "two"]
    assert stage.enrolment("bob")[0] == "finished"
    assert not status(stage).needs_attention


def test_what_failed_alone_and_was_taken_after_all_is_accepted(stage: Stage) -> None:
    refused(stage, "one")
    assert resolve(stage.database, 1, ACCEPTED).deliveries == 1
    assert states(stage)["bob"] == ["accepted"]
    assert stage.enrolment("bob")[0] == "finished"


@pytest.mark.parametrize(("decision", "state"), [(ACCEPTED, "accepted"), (AGAIN, "accepted"), (DROP, "cancelled")])
def test_a_batch_in_which_all_were_refused_is_decided_about_as_a_whole(
    stage: Stage, decision: Decision, state: str
) -> None:
    begun(stage, "one", answer=Answer(Verdict.REFUSED_SOME, "none", refused={1: "no address", 2: "no address"}))
    assert stage.rows("SELECT state FROM batch") == [("failed",)]
    done = resolve(stage.database, 1, decision)
    assert (done.batch, done.deliveries) == (2 if decision is AGAIN else 1, 2)
    assert not status(stage).needs_attention
    stage.tick(LATER)
    assert states(stage) == {"ann": [state], "bob": [state]}
    assert len(labels(stage)["ann"]) == 1 + (decision is AGAIN)
    assert stage.enrolment("ann")[0] == "finished"


def test_of_a_batch_that_is_uncertain_what_failed_before_is_decided_about_afterwards(stage: Stage) -> None:
    stage.mailer.answers = []
    begun(stage, "one", answer=Answer(Verdict.REFUSED_SOME, "one is none", refused={2: "no address"}))
    stage.change("UPDATE batch SET state = 'uncertain'")
    assert resolve(stage.database, 1, ACCEPTED).deliveries == 1
    assert states(stage) == {"ann": ["accepted"], "bob": ["failed"]}
    assert resolve(stage.database, 1, DROP).deliveries == 1
    assert states(stage) == {"ann": ["accepted"], "bob": ["cancelled"]}


# What there is nothing to decide about, and who comes first.


@pytest.mark.parametrize("decision", list(Decision))
@pytest.mark.parametrize("state", ["claimed", "sending", "retry", "accepted", "cancelled"])
def test_what_is_under_way_or_has_ended_well_is_left_alone(stage: Stage, state: str, decision: Decision) -> None:
    begun(stage, "one")
    stage.change("UPDATE batch SET state = :state", state=state)
    before = stage.rows("SELECT * FROM batch"), stage.rows("SELECT * FROM delivery ORDER BY id")
    with pytest.raises(RefusedError, match=r"Batch 1 (is|was|waits) .*\. \S"):
        resolve(stage.database, 1, decision)
    assert (stage.rows("SELECT * FROM batch"), stage.rows("SELECT * FROM delivery ORDER BY id")) == before


def test_a_number_that_no_batch_has_is_not_found(stage: Stage) -> None:
    for number in (1, 2**63 - 1):
        with pytest.raises(NotFoundError, match=f"There is no batch {number}"):
            resolve(stage.database, number, DROP)


@pytest.mark.parametrize("decision", list(Decision))
@pytest.mark.parametrize("state", ["uncertain", "held", "failed", "accepted"])
def test_whatever_happened_to_it_since_it_was_looked_at_wins(stage: Stage, state: str, decision: Decision) -> None:
    refused(stage, "one")
    stage.change("UPDATE batch SET state = :state", state=state)
    with stage.database.read() as connection:
        found = resolving.case(connection, 1)
    assert found is not None
    assert found.state is BatchState(state)
    stage.change("UPDATE batch SET state = :state", state="sending")
    before = stage.rows("SELECT * FROM batch"), stage.rows("SELECT * FROM delivery ORDER BY id")
    with pytest.raises(RefusedError, match="nothing was changed"), stage.database.write() as connection:
        decide(connection, found, decision)
    assert (stage.rows("SELECT * FROM batch"), stage.rows("SELECT * FROM delivery ORDER BY id")) == before


def test_an_event_that_came_before_settles_it_and_one_that_comes_later_keeps_it_from_being_sent(stage: Stage) -> None:
    begun(stage, "one", answer=LOST)
    resolve(stage.database, 1, AGAIN)
    tell(stage, of(1, "delivered"))
    assert stage.tick(LATER).requests == 0
    assert states(stage) == {"ann": ["accepted"], "bob": ["accepted"]}
    with pytest.raises(RefusedError, match="was accepted"):
        resolve(stage.database, 1, AGAIN)


# A strict status is clean again.


@pytest.mark.parametrize("decision", list(Decision))
@UNDECIDED
def test_after_a_decision_nothing_needs_attention(stage: Stage, answer: Answer, decision: Decision) -> None:
    begun(stage, "one", answer=answer)
    assert status(stage).needs_attention
    resolve(stage.database, 1, decision)
    found = status(stage)
    assert not found.needs_attention
    assert [one.state for one in found.open] == (["retry"] if decision is AGAIN else [])


def test_a_welcome_that_was_lost_comes_after_the_course_too(stage: Stage) -> None:
    stage.publish(a_course("one", welcome=True))
    stage.mailer.answers = [LOST]
    stage.enrol("ann")
    list(stage.ticks(MONDAY))
    assert stage.rows("SELECT status FROM enrolment") == [("finished",)]
    resolve(stage.database, 1, AGAIN)
    assert stage.tick(SLOTS[3]).accepted == 1
    assert stage.mailer.labels("ann@example.com") == ["welcome", "one", "welcome"]
