"""Sending somebody a lesson once more: one more email, and nothing else changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from course.errors import CourseError
from sender.certificate import certificate
from sender.directory import find
from sender.editions import EditionBook
from sender.errors import NotFoundError
from sender.model import Answer, Suppressed, Verdict
from sender.resending import RefusedError, Resent, resend
from sender.store.memberships import following_day
from sender.store.suppressions import EVERYTHING, suppress
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, a_lesson, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
HOUR = timedelta(hours=1)


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Ann and Bob on a course of three lessons with a welcome and a closing; nothing was sent yet."""
    stage.publish(a_course("one", "two", "three", welcome=True, closing=True))
    stage.enrol("ann", "bob")
    return stage


def again(stage: Stage, lesson: str, name: str = "ann", course: str = "letters") -> Resent:
    """Send somebody a lesson once more, an hour after the latest tick."""
    person = find(stage.database, f"{name}@example.com")
    (place,) = [one for one in person.places if one.course == course]
    return resend(stage.database, EditionBook(), place.row.id, lesson, SLOTS[5] + HOUR)


def test_a_lesson_goes_out_once_more_with_the_next_tick_and_to_one_person_alone(stage: Stage) -> None:
    for moment in (MONDAY, *SLOTS[:2]):
        stage.tick(moment)
    done = again(stage, "one")
    assert stage.rows("SELECT b.state FROM delivery d JOIN batch b ON b.id = d.batch_id WHERE d.id = :id",
                      id=done.delivery) == [("retry",)]  # fmt: skip
    del stage.mailer.requests[:]
    stage.change("UPDATE enrolment SET next_due_at = NULL")
    stage.tick(SLOTS[5] + HOUR)
    assert stage.mailer.sent == [("ann@example.com", "one")]
    assert [one.delivery for one in stage.mailer.requests[0].recipients] == [done.delivery]


def test_each_call_is_one_more_email_and_a_further_occasion(stage: Stage) -> None:
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    first, second = again(stage, "one"), again(stage, "one")
    stage.change("UPDATE enrolment SET next_due_at = NULL")
    stage.tick(SLOTS[5] + HOUR)
    assert first.delivery != second.delivery
    assert stage.mailer.labels("ann@example.com") == ["welcome", "one", "one", "one"]
    found = stage.rows("SELECT kind, occasion, resent FROM delivery WHERE lesson_id IS NOT NULL AND enrolment_id = 1"
                       " ORDER BY id")  # fmt: skip
    assert [(kind, occasion, bool(resent)) for kind, occasion, resent in found] == [
        ("lesson", 0, False), ("lesson", 1, True), ("lesson", 2, True),
    ]  # fmt: skip


def test_when_the_next_lesson_comes_and_which_one_it_is_stay_as_they_were(stage: Stage) -> None:
    for moment in (MONDAY, *SLOTS[:2]):
        stage.tick(moment)
    before = stage.rows("SELECT * FROM enrolment ORDER BY id")
    person = find(stage.database, "ann@example.com")
    resend(stage.database, EditionBook(), person.places[0].row.id, "one", SLOTS[1] + HOUR)
    stage.tick(SLOTS[1] + HOUR)
    assert stage.mailer.labels("ann@example.com") == ["welcome", "one", "two", "one"]
    assert stage.rows("SELECT * FROM enrolment ORDER BY id") == before
    # A lesson put in before their place would come next, had they been sent back to the first.
    stage.publish(a_course("one", "between", "two", "three", welcome=True, closing=True), SLOTS[1] + HOUR)
    stage.tick(SLOTS[2])
    assert stage.mailer.labels("ann@example.com")[4:] == ["three"]


def test_it_waits_for_no_slot_however_late_it_is(stage: Stage) -> None:
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    stage.change("UPDATE enrolment SET next_due_at = NULL")
    again(stage, "one")
    stage.mailer.answers = [Answer(Verdict.WAIT, wait=timedelta(days=3))]
    stage.tick(SLOTS[5] + HOUR)
    stage.tick(SLOTS[5] + timedelta(days=4))
    assert stage.mailer.labels("ann@example.com")[-2:] == ["one", "one"]
    assert stage.deliveries("ann")[-1][2] == "accepted"


@pytest.mark.parametrize("lesson", ["welcome", "closing", "two"])
def test_who_has_finished_can_be_sent_everything_once_more_and_stays_finished(stage: Stage, lesson: str) -> None:
    list(stage.ticks(MONDAY))
    assert stage.enrolment("ann")[0] == "finished"
    again(stage, lesson)
    stage.tick(SLOTS[5] + HOUR)
    assert stage.mailer.labels("ann@example.com")[5:] == [lesson]
    assert stage.enrolment("ann") == ("finished", None, None)


def test_who_has_paused_can_be_sent_a_lesson_once_more_and_stays_paused(stage: Stage) -> None:
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    stage.change("UPDATE enrolment SET status = 'paused', next_due_at = NULL, due_since = NULL")
    again(stage, "one")
    stage.tick(SLOTS[5] + HOUR)
    assert stage.mailer.labels("ann@example.com") == ["welcome", "one", "one"]
    assert stage.enrolment("ann") == ("paused", None, None)


def test_it_neither_finishes_a_course_nor_keeps_it_from_being_finished(stage: Stage) -> None:
    """The closing waits to be tried again while a lesson is sent once more, and that one is never accepted."""
    for moment in (MONDAY, *SLOTS[:3]):
        stage.tick(moment)
    stage.mailer.answers = [Answer(Verdict.WAIT, wait=timedelta(hours=2))]
    stage.tick(SLOTS[3])
    assert stage.enrolment("ann")[:2] == ("active", None)
    person = find(stage.database, "ann@example.com")
    resend(stage.database, EditionBook(), person.places[0].row.id, "one", SLOTS[3] + HOUR)
    resend(stage.database, EditionBook(), person.places[0].row.id, "two", SLOTS[3] + HOUR)
    stage.mailer.answers = [Answer(Verdict.ACCEPTED), Answer(Verdict.UNCERTAIN)]
    stage.tick(SLOTS[3] + HOUR)
    assert stage.enrolment("ann")[0] == "active"
    stage.tick(SLOTS[3] + 3 * HOUR)
    assert stage.mailer.labels("ann@example.com")[-1] == "closing"
    assert stage.enrolment("ann")[0] == "finished"


def test_the_lesson_is_sent_as_it_is_now_and_by_any_name_it_had(stage: Stage) -> None:
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    files = a_course("uno", "two", "three", welcome=True, closing=True,
                     files={"lessons/01-uno.md": a_lesson("uno", "Altogether new.", "aliases: [one]\n")})  # fmt: skip
    stage.publish(files, SLOTS[0] + HOUR)
    assert again(stage, "one").lesson == again(stage, "uno").lesson == "uno"
    stage.change("UPDATE enrolment SET next_due_at = NULL")
    stage.tick(SLOTS[5] + HOUR)
    assert "Altogether new." in stage.mailer.requests[-1].email.text


def test_a_lesson_that_is_no_longer_on_their_track_comes_as_on_one_that_has_it(stage: Stage) -> None:
    tracks = "[tracks.short]\ntitle = 'Short'\n[tracks.long]\ntitle = 'Long'"
    long = {"lessons/02-two.md": a_lesson("two", settings="tracks: [long]\n")}
    stage.publish(a_course("one", "two", slug="paths", tables=tracks, files=long))
    stage.bring_in("email\ncid@example.com\n", "paths", track="long")
    for moment in SLOTS[:2]:
        stage.tick(moment)
    stage.change("UPDATE enrolment SET track = 'short' WHERE track = 'long'")
    again(stage, "two", "cid", "paths")
    stage.tick(SLOTS[5] + HOUR)
    assert stage.mailer.labels("cid@example.com")[-1] == "two"


def test_a_held_course_keeps_it_back(stage: Stage) -> None:
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    stage.change("UPDATE course SET held = true")
    assert again(stage, "one").held
    assert not stage.tick(SLOTS[5] + HOUR).accepted


def test_a_lesson_that_may_not_have_arrived_can_be_sent_once_more(stage: Stage) -> None:
    stage.tick(MONDAY)
    stage.mailer.answers = [Answer(Verdict.UNCERTAIN)]
    stage.tick(SLOTS[0])
    assert again(stage, "one").lesson == "one"


def refused(stage: Stage, lesson: str = "one") -> str:
    before = stage.rows("SELECT count(*) FROM delivery"), stage.rows("SELECT count(*) FROM batch")
    with pytest.raises(RefusedError) as error:
        again(stage, lesson)
    assert (stage.rows("SELECT count(*) FROM delivery"), stage.rows("SELECT count(*) FROM batch")) == before
    return error.value.message


def test_what_was_not_sent_yet_is_not_sent_ahead_of_its_turn(stage: Stage) -> None:
    assert refused(stage, "welcome") == "`welcome` has not been sent to them yet."
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    assert refused(stage, "two") == "`two` has not been sent to them yet."


def test_what_is_on_its_way_for_the_first_time_is_not_sent_twice(stage: Stage) -> None:
    stage.tick(MONDAY)
    stage.claim(SLOTS[0])
    assert refused(stage, "one") == "`one` is on its way to them already (claimed)."


def test_who_left_was_erased_or_has_not_confirmed_gets_nothing(stage: Stage) -> None:
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    stage.change("UPDATE enrolment SET status = 'pending'")
    assert refused(stage) == "Person 1 has not confirmed yet: letters."
    stage.change("UPDATE enrolment SET status = 'ended', next_due_at = NULL, due_since = NULL")
    assert refused(stage) == "Person 1 has left it: letters."


def test_nobody_who_was_erased_is_sent_anything(stage: Stage) -> None:
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    stage.change("UPDATE subscriber SET email_key = NULL, email = ''")
    with pytest.raises(RefusedError, match=r"Person 1 was erased\."):
        resend(stage.database, EditionBook(), 1, "one", SLOTS[5])


@pytest.mark.parametrize("reason", list(Suppressed))
def test_a_suppressed_address_gets_nothing(stage: Stage, reason: Suppressed) -> None:
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    with stage.database.write() as connection:
        suppress(connection, "ann@example.com", EVERYTHING, reason, SLOTS[0])
    assert refused(stage) == f"The address of person 1 is suppressed: {reason}."


@pytest.mark.parametrize("status", ["ended", "pending"])
def test_who_leaves_before_the_tick_is_not_sent_it(stage: Stage, status: str) -> None:
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    again(stage, "one")
    stage.change("UPDATE enrolment SET status = :status, next_due_at = NULL, due_since = NULL", status=status)
    assert stage.tick(SLOTS[5] + HOUR).cancelled == 1
    assert stage.mailer.labels("ann@example.com") == ["welcome", "one"]


def test_a_lesson_that_there_is_not_is_told_with_those_there_are(stage: Stage) -> None:
    with pytest.raises(NotFoundError, match=r"There is no lesson `four` in letters\. Name one of welcome, one, two"):
        again(stage, "four")
    with pytest.raises(NotFoundError, match=r"There is no enrolment 77\."):
        resend(stage.database, EditionBook(), 77, "one", MONDAY)


def test_an_email_that_cannot_be_made_adds_nothing(stage: Stage) -> None:
    stage.tick(MONDAY)
    stage.tick(SLOTS[0])
    field = '[fields]\nrole = { type = "text", values = ["novice", "expert"] }\n'
    broken = {"lessons/01-one.md": a_lesson("one", "{% if subscriber.role == 'expert' %}{{ 1 / 0 }}{% endif %}")}
    stage.publish(a_course("one", "two", "three", welcome=True, closing=True, tables=field, files=broken), SLOTS[0])
    stage.change('UPDATE subscriber SET attributes = \'{"role": "expert"}\'')
    book = EditionBook()
    with pytest.raises(CourseError):
        resend(stage.database, book, 1, "one", SLOTS[5])
    assert stage.rows("SELECT count(*) FROM delivery WHERE resent") == [(0,)]


def test_its_slot_is_the_moment_at_which_it_was_asked_for(stage: Stage) -> None:
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    again(stage, "one")
    assert stage.deliveries("ann")[-1] == ("lesson", "one", "retry", seconds(SLOTS[5] + HOUR))


def test_what_followed_a_lesson_is_still_the_one_after_it(stage: Stage) -> None:
    for moment in (MONDAY, *SLOTS[:2]):
        stage.tick(moment)
    [(two,)] = stage.rows(
        "SELECT d.id FROM delivery d JOIN lesson l ON l.id = d.lesson_id WHERE l.slug = 'two' AND d.enrolment_id = 1"
    )
    resend(stage.database, EditionBook(), 1, "two", SLOTS[1] + 30 * HOUR)
    with stage.database.read() as connection:
        assert following_day(connection, int(str(two))) is None
    stage.tick(SLOTS[2])
    with stage.database.read() as connection:
        assert following_day(connection, int(str(two))) == SLOTS[2].date()


def test_a_certificate_says_what_it_said(stage: Stage) -> None:
    list(stage.ticks(MONDAY))
    [(any_email,)] = stage.rows("SELECT max(id) FROM delivery WHERE enrolment_id = 1")
    with stage.database.read() as connection:
        before = certificate(connection, EditionBook(), int(str(any_email)))
    again(stage, "three")
    stage.tick(SLOTS[5] + HOUR)
    with stage.database.read() as connection:
        after = certificate(connection, EditionBook(), int(str(any_email)))
    assert before is not None
    assert after is not None
    assert before.finished_on == after.finished_on == SLOTS[2].date()
    assert before.progress == after.progress


def test_a_lesson_that_failed_and_arrived_when_it_was_sent_again_keeps_nobody_from_finishing(stage: Stage) -> None:
    for moment in (MONDAY, SLOTS[0]):
        stage.tick(moment)
    [(failed,)] = stage.rows("SELECT max(id) FROM delivery WHERE enrolment_id = 1")
    stage.change("UPDATE delivery SET outcome = 'failed' WHERE id = :id", id=failed)
    for moment in SLOTS[1:4]:
        stage.tick(moment)
    assert [stage.enrolment(name)[0] for name in ("ann", "bob")] == ["active", "finished"]
    again(stage, "one")
    stage.mailer.answers.append(Answer(Verdict.UNCERTAIN, "no answer"))
    stage.tick(SLOTS[5] + HOUR)
    assert stage.enrolment("ann")[0] == "active"
    again(stage, "one")
    stage.tick(SLOTS[5] + HOUR)
    assert stage.enrolment("ann")[0] == "finished"
