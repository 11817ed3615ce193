"""A machine whose clock was wrong for a while, or that slept: nothing is sent twice for that, and nothing waits for it.

`LOST` is a request without an answer, which may be called not taken once a day and more has passed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

import pytest

from course.personal.placeholders import Email
from sender import deliver as deliver_module
from sender.deliver import LATEST_START
from sender.model import Answer, Recipient, Verdict
from sender.recipients import with_own_tags
from sender.store import due, ledger
from sender.store.ledger import SETTLE_AFTER
from tests.sender.events.telling import of, tell
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

LOST = Answer(Verdict.UNCERTAIN, "no answer came back")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
YEARS = timedelta(days=3650)


def told_of_another(stage: Stage, at: datetime) -> None:
    """Send somebody else, on another course, an email by a clock that shows `at`. An event comes of it."""
    if not stage.rows("SELECT id FROM course WHERE slug = 'others'"):
        stage.publish(a_course("else", slug="others", welcome=True), MONDAY)
    ((others,),) = stage.rows("SELECT count(*) FROM subscriber")
    name = f"other{others}"
    stage.enrol(name, now=MONDAY, course="others")
    due_at = "UPDATE enrolment SET next_due_at = :at, due_since = :at WHERE id = (SELECT max(id) FROM enrolment)"
    stage.change(due_at, at=seconds(at))
    stage.tick(at)
    (delivery,) = max(stage.rows("SELECT id FROM delivery WHERE kind = 'welcome'"))
    tell(stage, of(int(str(delivery)), "delivered", name=name), now=at)
    stage.change(due_at, at=None)


def lost(stage: Stage, ahead: timedelta = timedelta()) -> None:
    """The first of two lessons for ann, by a clock that is ahead; nobody answers. The second one does not come."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    by_clock = SLOTS[0] + ahead
    stage.change("UPDATE enrolment SET next_due_at = :at WHERE next_due_at IS NOT NULL", at=seconds(by_clock))
    stage.mailer.answers = [LOST]
    assert stage.tick(by_clock).uncertain == 1
    stage.change("UPDATE enrolment SET next_due_at = NULL")
    stage.change("UPDATE delivery SET slot_at = :slot WHERE kind = 'lesson'", slot=seconds(SLOTS[0]))


def state(stage: Stage) -> object:
    return stage.deliveries("ann")[0][2]


def settled_after(stage: Stage, right: datetime) -> None:
    """What was lost is settled `SETTLE_AFTER` after what was told of at that moment, and not before."""
    assert stage.tick(right + HOUR).next_due_at == right + SETTLE_AFTER
    stage.tick(right + SETTLE_AFTER - SECOND)
    assert state(stage) == "uncertain"
    stage.tick(right + SETTLE_AFTER)
    assert state(stage) == "waiting"


def test_what_began_by_a_clock_that_was_a_day_ahead_is_not_taken_to_have_begun_later(stage: Stage) -> None:
    told_of_another(stage, SLOTS[0] + DAY - HOUR)
    lost(stage)
    assert stage.tick(SLOTS[0] + SETTLE_AFTER).moved == 0
    assert state(stage) == "uncertain"


def test_once_more_time_has_passed_by_clocks_that_are_right_it_is_settled_all_the_same(stage: Stage) -> None:
    told_of_another(stage, SLOTS[0] + DAY)
    lost(stage)
    right = SLOTS[0] + DAY + 2 * HOUR
    told_of_another(stage, right)
    settled_after(stage, right)


def test_what_was_lost_by_a_clock_that_was_years_ahead_is_settled_after_the_next_that_is_told_of(stage: Stage) -> None:
    lost(stage, YEARS)
    right = SLOTS[0] + HOUR
    told_of_another(stage, right)
    settled_after(stage, right)


def test_what_was_lost_by_a_clock_that_was_a_day_ahead_is_settled_a_day_later(stage: Stage) -> None:
    lost(stage, DAY)
    told_of_another(stage, SLOTS[0] + HOUR)
    told_of_another(stage, SLOTS[0] + DAY + HOUR)
    stage.tick(SLOTS[0] + DAY + SETTLE_AFTER - SECOND)
    assert state(stage) == "uncertain"
    stage.tick(SLOTS[0] + DAY + SETTLE_AFTER)
    assert state(stage) == "waiting"


def test_what_was_lost_by_a_clock_that_began_anew_is_not_taken_to_be_long_ago(stage: Stage) -> None:
    told_of_another(stage, SLOTS[0] - HOUR)
    lost(stage, -YEARS)
    told_of_another(stage, SLOTS[0] + HOUR)
    assert stage.tick(SLOTS[0] + 2 * HOUR).next_due_at == SLOTS[0] + HOUR + SETTLE_AFTER
    assert state(stage) == "uncertain"
    stage.tick(SLOTS[0] + HOUR + SETTLE_AFTER)
    assert state(stage) == "waiting"


def test_a_clock_that_was_set_back_is_known_by_the_ones_before_also_where_one_was_years_ahead(stage: Stage) -> None:
    told_of_another(stage, SLOTS[0] + YEARS)
    told_of_another(stage, SLOTS[0] + DAY)
    lost(stage)
    told_of_another(stage, SLOTS[0] + DAY + HOUR)
    stage.tick(SLOTS[0] + SETTLE_AFTER)
    assert state(stage) == "uncertain"
    stage.tick(SLOTS[0] + DAY + HOUR + SETTLE_AFTER)
    assert state(stage) == "waiting"


@pytest.mark.parametrize("behind", [2 * HOUR, 2 * HOUR + SECOND], ids=["little", "more"])
def test_two_hours_are_between_clocks_that_are_right(stage: Stage, behind: timedelta) -> None:
    told_of_another(stage, SLOTS[0])
    lost(stage, -behind)
    told_of_another(stage, SLOTS[0] + MINUTE)
    stage.tick(SLOTS[0] + SETTLE_AFTER)
    assert (state(stage) == "uncertain") == (behind > 2 * HOUR)


def test_a_retry_that_waits_for_longer_than_any_answer_asks_is_due_and_a_tick_is_made_for_it(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.mailer.answers = [Answer(Verdict.WAIT, "not now")]
    stage.tick(SLOTS[0])
    stage.change("UPDATE batch SET not_before = not_before + :ahead", ahead=int(YEARS.total_seconds()))
    with stage.database.read() as connection:
        assert ledger.next_moment(connection, SLOTS[0] + MINUTE) == SLOTS[0] + MINUTE
        assert len(ledger.retries_due(connection, SLOTS[0] + MINUTE)) == 1
    assert stage.tick(SLOTS[0] + MINUTE).accepted == 1


@pytest.mark.parametrize(("state_", "becomes"), [("claimed", "accepted"), ("sending", "uncertain")])
@pytest.mark.parametrize(("ahead", "over"), [(MINUTE, False), (YEARS, True)], ids=["a minute", "ten years"])
def test_a_lease_that_ends_later_than_any_does_is_over(
    stage: Stage, state_: str, becomes: str, ahead: timedelta, over: bool
) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.claim(SLOTS[0], owner="another machine's")
    stage.change("UPDATE batch SET state = :state, lease_until = :at", state=state_, at=seconds(MONDAY + ahead))
    stage.tick(SLOTS[0])
    assert state(stage) == (becomes if over else state_)


@pytest.mark.parametrize("passed", [SECOND, HOUR], ids=["a moment", "an hour"])
@pytest.mark.parametrize("clock", ["of the day", "that nobody sets"])
def test_a_request_is_not_made_after_the_machine_slept(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, clock: str, passed: timedelta
) -> None:
    """A clock that nobody sets stands still in some machines' sleep; the clock of the day goes on in all."""
    stage.publish(a_course("one"))
    stage.enrol("ann")
    slept = timedelta()

    def sleep(email: Email, made: list[Recipient]) -> tuple[Email, list[Recipient]]:
        nonlocal slept
        slept = passed
        return with_own_tags(email, made)

    monkeypatch.setattr(deliver_module, "with_own_tags", sleep)
    if clock == "of the day":
        stage.clock = lambda: MONDAY + slept
    else:
        monkeypatch.setattr(deliver_module, "monotonic", lambda: monotonic() + slept.total_seconds())
    tally = stage.tick(SLOTS[0])
    late = passed > LATEST_START
    assert (tally.uncertain, tally.accepted) == (int(late), int(not late))
    assert len(stage.mailer.requests) == int(not late)


def test_no_more_are_found_due_than_were_asked_for_whoever_fell_due_since_they_were_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob", "cid")
    monkeypatch.setattr(due, "count", lambda *_given: 0)
    with stage.database.read() as connection:
        assert [one.id for one in due.due(connection, SLOTS[0], 2)] == [1, 2]
