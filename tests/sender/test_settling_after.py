"""What is uncertain and never told of was not taken, once a day and more has passed, where events do come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, event

from sender.editions import EditionBook
from sender.model import Answer, Verdict
from sender.pausing import pause_enrolment, resume_enrolment
from sender.roster import Row
from sender.store import editions
from sender.store.ledger import SETTLE_AFTER
from tests.sender.events.telling import of, tell
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LOST = Answer(Verdict.UNCERTAIN, "no answer came back")
DAYS = tuple(datetime(2026, 3, day, 8, tzinfo=UTC) for day in range(3, 13))
"""The first slots of a course that comes every day."""


def daily(*lessons: str, cadence: str = "") -> dict[str, bytes]:
    """A course that comes every day."""
    files = a_course(*lessons, cadence=cadence)
    days = b'["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]'
    return {**files, "course.toml": files["course.toml"].replace(b'["tuesday", "thursday"]', days)}


def told_of_another(stage: Stage, at: datetime) -> None:
    """Send bob, who is on a course of his own, an email at a moment, of which an event comes."""
    if not stage.rows("SELECT id FROM course WHERE slug = 'others'"):
        stage.publish(a_course("else", slug="others", welcome=True))
    stage.change("UPDATE subscriber SET email = 'former' || id, email_key = 'former' || id WHERE email LIKE 'bob@%'")
    stage.enrol("bob", now=at, course="others")
    stage.tick(at)
    (delivery,) = max(stage.rows("SELECT id FROM delivery WHERE kind = 'welcome'"))
    tell(stage, of(int(str(delivery)), "delivered", name="bob"), now=at + SECOND)
    ((course,),) = stage.rows("SELECT id FROM course WHERE slug = 'others'")
    stage.change("UPDATE enrolment SET next_due_at = NULL WHERE course_id = :course", course=course)


def lost(stage: Stage, at: datetime) -> None:
    """Tick at a moment; nobody answers."""
    stage.mailer.answers = [LOST]
    assert stage.tick(at).uncertain == 1


def ann(stage: Stage) -> list[tuple[object, object]]:
    """What ann was to be sent: lesson and state, in the order of the slots."""
    return [(lesson, state) for _, lesson, state, _ in stage.deliveries("ann")]


@pytest.fixture
def unsure(stage: Stage) -> Stage:
    """The first of three lessons for ann, on Tuesdays and Thursdays, of which nobody knows whether it was taken."""
    stage.publish(a_course("one", "two", "three"))
    stage.enrol("ann")
    lost(stage, SLOTS[0])
    return stage


def test_it_was_not_taken_once_a_later_request_was_told_of_and_waits_for_its_next_slot(unsure: Stage) -> None:
    told_of_another(unsure, SLOTS[0] + HOUR)
    settled = SLOTS[0] + SETTLE_AFTER
    assert unsure.tick(SLOTS[0] + 2 * HOUR).next_due_at == settled
    assert unsure.tick(settled - SECOND).next_due_at == settled
    assert ann(unsure) == [("one", "uncertain")]
    tally = unsure.tick(settled)
    assert (tally.moved, tally.uncertain, tally.retry, tally.next_due_at) == (1, 0, 0, SLOTS[1])
    assert ann(unsure) == [("one", "waiting")]
    list(unsure.ticks(SLOTS[1]))
    assert unsure.mailer.labels("ann@example.com") == ["one", "one", "two", "three"]
    assert [(row[1], row[3]) for row in unsure.deliveries("ann")] == [
        ("one", seconds(SLOTS[1])), ("two", seconds(SLOTS[2])), ("three", seconds(SLOTS[3])),
    ]  # fmt: skip
    assert unsure.enrolment("ann")[0] == "finished"


def test_without_events_it_stays_uncertain_and_no_tick_is_made_for_it(unsure: Stage) -> None:
    assert unsure.tick(SLOTS[0] + SETTLE_AFTER).next_due_at == SLOTS[1]
    moments = list(unsure.ticks(SLOTS[1]))
    assert moments == list(SLOTS[1:3])
    assert unsure.mailer.labels("ann@example.com") == ["one", "two", "three"]
    assert ann(unsure)[0] == ("one", "uncertain")
    assert unsure.enrolment("ann")[0] == "active"


def test_what_went_by_a_mailer_without_events_stays_uncertain_though_another_s_come(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.mailer.told = False
    lost(stage, SLOTS[0])
    stage.mailer.told = True
    told_of_another(stage, SLOTS[0] + HOUR)
    assert stage.tick(SLOTS[0] + 2 * SETTLE_AFTER).uncertain == 0
    assert ann(stage)[0] == ("one", "uncertain")


def test_events_of_what_began_before_or_with_it_say_nothing(stage: Stage) -> None:
    told_of_another(stage, MONDAY)
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.publish(a_course("one", slug="second"))
    stage.enrol("cid", course="second")
    stage.mailer.answers = [LOST]
    stage.tick(SLOTS[0])
    assert ann(stage) == [("one", "uncertain")]
    tell(stage, of(3, "delivered", name="cid"), now=SLOTS[0] + HOUR)
    assert stage.tick(SLOTS[0] + SETTLE_AFTER).next_due_at == SLOTS[1]
    assert ann(stage) == [("one", "uncertain")]


def test_an_event_of_its_own_proves_that_it_was_taken_however_late_it_is_noticed(unsure: Stage) -> None:
    """What is told while the answer is still awaited settles nothing by itself."""
    told_of_another(unsure, SLOTS[0] + HOUR)
    unsure.change("UPDATE delivery SET seen = 'delivered' WHERE kind = 'lesson'")
    assert unsure.tick(SLOTS[0] + SETTLE_AFTER).moved == 0
    assert ann(unsure) == [("one", "accepted")]


def test_a_retry_that_an_event_tells_of_is_not_made(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.mailer.answers = [Answer(Verdict.WAIT, "it failed, and took them all the same")]
    again = stage.tick(SLOTS[0]).next_due_at
    assert again is not None
    tell(stage, of(1, "processed"), now=again)
    assert stage.tick(again).requests == 0
    assert ann(stage) == [("one", "accepted")]
    assert stage.enrolment("ann")[0] == "finished"


def test_a_lesson_that_was_overtaken_comes_in_a_slot_of_its_own(stage: Stage) -> None:
    stage.publish(daily("one", "two", "three", "four"))
    stage.enrol("ann")
    lost(stage, DAYS[0])
    stage.tick(DAYS[1])
    told_of_another(stage, DAYS[1] + HOUR)
    assert stage.tick(DAYS[0] + SETTLE_AFTER).moved == 1
    for day in DAYS[2:5]:
        assert stage.tick(day).accepted == 1
    assert stage.mailer.labels("ann@example.com") == ["one", "two", "one", "three", "four"]
    assert [(row[1], row[3]) for row in stage.deliveries("ann")] == [
        ("two", seconds(DAYS[1])), ("one", seconds(DAYS[2])), ("three", seconds(DAYS[3])), ("four", seconds(DAYS[4])),
    ]  # fmt: skip
    assert stage.enrolment("ann")[0] == "finished"


def test_several_that_were_lost_come_one_after_the_other_as_the_same_rows(stage: Stage) -> None:
    stage.publish(daily("one", "two", "three", "four"))
    stage.enrol("ann")
    lost(stage, DAYS[0])
    lost(stage, DAYS[1])
    stage.tick(DAYS[2])
    told_of_another(stage, DAYS[2] + HOUR)
    assert stage.tick(DAYS[1] + SETTLE_AFTER).moved == 2
    list(stage.ticks(DAYS[3]))
    assert stage.mailer.labels("ann@example.com") == ["one", "two", "three", "one", "two", "four"]
    assert ann(stage) == [(one, "accepted") for one in ("three", "one", "two", "four")]
    assert [row[3] for row in stage.deliveries("ann")] == [seconds(day) for day in DAYS[2:6]]


def test_after_the_last_lesson_it_comes_in_one_more_slot_and_then_the_course_is_over(stage: Stage) -> None:
    stage.publish(daily("one", "two"))
    stage.enrol("ann")
    lost(stage, DAYS[0])
    stage.tick(DAYS[1])
    assert stage.enrolment("ann")[:2] == ("active", None)
    told_of_another(stage, DAYS[1] + HOUR)
    assert stage.tick(DAYS[0] + SETTLE_AFTER).moved == 1
    assert stage.enrolment("ann")[:2] == ("active", seconds(DAYS[2]))
    stage.tick(DAYS[2])
    assert stage.mailer.labels("ann@example.com") == ["one", "two", "one"]
    assert stage.enrolment("ann")[:2] == ("finished", None)


@pytest.mark.parametrize(("overtaken", "day"), [(False, 1), (True, 2)], ids=["next", "overtaken"])
def test_within_a_long_grace_it_comes_at_once_unless_it_was_overtaken(stage: Stage, overtaken: bool, day: int) -> None:
    stage.publish(daily("one", "two", "three", cadence='grace = "2d"'))
    stage.enrol("ann")
    lost(stage, DAYS[0])
    if overtaken:
        stage.tick(DAYS[1])
    else:
        stage.change("UPDATE enrolment SET next_due_at = :later", later=seconds(DAYS[5]))
    told_of_another(stage, DAYS[1] + HOUR)
    sent = len(stage.mailer.labels("ann@example.com"))
    stage.tick(DAYS[0] + SETTLE_AFTER)
    assert len(stage.mailer.labels("ann@example.com")) == sent + (not overtaken)
    stage.tick(DAYS[day])
    assert stage.mailer.labels("ann@example.com")[-1] == "one"


def test_a_lesson_that_the_course_no_longer_has_is_not_sent_again(stage: Stage) -> None:
    stage.publish(daily("one", "two", "three"))
    stage.enrol("ann")
    lost(stage, DAYS[0])
    stage.tick(DAYS[1])
    told_of_another(stage, DAYS[1] + HOUR)
    stage.publish(daily("two", "three"), DAYS[1] + HOUR)
    list(stage.ticks(DAYS[0] + SETTLE_AFTER))
    assert stage.mailer.labels("ann@example.com") == ["one", "two", "three"]
    assert ("one", "cancelled") in ann(stage)
    assert stage.enrolment("ann")[0] == "finished"


def test_a_lesson_that_comes_late_sends_nobody_back_to_what_was_put_in_before_their_place(stage: Stage) -> None:
    stage.publish(daily("one", "two", "three"))
    stage.enrol("ann")
    lost(stage, DAYS[0])
    stage.tick(DAYS[1])
    told_of_another(stage, DAYS[1] + HOUR)
    stage.tick(DAYS[0] + SETTLE_AFTER)
    stage.publish(daily("one", "between", "two", "three"), DAYS[1] + 4 * HOUR)
    list(stage.ticks(DAYS[2]))
    assert stage.mailer.labels("ann@example.com") == ["one", "two", "one", "three"]
    assert stage.enrolment("ann")[0] == "finished"


def test_publishing_meanwhile_keeps_what_is_owed(stage: Stage) -> None:
    stage.publish(daily("one", "two"))
    stage.enrol("ann")
    lost(stage, DAYS[0])
    stage.tick(DAYS[1])
    told_of_another(stage, DAYS[1] + HOUR)
    stage.tick(DAYS[0] + SETTLE_AFTER)
    stage.publish(a_course("one", "two"), DAYS[0] + SETTLE_AFTER + HOUR)  # another cadence: all is worked out anew
    assert stage.enrolment("ann")[1] == seconds(SLOTS[1])
    list(stage.ticks(SLOTS[1]))
    assert stage.mailer.labels("ann@example.com") == ["one", "two", "one"]


def test_a_pause_keeps_a_lesson_that_was_overtaken(stage: Stage) -> None:
    stage.publish(daily("one", "two", "three"))
    stage.enrol("ann")
    lost(stage, DAYS[0])
    stage.tick(DAYS[1])
    told_of_another(stage, DAYS[1] + HOUR)
    pause_enrolment(stage.database, EditionBook(), 1, None, DAYS[1] + HOUR)
    stage.tick(DAYS[0] + SETTLE_AFTER)
    assert (ann(stage)[0], stage.enrolment("ann")[:2]) == (("one", "waiting"), ("paused", None))
    resume_enrolment(stage.database, EditionBook(), 1, DAYS[5])
    list(stage.ticks(DAYS[5]))
    assert stage.mailer.labels("ann@example.com") == ["one", "two", "one", "three"]


def test_whoever_has_left_meanwhile_gets_nothing(unsure: Stage) -> None:
    told_of_another(unsure, SLOTS[0] + HOUR)
    unsure.change("UPDATE enrolment SET status = 'ended', next_due_at = NULL WHERE id = 1")
    unsure.tick(SLOTS[0] + SETTLE_AFTER)
    assert unsure.mailer.labels("ann@example.com") == ["one"]
    assert ann(unsure) == [("one", "cancelled")]


def test_of_a_held_course_it_is_settled_and_waits_to_be_sent(unsure: Stage) -> None:
    told_of_another(unsure, SLOTS[0] + HOUR)
    with unsure.database.write() as connection:
        editions.set_held(connection, "letters", True)
    unsure.tick(SLOTS[0] + SETTLE_AFTER)
    assert ann(unsure) == [("one", "retry")]
    with unsure.database.write() as connection:
        editions.set_held(connection, "letters", False)
    assert unsure.tick(SLOTS[0] + SETTLE_AFTER + HOUR).moved == 1


def test_it_is_settled_while_the_mailer_is_left_alone(unsure: Stage) -> None:
    told_of_another(unsure, SLOTS[0] + HOUR)
    until = SLOTS[0] + SETTLE_AFTER + HOUR
    unsure.change("DELETE FROM traffic")
    unsure.change("INSERT INTO traffic (mailer, failures, closed_until) VALUES ('', 3, :until)", until=seconds(until))
    assert unsure.tick(SLOTS[0] + SETTLE_AFTER).next_due_at == until
    assert ann(unsure) == [("one", "retry")]


def test_what_is_too_late_is_moved_by_a_handful_of_queries_however_many_they_are(stage: Stage) -> None:
    stage.publish(daily("one"))
    stage.bring_in([Row(line, {"email": f"sample{line}@example.com"}) for line in range(300)])
    stage.mailer.answers = [LOST]
    assert stage.tick(DAYS[0]).uncertain == 300
    told_of_another(stage, DAYS[0] + HOUR)
    asked: list[str] = []

    def count(connection: Connection, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    event.listen(stage.database._engine, "before_cursor_execute", count)
    try:
        assert stage.tick(DAYS[0] + SETTLE_AFTER).moved == 300
    finally:
        event.remove(stage.database._engine, "before_cursor_execute", count)
    assert len(asked) < 60
    assert stage.rows("SELECT DISTINCT next_due_at FROM enrolment WHERE course_id = 1") == [(seconds(DAYS[2]),)]
