"""Whatever a mailer raises, its batch alone is uncertain, and the tick goes on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sender.mailers import Mailer
from sender.mailers.sendgrid import SendGridMailer
from sender.model import Answer, Request
from sender.tick import tick
from tests.sender.mailers.test_transport import serving
from tests.sender.stage import SLOTS, Recorder, Stage, a_course


class Odd(Recorder):
    """A mailer that raises during its first request."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def send(self, request: Request) -> Answer:
        """Keep a request."""
        answer = super().send(request)
        if len(self.requests) == 1:
            raise self._error
        return answer


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Three people, each in a batch of their own."""
    stage.publish(a_course("one", "two"))
    for name in ("ann", "bob", "cid"):
        stage.enrol(name)
        stage.claim(SLOTS[0], owner=str(stage.sender().owner), limit=1)
    return stage


def states(stage: Stage) -> list[object]:
    return [state for (state,) in stage.rows("SELECT state FROM batch ORDER BY id")]


@pytest.mark.parametrize("error", [ValueError("odd"), KeyError("odd"), OSError("odd"), RecursionError()], ids=repr)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_it_raised_in_is_uncertain_and_the_others_go_out(stage: Stage, error: Exception) -> None:
    stage.mailer = Odd(error)
    tally = stage.tick(SLOTS[0])
    assert (tally.uncertain, tally.accepted, tally.requests) == (1, 2, 3)
    assert states(stage) == ["uncertain", "accepted", "accepted"]
    assert [reason for reason in stage.said if type(error).__name__ in reason]
    list(stage.ticks(SLOTS[1]))
    assert stage.mailer.labels("ann@example.com") == ["one", "two"]
    assert stage.deliveries("ann")[0][2] == "uncertain"


def a_mailer(host: str) -> Mailer:
    return SendGridMailer("SG.sample", host, lambda: datetime.now(UTC), timeout=5)


@pytest.mark.parametrize("location", ["http://[oops", "//["])
def test_a_redirect_to_what_is_no_address_is_held_like_any_other(stage: Stage, location: str) -> None:
    with serving(302, location=location) as server:
        stage.mailer = a_mailer(f"http://127.0.0.1:{server.server_port}")  # type: ignore[assignment]
        tick(stage.sender(), SLOTS[0])
        tick(stage.sender(), SLOTS[0])
        began = stage.rows("SELECT state FROM batch WHERE attempt > 0")
        assert len(server.seen) == len(began) == 1
    assert began == [("held",)]
    assert stage.said[-1].startswith("No request is made until")
