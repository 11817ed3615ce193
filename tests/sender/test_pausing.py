"""A pause keeps lessons back until its day, or until somebody goes on; none is lost by it, and none comes twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from sender.editions import EditionBook
from sender.errors import ChoiceError, NotPossibleError
from sender.model import Answer, EnrolmentStatus, Verdict
from sender.owner import this_process
from sender.pausing import pause, resume
from tests.sender.choosing import due, latest, lessons, standing_of, status_of, unchanged
from tests.sender.stage import MONDAY, SLOTS, Recorder, Stage, a_course, a_lesson

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

AFTER_ONE = SLOTS[0] + timedelta(hours=2)
WEDNESDAY = date(2026, 3, 18)
THURSDAY = SLOTS[5]


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Ann had the first of three lessons."""
    stage.publish(a_course("one", "two", "three"))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    return stage


def paused(stage: Stage, until: date | None, now: datetime = AFTER_ONE) -> None:
    pause(stage.database, EditionBook(), latest(stage), until, now)


def resumed(stage: Stage, now: datetime) -> None:
    resume(stage.database, EditionBook(), latest(stage), now)


def claimed(stage: Stage, now: datetime) -> None:
    """A claim of the process that will tick later."""
    stage.claim(now, owner=str(this_process()))


def test_nothing_comes_before_the_day_and_the_next_lesson_in_the_first_slot_from_it_on(stage: Stage) -> None:
    paused(stage, WEDNESDAY)
    assert (status_of(stage), due(stage)) == (EnrolmentStatus.PAUSED, THURSDAY)
    list(stage.ticks(SLOTS[1]))
    assert lessons(stage)[:2] == [("one", SLOTS[0]), ("two", THURSDAY)]
    assert len(lessons(stage)) == 3


def test_the_end_of_a_pause_is_the_next_moment_at_which_there_is_something_to_do(stage: Stage) -> None:
    paused(stage, WEDNESDAY)
    assert stage.tick(SLOTS[1]).next_due_at == THURSDAY


def test_a_pause_that_is_over_leaves_no_trace(stage: Stage) -> None:
    paused(stage, WEDNESDAY)
    stage.tick(THURSDAY)
    one = standing_of(stage)
    assert (one.status, one.resume_on) == (EnrolmentStatus.ACTIVE, None)


def test_a_day_that_is_one_of_the_course_s_is_the_day_of_the_next_lesson(stage: Stage) -> None:
    paused(stage, SLOTS[3].date())
    assert due(stage) == SLOTS[3]


def test_a_pause_without_a_day_lasts_until_somebody_goes_on(stage: Stage) -> None:
    paused(stage, None)
    assert due(stage) is None
    assert stage.tick(SLOTS[1]).next_due_at is None
    resumed(stage, SLOTS[4] - timedelta(hours=1))
    assert due(stage) == SLOTS[4]
    list(stage.ticks(SLOTS[4]))
    assert [lesson for lesson, _ in lessons(stage)] == ["one", "two", "three"]


def test_going_on_early_gives_the_next_lesson_at_the_next_slot(stage: Stage) -> None:
    paused(stage, WEDNESDAY)
    resumed(stage, AFTER_ONE + timedelta(hours=1))
    one = standing_of(stage)
    assert (one.status, one.next_due_at, one.resume_on) == (EnrolmentStatus.ACTIVE, SLOTS[1], None)


def test_pausing_again_changes_the_day(stage: Stage) -> None:
    paused(stage, None)
    paused(stage, WEDNESDAY)
    assert (standing_of(stage).resume_on, due(stage)) == (WEDNESDAY, THURSDAY)


def test_pausing_tells_how_things_stood(stage: Stage) -> None:
    before = pause(stage.database, EditionBook(), latest(stage), WEDNESDAY, AFTER_ONE)
    assert (before.status, before.resume_on) == (EnrolmentStatus.ACTIVE, None)
    before = pause(stage.database, EditionBook(), latest(stage), None, AFTER_ONE)
    assert (before.status, before.resume_on) == (EnrolmentStatus.PAUSED, WEDNESDAY)


@pytest.mark.parametrize(
    "until",
    [date(2026, 3, 2), date(2026, 3, 3), date(2027, 3, 4), date(2020, 1, 1), date(9999, 12, 31)],
    ids=["past", "today", "over a year", "long past", "never"],
)
def test_a_pause_lasts_from_tomorrow_to_a_year(stage: Stage, until: date) -> None:
    with unchanged(stage), pytest.raises(ChoiceError) as caught:
        paused(stage, until)
    assert caught.value.field == "until"


@pytest.mark.parametrize("until", [date(2026, 3, 4), date(2027, 3, 3)], ids=["tomorrow", "a year"])
def test_the_first_and_the_last_day_of_that_are_taken(stage: Stage, until: date) -> None:
    paused(stage, until)
    assert standing_of(stage).resume_on == until


def test_today_is_the_day_where_the_person_is(stage: Stage) -> None:
    stage.change("UPDATE subscriber SET zone = 'Pacific/Kiritimati'")
    with pytest.raises(ChoiceError):
        paused(stage, date(2026, 3, 4), SLOTS[0] + timedelta(hours=4))  # two in the morning of the 4th, there
    stage.change("UPDATE subscriber SET zone = 'America/Los_Angeles'")
    paused(stage, date(2026, 3, 4), SLOTS[0] + timedelta(hours=4))


def test_a_pause_ends_with_its_local_day_and_not_with_that_of_greenwich(stage: Stage) -> None:
    stage.change("UPDATE subscriber SET zone = 'Pacific/Kiritimati'")
    paused(stage, date(2026, 3, 12))
    assert due(stage) == datetime(2026, 3, 11, 18, tzinfo=UTC)


def test_a_lesson_that_is_claimed_as_the_pause_begins_is_sent_after_it(stage: Stage) -> None:
    claimed(stage, SLOTS[1])
    paused(stage, WEDNESDAY, SLOTS[1])
    tally = stage.tick(SLOTS[1])
    assert (tally.requests, stage.deliveries("ann")[-1][2]) == (0, "cancelled")
    list(stage.ticks(SLOTS[2]))
    assert [lesson for lesson, _ in lessons(stage)] == ["one", "two", "three"]
    assert lessons(stage)[1][1] == THURSDAY


def test_the_last_lesson_is_not_lost_either(stage: Stage) -> None:
    stage.tick(SLOTS[1])
    claimed(stage, SLOTS[2])
    paused(stage, WEDNESDAY, SLOTS[2])
    list(stage.ticks(SLOTS[2]))
    assert lessons(stage)[-1] == ("three", THURSDAY)
    assert status_of(stage) is EnrolmentStatus.FINISHED


def test_the_last_lesson_is_not_lost_by_a_pause_without_a_day(stage: Stage) -> None:
    stage.tick(SLOTS[1])
    claimed(stage, SLOTS[2])
    paused(stage, None, SLOTS[2])
    stage.tick(SLOTS[2])
    resumed(stage, SLOTS[3] - timedelta(minutes=1))
    list(stage.ticks(SLOTS[3]))
    assert lessons(stage)[-1] == ("three", SLOTS[3])


def test_who_goes_on_before_a_claimed_lesson_was_to_be_sent_gets_it_at_once(stage: Stage) -> None:
    claimed(stage, SLOTS[1])
    paused(stage, WEDNESDAY, SLOTS[1])
    resumed(stage, SLOTS[1] + timedelta(seconds=20))
    stage.tick(SLOTS[1] + timedelta(seconds=30))
    assert lessons(stage) == [("one", SLOTS[0]), ("two", SLOTS[1])]
    assert due(stage) == SLOTS[2]


def test_pausing_once_the_last_lesson_is_out_ends_in_a_finished_course(stage: Stage) -> None:
    for slot in (SLOTS[1], SLOTS[2]):
        stage.tick(slot)
    stage.change("UPDATE enrolment SET status = 'active'")
    paused(stage, None, SLOTS[2])
    resumed(stage, SLOTS[3])
    assert status_of(stage) is EnrolmentStatus.FINISHED


def test_what_is_tried_again_while_the_course_is_paused_is_sent_after_the_pause(stage: Stage) -> None:
    stage.mailer.answers = [Answer(Verdict.WAIT, "wait", wait=timedelta(hours=7), account=True)]
    again = stage.tick(SLOTS[1]).next_due_at
    assert again is not None
    paused(stage, None, SLOTS[1] + timedelta(hours=1))
    assert stage.tick(again).requests == 0
    assert due(stage) is None
    resumed(stage, SLOTS[2] - timedelta(hours=1))
    list(stage.ticks(SLOTS[2]))
    assert lessons(stage)[1] == ("two", SLOTS[2])


def test_a_lesson_that_waits_for_its_slot_as_the_pause_begins_is_sent_after_it(stage: Stage) -> None:
    stage.mailer.answers = [Answer(Verdict.WAIT, "wait", wait=timedelta(hours=7), account=True)]
    again = stage.tick(SLOTS[1]).next_due_at
    assert again is not None
    stage.tick(again)
    assert stage.deliveries("ann")[-1][2] == "waiting"
    paused(stage, WEDNESDAY, again)
    list(stage.ticks(again))
    assert [lesson for lesson, _ in lessons(stage)] == ["one", "two", "three"]
    assert lessons(stage)[1][1] == THURSDAY


def test_a_pause_missed_by_more_than_the_grace_ends_with_the_next_slot(stage: Stage) -> None:
    paused(stage, SLOTS[2].date())
    tally = stage.tick(SLOTS[2] + timedelta(hours=10))
    assert (tally.claimed, tally.next_due_at) == (0, SLOTS[3])
    assert status_of(stage) is EnrolmentStatus.ACTIVE


def test_a_pause_before_a_cohort_begins_does_not_bring_it_forward(stage: Stage) -> None:
    stage.bring_in("email\nbob@example.com\n", start=date(2026, 3, 17))
    stage.change("INSERT INTO delivery (enrolment_id, kind, slot_at, slot_on) VALUES (2, 'confirm', 1, '2026-03-02')")
    pause(stage.database, EditionBook(), latest(stage, "bob"), date(2026, 3, 5), MONDAY)
    assert due(stage, "bob") == SLOTS[4]


def test_the_wait_of_a_lesson_is_kept_over_a_pause(stage: Stage) -> None:
    stage.publish(a_course("one", "two", "three", files={"lessons/02-two.md": a_lesson("two", settings="wait: 2w\n")}))
    assert due(stage) == SLOTS[4]
    paused(stage, date(2026, 3, 5))
    assert due(stage) == SLOTS[4]


def test_a_course_that_changes_its_days_moves_the_end_of_a_pause_that_has_a_day(stage: Stage) -> None:
    stage.enrol("bob")
    stage.tick(SLOTS[1])
    paused(stage, WEDNESDAY)
    pause(stage.database, EditionBook(), latest(stage, "bob"), None, AFTER_ONE)
    files = a_course("one", "two", "three")
    files["course.toml"] = files["course.toml"].replace(b'"tuesday", "thursday"', b'"friday"')
    stage.publish(files, AFTER_ONE)
    assert due(stage) == datetime(2026, 3, 20, 8, tzinfo=UTC)
    assert (status_of(stage, "bob"), due(stage, "bob")) == (EnrolmentStatus.PAUSED, None)


@pytest.mark.parametrize("status", ["pending", "finished", "ended"])
def test_only_who_takes_a_course_can_pause_it(stage: Stage, status: str) -> None:
    stage.change("UPDATE enrolment SET status = :status, next_due_at = NULL", status=status)
    with unchanged(stage), pytest.raises(NotPossibleError):
        paused(stage, WEDNESDAY)


@pytest.mark.parametrize("status", ["pending", "active", "finished", "ended"])
def test_only_what_is_paused_can_go_on(stage: Stage, status: str) -> None:
    stage.change("UPDATE enrolment SET status = :status", status=status)
    with unchanged(stage), pytest.raises(NotPossibleError):
        resumed(stage, AFTER_ONE)


def test_nothing_can_be_paused_for_who_was_erased_or_by_an_email_that_is_not_on_record(stage: Stage) -> None:
    with pytest.raises(NotPossibleError):
        pause(stage.database, EditionBook(), 999, WEDNESDAY, AFTER_ONE)
    stage.change("UPDATE subscriber SET email_key = NULL")
    with pytest.raises(NotPossibleError):
        pause(stage.database, EditionBook(), 1, WEDNESDAY, AFTER_ONE)


def test_a_paused_person_does_not_keep_others_from_their_lessons(stage: Stage) -> None:
    stage.enrol("bob")
    paused(stage, WEDNESDAY)
    stage.tick(SLOTS[1])
    assert isinstance(stage.mailer, Recorder)
    assert stage.mailer.labels("bob@example.com") == ["one"]
