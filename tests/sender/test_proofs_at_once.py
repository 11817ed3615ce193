"""Bodies of events come several at a time: none waits for another that tells of emails of the same request."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sender.model import Answer, Verdict
from sender.store import events
from tests.sender.events.telling import of, tell
from tests.sender.stage import SLOTS, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["postgresql"])

LATE = SLOTS[0] + timedelta(hours=36)


@pytest.fixture
def waiting(stage: Stage) -> Stage:
    """Ann and bob, whose lesson was taken although the answer was an error, wait for another slot."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    stage.mailer.answers = [Answer(Verdict.WAIT, "an error of the server (500)")]
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
