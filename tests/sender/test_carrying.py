"""Batches go out while the next are claimed, and whatever stops them acts before the next request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

import pytest

from sender import deliver as delivering
from sender import tick as ticking
from sender.claim import claim
from sender.links import Signer
from sender.model import Answer, Recipient, Request
from sender.owner import this_process
from sender.recipients import Fill, recipients
from sender.sending import Sender, Tally
from sender.store.addressees import Addressee
from tests.sender.stage import SLOTS, Recorder, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
PATIENCE = 20.0


class Doing(Recorder):
    """A recorder that does something during each request."""

    def __init__(self, do: Callable[[int], None]) -> None:
        super().__init__()
        self._do = do

    def send(self, request: Request) -> Answer:
        """Keep a request, then do it: it is told how many requests there were before."""
        answer = super().send(request)
        self._do(len(self.requests) - 1)
        return answer


@pytest.fixture
def stage(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Six people who are due at `SLOTS[0]`; a claim takes one of them, so that each is a batch."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob", "cid", "dee", "eve", "fay")
    monkeypatch.setattr(ticking, "_CLAIM_AT_ONCE", 1)
    return stage


def a_sender(stage: Stage, mailer: Recorder, concurrency: int = 1) -> Sender:
    stage.mailer = mailer
    signer = Signer("https://example.com", "a secret of a test")
    return Sender(stage.database, mailer, signer, this_process(), stage.clock, concurrency=concurrency)


def states(stage: Stage) -> dict[object, object]:
    return dict(stage.rows("SELECT state, count(*) FROM batch GROUP BY state"))  # type: ignore[arg-type]


def test_the_next_batch_is_claimed_while_a_request_is_under_way(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    claimed_again, claims = Event(), []

    def counted(*given: object, **named: object) -> object:
        found = claim(*given, **named)  # type: ignore[arg-type]
        claims.append(found)
        if len(claims) == 2:
            claimed_again.set()
        return found

    monkeypatch.setattr(ticking, "claim", counted)
    in_time = []
    mailer = Doing(lambda before: in_time.append(bool(before) or claimed_again.wait(PATIENCE)))
    assert ticking.tick(a_sender(stage, mailer), SLOTS[0]).accepted == 6
    assert in_time == [True] * 6


@pytest.mark.parametrize("concurrency", [1, 2])
def test_no_more_is_claimed_than_will_soon_be_wanted(stage: Stage, concurrency: int) -> None:
    open_: list[int] = []

    def look(_before: int) -> None:
        [(count,)] = stage.rows("SELECT count(*) FROM batch WHERE state IN ('claimed', 'sending')")
        open_.append(int(str(count)))

    assert ticking.tick(a_sender(stage, Doing(look), concurrency), SLOTS[0]).accepted == 6
    assert max(open_) <= 2 * concurrency


def test_told_to_stop_it_begins_no_other_request(stage: Stage) -> None:
    sender: Sender | None = None

    def stop(_before: int) -> None:
        assert sender is not None
        sender.stop.set()

    sender = a_sender(stage, Doing(stop))
    tally = ticking.tick(sender, SLOTS[0])
    assert (tally.accepted, len(stage.mailer.requests)) == (1, 1)
    assert set(states(stage)) <= {"accepted", "claimed"}
    sender.stop.clear()
    assert ticking.tick(a_sender(stage, Recorder()), SLOTS[0]).accepted == 5


def test_a_hold_acts_before_the_next_request(stage: Stage) -> None:
    mailer = Doing(lambda _before: stage.change("UPDATE course SET held = true"))
    assert ticking.tick(a_sender(stage, mailer), SLOTS[0]).accepted == 1
    assert len(mailer.requests) == 1
    stage.change("UPDATE course SET held = false")
    assert ticking.tick(a_sender(stage, Recorder()), SLOTS[0]).accepted == 5
    assert states(stage) == {"accepted": 6}


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("limit", [1, 4, 6])
def test_a_limit_holds_for_all_that_are_carried_at_once(stage: Stage, limit: int, concurrency: int) -> None:
    sender = a_sender(stage, Recorder(), concurrency)
    assert ticking.tick(sender, SLOTS[0], limit=limit).accepted == limit
    assert len(stage.mailer.sent) == limit


def test_whoever_leaves_while_others_are_sent_to_makes_room_within_a_limit(stage: Stage) -> None:
    leave = "UPDATE enrolment SET status = 'ended', next_due_at = NULL WHERE id = 2"
    mailer = Doing(lambda before: stage.change(leave) if before == 0 else None)
    tally: Tally = ticking.tick(a_sender(stage, mailer), SLOTS[0], limit=4)
    assert (tally.accepted, len(mailer.sent)) == (4, 4)


def test_what_was_given_up_while_its_values_were_worked_out_is_not_requested(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where somebody has to be left out, the batch is looked at again: it may be somebody else's by then."""

    def late(fill: Fill, people: Sequence[Addressee]) -> tuple[list[Recipient], dict[int, str]]:
        stage.change("UPDATE batch SET state = 'uncertain'")
        made, _ = recipients(fill, people)
        return made, {people[0].delivery: "an email that cannot be made"}

    monkeypatch.setattr(delivering, "recipients", late)
    tally = ticking.tick(a_sender(stage, Recorder()), SLOTS[0])
    assert stage.mailer.requests == []
    assert (tally.accepted, states(stage)) == (0, {"uncertain": 6})
    assert stage.rows("SELECT count(*) FROM delivery WHERE outcome IS NOT NULL") == [(0,)]
