"""A batch that one mailer was carrying when its process died is not carried again by another, whatever that can do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sender.model import Answer, Request
from tests.sender.stage import SLOTS, Recorder, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR = timedelta(hours=1)


class SendGridLike(Recorder):
    """A mailer that dies with its process during the first request, if it is to."""

    def __init__(self, *, dies: bool = False) -> None:
        super().__init__()
        self._dies = dies

    def send(self, request: Request) -> Answer:
        """Keep a request, and perhaps be killed."""
        answer = super().send(request)
        if self._dies:
            raise KeyboardInterrupt
        return answer


class SmtpLike(SendGridLike):
    told = False


class FolderLike(SendGridLike):
    told = False
    repeatable = True


MAILERS = (SendGridLike, SmtpLike, FolderLike)


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    return stage


@pytest.mark.parametrize("after", MAILERS)
@pytest.mark.parametrize("before", MAILERS)
def test_only_what_can_be_carried_twice_is_and_by_its_like_alone(
    stage: Stage, before: type[SendGridLike], after: type[SendGridLike]
) -> None:
    stage.mailer = before(dies=True)
    with pytest.raises(KeyboardInterrupt):
        stage.tick(SLOTS[0])
    assert stage.deliveries("ann")[0][2] == "sending"
    stage.mailer = after()
    tally = stage.tick(SLOTS[0] + HOUR)
    again = before is after is FolderLike
    assert (tally.accepted, tally.uncertain) == ((1, 0) if again else (0, 1))
    assert stage.mailer.labels("ann@example.com") == (["one"] if again else [])
    list(stage.ticks(SLOTS[1]))
    assert stage.mailer.labels("ann@example.com") == ["one", "two"] if again else ["two"]


@pytest.mark.parametrize("after", MAILERS)
def test_what_is_uncertain_stays_so_under_another_mailer(stage: Stage, after: type[SendGridLike]) -> None:
    stage.mailer = SendGridLike(dies=True)
    with pytest.raises(KeyboardInterrupt):
        stage.tick(SLOTS[0])
    stage.mailer = SmtpLike()
    stage.tick(SLOTS[0])
    stage.mailer = after()
    list(stage.ticks(SLOTS[1]))
    assert stage.mailer.labels("ann@example.com") == ["two"]
    assert stage.deliveries("ann")[0][2] == "uncertain"
