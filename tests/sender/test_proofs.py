"""What an event proves: of whom it is, and of whoever shared all requests with them; and of nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from sender.editions import EditionBook
from sender.learning import learning
from sender.model import Answer, Request, Verdict
from sender.pausing import pause_enrolment
from sender.settling import take_up_retries
from tests.sender.events.telling import of, tell
from tests.sender.stage import SLOTS, Recorder, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

ERROR = Answer(Verdict.WAIT, "an error of the server (500)")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATE = SLOTS[0] + 36 * HOUR


@pytest.fixture
def taken(stage: Stage) -> Stage:
    """The first of two lessons for ann and bob, in one request, which was taken though the answer was an error."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    stage.mailer.answers = [ERROR]
    assert stage.tick(SLOTS[0]).retry == 2
    return stage


def states(stage: Stage, *names: str) -> list[object]:
    """How the first lesson stands of each."""
    return [stage.deliveries(name)[0][2] for name in names]


def test_what_was_let_go_together_was_taken_together(taken: Stage) -> None:
    assert taken.tick(LATE).moved == 2
    tell(taken, of(1, "delivered"))
    assert states(taken, "ann", "bob") == ["accepted", "accepted"]
    list(taken.ticks(SLOTS[1]))
    assert [taken.mailer.labels(f"{name}@example.com") for name in ("ann", "bob")] == [["one", "two"]] * 2


def test_what_was_let_go_alone_is_not_taken_for_the_request_that_the_others_made_since(taken: Stage) -> None:
    """Ann's slot is too long ago, and bob is sent the lesson a second time, of which an event comes: not of hers."""
    taken.change("UPDATE delivery SET slot_at = slot_at - 864000 WHERE id = 1")
    assert taken.tick(SLOTS[0] + 5 * MINUTE).moved == 1
    tell(taken, of(2, "delivered"))
    assert states(taken, "ann", "bob") == ["waiting", "accepted"]
    list(taken.ticks(SLOTS[1]))
    assert taken.mailer.labels("ann@example.com") == ["one", "one", "two"]


@pytest.mark.parametrize("answer", [ERROR, Answer(Verdict.UNCERTAIN, "no answer came back")], ids=["no", "none"])
def test_whoever_came_later_is_not_taken_to_have_had_what_an_earlier_request_brought_another(
    taken: Stage, answer: Answer
) -> None:
    """Ann and bob wait for the second slot, in which cid gets the first lesson with them, by a request that is lost."""
    assert taken.tick(LATE).moved == 2
    taken.enrol("cid", now=LATE)
    taken.mailer.answers = [answer]
    assert taken.tick(SLOTS[1]).requests == 1
    tell(taken, of(1, "delivered"), now=SLOTS[1] + MINUTE)
    taken.mailer.requests.clear()
    taken.tick(SLOTS[1] + 5 * MINUTE)
    left = {Verdict.WAIT: "accepted", Verdict.UNCERTAIN: "uncertain"}[answer.verdict]
    assert states(taken, "ann", "bob", "cid") == ["accepted", "accepted", left]
    assert taken.mailer.sent == ([("cid@example.com", "one")] if answer is ERROR else [])
    list(taken.ticks(SLOTS[2]))
    assert taken.mailer.labels("ann@example.com") == ["two"]
    assert taken.enrolment("ann")[0] == "finished"


def test_an_event_of_somebody_who_came_later_proves_the_request_for_all_who_were_in_it(taken: Stage) -> None:
    assert taken.tick(LATE).moved == 2
    taken.enrol("cid", now=LATE)
    taken.mailer.answers = [Answer(Verdict.UNCERTAIN, "no answer came back")]
    taken.tick(SLOTS[1])
    tell(taken, of(3, "delivered"), now=SLOTS[1] + MINUTE)
    assert states(taken, "ann", "bob", "cid") == ["accepted"] * 3
    assert taken.rows("SELECT count(*) FROM batch WHERE state = 'uncertain'") == [(0,)]


def test_nothing_is_left_of_a_batch_all_of_whose_emails_are_proven_one_by_one(taken: Stage) -> None:
    taken.change("UPDATE delivery SET slot_at = slot_at - 864000 WHERE id = 1")
    taken.mailer.answers = [ERROR]
    taken.tick(SLOTS[0] + 5 * MINUTE)
    assert taken.tick(LATE).moved == 1  # bob, by then; they have not shared all requests
    taken.mailer.answers = [Answer(Verdict.UNCERTAIN, "no answer came back")]
    assert taken.tick(SLOTS[1]).uncertain == 2
    tell(taken, of(1, "delivered"), now=SLOTS[1] + MINUTE)
    assert states(taken, "ann", "bob") == ["accepted", "uncertain"]
    tell(taken, of(2, "delivered"), now=SLOTS[1] + MINUTE)
    assert states(taken, "ann", "bob") == ["accepted", "accepted"]
    assert taken.rows("SELECT count(*) FROM batch WHERE state = 'uncertain'") == [(0,)]


def test_of_a_batch_that_was_split_each_part_is_proven_by_its_own_events(taken: Stage) -> None:
    assert take_up_retries(taken.sender(), SLOTS[0] + 5 * MINUTE, 1).claimed == 1
    tell(taken, of(1, "delivered"), of(2, "delivered"))
    assert taken.tick(SLOTS[0] + 6 * MINUTE).requests == 0
    assert states(taken, "ann", "bob") == ["accepted", "accepted"]


def test_an_event_of_somebody_who_paused_since_proves_the_request_for_the_others(taken: Stage) -> None:
    pause_enrolment(taken.database, EditionBook(), 1, None, SLOTS[0])
    taken.mailer.answers = [ERROR]
    assert taken.tick(SLOTS[0] + 5 * MINUTE).cancelled == 1
    tell(taken, of(1, "delivered"))
    assert states(taken, "ann") == ["accepted"]
    assert taken.tick(SLOTS[0] + HOUR).requests == 0
    assert states(taken, "bob") == ["accepted"]


def test_an_event_of_what_was_cancelled_as_somebody_left_is_believed(taken: Stage) -> None:
    assert taken.tick(LATE).moved == 2
    tell(taken, of(None, "spamreport", name="ann"))
    assert states(taken, "ann") == ["cancelled"]
    tell(taken, of(1, "delivered", 1))
    assert states(taken, "ann", "bob") == ["accepted", "accepted"]


def test_it_can_be_read_and_counts_as_had(taken: Stage) -> None:
    """What went out is in the batch again of which it was let go, so that its pages find what was sent."""
    taken.tick(LATE)
    tell(taken, of(1, "delivered"))
    assert taken.rows("SELECT batch_id FROM delivery") == [(1,), (1,)]
    assert taken.rows("SELECT count(*) FROM delivery WHERE batch_id IS NULL") == [(0,)]
    with taken.database.read() as connection:
        told = learning(connection, EditionBook(), 1)
    assert told is not None
    assert (told.progress.had, told.progress.total) == (1, 2)


class Quick(Recorder):
    """A recorder of whose first request events tell before it answers."""

    def __init__(self, tells: Callable[[], object], *answers: Answer) -> None:
        super().__init__(*answers)
        self._tells = tells

    def send(self, request: Request) -> Answer:
        """Keep a request."""
        answer = super().send(request)
        if len(self.requests) == 1:
            self._tells()
        return answer


@pytest.mark.parametrize("verdict", [Verdict.WAIT, Verdict.HELD, Verdict.UNCERTAIN])
def test_events_that_are_quicker_than_an_answer_are_believed_and_the_answer_is_not(
    stage: Stage, verdict: Verdict
) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob")
    stage.mailer = Quick(lambda: tell(stage, of(1, "processed")), Answer(verdict, "not now"))
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, tally.retry, tally.held, tally.uncertain) == (2, 0, 0, 0)
    assert states(stage, "ann", "bob") == ["accepted", "accepted"]
    assert stage.enrolment("ann")[0] == "finished"
    assert stage.said == ["not now"]
