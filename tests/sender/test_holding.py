"""Holding a course is in force before the next request begins, and releasing it sends what waited."""

from __future__ import annotations

import pytest

from sender.model import Answer, Request, Verdict
from sender.store import editions, ledger, traffic
from tests.sender.paced import paced
from tests.sender.stage import ROLE, SLOTS, Recorder, Stage, a_course, a_lesson, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


class Stopping(Recorder):
    """A mailer during whose first request an operator holds a course, or all."""

    def __init__(self, stage: Stage, slug: str | None) -> None:
        super().__init__()
        self._stage = stage
        self._slug = slug

    def send(self, request: Request) -> Answer:
        if not self.requests:
            held(self._stage, self._slug)
        return super().send(request)


def held(stage: Stage, slug: str | None, held: bool = True) -> None:
    with stage.database.write() as connection:
        editions.set_held(connection, slug, held)
        if not held:
            ledger.release(connection, slug)
            traffic.reopen(connection)


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Two courses; three people on the first are due its lesson in a request each, and dee on the other."""
    by_role = {
        "lessons/01-one.md": a_lesson("one", "{% if subscriber.role == 'expert' %}Deep.{% else %}Plain.{% endif %}")
    }
    stage.publish(a_course("one", tables=ROLE, files=by_role))
    stage.publish(a_course("else", slug="others"))
    stage.enrol("ann", role="expert")
    stage.enrol("bob", role="novice")
    stage.enrol("dee", course="others")
    return stage


@pytest.mark.parametrize(
    ("slug", "sent"), [("letters", ["ann", "dee"]), (None, ["ann"]), ("others", ["ann", "bob"])],
    ids=["its course", "all", "another"],
)  # fmt: skip
def test_a_hold_during_a_request_stops_the_next_one(stage: Stage, slug: str | None, sent: list[str]) -> None:
    stage.mailer = Stopping(stage, slug)
    stage.tick(SLOTS[0])
    assert sorted(address.partition("@")[0] for address, _ in stage.mailer.sent) == sent
    assert stage.tick(SLOTS[0]).requests == 0
    held(stage, slug, False)
    stage.tick(SLOTS[0])
    assert sorted(address.partition("@")[0] for address, _ in stage.mailer.sent) == ["ann", "bob", "dee"]
    assert stage.rows("SELECT DISTINCT state FROM batch") == [("accepted",)]


def test_no_tick_is_made_for_what_is_held(stage: Stage) -> None:
    stage.mailer = Stopping(stage, None)
    assert stage.tick(SLOTS[0]).next_due_at is None


def test_a_release_asks_a_mailer_again_that_was_left_alone_and_sends_what_it_refused(stage: Stage) -> None:
    stage.mailer.answers = [Answer(Verdict.HELD, "the key is wrong", account=True)]
    assert (stage.tick(SLOTS[0]).held, stage.tick(SLOTS[0]).requests) == (1, 0)
    held(stage, "letters", False)
    assert stage.tick(SLOTS[0]).accepted == 3
    assert stage.rows("SELECT closed_until FROM traffic") == [(None,)]


def test_what_is_uncertain_is_not_released(stage: Stage) -> None:
    stage.mailer.answers = [Answer(Verdict.UNCERTAIN, "no answer came back")]
    stage.tick(SLOTS[0])
    held(stage, None, False)
    stage.tick(SLOTS[0])
    assert sorted(stage.rows("SELECT state FROM batch")) == [("accepted",), ("accepted",), ("uncertain",)]
    assert stage.deliveries("ann")[0][2:] == ("uncertain", seconds(SLOTS[0]))


def test_what_had_no_turn_yet_is_told_from_what_is_held(stage: Stage) -> None:
    stage.enrol("eve", "fay", course="others")
    paced(stage, rate="1")
    stage.mailer = stopping = Stopping(stage, "letters")
    stage.passing.stops_after = 0.5
    tally = stage.tick(SLOTS[0])
    assert len(stopping.requests) == 1
    put_back = "SELECT c.slug, b.reason FROM batch b JOIN course c ON c.id = b.course_id WHERE b.state = 'retry'"
    told = {("letters", "its course is held"), ("others", "its turn has not come (DRIPCOURSE_RATE)")}
    assert set(stage.rows(put_back)) == told
    assert tally.retry == 4
