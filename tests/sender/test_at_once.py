"""Two processes act at once on PostgreSQL, where neither waits for the other unless it is told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sender.deliver import deliver
from sender.editions import EditionBook
from sender.membership import confirm
from sender.model import Answer, Verdict
from sender.owner import Owner
from sender.settling import take_up_retries
from sender.standing import due_anew
from sender.store import batches, enrolments
from sender.store.due import due
from tests.sender.events.telling import of, tell
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["postgresql"])

_LOOKS = 10_000
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LOST = Answer(Verdict.UNCERTAIN, "no answer came back")
HIGHEST_CONCURRENCY = 64


class Beside:
    """Has something done in another thread once a function has been called, before its caller goes on.

    The caller waits until it is done, or waits for a lock.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._pool = ThreadPoolExecutor(1)
        self._begun: Future[object] | None = None

    def after(self, called: Callable[..., Any], act: Callable[[], object]) -> Callable[..., Any]:
        """The function, which has that done when it is called for the first time."""

        def calling(*arguments: Any, **named: Any) -> Any:
            result = called(*arguments, **named)
            if self._begun is None:
                self._begun = self._pool.submit(act)
                assert any(self._begun.done() or self._waits() for _ in range(_LOOKS))
            return result

        return calling

    def result(self) -> Any:
        """What came of it, once it is done."""
        assert self._begun is not None
        return self._begun.result(20)

    def close(self) -> None:
        """Wait for it."""
        self._pool.shutdown()

    def _waits(self) -> bool:
        return self._stage.rows("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)]


@pytest.fixture
def beside(stage: Stage) -> Iterator[Beside]:
    beside = Beside(stage)
    yield beside
    beside.close()


@pytest.mark.parametrize("most", [None, 3])
def test_of_two_processes_that_take_up_the_same_retry_one_sends_it(
    stage: Stage, beside: Beside, monkeypatch: pytest.MonkeyPatch, most: int | None
) -> None:
    stage.publish(a_course("one", "two"))
    names = [f"sample{number}" for number in range(8)]
    stage.enrol(*names)
    stage.mailer.answers = [Answer(Verdict.WAIT, "busy")]
    assert stage.tick(SLOTS[0]).retry == 8
    stage.mailer.requests.clear()
    later = SLOTS[0] + 5 * MINUTE
    other = replace(stage.sender(), owner=Owner("elsewhere", 1, "1"))

    def take_up_and_send() -> None:
        take_up_retries(other, later)
        deliver(other.courier, 1, later)

    found = beside.after(batches.open_deliveries, take_up_and_send)
    monkeypatch.setattr(batches, "open_deliveries", found)
    take_up_retries(stage.sender(), later, most)
    beside.result()
    stage.tick(later)
    assert sorted(stage.mailer.sent) == [(f"{name}@example.com", "one") for name in names]


def test_a_claim_waits_for_publishing_so_that_nobody_falls_due_twice(
    stage: Stage, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.publish(a_course("one", "two", "three"))
    stage.enrol("ann")
    now = SLOTS[0] + MINUTE
    worked_out = beside.after(due_anew, lambda: stage.tick(now))
    monkeypatch.setattr("sender.publishing.due_anew", worked_out)
    stage.publish(a_course("one", "two", "three", cadence='grace = "2h"'), now)
    assert beside.result().accepted == 1
    stage.tick(now + MINUTE)
    assert stage.mailer.labels("ann@example.com") == ["one"]
    assert stage.enrolment("ann")[:2] == ("active", seconds(SLOTS[1]))


def test_whoever_confirms_during_a_claim_begins_the_course(
    stage: Stage, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.publish(a_course("one", "two"))
    stage.bring_in("email\nann@example.com\n", confirmed=False)
    stage.tick(MONDAY)
    now = MONDAY + MINUTE
    stage.change("UPDATE enrolment SET next_due_at = :now, asked_at = :now", now=seconds(now))  # asked for once more
    found = beside.after(due, lambda: confirm(stage.database, EditionBook(), 1, now))
    monkeypatch.setattr("sender.claim.due", found)
    stage.claim(now, owner=str(stage.sender().owner))
    assert beside.result().changed
    assert stage.enrolment("ann")[:2] == ("active", seconds(SLOTS[0]))
    list(stage.ticks(SLOTS[0]))
    assert [label for label in stage.mailer.labels("ann@example.com") if label != "confirm"] == ["one", "two"]


def test_of_two_lessons_that_are_settled_at_once_the_one_that_is_later_finishes_the_course(
    stage: Stage, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.mailer.answers = [LOST]
    stage.tick(SLOTS[0])
    recorded = beside.after(enrolments.finish, lambda: tell(stage, of(1, "delivered")))
    monkeypatch.setattr(enrolments, "finish", recorded)
    stage.tick(SLOTS[1])
    assert beside.result().new == 1
    assert [row[2] for row in stage.deliveries("ann")] == ["accepted", "accepted"]
    assert stage.enrolment("ann")[0] == "finished"


def test_of_two_bodies_of_events_that_prove_the_last_lessons_at_once_the_later_finishes_the_course(
    stage: Stage, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    stage.mailer.answers = [LOST, LOST]
    stage.tick(SLOTS[0])
    stage.tick(SLOTS[1])
    proven = beside.after(enrolments.finish, lambda: tell(stage, of(3, "delivered", name="ann")))
    monkeypatch.setattr("sender.store.proofs.finish", proven)
    tell(stage, of(1, "delivered"))
    assert beside.result().new == 1
    assert [stage.enrolment(name)[0] for name in ("ann", "bob")] == ["finished", "finished"]


def test_a_claim_that_finds_nothing_left_beside_events_that_prove_the_last_lesson_leaves_nobody_open(
    stage: Stage, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.mailer.answers = [LOST]
    stage.tick(SLOTS[0])
    stage.publish(a_course("one"), SLOTS[0] + HOUR)
    stage.change("UPDATE enrolment SET next_due_at = :at, due_since = :at", at=seconds(SLOTS[1]))
    seen = beside.after(enrolments.finish, lambda: tell(stage, of(1, "delivered")))
    monkeypatch.setattr(enrolments, "finish", seen)
    stage.claim(SLOTS[1])
    assert beside.result().new == 1
    assert stage.enrolment("ann")[0] == "finished"


def test_a_claim_looks_again_where_events_have_proven_meanwhile_what_it_found_waiting(
    stage: Stage, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.mailer.answers = [Answer(Verdict.WAIT, "busy")]
    stage.tick(SLOTS[0])
    assert stage.tick(SLOTS[0] + 36 * HOUR).moved == 1
    found = beside.after(due, lambda: tell(stage, of(1, "delivered")))
    monkeypatch.setattr("sender.claim.due", found)
    assert stage.claim(SLOTS[1]).claimed == 0
    assert beside.result().new == 1
    assert stage.enrolment("ann") == ("finished", None, None)


def test_a_claim_of_what_waits_and_events_of_the_same_people_do_not_wait_for_each_other(
    stage: Stage, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    stage.mailer.answers = [Answer(Verdict.WAIT, "busy")]
    stage.tick(SLOTS[0])
    assert stage.tick(SLOTS[0] + 36 * HOUR).moved == 2
    told = (of(2, "processed"), of(None, "spamreport", 1, name="ann"))
    moved_on = beside.after(enrolments.advance, lambda: tell(stage, *told))
    monkeypatch.setattr(enrolments, "advance", moved_on)
    stage.claim(SLOTS[1])
    assert beside.result().new == 2
    assert stage.enrolment("ann")[0] == "ended"


def test_as_many_threads_as_the_settings_allow_find_a_connection_each(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage.database._engine.pool, "_timeout", 0.05)  # else it takes half a minute to say no
    with ExitStack() as open_:
        for _ in range(HIGHEST_CONCURRENCY + 2):  # with the thread that claims, and the one that renews leases
            open_.enter_context(stage.database.read())
