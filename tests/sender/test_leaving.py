"""People leave one course or all, and can take it back within the hour: then everything is as it was before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from sender.editions import EditionBook
from sender.errors import NotPossibleError
from sender.leaving import Parting, come_back, leave, leave_everything, parting
from sender.model import Answer, EnrolmentStatus, Suppressed, Verdict
from sender.owner import this_process
from sender.pausing import pause
from sender.preferences import set_hour
from sender.store.enrolments import advance
from sender.store.suppressions import EVERYTHING, suppress
from tests.sender.choosing import due, everything, latest, lessons, standing_of, status_of, unchanged
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

LATER = SLOTS[0] + timedelta(hours=2)
HOUR = timedelta(hours=1)


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Ann had the first of three lessons of one course, and takes another, as Bob does."""
    stage.publish(a_course("one", "two", "three"))
    stage.publish(a_course("uno", "due", slug="lettere"))
    stage.enrol("ann", "bob")
    stage.enrol("ann", course="lettere", now=SLOTS[0])
    stage.tick(SLOTS[0])
    return stage


def first(stage: Stage) -> int:
    """Ann's first email, which is of the first course."""
    return int(str(stage.rows("SELECT min(id) FROM delivery WHERE enrolment_id = 1")[0][0]))


def left(stage: Stage, now: datetime = LATER, *, all_of_them: bool = False) -> Parting:
    act = leave_everything if all_of_them else leave
    found = act(stage.database, EditionBook(), first(stage), now)
    assert found is not None
    return found


def back(stage: Stage, now: datetime) -> Parting:
    return come_back(stage.database, EditionBook(), first(stage), now)


def looked_at(stage: Stage, now: datetime) -> Parting:
    found = parting(stage.database, EditionBook(), first(stage), now)
    assert found is not None
    return found


def statuses(stage: Stage) -> list[tuple[object, ...]]:
    return stage.rows("SELECT status, ended_reason FROM enrolment ORDER BY id")


def test_leaving_ends_the_course_and_suppresses_the_address_for_it(stage: Stage) -> None:
    found = left(stage)
    assert (found.changed, found.takes_part, found.everything) == (True, False, False)
    assert statuses(stage) == [("ended", "unsubscribed"), ("active", ""), ("active", "")]
    assert stage.rows("SELECT scope, reason, at FROM suppression") == [(1, "unsubscribed", seconds(LATER))]
    assert stage.rows("SELECT ended_at, ended_from, next_due_at FROM enrolment WHERE id = 1") == [
        (seconds(LATER), "active", None)
    ]
    list(stage.ticks(SLOTS[1]))
    assert stage.mailer.labels("ann@example.com") == ["one", "uno", "due"]
    assert stage.mailer.labels("bob@example.com") == ["one", "two", "three"]


def test_leaving_everything_ends_all_courses_and_suppresses_the_address(stage: Stage) -> None:
    found = left(stage, all_of_them=True)
    assert (found.changed, found.takes_part, found.everything) == (True, False, True)
    assert statuses(stage) == [("ended", "unsubscribed"), ("active", ""), ("ended", "unsubscribed")]
    assert stage.rows("SELECT scope, reason FROM suppression") == [(EVERYTHING, "unsubscribed")]
    list(stage.ticks(SLOTS[1]))
    assert stage.mailer.labels("ann@example.com") == ["one", "uno"]


@pytest.mark.parametrize("act", [leave, leave_everything])
def test_leaving_twice_changes_nothing_more(
    stage: Stage, act: Callable[[object, object, int, datetime], Parting | None]
) -> None:
    act(stage.database, EditionBook(), first(stage), LATER)
    before = everything(stage)
    again = act(stage.database, EditionBook(), first(stage), LATER + timedelta(days=400))
    assert again is not None
    assert not again.changed
    assert everything(stage) == before


def test_a_lesson_that_is_claimed_already_is_not_sent_to_who_has_left(stage: Stage) -> None:
    stage.claim(SLOTS[1], owner=str(this_process()))
    left(stage, SLOTS[1])
    tally = stage.tick(SLOTS[1])
    assert (tally.accepted, tally.cancelled) == (2, 1)
    assert stage.mailer.labels("ann@example.com") == ["one", "uno", "due"]


def test_leaving_while_a_lesson_waits_for_its_next_slot_cancels_it(stage: Stage) -> None:
    stage.mailer.answers = [Answer(Verdict.WAIT, "wait", wait=timedelta(hours=7), account=True)]
    again = stage.tick(SLOTS[1]).next_due_at
    assert again is not None
    stage.tick(again)
    assert stage.rows("SELECT count(*) FROM delivery WHERE batch_id IS NULL AND outcome IS NULL") == [(3,)]
    left(stage, again)
    assert stage.rows("SELECT reason FROM delivery WHERE outcome = 'cancelled'") == [("left the course",)]


def test_what_is_tried_again_late_is_put_off_for_nobody_who_has_left(stage: Stage) -> None:
    stage.mailer.answers = [Answer(Verdict.WAIT, "wait", wait=timedelta(hours=7), account=True)]
    again = stage.tick(SLOTS[1]).next_due_at
    assert again is not None
    left(stage, SLOTS[1] + HOUR)
    stage.tick(again)
    assert stage.rows("SELECT next_due_at FROM enrolment WHERE id = 1") == [(None,)]
    assert stage.rows("SELECT outcome, reason FROM delivery WHERE enrolment_id = 1 AND lesson_id = 2") == [
        ("cancelled", "suppressed")
    ]


def test_who_was_erased_can_leave(stage: Stage) -> None:
    stage.change("UPDATE subscriber SET email = '', email_key = NULL, erased_at = 1 WHERE id = 1")
    assert left(stage).changed
    assert not left(stage).changed
    assert stage.rows("SELECT * FROM suppression") == []
    assert not looked_at(stage, LATER).may_return


def test_leaving_by_a_delivery_that_is_not_on_record_changes_nothing(stage: Stage) -> None:
    before = everything(stage)
    assert leave(stage.database, EditionBook(), 999, LATER) is None
    assert leave_everything(stage.database, EditionBook(), 999, LATER) is None
    assert parting(stage.database, EditionBook(), 999, LATER) is None
    with pytest.raises(NotPossibleError):
        come_back(stage.database, EditionBook(), 999, LATER)
    assert everything(stage) == before


def test_an_email_from_before_coming_back_is_still_good_for_leaving(stage: Stage) -> None:
    left(stage)
    stage.change(
        "INSERT INTO enrolment (subscriber_id, course_id, track, status, overrides, start_at, created_at)"
        " VALUES (1, 1, 'default', 'active', '{}', 1, 1)"
    )
    assert looked_at(stage, LATER).takes_part
    assert left(stage).changed
    assert stage.rows("SELECT status FROM enrolment WHERE course_id = 1 AND subscriber_id = 1") == [("ended",)] * 2


def test_a_claim_that_was_under_way_brings_nobody_back(stage: Stage) -> None:
    left(stage)
    with stage.database.write() as connection:
        advance(connection, [1, 2], SLOTS[2], None)
    moments = stage.rows("SELECT next_due_at FROM enrolment WHERE id < 3 ORDER BY id")
    assert moments == [(None,), (seconds(SLOTS[2]),)]


@pytest.mark.parametrize("all_of_them", [False, True], ids=["one course", "everything"])
def test_taking_it_back_makes_everything_as_it_was(stage: Stage, all_of_them: bool) -> None:
    before = everything(stage)
    left(stage, all_of_them=all_of_them)
    assert looked_at(stage, LATER + HOUR).may_return
    found = back(stage, LATER + HOUR)
    assert (found.changed, found.takes_part, found.everything, found.may_return) == (True, True, False, False)
    assert everything(stage) == before
    list(stage.ticks(SLOTS[1]))
    assert sorted(stage.mailer.labels("ann@example.com")) == ["due", "one", "three", "two", "uno"]


def test_after_an_hour_there_is_nothing_to_take_back(stage: Stage) -> None:
    left(stage)
    before = everything(stage)
    late = LATER + HOUR + timedelta(seconds=1)
    assert not looked_at(stage, late).may_return
    with pytest.raises(NotPossibleError):
        back(stage, late)
    assert everything(stage) == before


def test_who_has_not_left_has_nothing_to_take_back(stage: Stage) -> None:
    assert not looked_at(stage, LATER).may_return
    with pytest.raises(NotPossibleError):
        back(stage, LATER)


def test_taking_it_back_twice_is_once(stage: Stage) -> None:
    left(stage)
    back(stage, LATER)
    with unchanged(stage), pytest.raises(NotPossibleError):
        back(stage, LATER)


def test_a_pause_and_choices_are_there_again(stage: Stage) -> None:
    set_hour(stage.database, EditionBook(), first(stage), "18:30", LATER)
    pause(stage.database, EditionBook(), first(stage), date(2026, 3, 18), LATER)
    before = everything(stage)
    left(stage)
    back(stage, LATER + HOUR)
    assert everything(stage) == before


@pytest.mark.parametrize("status", ["paused", "finished", "pending"])
def test_who_was_paused_finished_or_pending_is_that_again(stage: Stage, status: str) -> None:
    stage.change("UPDATE enrolment SET status = :status, next_due_at = NULL, due_since = NULL", status=status)
    if status == "pending":
        stage.change("UPDATE delivery SET kind = 'confirm', lesson_id = NULL")
    before = everything(stage)
    left(stage)
    assert stage.rows("SELECT status FROM enrolment WHERE id = 1") == [("ended",)]
    back(stage, LATER)
    assert everything(stage) == before


def test_nobody_becomes_active_who_never_confirmed(stage: Stage) -> None:
    stage.bring_in("email\ncem@example.com\n", confirmed=False, now=LATER)
    stage.tick(LATER)
    delivery = latest(stage, "cem")
    leave(stage.database, EditionBook(), delivery, LATER)
    come_back(stage.database, EditionBook(), delivery, LATER)
    assert (status_of(stage, "cem"), due(stage, "cem")) == (EnrolmentStatus.PENDING, None)


def test_a_lesson_that_was_cancelled_by_leaving_is_sent_in_the_next_slot(stage: Stage) -> None:
    stage.claim(SLOTS[1], owner=str(this_process()))
    left(stage, SLOTS[1] + timedelta(seconds=1))
    stage.tick(SLOTS[1] + timedelta(seconds=2))
    back(stage, SLOTS[1] + HOUR)
    list(stage.ticks(SLOTS[1] + HOUR))
    assert ("two", SLOTS[2]) in lessons(stage)
    assert [lesson for lesson, _ in lessons(stage) if lesson in {"one", "two", "three"}] == ["one", "two", "three"]


def test_a_slot_that_passed_meanwhile_is_not_missed(stage: Stage) -> None:
    left(stage, SLOTS[1] - timedelta(minutes=30))
    stage.tick(SLOTS[1])
    back(stage, SLOTS[1] + timedelta(minutes=20))
    assert standing_of_first(stage) == SLOTS[1]
    stage.tick(SLOTS[1] + timedelta(minutes=20))
    assert ("two", SLOTS[1]) in lessons(stage)


def standing_of_first(stage: Stage) -> datetime | None:
    (row,) = stage.rows("SELECT next_due_at FROM enrolment WHERE id = 1")
    return None if row[0] is None else datetime.fromtimestamp(int(str(row[0])), MONDAY.tzinfo)


def test_the_latest_leaving_is_taken_back_and_the_one_before_it_only_after_that(stage: Stage) -> None:
    left(stage, LATER)
    left(stage, LATER + timedelta(minutes=10), all_of_them=True)
    found = back(stage, LATER + timedelta(minutes=20))
    assert (found.takes_part, found.everything, found.may_return) == (False, False, True)
    assert [status for status, _ in statuses(stage)] == ["ended", "active", "active"]
    assert stage.rows("SELECT scope FROM suppression") == [(1,)]
    assert back(stage, LATER + timedelta(minutes=20)).takes_part
    assert stage.rows("SELECT scope FROM suppression") == []


@pytest.mark.parametrize("reason", [Suppressed.BOUNCED, Suppressed.COMPLAINED])
def test_an_address_that_failed_since_does_not_come_back(stage: Stage, reason: Suppressed) -> None:
    left(stage, all_of_them=True)
    with stage.database.write() as connection:
        suppress(connection, "ann@example.com", EVERYTHING, reason, LATER)
    before = everything(stage)
    assert not looked_at(stage, LATER).may_return
    with pytest.raises(NotPossibleError):
        back(stage, LATER)
    assert everything(stage) == before


def test_who_was_ended_for_another_reason_does_not_come_back(stage: Stage) -> None:
    left(stage)
    stage.change("UPDATE enrolment SET ended_reason = 'erased' WHERE id = 1")
    with pytest.raises(NotPossibleError):
        back(stage, LATER)


def test_who_is_on_the_course_again_has_no_second_place_on_it(stage: Stage) -> None:
    left(stage)
    stage.change(
        "INSERT INTO enrolment (subscriber_id, course_id, track, status, overrides, start_at, created_at)"
        " VALUES (1, 1, 'default', 'pending', '{}', 1, 1)"
    )
    with pytest.raises(NotPossibleError):
        back(stage, LATER)
    assert standing_of(stage).status is not EnrolmentStatus.ENDED
