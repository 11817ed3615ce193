"""Asking for a course: one email that asks, whoever typed what, and nothing that only a confirmation may do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress as suppress_errors
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest

from sender.editions import Edition, EditionBook
from sender.errors import SenderError
from sender.joining import KEPT, Consent, How, Joined, join, purge_pending, read_wish
from sender.leaving import come_back, leave
from sender.membership import confirm
from sender.model import Answer, Suppressed, Verdict
from sender.store import suppressions
from sender.store.suppressions import EVERYTHING, suppress
from tests.sender.stage import MONDAY, SLOTS, Recorder, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

TRACKS = '[tracks.long]\ntitle = "Long"\n[tracks.short]\ntitle = "Short"\n'
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OURS = Consent(How.PAGE, "I agree.")


@pytest.fixture
def edition(stage: Stage) -> Edition:
    return stage.publish(a_course("one", "two", "three", welcome=True, tables=TRACKS))


def ask(stage: Stage, edition: Edition, name: str = "ann", now: datetime = MONDAY, **said: str) -> Joined:
    """Somebody types an address into the form."""
    wish = read_wish(edition.course, {"email": f"{name}@example.com", **said})
    return join(stage.database, edition, wish, OURS, now)


def confirm_latest(stage: Stage, now: datetime, *, afresh: bool = False) -> None:
    """Press the button of the latest confirmation that was sent."""
    ((delivery,),) = stage.rows("SELECT max(id) FROM delivery WHERE kind = 'confirm'")
    assert isinstance(delivery, int)
    assert confirm(stage.database, EditionBook(), delivery, now, afresh=afresh).changed


def leave_by_latest(stage: Stage, now: datetime) -> None:
    ((delivery,),) = stage.rows("SELECT max(id) FROM delivery")
    assert isinstance(delivery, int)
    leave(stage.database, EditionBook(), delivery, now)


def people(stage: Stage) -> list[tuple[object, ...]]:
    return stage.rows("SELECT email, first_name, zone FROM subscriber ORDER BY id")


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


# Coming back.


def had_the_first(stage: Stage, edition: Edition) -> None:
    """Ann has the welcome and the first lesson, and leaves."""
    ask(stage, edition)
    stage.tick(MONDAY)
    confirm_latest(stage, MONDAY)
    stage.tick(MONDAY)
    stage.tick(SLOTS[0])
    leave_by_latest(stage, SLOTS[0] + HOUR)
    assert stage.mailer.labels("ann@example.com") == ["confirm", "welcome", "one"]


def test_whoever_comes_back_goes_on_where_they_were_without_another_welcome(stage: Stage, edition: Edition) -> None:
    had_the_first(stage, edition)
    back = SLOTS[2] + HOUR
    assert ask(stage, edition, now=back) is Joined.NEW
    stage.tick(back)
    confirm_latest(stage, back + HOUR)
    for _ in stage.ticks(back + HOUR):
        pass
    assert stage.mailer.labels("ann@example.com")[3:] == ["confirm", "two", "three"]
    slots = stage.rows("SELECT slot_at FROM delivery WHERE enrolment_id = 2 AND kind = 'lesson' ORDER BY slot_at")
    assert slots == [(seconds(SLOTS[3]),), (seconds(SLOTS[4]),)]
    assert stage.enrolment("ann")[0] == "finished"


def test_whoever_comes_back_on_the_day_of_a_lesson_gets_no_other_on_that_day(stage: Stage, edition: Edition) -> None:
    had_the_first(stage, edition)
    stage.change("UPDATE subscriber SET zone = 'America/Los_Angeles'")  # where that day's slot is yet to come
    now = SLOTS[0] + 2 * HOUR
    ask(stage, edition, now=now)
    stage.tick(now)
    confirm_latest(stage, now)
    (due,) = stage.rows("SELECT next_due_at FROM enrolment WHERE id = 2")
    assert due == (seconds(SLOTS[1] + 8 * HOUR),)


def test_whoever_chooses_to_starts_again(stage: Stage, edition: Edition) -> None:
    had_the_first(stage, edition)
    back = SLOTS[2] + HOUR
    ask(stage, edition, now=back)
    stage.tick(back)
    confirm_latest(stage, back + HOUR, afresh=True)
    for _ in stage.ticks(back + HOUR):
        pass
    assert stage.mailer.labels("ann@example.com")[3:] == ["confirm", "welcome", "one", "two", "three"]


def test_whoever_has_had_all_starts_again(stage: Stage, edition: Edition) -> None:
    stage.enrol("ann")
    for _ in stage.ticks(MONDAY):
        pass
    assert stage.enrolment("ann")[0] == "finished"
    back = SLOTS[-1]
    assert ask(stage, edition, now=back) is Joined.NEW
    stage.tick(back)
    confirm_latest(stage, back)
    for _ in stage.ticks(back):
        pass
    assert stage.mailer.labels("ann@example.com") == [
        *("welcome", "one", "two", "three"), *("confirm", "welcome", "one", "two", "three"),
    ]  # fmt: skip


def test_a_third_life_goes_on_from_the_second_that_began_afresh(stage: Stage, edition: Edition) -> None:
    stage.enrol("ann")
    for slot in (MONDAY, SLOTS[0], SLOTS[1]):
        stage.tick(slot)
    leave_by_latest(stage, SLOTS[1] + HOUR)
    ask(stage, edition, now=SLOTS[1] + HOUR)
    stage.tick(SLOTS[1] + HOUR)
    confirm_latest(stage, SLOTS[1] + HOUR, afresh=True)
    for slot in (SLOTS[1] + HOUR, SLOTS[2]):
        stage.tick(slot)
    leave_by_latest(stage, SLOTS[2] + HOUR)
    ask(stage, edition, now=SLOTS[2] + HOUR)
    stage.tick(SLOTS[2] + HOUR)
    confirm_latest(stage, SLOTS[2] + HOUR)
    stage.tick(SLOTS[3])
    assert stage.mailer.labels("ann@example.com") == [
        *("welcome", "one", "two"), *("confirm", "welcome", "one"), *("confirm", "two"),
    ]  # fmt: skip


def test_a_life_that_was_never_confirmed_is_none(stage: Stage, edition: Edition) -> None:
    had_the_first(stage, edition)
    ask(stage, edition, now=SLOTS[2])
    stage.tick(SLOTS[2])
    stage.change("UPDATE enrolment SET afresh = true WHERE status = 'pending'")
    late = SLOTS[2] + KEPT + DAY
    assert purge_pending(stage.database, late) == 1
    ask(stage, edition, now=late)
    stage.tick(late)
    confirm_latest(stage, late)
    for _ in stage.ticks(late):
        pass
    assert stage.mailer.labels("ann@example.com")[3:] == ["confirm", "confirm", "two", "three"]


def test_an_operator_who_confirms_a_sign_up_has_them_go_on_at_a_slot(stage: Stage, edition: Edition) -> None:
    had_the_first(stage, edition)
    ask(stage, edition, now=SLOTS[2] + HOUR)
    stage.change("DELETE FROM suppression")
    stage.bring_in("email\nann@example.com\n", now=SLOTS[2] + 2 * HOUR)
    assert stage.enrolment("ann")[:2] == ("active", seconds(SLOTS[3]))


def test_whoever_takes_their_leaving_back_after_asking_again_is_on_the_course_once(
    stage: Stage, edition: Edition
) -> None:
    stage.enrol("ann")
    stage.tick(MONDAY)
    leave_by_latest(stage, MONDAY)
    ask(stage, edition, now=MONDAY)
    with suppress_errors(SenderError):
        come_back(stage.database, EditionBook(), 1, MONDAY + HOUR / 2)
    stage.tick(MONDAY + HOUR / 2)
    assert stage.rows("SELECT count(*) FROM enrolment WHERE status <> 'ended'") == [(1,)]


# What nobody confirms.


def test_what_nobody_confirms_is_put_away_after_thirty_days_and_the_person_forgotten(
    stage: Stage, edition: Edition
) -> None:
    ask(stage, edition, first_name="Ann")
    stage.tick(MONDAY)
    assert purge_pending(stage.database, MONDAY + KEPT - timedelta(seconds=1)) == 0
    late = MONDAY + KEPT
    assert stage.tick(late).next_due_at is None
    found = stage.rows("SELECT status, ended_reason, ended_from, ended_at FROM enrolment")
    assert found == [("ended", "never confirmed", "pending", seconds(late))]
    assert stage.rows("SELECT email, email_key, first_name FROM subscriber") == [("", None, "")]


def test_the_days_count_from_the_latest_time_that_somebody_was_asked(stage: Stage, edition: Edition) -> None:
    ask(stage, edition)
    stage.tick(MONDAY)
    ask(stage, edition, now=MONDAY + 20 * DAY)
    stage.tick(MONDAY + 20 * DAY)
    assert purge_pending(stage.database, MONDAY + 40 * DAY) == 0
    assert purge_pending(stage.database, MONDAY + 50 * DAY + HOUR) == 1


def test_whoever_is_known_by_another_course_is_kept(stage: Stage, edition: Edition) -> None:
    stage.publish(a_course("one", slug="other"))
    stage.enrol("ann", course="other", first_name="Ann")
    ask(stage, edition)
    stage.tick(MONDAY)
    assert purge_pending(stage.database, MONDAY + 31 * DAY) == 1
    assert people(stage) == [("ann@example.com", "Ann", "")]


def test_whoever_confirmed_neither_of_two_courses_is_forgotten_with_the_second(stage: Stage, edition: Edition) -> None:
    other = stage.publish(a_course("one", slug="other"))
    ask(stage, edition)
    ask(stage, other, now=MONDAY + 10 * DAY)
    stage.tick(MONDAY + 10 * DAY)
    assert purge_pending(stage.database, MONDAY + 39 * DAY) == 0
    assert purge_pending(stage.database, MONDAY + 40 * DAY) == 2
    assert people(stage) == [("", "", "")]


def test_whoever_was_never_asked_yet_is_asked_first(stage: Stage, edition: Edition) -> None:
    ask(stage, edition)
    stage.change("UPDATE course SET held = true")
    late = MONDAY + 60 * DAY
    stage.tick(late)
    stage.change("UPDATE course SET held = false")
    stage.tick(late)
    assert stage.mailer.labels("ann@example.com") == ["confirm"]
    assert stage.enrolment("ann")[0] == "pending"


def test_whoever_s_confirmation_is_held_up_is_not_put_away(stage: Stage, edition: Edition) -> None:
    stage.mailer = Recorder(Answer(Verdict.HELD, "no credits", account=True))
    ask(stage, edition)
    stage.tick(MONDAY)
    assert purge_pending(stage.database, MONDAY + 60 * DAY) == 0


def test_one_tick_puts_away_no_more_than_a_few_hundred(stage: Stage, edition: Edition) -> None:
    for name in ("ann", "bob", "cid"):
        ask(stage, edition, name)
    stage.tick(MONDAY)
    late = MONDAY + 31 * DAY
    assert [purge_pending(stage.database, late, 2) for _ in range(3)] == [2, 1, 0]


def test_whoever_was_put_away_can_ask_again(stage: Stage, edition: Edition) -> None:
    ask(stage, edition, first_name="Ann")
    stage.tick(MONDAY)
    late = MONDAY + 31 * DAY
    purge_pending(stage.database, late)
    assert ask(stage, edition, now=late) is Joined.NEW
    assert people(stage) == [("", "", ""), ("ann@example.com", "", "")]


def test_a_cohort_imported_for_later_keeps_its_day_when_it_is_asked_again(stage: Stage, edition: Edition) -> None:
    stage.bring_in("email\nann@example.com\n", confirmed=False, start=date(2026, 3, 16), track="long")
    stage.tick(MONDAY)
    ask(stage, edition, now=MONDAY + HOUR)
    stage.tick(MONDAY + HOUR)
    confirm_latest(stage, MONDAY + HOUR)
    assert stage.enrolment("ann")[1] == seconds(datetime(2026, 3, 16, 7, tzinfo=MONDAY.tzinfo))


def test_many_forms_for_one_address_at_once_bring_about_one_email(stage: Stage, edition: Edition) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: ask(stage, edition), range(8)))
    assert sorted(found) == sorted([Joined.NEW] + [Joined.NOTHING] * 7)
    stage.tick(MONDAY)
    assert stage.mailer.sent == [("ann@example.com", "confirm")]
    assert stage.rows("SELECT count(*) FROM subscriber") == [(1,)]
