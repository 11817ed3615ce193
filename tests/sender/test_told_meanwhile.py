"""An event that tells of an email whose answer was no has the last word, wherever the email stands by then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sender.deliver import deliver
from sender.model import Answer, Verdict
from sender.settling import take_up_retries
from tests.sender.events.telling import of, tell
from tests.sender.stage import SLOTS, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

ERROR = Answer(Verdict.WAIT, "an error of the server (500)")
HOUR = timedelta(hours=1)


@pytest.fixture
def taken(stage: Stage) -> Stage:
    """The first of two lessons for ann: it was taken, though the answer was an error."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.mailer.answers = [ERROR]
    assert stage.tick(SLOTS[0]).retry == 1
    return stage


def test_what_is_claimed_again_by_then_is_not_sent_again(taken: Stage) -> None:
    later = SLOTS[0] + timedelta(minutes=5)
    assert take_up_retries(taken.sender(), later).claimed == 1
    tell(taken, of(1, "delivered"), now=later)
    deliver(taken.sender().courier, 1, later)
    taken.tick(later)
    assert taken.mailer.labels("ann@example.com") == ["one"]
    assert taken.deliveries("ann")[0][2] == "accepted"
    list(taken.ticks(SLOTS[1]))
    assert taken.mailer.labels("ann@example.com") == ["one", "two"]
    assert taken.enrolment("ann")[0] == "finished"


def test_what_waits_in_no_batch_is_sent_where_no_event_tells_of_it(taken: Stage) -> None:
    assert taken.tick(SLOTS[0] + timedelta(days=1, hours=12)).moved == 1
    list(taken.ticks(SLOTS[1]))
    assert taken.mailer.labels("ann@example.com") == ["one", "one", "two"]
