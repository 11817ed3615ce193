"""People set their own pace, hour, zone and track; each act says what was before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from sender.editions import EditionBook
from sender.errors import ChoiceError, NotPossibleError
from sender.model import Answer, EnrolmentStatus, Verdict
from sender.owner import this_process
from sender.pausing import pause, resume
from sender.preferences import paces, preferences, set_pace, set_zone
from tests.sender.choosing import (
    AFTER_ONE,
    SHORT,
    ask,
    due,
    hour,
    latest,
    lessons,
    pace,
    seen,
    standing_of,
    status_of,
    track,
    unchanged,
    utc,
    zone,
)
from tests.sender.stage import SLOTS, TRACKS, Stage, a_course, a_lesson

pytestmark = [pytest.mark.parametrize("kind", ["sqlite", "postgresql"]), pytest.mark.usefixtures("begun")]


def refused(stage: Stage, act: Callable[[Stage, str], None], chosen: str) -> str:
    """The field for which a choice is refused, and nothing changes."""
    with unchanged(stage), pytest.raises(ChoiceError) as caught:
        act(stage, chosen)
    return caught.value.field


def test_a_slower_pace_holds_from_the_next_lesson_on(stage: Stage) -> None:
    pace(stage, "1")
    list(stage.ticks(SLOTS[1]))
    assert [slot for _, slot in lessons(stage)] == [SLOTS[0], SLOTS[2], SLOTS[4], SLOTS[4] + timedelta(weeks=1)]


def test_a_faster_pace_holds_from_the_next_day_on(stage: Stage) -> None:
    pace(stage, "01234")
    list(stage.ticks(AFTER_ONE))
    assert [slot.day for _, slot in lessons(stage)] == [3, 4, 5, 6]


def test_the_pace_of_the_course_is_no_choice_of_one_s_own(stage: Stage) -> None:
    pace(stage, "1")
    pace(stage, "13")
    assert (standing_of(stage).overrides, due(stage)) == ({}, SLOTS[1])
    pace(stage, "1")
    pace(stage, "")
    assert (standing_of(stage).overrides, due(stage)) == ({}, SLOTS[1])


@pytest.mark.parametrize("days", ["7", "10", "11", "x", " 1", "1,3", "٣", "0123456" * 20])
def test_days_that_are_no_weekdays_are_refused(stage: Stage, days: str) -> None:
    assert refused(stage, pace, days) == "days"


def test_another_hour_holds_from_the_next_lesson_on(stage: Stage) -> None:
    hour(stage, "18:30")
    assert (standing_of(stage).overrides, due(stage)) == ({"at": "18:30"}, utc(5, 18, 30))
    hour(stage, "08:00")
    assert (standing_of(stage).overrides, due(stage)) == ({}, SLOTS[1])


def test_pace_and_hour_are_chosen_apart(stage: Stage) -> None:
    hour(stage, "18:30")
    pace(stage, "1")
    assert standing_of(stage).overrides == {"at": "18:30", "days": "1"}
    hour(stage, "")
    assert standing_of(stage).overrides == {"days": "1"}


@pytest.mark.parametrize("at", ["25:00", "8 o'clock", "08", "0800", "08:00+01:00", "08:60", "٠٨:٠٠"])
def test_what_is_no_time_of_day_is_refused(stage: Stage, at: str) -> None:
    assert refused(stage, hour, at) == "at"


def test_seconds_that_a_browser_sends_are_left_out(stage: Stage) -> None:
    hour(stage, "18:30:15")
    assert standing_of(stage).overrides == {"at": "18:30"}


def test_a_zone_holds_on_every_course_that_is_open(stage: Stage) -> None:
    stage.publish(a_course("uno", slug="second"))
    stage.enrol("ann", course="second", now=AFTER_ONE)
    zone(stage, "Asia/Tokyo")
    moments = stage.rows("SELECT next_due_at FROM enrolment ORDER BY id")
    assert moments == [(int(utc(4, 23).timestamp()),)] * 2


def test_a_zone_moves_the_end_of_a_pause(stage: Stage) -> None:
    pause(stage.database, EditionBook(), latest(stage), date(2026, 3, 12), AFTER_ONE)
    zone(stage, "Asia/Tokyo")
    assert due(stage) == utc(11, 23)


def test_going_west_on_the_day_of_a_lesson_brings_no_second_one_on_it(stage: Stage) -> None:
    pace(stage, "0123456")
    zone(stage, "Pacific/Pago_Pago", SLOTS[0] + timedelta(minutes=5))
    assert due(stage) == utc(4, 19)  # the lesson came on what is Monday there


def test_the_zone_of_the_course_can_be_had_again(stage: Stage) -> None:
    zone(stage, "Asia/Tokyo")
    before = set_zone(stage.database, EditionBook(), latest(stage), "", AFTER_ONE)
    assert (before.zone, standing_of(stage).zone, due(stage)) == ("Asia/Tokyo", "", SLOTS[1])


@pytest.mark.parametrize("name", ["Europe/Atlantis", "../etc/passwd", "localtime", "europe/berlin", " "])
def test_what_is_no_zone_is_refused(stage: Stage, name: str) -> None:
    assert refused(stage, zone, name) == "zone"


def test_another_track_goes_on_after_the_lessons_that_were_had(stage: Stage) -> None:
    track(stage, "short")
    list(stage.ticks(SLOTS[1]))
    assert [lesson for lesson, _ in lessons(stage)] == ["one", "three", "four"]
    assert stage.rows("SELECT count(*) FROM enrolment") == [(1,)]


def test_a_track_on_which_nothing_is_left_is_finished(stage: Stage) -> None:
    for slot in SLOTS[1:3]:
        stage.tick(slot)
    stage.publish(a_course("one", "two", "three", "four", tables=TRACKS, files={
        **SHORT, "lessons/04-four.md": a_lesson("four", settings="tracks: [long]\n")}))  # fmt: skip
    track(stage, "short", SLOTS[2])
    assert (status_of(stage), due(stage)) == (EnrolmentStatus.FINISHED, None)


def test_a_track_that_there_is_not_is_refused(stage: Stage) -> None:
    assert refused(stage, track, "scenic") == "track"


def test_a_lesson_that_waits_for_its_slot_is_put_off_by_nothing_further(stage: Stage) -> None:
    waits = {"lessons/02-two.md": a_lesson("two", settings="wait: 6d\n")}
    stage.publish(a_course("one", "two", "three", tables=TRACKS, files=waits))
    stage.mailer.answers = [Answer(Verdict.WAIT, "wait", wait=timedelta(hours=7), account=True)]
    again = stage.tick(SLOTS[2]).next_due_at
    assert again is not None
    assert stage.tick(again).next_due_at == SLOTS[3]
    hour(stage, "09:00", again)
    assert due(stage) == SLOTS[3] + timedelta(hours=1)


def test_a_lesson_that_was_kept_back_takes_no_slot(stage: Stage) -> None:
    stage.claim(SLOTS[1], owner=str(this_process()))
    pause(stage.database, EditionBook(), latest(stage), None, SLOTS[1])
    stage.tick(SLOTS[1])
    hour(stage, "20:00", SLOTS[1])
    resume(stage.database, EditionBook(), latest(stage), SLOTS[1] + timedelta(hours=1))
    assert due(stage) == utc(5, 20)


def test_a_lesson_put_off_by_trouble_comes_at_the_person_s_own_hour(stage: Stage) -> None:
    stage.publish(a_course("one", "two", tables=TRACKS))
    hour(stage, "18:30")
    stage.mailer.answers = [Answer(Verdict.WAIT, "wait", wait=timedelta(hours=7), account=True)]
    again = stage.tick(utc(5, 18, 30)).next_due_at
    assert again is not None
    assert stage.tick(again).next_due_at == utc(10, 18, 30)


@pytest.mark.parametrize("status", ["pending", "finished", "ended"])
def test_only_who_takes_the_course_changes_how(stage: Stage, status: str) -> None:
    stage.change("UPDATE enrolment SET status = :status, next_due_at = NULL", status=status)
    for act, chosen in ((pace, "1"), (hour, "09:00"), (zone, "Asia/Tokyo"), (track, "short")):
        with unchanged(stage), pytest.raises(NotPossibleError):
            act(stage, chosen)
    with unchanged(stage), pytest.raises(NotPossibleError):
        ask(stage, AFTER_ONE)


def test_a_paused_course_takes_changes_and_stays_paused(stage: Stage) -> None:
    pause(stage.database, EditionBook(), latest(stage), None, AFTER_ONE)
    pace(stage, "1")
    zone(stage, "Asia/Tokyo")
    track(stage, "short")
    assert (status_of(stage), due(stage)) == (EnrolmentStatus.PAUSED, None)
    with pytest.raises(NotPossibleError):
        ask(stage, AFTER_ONE)


def test_an_old_email_leads_to_the_enrolment_that_counts_now(stage: Stage) -> None:
    old = latest(stage)
    stage.change("UPDATE enrolment SET status = 'ended', next_due_at = NULL")
    stage.change(
        "INSERT INTO enrolment (subscriber_id, course_id, track, status, overrides, start_at, next_due_at, created_at)"
        " VALUES (1, 1, 'long', 'active', '{}', :now, :due, :now)",
        now=int(AFTER_ONE.timestamp()), due=int(SLOTS[1].timestamp()),
    )  # fmt: skip
    set_pace(stage.database, EditionBook(), old, "1", AFTER_ONE)
    assert stage.rows("SELECT status, overrides FROM enrolment ORDER BY id")[1][0] == "active"
    assert standing_of(stage).overrides == {"days": "1"}
    assert standing_of(stage).id == 2


def test_a_return_that_was_never_confirmed_leaves_somebody_as_they_were(stage: Stage) -> None:
    stage.change("UPDATE enrolment SET status = 'finished', next_due_at = NULL")
    stage.change(
        "INSERT INTO enrolment (subscriber_id, course_id, track, status, overrides, start_at, created_at, ended_from)"
        " VALUES (1, 1, 'long', 'ended', '{}', 1, 1, 'pending')"
    )
    assert status_of(stage) is EnrolmentStatus.FINISHED


def test_what_is_late_is_told_for_when_it_will_come(stage: Stage) -> None:
    assert seen(stage, AFTER_ONE).next_at == SLOTS[1]
    assert seen(stage, SLOTS[1] + timedelta(hours=1)).next_at == SLOTS[1] + timedelta(hours=1)
    assert seen(stage, SLOTS[1] + timedelta(hours=8)).next_at == SLOTS[2]


def test_an_erased_person_is_nobody_s_to_change(stage: Stage) -> None:
    delivery = latest(stage)
    stage.change("UPDATE subscriber SET email_key = NULL")
    with pytest.raises(NotPossibleError):
        set_pace(stage.database, EditionBook(), delivery, "1", AFTER_ONE)
    found = preferences(stage.database, EditionBook(), delivery, AFTER_ONE)
    assert found is not None
    assert found.erased
    assert preferences(stage.database, EditionBook(), 999, AFTER_ONE) is None


@pytest.mark.parametrize(
    ("days", "own", "expected"),
    [
        ('"tuesday", "thursday"', "", ((1, 3), (1,), (0, 1, 2, 3, 4), None)),
        ('"tuesday", "thursday"', "1", ((1, 3), (1,), (0, 1, 2, 3, 4), None)),
        ('"tuesday", "thursday"', "04", ((1, 3), (1,), (0, 1, 2, 3, 4), (0, 4))),
        ('"friday"', "", ((4,), None, (0, 1, 2, 3, 4), None)),
        ('"monday", "tuesday", "wednesday", "thursday", "friday"', "", ((0, 1, 2, 3, 4), (0,), None, None)),
        ('"sunday", "monday", "tuesday", "wednesday", "thursday", "friday"', "6",
         ((0, 1, 2, 3, 4, 6), (0,), None, (6,))),
    ],
    ids=["usual", "slower chosen", "own", "weekly", "weekdays", "six days"],
)  # fmt: skip
def test_the_paces_of_a_course(stage: Stage, days: str, own: str, expected: tuple[object, ...]) -> None:
    files = a_course("one", tables=TRACKS)
    files["course.toml"] = files["course.toml"].replace(b'"tuesday", "thursday"', days.encode())
    found = paces(stage.publish(files).course, {"days": own} if own else {})
    assert (found.course, found.slower, found.faster, found.own) == expected
