"""An event that tells of an email whose answer was no has the last word, wherever the email stands by then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import pytest

from sender.deliver import deliver
from sender.editions import EditionBook
from sender.model import Answer, Verdict
from sender.pausing import pause_enrolment, resume_enrolment
from sender.resolving import Decision, RefusedError, resolve
from sender.settling import settle_uncertain, take_up_retries
from sender.store import ledger
from sender.store.ledger import SETTLE_AFTER
from tests.sender.events.telling import of, tell
from tests.sender.stage import SLOTS, Stage, a_course, a_lesson

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

ERROR = Answer(Verdict.WAIT, "an error of the server (500)")
HELD = Answer(Verdict.HELD, "an error that names nobody (400)")
LOST = Answer(Verdict.UNCERTAIN, "no answer came back")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SOON, LATE = SLOTS[0] + 5 * MINUTE, SLOTS[0] + 36 * HOUR
"""When the first lesson is tried again, and when it is too late for that."""

Step = Callable[[Stage], object]


@pytest.fixture
def taken(stage: Stage) -> Stage:
    """The first of two lessons for ann: it was taken, though the answer was an error."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.mailer.answers = [ERROR]
    assert stage.tick(SLOTS[0]).retry == 1
    return stage


# What may become of it, step by step


def tried(*answers: Answer) -> Step:
    """Try again soon, with an answer."""

    def try_(stage: Stage) -> None:
        stage.mailer.answers = list(answers)
        stage.tick(SOON)
        stage.mailer.answers = []

    return try_


def taken_up(stage: Stage) -> None:
    """Claim again what is to be tried again, and send nothing."""
    take_up_retries(stage.sender(), SOON)


def moved(stage: Stage) -> None:
    stage.tick(LATE)


def claimed(stage: Stage) -> None:
    """Claim what is due in the second slot, and send nothing."""
    stage.claim(SLOTS[1], owner=str(stage.sender().owner))


def released(stage: Stage) -> None:
    with stage.database.write() as connection:
        ledger.release(connection, None)


def decided(stage: Stage) -> None:
    with suppress(RefusedError):
        resolve(stage.database, 1, Decision.SEND_AGAIN)


def given_back(stage: Stage) -> None:
    """Call what is uncertain not taken, since an event came of a later request and a day has passed."""
    stage.publish(a_course("else", slug="others", welcome=True))
    stage.enrol("bob", now=SOON + HOUR, course="others")
    stage.tick(SOON + HOUR)
    tell(stage, of(2, "delivered"), now=SOON + HOUR)
    stage.change("UPDATE enrolment SET next_due_at = NULL WHERE course_id = 2")
    settle_uncertain(stage.sender(), SOON + SETTLE_AFTER)


def paused(stage: Stage) -> None:
    """Pause, so that it is cancelled as it is tried again."""
    pause_enrolment(stage.database, EditionBook(), 1, None, SOON - MINUTE)
    stage.tick(SOON)


def resumed(stage: Stage) -> None:
    resume_enrolment(stage.database, EditionBook(), 1, LATE)


def published(stage: Stage) -> None:
    """Another text and another cadence: all is worked out anew."""
    files = {"lessons/01-one.md": a_lesson("one", "Another text.")}
    stage.publish(a_course("one", "two", cadence='grace = "1h"', files=files), LATE + HOUR)


PATHS: dict[str, Sequence[Step]] = {
    "tried again": [taken_up],
    "moved": [moved, claimed],
    "moved and published": [moved, published, claimed],
    "held": [tried(HELD), released, taken_up],
    "held and moved": [tried(HELD), released, moved, claimed],
    "decided": [tried(LOST), decided, taken_up],
    "decided and moved": [tried(LOST), decided, moved, claimed],
    "given back": [tried(LOST), given_back],
    "given back and moved": [tried(LOST), given_back, moved, claimed],
    "paused": [paused, resumed, claimed],
}
TOLD_AFTER = [(name, place) for name, path in PATHS.items() for place in range(len(path) + 1)]


def end(stage: Stage) -> list[str]:
    """All that ann was sent, once there is nothing left to do."""
    list(stage.ticks(SLOTS[1]))
    return stage.mailer.labels("ann@example.com")


@pytest.mark.parametrize("name", PATHS)
def test_it_is_sent_again_where_no_event_tells_of_it(taken: Stage, name: str) -> None:
    for step in PATHS[name]:
        step(taken)
    before = taken.mailer.labels("ann@example.com")
    assert end(taken) == [*before, "one", "two"]


@pytest.mark.parametrize(("name", "place"), TOLD_AFTER, ids=[f"{name}-{place}" for name, place in TOLD_AFTER])
def test_it_is_not_sent_again_once_an_event_has_told_of_it(taken: Stage, name: str, place: int) -> None:
    for step in PATHS[name][:place]:
        step(taken)
    before = taken.mailer.labels("ann@example.com")
    tell(taken, of(1, "delivered"), now=SLOTS[1])
    for step in PATHS[name][place:]:
        step(taken)
    assert end(taken) == [*before, "two"]
    assert taken.enrolment("ann")[0] == "finished"
    assert {row[2] for row in taken.deliveries("ann")} <= {"accepted", "cancelled"}


def test_what_waits_for_another_slot_in_no_batch_is_not_sent_again(taken: Stage) -> None:
    assert taken.tick(LATE).moved == 1
    tell(taken, of(1, "delivered"), now=LATE + HOUR)
    assert taken.deliveries("ann") == [("lesson", "one", "accepted", int(SLOTS[0].timestamp()))]
    list(taken.ticks(SLOTS[1]))
    assert taken.mailer.labels("ann@example.com") == ["one", "two"]
    assert taken.enrolment("ann")[0] == "finished"


def test_what_is_claimed_again_by_then_is_accepted_without_a_request(taken: Stage) -> None:
    assert take_up_retries(taken.sender(), SOON).claimed == 1
    tell(taken, of(1, "delivered"), now=SOON)
    delivered = deliver(taken.sender().courier, 1, SOON)
    assert (delivered.state, delivered.count, delivered.requests) == ("accepted", 1, 0)
    assert taken.deliveries("ann")[0][2] == "accepted"
