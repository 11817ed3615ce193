"""What an event proves of emails that are in another batch by now than the one that it tells of, or held, or anew."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sender.deliver import deliver
from sender.model import Answer, Verdict
from sender.settling import take_up_retries
from sender.store import ledger
from tests.sender.events.telling import of, tell
from tests.sender.stage import SLOTS, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

ERROR = Answer(Verdict.WAIT, "an error of the server (500)")
HELD = Answer(Verdict.HELD, "an error that names nobody (400)")
LOST = Answer(Verdict.UNCERTAIN, "no answer came back")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATE = SLOTS[0] + 12 * HOUR
BERLIN = SLOTS[1] - HOUR


@pytest.fixture
def parted(stage: Stage) -> Stage:
    """Ann in Berlin and bob, whose first lesson was taken, though the answer was an error, wait for other slots."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", timezone="Europe/Berlin")
    stage.enrol("bob")
    stage.mailer.answers = [ERROR]
    stage.tick(SLOTS[0])
    assert stage.tick(LATE).moved == 2
    stage.mailer.requests.clear()
    return stage


def states(stage: Stage) -> list[object]:
    """How the first lesson stands of each."""
    return [stage.deliveries(name)[0][2] for name in ("ann", "bob")]


def claimed(stage: Stage, owner: str = "") -> None:
    """Claim ann's in her slot, and send nothing."""
    stage.claim(BERLIN, owner=owner or str(stage.sender().owner))


def all_sent(stage: Stage) -> list[list[str]]:
    """What each was sent from now on, once there is nothing left to do."""
    stage.mailer.requests.clear()
    list(stage.ticks(BERLIN + HOUR))
    return [stage.mailer.labels(f"{name}@example.com") for name in ("ann", "bob")]


def test_an_event_of_whoever_waits_proves_the_one_that_was_let_go_with_them_and_is_claimed_by_now(
    parted: Stage,
) -> None:
    claimed(parted)
    tell(parted, of(2, "delivered"), now=BERLIN)
    assert states(parted) == ["accepted", "accepted"]
    assert all_sent(parted) == [["two"], ["two"]]


def test_an_event_of_what_is_claimed_by_now_proves_the_one_that_was_let_go_with_it_and_waits(parted: Stage) -> None:
    claimed(parted)
    tell(parted, of(1, "delivered"), now=BERLIN)
    assert states(parted) == ["accepted", "accepted"]
    assert all_sent(parted) == [["two"], ["two"]]


@pytest.mark.parametrize("answer", [HELD, ERROR, LOST], ids=["held", "error", "lost"])
def test_it_proves_that_one_though_another_request_was_made_for_it_since(parted: Stage, answer: Answer) -> None:
    parted.mailer.answers = [answer]
    assert parted.tick(BERLIN).requests == 1
    tell(parted, of(2, "delivered"), now=BERLIN)
    assert states(parted) == ["accepted", "accepted"]
    assert parted.rows("SELECT count(*) FROM batch WHERE state IN ('held', 'uncertain', 'retry')") == [(0,)]
    assert all_sent(parted) == [["two"], ["two"]]


def test_an_event_of_the_one_for_which_another_request_was_made_since_proves_nobody_who_waits(parted: Stage) -> None:
    parted.mailer.answers = [ERROR]
    parted.tick(BERLIN)
    tell(parted, of(1, "delivered"), now=BERLIN)
    assert states(parted) == ["accepted", "waiting"]
    assert all_sent(parted) == [["two"], ["one", "two"]]


def test_a_batch_of_which_all_are_proven_before_it_begins_makes_no_request(parted: Stage) -> None:
    claimed(parted)
    tell(parted, of(2, "delivered"), now=BERLIN)
    found = parted.rows("SELECT id FROM batch WHERE state = 'claimed'")
    for (batch,) in found:
        assert deliver(parted.sender().courier, int(str(batch)), BERLIN).requests == 0
    assert parted.rows("SELECT count(*) FROM batch WHERE state = 'claimed'") == [(0,)]
    assert states(parted) == ["accepted", "accepted"]


def test_whoever_missed_a_slot_in_a_batch_that_never_began_is_still_proven_by_the_others(parted: Stage) -> None:
    """The claim of ann's is given back, and she waits once more: no request was made meanwhile."""
    claimed(parted)
    parted.change("UPDATE batch SET state = 'retry', not_before = 0 WHERE state = 'claimed'")
    assert take_up_retries(parted.sender(), BERLIN + 7 * HOUR).moved == 1
    tell(parted, of(2, "delivered"), now=BERLIN + 8 * HOUR)
    assert states(parted) == ["accepted", "accepted"]


@pytest.mark.parametrize("answer", [HELD, ERROR], ids=["held", "error"])
def test_what_is_held_or_waits_to_be_tried_again_is_accepted_as_soon_as_an_event_tells_of_it(
    stage: Stage, answer: Answer
) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    stage.mailer.answers = [answer]
    stage.tick(SLOTS[0])
    tell(stage, of(1, "delivered"), now=SLOTS[0] + MINUTE)
    assert states(stage) == ["accepted", "accepted"]
    assert stage.rows("SELECT state, not_before FROM batch") == [("accepted", None)]
    list(stage.ticks(SLOTS[1]))
    assert stage.mailer.labels("ann@example.com") == ["one", "two"]
    with stage.database.write() as connection:
        assert ledger.release(connection, None) == 0


def test_what_is_told_of_while_it_is_claimed_again_is_not_held_for_an_edition_that_cannot_be_read(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    stage.mailer.answers = [ERROR]
    stage.tick(SLOTS[0])
    assert take_up_retries(stage.sender(), SLOTS[0] + 5 * MINUTE).claimed == 2
    tell(stage, of(1, "delivered"), now=SLOTS[0] + 5 * MINUTE)
    stage.change("UPDATE content SET bytes = :text", text=b"damaged")
    delivered = deliver(stage.sender().courier, 1, SLOTS[0] + 5 * MINUTE)
    assert (delivered.state, delivered.count, delivered.requests) == ("accepted", 2, 0)
    assert states(stage) == ["accepted", "accepted"]


def test_whoever_left_and_came_back_is_not_sent_what_an_event_now_tells_that_they_had(stage: Stage) -> None:
    back(stage)
    stage.claim(SLOTS[1])
    tell(stage, of(1, "delivered"))
    assert [row[2] for row in stage.deliveries("ann")] == ["accepted", "cancelled"]
    stage.change("UPDATE batch SET lease_until = 0 WHERE state = 'claimed'")
    list(stage.ticks(SLOTS[1] + HOUR))
    assert stage.mailer.labels("ann@example.com") == ["one", "two"]
    assert stage.enrolment("ann")[0] == "finished"


def test_whoever_began_afresh_is_sent_it_again_whatever_they_had_before(stage: Stage) -> None:
    back(stage, afresh=True)
    stage.claim(SLOTS[1])
    tell(stage, of(1, "delivered"))
    stage.change("UPDATE batch SET lease_until = 0 WHERE state = 'claimed'")
    list(stage.ticks(SLOTS[1] + HOUR))
    assert stage.mailer.labels("ann@example.com") == ["one", "one", "two"]


def back(stage: Stage, *, afresh: bool = False) -> None:
    """Ann, whose first lesson was taken though the answer was an error, left before it was tried again; she is back."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.mailer.answers = [ERROR]
    stage.tick(SLOTS[0])
    stage.change("UPDATE enrolment SET status = 'ended', ended_from = 'active', next_due_at = NULL")
    assert stage.tick(SLOTS[0] + 5 * MINUTE).cancelled == 1
    stage.change(
        "INSERT INTO enrolment (subscriber_id, course_id, track, status, overrides, start_at, created_at, next_due_at,"
        " due_since, afresh) SELECT subscriber_id, course_id, track, 'active', overrides, :now, :now, :due, :due,"
        " :afresh = 1 FROM enrolment",
        now=seconds(SLOTS[0] + HOUR), due=seconds(SLOTS[1]), afresh=int(afresh),
    )  # fmt: skip
