"""People set their own pace, hour, zone and track, and have the next lesson at once; each act says what was before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from sender.editions import EditionBook
from sender.errors import ChoiceError, NotPossibleError
from sender.model import Answer, EnrolmentStatus, Verdict
from sender.owner import this_process
from sender.pausing import pause, resume
from sender.preferences import (
    Preferences,
    paces,
    preferences,
    send_next,
    set_hour,
    set_pace,
    set_track,
    set_zone,
    take_back,
)
from tests.sender.choosing import due, everything, latest, lessons, standing_of, status_of
from tests.sender.stage import SLOTS, Stage, a_course, a_lesson

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

AFTER_ONE = SLOTS[0] + timedelta(hours=2)
TRACKS = '[tracks.long]\ntitle = "Long"\n\n[tracks.short]\ntitle = "Short"\n'
SHORT = {"lessons/02-two.md": a_lesson("two", settings="tracks: [long]\n")}


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Ann had the first of four lessons, two of which are on the short track as well."""
    stage.publish(a_course("one", "two", "three", "four", tables=TRACKS, files=SHORT))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    return stage


def pace(stage: Stage, days: str, now: datetime = AFTER_ONE) -> None:
    set_pace(stage.database, EditionBook(), latest(stage), days, now)


def hour(stage: Stage, at: str, now: datetime = AFTER_ONE) -> None:
    set_hour(stage.database, EditionBook(), latest(stage), at, now)


def zone(stage: Stage, name: str, now: datetime = AFTER_ONE) -> None:
    set_zone(stage.database, EditionBook(), latest(stage), name, now)


def track(stage: Stage, slug: str, now: datetime = AFTER_ONE) -> None:
    set_track(stage.database, EditionBook(), latest(stage), slug, now)


def ask(stage: Stage, now: datetime) -> None:
    send_next(stage.database, EditionBook(), latest(stage), now)


def seen(stage: Stage, now: datetime, name: str = "ann") -> Preferences:
    found = preferences(stage.database, EditionBook(), latest(stage, name), now)
    assert found is not None
    return found


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
    before = everything(stage)
    with pytest.raises(ChoiceError) as caught:
        pace(stage, days)
    assert caught.value.field == "days"
    assert everything(stage) == before


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
    before = everything(stage)
    with pytest.raises(ChoiceError) as caught:
        hour(stage, at)
    assert caught.value.field == "at"
    assert everything(stage) == before


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
    before = everything(stage)
    with pytest.raises(ChoiceError) as caught:
        zone(stage, name)
    assert caught.value.field == "zone"
    assert everything(stage) == before


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
    before = everything(stage)
    with pytest.raises(ChoiceError) as caught:
        track(stage, "scenic")
    assert caught.value.field == "track"
    assert everything(stage) == before


def test_asking_sends_the_next_lesson_at_once_and_the_one_after_it_in_its_slot(stage: Stage) -> None:
    ask(stage, AFTER_ONE)
    assert stage.tick(AFTER_ONE).next_due_at == SLOTS[1]
    list(stage.ticks(SLOTS[1]))
    assert lessons(stage) == [("one", SLOTS[0]), ("two", AFTER_ONE), ("three", SLOTS[1]), ("four", SLOTS[2])]


def test_a_slot_within_twelve_hours_of_asking_is_passed_over(stage: Stage) -> None:
    ask(stage, SLOTS[1] - timedelta(hours=11))
    assert stage.tick(SLOTS[1] - timedelta(hours=11)).next_due_at == SLOTS[2]


def test_one_may_ask_once_in_twelve_hours(stage: Stage) -> None:
    ask(stage, AFTER_ONE)
    stage.tick(AFTER_ONE)
    before = everything(stage)
    for early in (timedelta(0), timedelta(hours=11, minutes=59)):
        assert seen(stage, AFTER_ONE + early).ask_again_at == AFTER_ONE + timedelta(hours=12)
        with pytest.raises(NotPossibleError):
            ask(stage, AFTER_ONE + early)
    assert everything(stage) == before
    assert seen(stage, AFTER_ONE + timedelta(hours=12)).may_ask
    ask(stage, AFTER_ONE + timedelta(hours=12))
    list(stage.ticks(AFTER_ONE + timedelta(hours=12)))
    assert [lesson for lesson, _ in lessons(stage)] == ["one", "two", "three", "four"]


def test_asking_twice_before_the_next_tick_sends_one(stage: Stage) -> None:
    ask(stage, AFTER_ONE)
    with pytest.raises(NotPossibleError):
        ask(stage, AFTER_ONE + timedelta(seconds=1))
    assert stage.tick(AFTER_ONE + timedelta(minutes=1)).claimed == 1


def test_what_is_due_already_cannot_be_asked_for(stage: Stage) -> None:
    with pytest.raises(NotPossibleError):
        ask(stage, SLOTS[1])
    assert not seen(stage, SLOTS[1]).may_ask


def test_a_wait_is_not_in_the_way_of_asking_but_holds_after_it(stage: Stage) -> None:
    waits = {"lessons/03-three.md": a_lesson("three", settings="wait: 1w\n"), **SHORT}
    stage.publish(a_course("one", "two", "three", "four", tables=TRACKS, files=waits))
    ask(stage, AFTER_ONE)
    assert stage.tick(AFTER_ONE).next_due_at == SLOTS[2]


def test_a_request_that_nothing_was_done_about_for_long_waits_for_the_next_slot(stage: Stage) -> None:
    ask(stage, AFTER_ONE)
    assert stage.tick(AFTER_ONE + timedelta(hours=7)).next_due_at == SLOTS[1]


def test_a_request_can_be_taken_back_until_it_is_claimed(stage: Stage) -> None:
    ask(stage, AFTER_ONE)
    take_back(stage.database, EditionBook(), latest(stage), AFTER_ONE)
    assert (due(stage), standing_of(stage).asked_at) == (SLOTS[1], None)
    ask(stage, AFTER_ONE)
    stage.claim(AFTER_ONE, owner=str(this_process()))
    before = everything(stage)
    with pytest.raises(NotPossibleError):
        take_back(stage.database, EditionBook(), latest(stage), AFTER_ONE)
    assert everything(stage) == before


def test_a_request_that_is_taken_back_puts_nothing_off(stage: Stage) -> None:
    ask(stage, SLOTS[1] - timedelta(hours=3))
    take_back(stage.database, EditionBook(), latest(stage), SLOTS[1] - timedelta(hours=3))
    assert due(stage) == SLOTS[1]


def test_a_cohort_asks_for_nothing_before_it_begins(stage: Stage) -> None:
    stage.bring_in("email\nbob@example.com\n", start=date(2026, 3, 17), track="long")
    stage.change("INSERT INTO delivery (enrolment_id, kind, slot_at, slot_on) VALUES (2, 'confirm', 1, '2026-03-02')")
    assert not seen(stage, AFTER_ONE, "bob").may_ask
    with pytest.raises(NotPossibleError):
        send_next(stage.database, EditionBook(), latest(stage, "bob"), AFTER_ONE)
    assert seen(stage, utc(17, 1), "bob").may_ask


def test_who_never_asked_has_nothing_to_take_back(stage: Stage) -> None:
    with pytest.raises(NotPossibleError):
        take_back(stage.database, EditionBook(), latest(stage), AFTER_ONE)


def test_a_change_of_pace_does_not_put_off_a_lesson_that_was_asked_for(stage: Stage) -> None:
    ask(stage, AFTER_ONE)
    pace(stage, "6")
    zone(stage, "Asia/Tokyo")
    assert stage.tick(AFTER_ONE).claimed == 1
    assert [lesson for lesson, _ in lessons(stage)] == ["one", "two"]


def test_publishing_keeps_twelve_hours_after_a_request_and_the_request_itself(stage: Stage) -> None:
    later = SLOTS[1] - timedelta(hours=3)
    ask(stage, later)
    files = a_course("one", "two", "three", "four", tables=TRACKS, files=SHORT)
    files["course.toml"] = files["course.toml"].replace(b'"08:00"', b'"09:00"')
    stage.publish(files, later)
    assert due(stage) == later
    stage.tick(later)
    stage.publish(a_course("one", "two", "three", "four", tables=TRACKS, files=SHORT), later)
    assert due(stage) == SLOTS[2]


def test_the_closing_can_be_asked_for_and_nothing_after_it(stage: Stage) -> None:
    stage.publish(a_course("one", closing=True, tables=TRACKS))
    assert due(stage) == SLOTS[1]
    ask(stage, AFTER_ONE)
    list(stage.ticks(AFTER_ONE))
    assert status_of(stage) is EnrolmentStatus.FINISHED
    assert not seen(stage, SLOTS[3]).may_ask


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
    before = everything(stage)
    for act, chosen in ((pace, "1"), (hour, "09:00"), (zone, "Asia/Tokyo"), (track, "short")):
        with pytest.raises(NotPossibleError):
            act(stage, chosen)
    with pytest.raises(NotPossibleError):
        ask(stage, AFTER_ONE)
    assert everything(stage) == before


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
