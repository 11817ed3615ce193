"""A batch that another process has taken over is that one's alone: whoever had it before changes nothing about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from sender.deliver import deliver
from sender.gate import Gate
from sender.mailers import Mailer
from sender.model import Answer, Request, Verdict
from sender.owner import Owner
from sender.pacing import Pacing
from sender.resolving import Decision, resolve
from sender.sending import Sender
from sender.settling import settle_abandoned, take_up_retries
from sender.store import batches
from sender.tick import tick
from tests.sender.paced import paced
from tests.sender.stage import MONDAY, SLOTS, Recorder, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

NAMES = ("ann", "bob", "cid", "dee", "eve", "fay")


class Meanwhile(Recorder):
    """A recorder that has something happen during its first request."""

    def __init__(self, happens: Callable[[], object], *answers: Answer) -> None:
        super().__init__(*answers)
        self._happens = happens

    def send(self, request: Request) -> Answer:
        """Keep a request."""
        answer = super().send(request)
        if len(self.requests) == 1:
            self._happens()
        return answer


def another(stage: Stage, mailer: Mailer) -> Sender:
    """What ticks on another machine, whose clock says that every lease is over."""
    elsewhere = Owner("elsewhere", 1, "1")
    return replace(stage.sender(), owner=elsewhere, clock=lambda: MONDAY + timedelta(days=1), mailer=mailer)


@pytest.fixture
def batch(stage: Stage) -> int:
    """A batch of six, claimed by the process that the stage's ticks are of."""
    stage.publish(a_course("one", "two"))
    stage.enrol(*NAMES)
    (batch,) = stage.claim(SLOTS[0], owner=str(stage.sender().owner)).batches
    return batch


def once(stage: Stage) -> bool:
    """Whether everybody was sent the first lesson once."""
    return sorted(stage.mailer.sent) == [(f"{name}@example.com", "one") for name in NAMES]


def test_under_a_rate_it_is_not_split_and_sent_by_the_process_that_had_it(stage: Stage, batch: int) -> None:
    paced(stage, rate="10")  # of six, one may go out at once
    first = stage.sender()
    gate = Gate(first, SLOTS[0])
    asked = []

    def ask() -> None:
        asked.append(gate.carried(batch, lambda one: deliver(first.courier, one, SLOTS[0])))

    stage.mailer = Meanwhile(ask)
    second = replace(another(stage, stage.mailer), pacing=Pacing())
    settle_abandoned(second)
    assert deliver(second.courier, batch, SLOTS[0]).state == "accepted"
    stage.tick(SLOTS[0])
    assert once(stage)
    assert asked == [None]
    assert stage.rows("SELECT id, state FROM batch") == [(batch, "accepted")]


def test_with_a_limit_it_is_not_split_and_sent_by_the_process_that_had_it(
    stage: Stage, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = stage.sender(), another(stage, stage.mailer)
    found = batches.claimed_by
    overtaken: list[object] = []

    def overtake(connection: Connection, owner: str, *rest: int | None) -> list[int]:
        mine = found(connection, owner, *rest)
        if not overtaken and owner == str(first.owner):
            settle_abandoned(second)
            overtaken.append(deliver(second.courier, batch, SLOTS[0]).state)
        return mine

    monkeypatch.setattr(batches, "claimed_by", overtake)
    tally = tick(first, SLOTS[0], limit=3)
    stage.tick(SLOTS[0])
    assert once(stage)
    assert (overtaken, tally.requests) == (["accepted"], 0)
    assert stage.rows("SELECT id, state FROM batch") == [(batch, "accepted")]


def test_a_refusal_that_comes_late_marks_nobody_failed_in_a_batch_that_another_has_settled(
    stage: Stage, batch: int
) -> None:
    second = another(stage, Recorder())

    def send_again() -> None:
        settle_abandoned(second)
        resolve(stage.database, batch, Decision.SEND_AGAIN)
        take_up_retries(second, SLOTS[0])
        assert deliver(second.courier, batch, SLOTS[0]).state == "accepted"

    stage.mailer = Meanwhile(send_again, Answer(Verdict.REFUSED_SOME, "a bad address", refused={1: "a bad address"}))
    first = stage.sender()
    deliver(first.courier, batch, SLOTS[0])
    assert [stage.deliveries(name)[0][2] for name in NAMES] == ["accepted"] * len(NAMES)
    assert stage.rows("SELECT reason FROM delivery WHERE reason <> ''") == []
