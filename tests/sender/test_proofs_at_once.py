"""Bodies of events come several at a time: none waits for another that tells of emails of the same request."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest

from sender.deliver import deliver
from sender.events.event import read_event
from sender.events.recording import record_events
from sender.model import Answer, Request, Verdict
from sender.settling import settle_abandoned, take_up_retries
from sender.store import events
from tests.sender.events.telling import of, tell
from tests.sender.stage import SLOTS, Recorder, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["postgresql"])

ERROR = Answer(Verdict.WAIT, "an error of the server (500)")
LATE = SLOTS[0] + timedelta(hours=36)
_LOOKS = 10_000


@pytest.fixture
def waiting(stage: Stage) -> Stage:
    """Ann and bob, whose lesson was taken although the answer was an error, wait for another slot."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    stage.mailer.answers = [ERROR]
    stage.tick(SLOTS[0])
    assert stage.tick(LATE).moved == 2
    return stage


def states(stage: Stage) -> list[object]:
    return [stage.deliveries(name)[0][2] for name in ("ann", "bob")]


@pytest.fixture
def unsure(waiting: Stage) -> Stage:
    """The same, claimed again, of which nobody knows."""
    waiting.mailer.answers = [Answer(Verdict.UNCERTAIN, "no answer came back")]
    assert waiting.tick(SLOTS[1]).uncertain == 2
    return waiting


def test_of_what_waits_the_one_that_is_told_of_elsewhere_is_left_to_that(waiting: Stage) -> None:
    with waiting.database.write() as connection:
        assert events.deliveries(connection, [1])  # as the recording of an event begins
        tell(waiting, of(2, "delivered"))
        assert states(waiting) == ["waiting", "accepted"]
    tell(waiting, of(1, "delivered"))
    assert states(waiting) == ["accepted", "accepted"]


def test_of_what_is_uncertain_the_one_that_is_told_of_elsewhere_is_left_to_that(unsure: Stage) -> None:
    with unsure.database.write() as connection:
        assert events.deliveries(connection, [1])
        tell(unsure, of(2, "delivered"))
        assert states(unsure) == ["uncertain", "accepted"]
    tell(unsure, of(1, "delivered"))
    assert states(unsure) == ["accepted", "accepted"]
    assert unsure.rows("SELECT count(*) FROM batch WHERE state = 'uncertain'") == [(0,)]


def test_what_is_let_go_waits_for_events_that_are_being_recorded_and_gives_way_to_them(stage: Stage) -> None:
    """The bounce ends what ann is on while her lesson, which is too late, is let go of: neither waits for the other."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    stage.mailer.answers = [ERROR]
    stage.tick(SLOTS[0])
    with ThreadPoolExecutor(1) as pool:
        with stage.database.write() as connection:
            assert events.deliveries(connection, [1])
            act = pool.submit(take_up_retries, stage.sender(), LATE)
            assert any(waits(stage) for _ in range(_LOOKS))
            bounce = read_event(of(1, "bounce"), int(LATE.timestamp()))
            assert record_events(connection, [bounce], LATE) == 1
        act.result()
    assert states(stage) == ["accepted", "accepted"]
    assert stage.enrolment("ann")[0] == "ended"


def test_an_answer_waits_for_events_that_are_being_recorded(stage: Stage) -> None:
    """They find the batch being sent, and prove nothing; so the answer is to find them."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    release = Event()
    stage.mailer = Slow(release, ERROR)
    with ThreadPoolExecutor(1) as pool:
        act = pool.submit(stage.tick, SLOTS[0])
        assert stage.mailer.asked.wait(60)
        with stage.database.write() as connection:
            event = read_event(of(1, "delivered"), int(LATE.timestamp()))
            assert record_events(connection, [event], LATE) == 1
            release.set()
            assert any(waits(stage) for _ in range(_LOOKS))
        assert act.result().accepted == 2
    assert states(stage) == ["accepted", "accepted"]
    assert stage.rows("SELECT state FROM batch") == [("accepted",)]


def test_a_batch_that_begins_waits_for_events_of_what_was_told_of_in_it(unsure: Stage) -> None:
    """An event told of ann, and another one is being recorded: what is said of her batch is what becomes of it."""
    unsure.change("UPDATE delivery SET seen = 'delivered' WHERE id = 1")
    owner = str(unsure.sender().owner)
    unsure.change("UPDATE batch SET state = 'claimed', owner = :owner WHERE state = 'uncertain'", owner=owner)
    (batch,) = unsure.rows("SELECT batch_id FROM delivery WHERE id = 1")[0]
    with ThreadPoolExecutor(1) as pool:
        with unsure.database.write() as connection:
            assert events.deliveries(connection, [2])
            act = pool.submit(deliver, unsure.sender().courier, int(str(batch)), SLOTS[1])
            assert any(waits(unsure) for _ in range(_LOOKS))
        assert (act.result().state, act.result().requests) == ("accepted", 0)
    assert states(unsure) == ["accepted", "accepted"]
    assert unsure.rows("SELECT state FROM batch WHERE id = :id", id=batch) == [("accepted",)]


def test_what_is_given_up_waits_for_events_that_are_being_recorded(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    stage.claim(SLOTS[0])
    stage.change("UPDATE batch SET state = 'sending', sending_at = :at, owner = 'gone', lease_until = 1", at=1)
    with ThreadPoolExecutor(1) as pool:
        with stage.database.write() as connection:
            event = read_event(of(1, "delivered"), int(LATE.timestamp()))
            assert record_events(connection, [event], LATE) == 1
            act = pool.submit(settle_abandoned, stage.sender())
            assert any(waits(stage) for _ in range(_LOOKS))
        assert act.result() == 0
    assert states(stage) == ["accepted", "accepted"]


class Slow(Recorder):
    """A recorder that answers once it may."""

    def __init__(self, may: Event, *answers: Answer) -> None:
        super().__init__(*answers)
        self.asked = Event()
        self._may = may

    def send(self, request: Request) -> Answer:
        """Keep a request."""
        self.asked.set()
        assert self._may.wait(60)
        return super().send(request)


def waits(stage: Stage) -> bool:
    """Whether a transaction waits for another one."""
    return stage.rows("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)]
