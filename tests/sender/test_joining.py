"""Asking for a course: one email that asks, whoever typed what, and nothing that only a confirmation may do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from hashlib import sha256

import pytest

from sender.editions import Edition
from sender.joining import Joined, join, read_wish
from sender.model import Answer, Suppressed, Verdict
from sender.store import suppressions
from sender.store.suppressions import EVERYTHING, suppress
from tests.sender.asking import DAY, HOUR, OURS, ask, confirm_latest, leave_by_latest, people
from tests.sender.stage import MONDAY, SLOTS, Recorder, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


# Somebody new.


def test_somebody_new_is_asked_at_once_and_gets_nothing_else(stage: Stage, edition: Edition) -> None:
    assert ask(stage, edition, first_name="Ann", timezone="Asia/Tokyo", track="short") is Joined.NEW
    assert people(stage) == [("ann@example.com", "Ann", "Asia/Tokyo")]
    assert stage.rows("SELECT status, track, next_due_at FROM enrolment") == [("pending", "short", seconds(MONDAY))]
    stage.tick(MONDAY)
    for slot in SLOTS:
        stage.tick(slot)
    assert stage.mailer.sent == [("ann@example.com", "confirm")]


def test_whoever_confirms_gets_the_welcome_at_once_and_the_first_lesson_at_the_first_slot(
    stage: Stage, edition: Edition
) -> None:
    ask(stage, edition)
    stage.tick(MONDAY)
    confirm_latest(stage, MONDAY + HOUR)
    stage.tick(MONDAY + HOUR)
    assert stage.mailer.labels("ann@example.com") == ["confirm", "welcome"]
    assert stage.enrolment("ann")[:2] == ("active", seconds(SLOTS[0]))


def test_the_address_is_kept_as_typed_and_known_in_any_case(stage: Stage, edition: Edition) -> None:
    wish = read_wish(edition.course, {"email": " Ann+Course@Example.com "})
    assert join(stage.database, edition, wish, OURS, MONDAY) is Joined.NEW
    again = read_wish(edition.course, {"email": "ann+course@EXAMPLE.COM"})
    assert join(stage.database, edition, again, OURS, MONDAY + HOUR) is Joined.NOTHING
    assert people(stage) == [("Ann+Course@Example.com", "", "")]


def test_consent_is_kept_with_its_words_once(stage: Stage, edition: Edition) -> None:
    ask(stage, edition, "ann")
    ask(stage, edition, "bob")
    hash_ = sha256(b"I agree.").hexdigest()
    found = stage.rows("SELECT enrolment_id, at, how, wording FROM consent ORDER BY id")
    assert found == [(1, seconds(MONDAY), "sign-up page", hash_), (2, seconds(MONDAY), "sign-up page", hash_)]
    assert stage.rows("SELECT hash, text FROM wording") == [(hash_, "I agree.")]


def test_what_was_agreed_to_by_confirming_is_kept_as_it_was_read(stage: Stage, edition: Edition) -> None:
    ask(stage, edition)
    stage.tick(MONDAY)
    confirm_latest(stage, MONDAY + HOUR)
    found = stage.rows("SELECT c.how, w.text FROM consent c JOIN wording w ON w.hash = c.wording ORDER BY c.id")
    [asked, (how, words)] = found
    assert asked == ("sign-up page", "I agree.")
    assert how == "confirmation email"
    assert "Confirm it, and the course begins." in str(words)


def test_many_forms_for_one_address_at_once_bring_about_one_email(stage: Stage, edition: Edition) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: ask(stage, edition), range(8)))
    assert sorted(found) == sorted([Joined.NEW] + [Joined.NOTHING] * 7)
    stage.tick(MONDAY)
    assert stage.mailer.sent == [("ann@example.com", "confirm")]
    assert stage.rows("SELECT count(*) FROM subscriber") == [(1,)]


# Somebody who is known.


def test_whoever_has_not_confirmed_is_asked_again(stage: Stage, edition: Edition) -> None:
    ask(stage, edition)
    stage.tick(MONDAY)
    assert ask(stage, edition, now=MONDAY + HOUR) is Joined.AGAIN
    stage.tick(MONDAY + HOUR)
    assert stage.rows("SELECT occasion FROM delivery ORDER BY id") == [(0,), (1,)]
    assert stage.rows("SELECT count(*) FROM consent") == [(2,)]


def test_whoever_is_about_to_be_asked_is_not_asked_twice(stage: Stage, edition: Edition) -> None:
    ask(stage, edition)
    assert ask(stage, edition) is Joined.NOTHING
    stage.tick(MONDAY)
    assert stage.mailer.labels("ann@example.com") == ["confirm"]


def test_whoever_s_confirmation_waits_for_the_mailer_is_not_asked_twice(stage: Stage, edition: Edition) -> None:
    stage.mailer = Recorder(Answer(Verdict.WAIT, "wait", wait=HOUR))
    ask(stage, edition)
    stage.tick(MONDAY)
    assert ask(stage, edition, now=MONDAY + HOUR / 2) is Joined.NOTHING
    stage.tick(MONDAY + 2 * HOUR)
    assert stage.rows("SELECT occasion FROM delivery") == [(0,)]


def test_nobody_is_asked_more_than_three_times_a_day(stage: Stage, edition: Edition) -> None:
    other = stage.publish(a_course("one", slug="other"))
    moments = [MONDAY + number * HOUR for number in range(5)]
    found = []
    for number, now in enumerate(moments):
        found.append(ask(stage, edition if number % 2 else other, now=now))
        stage.tick(now)
    assert found == [Joined.NEW, Joined.NEW, Joined.AGAIN, Joined.NOTHING, Joined.NOTHING]
    assert len(stage.mailer.sent) == 3
    assert ask(stage, edition, now=MONDAY + DAY + HOUR / 2) is Joined.AGAIN


@pytest.mark.parametrize("status", ["active", "paused"])
def test_whoever_takes_the_course_is_left_in_peace(stage: Stage, edition: Edition, status: str) -> None:
    stage.enrol("ann")
    stage.change("UPDATE enrolment SET status = :status", status=status)
    before = stage.rows("SELECT * FROM enrolment")
    assert ask(stage, edition, now=MONDAY + HOUR, first_name="Mallory", track="short") is Joined.NOTHING
    assert stage.rows("SELECT * FROM enrolment") == before
    assert stage.rows("SELECT * FROM consent") == []


@pytest.mark.parametrize("reason", [Suppressed.BOUNCED, Suppressed.COMPLAINED])
@pytest.mark.parametrize("scope", [EVERYTHING, 1])
def test_an_address_that_failed_or_complained_is_never_asked(
    stage: Stage, edition: Edition, reason: Suppressed, scope: int
) -> None:
    with stage.database.write() as connection:
        suppress(connection, "ann@example.com", scope, reason, MONDAY)
    assert ask(stage, edition) is Joined.NOTHING
    assert people(stage) == []


def test_whoever_left_everything_is_asked_and_confirming_lets_email_reach_them_again(
    stage: Stage, edition: Edition
) -> None:
    other = stage.publish(a_course("one", slug="other"))
    with stage.database.write() as connection:
        for scope in (EVERYTHING, edition.course_id, other.course_id):
            suppress(connection, "ann@example.com", scope, Suppressed.UNSUBSCRIBED, MONDAY)
    assert ask(stage, edition) is Joined.NEW
    stage.tick(MONDAY)
    assert stage.mailer.labels("ann@example.com") == ["confirm"]
    with stage.database.read() as connection:
        assert suppressions.suppressed(connection, ["ann@example.com"], edition.course_id)
    confirm_latest(stage, MONDAY + HOUR)
    stage.tick(MONDAY + HOUR)
    assert stage.mailer.labels("ann@example.com") == ["confirm", "welcome"]
    assert stage.rows("SELECT scope FROM suppression") == [(other.course_id,)]


def test_a_cohort_imported_for_later_keeps_its_day_when_it_is_asked_again(stage: Stage, edition: Edition) -> None:
    stage.bring_in("email\nann@example.com\n", confirmed=False, start=date(2026, 3, 16), track="long")
    stage.tick(MONDAY)
    ask(stage, edition, now=MONDAY + HOUR)
    stage.tick(MONDAY + HOUR)
    confirm_latest(stage, MONDAY + HOUR)
    assert stage.enrolment("ann")[1] == seconds(datetime(2026, 3, 16, 7, tzinfo=MONDAY.tzinfo))


# What a form says of somebody who is known.


def test_what_nobody_confirmed_may_be_corrected(stage: Stage, edition: Edition) -> None:
    ask(stage, edition, first_name="Anm", timezone="Asia/Tokyo")
    stage.tick(MONDAY)
    ask(stage, edition, now=MONDAY + HOUR, first_name="Ann", track="short")
    assert people(stage) == [("ann@example.com", "Ann", "Asia/Tokyo")]
    assert stage.rows("SELECT track FROM enrolment") == [("short",)]


def test_a_form_changes_nobody_who_confirmed_something_before(stage: Stage, edition: Edition) -> None:
    other = stage.publish(a_course("one", slug="other"))
    ask(stage, edition, first_name="Ann", timezone="Asia/Tokyo", track="short")
    stage.tick(MONDAY)
    confirm_latest(stage, MONDAY)
    ask(stage, other, now=MONDAY + HOUR, first_name="Mallory", timezone="Europe/Paris")
    ask(stage, edition, now=MONDAY + HOUR, first_name="Mallory", timezone="Europe/Paris", track="long")
    assert people(stage) == [("ann@example.com", "Ann", "Asia/Tokyo")]
    assert stage.rows("SELECT track, status FROM enrolment ORDER BY id") == [
        ("short", "active"),
        ("everyone", "pending"),
    ]


def test_nor_anybody_who_left_since(stage: Stage, edition: Edition) -> None:
    ask(stage, edition, first_name="Ann")
    stage.tick(MONDAY)
    confirm_latest(stage, MONDAY)
    leave_by_latest(stage, MONDAY)
    assert ask(stage, edition, now=MONDAY + HOUR, first_name="Mallory") is Joined.NEW
    assert people(stage) == [("ann@example.com", "Ann", "")]


def test_nor_anybody_who_left_before_it_was_kept_what_they_had_been(stage: Stage, edition: Edition) -> None:
    stage.enrol("ann", first_name="Ann")
    stage.change("UPDATE enrolment SET status = 'ended', ended_from = NULL, next_due_at = NULL")
    ask(stage, edition, now=MONDAY + HOUR, first_name="Mallory")
    assert people(stage) == [("ann@example.com", "Ann", "")]


def test_a_form_changes_nobody_whom_an_operator_brought_in(stage: Stage, edition: Edition) -> None:
    stage.bring_in("email,first_name,timezone\nann@example.com,Ann,Asia/Tokyo\n", confirmed=False, track="short")
    stage.tick(MONDAY)
    for hour in (1, 2):
        now = MONDAY + hour * HOUR
        assert ask(stage, edition, now=now, first_name="Mallory", track="long") is Joined.AGAIN
        stage.tick(now)
    assert people(stage) == [("ann@example.com", "Ann", "Asia/Tokyo")]
    assert stage.rows("SELECT track FROM enrolment") == [("short",)]
