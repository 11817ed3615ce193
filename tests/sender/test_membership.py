"""People confirm and leave: each act once, with its proof, and never more than it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from sender.claim import claim
from sender.editions import EditionBook
from sender.membership import confirm, leave, membership
from sender.model import Answer, EnrolmentStatus, Verdict
from sender.store.database import open_database
from sender.store.subscribers import enrol
from tests.sender.stage import SLOTS, Recorder, Stage, a_course
from tests.sender.web.sample import NOW, School, a_school, product_path

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with a_school(tmp_path) as school:
        yield school


def the_enrolment(school: School) -> tuple[object, ...]:
    (row,) = school.ask("SELECT status, ended_reason, start_at, next_due_at FROM enrolment")
    return row


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def test_confirming_begins_the_course_at_once(school: School) -> None:
    school.enrol(1, timezone="Europe/Berlin")
    school.tick()
    change = confirm(school.database, school.book, 1, TOMORROW)
    assert change.changed
    assert change.membership is not None
    assert change.membership.status is EnrolmentStatus.ACTIVE
    assert the_enrolment(school) == ("active", "", seconds(TOMORROW), seconds(TOMORROW))
    school.now = TOMORROW
    assert school.tick().accepted == 1
    assert school.ask("SELECT kind FROM delivery ORDER BY id") == [("confirm",), ("welcome",)]


def test_confirming_records_when_how_and_to_which_words(school: School) -> None:
    school.enrol(1)
    school.tick()
    confirm(school.database, school.book, 1, TOMORROW)
    ((text,),) = school.ask("SELECT text FROM variant WHERE kind = 'confirm' AND track = 'whole-path'")
    wording = sha256(str(text).encode()).hexdigest()
    found = school.ask("SELECT enrolment_id, at, how, wording FROM consent")
    assert found == [(1, seconds(TOMORROW), "confirmation email", wording)]


def test_confirming_twice_changes_nothing_more(school: School) -> None:
    school.enrol(1)
    school.tick()
    confirm(school.database, school.book, 1, TOMORROW)
    before = school.everything()
    again = confirm(school.database, school.book, 1, TOMORROW + timedelta(hours=1))
    assert not again.changed
    assert again.membership is not None
    assert again.membership.status is EnrolmentStatus.ACTIVE
    assert school.everything() == before


def test_without_a_welcome_the_first_lesson_waits_for_its_slot(school: School) -> None:
    files = {path: data for path, data in product_path().items() if path != "lessons/welcome.md"}
    school.publish(files)
    school.enrol(1, timezone="Europe/Berlin")
    school.tick()
    confirm(school.database, school.book, 1, TOMORROW)
    thursday = datetime(2026, 3, 5, 7, tzinfo=UTC)
    assert the_enrolment(school) == ("active", "", seconds(TOMORROW), seconds(thursday))


def test_a_cohort_that_confirms_early_waits_for_its_day(school: School) -> None:
    school.enrol(1, start=date(2026, 3, 16), timezone="America/New_York")
    school.tick()
    confirm(school.database, school.book, 1, TOMORROW)
    midnight, before_eight = datetime(2026, 3, 16, 4, tzinfo=UTC), datetime(2026, 3, 16, 11, tzinfo=UTC)
    assert the_enrolment(school) == ("active", "", seconds(midnight), seconds(before_eight))


def test_a_cohort_that_confirms_late_begins_at_once(school: School) -> None:
    school.enrol(1, start=date(2026, 3, 3))
    school.tick()
    late = datetime(2026, 3, 4, 15, tzinfo=UTC)
    confirm(school.database, school.book, 1, late)
    assert the_enrolment(school) == ("active", "", seconds(late), seconds(late))


@pytest.mark.parametrize(
    ("zone", "due_at"),
    [
        ("America/New_York", datetime(2026, 3, 16, 11, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 3, 15, 22, tzinfo=UTC)),
    ],
)
def test_a_cohort_begins_on_its_day_wherever_somebody_has_moved(school: School, zone: str, due_at: datetime) -> None:
    school.enrol(1, start=date(2026, 3, 16), timezone="Europe/Berlin")
    school.tick()
    school.enrol(1, timezone=zone)
    change = confirm(school.database, school.book, 1, TOMORROW)
    assert change.membership is not None
    assert (change.membership.zone, change.membership.next_due_at) == (zone, due_at)


def test_who_has_left_is_not_brought_back_by_an_old_confirmation(school: School) -> None:
    school.enrol(1)
    school.tick()
    leave(school.database, school.book, 1, TOMORROW)
    before = school.everything()
    change = confirm(school.database, school.book, 1, TOMORROW)
    assert not change.changed
    assert change.membership is not None
    assert change.membership.status is EnrolmentStatus.ENDED
    assert school.everything() == before


def test_only_a_confirmation_confirms(school: School) -> None:
    school.enrol(1, confirmed=True)
    school.tick()
    assert confirm(school.database, school.book, 1, TOMORROW).membership is None
    assert confirm(school.database, school.book, 2, TOMORROW).membership is None


def test_leaving_ends_the_course_and_suppresses_the_address_for_it(school: School) -> None:
    school.enrol(1, confirmed=True)
    school.tick()
    change = leave(school.database, school.book, 1, TOMORROW)
    assert change.changed
    assert change.membership is not None
    assert not change.membership.takes_part
    assert the_enrolment(school)[:2] == ("ended", "unsubscribed")
    assert the_enrolment(school)[3] is None
    assert school.ask("SELECT scope, reason, at FROM suppression") == [(1, "unsubscribed", seconds(TOMORROW))]
    school.now = datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert school.tick().claimed == 0


def test_leaving_twice_changes_nothing_more(school: School) -> None:
    school.enrol(1, confirmed=True)
    school.tick()
    leave(school.database, school.book, 1, TOMORROW)
    before = school.everything()
    assert not leave(school.database, school.book, 1, TOMORROW + timedelta(days=400)).changed
    assert school.everything() == before


def test_a_lesson_that_is_claimed_already_is_not_sent_to_who_has_left(school: School) -> None:
    school.enrol(1, 2, confirmed=True)
    sender = school.sender
    claim(school.database, school.book, str(sender.owner), NOW, limit=10, lease_from=NOW)
    leave(school.database, school.book, 1, NOW)
    tally = school.tick()
    assert (tally.accepted, tally.cancelled) == (1, 1)
    assert [message["To"].addresses[0].addr_spec for message in school.emails()] == ["sample002@example.com"]


def test_leaving_one_course_leaves_the_other_alone(school: School) -> None:
    files = product_path()
    files["course.toml"] = files["course.toml"].replace(b'slug = "product-path"', b'slug = "second-path"')
    school.publish(files)
    school.enrol(1, confirmed=True)
    school.enrol(1, course="second-path", confirmed=True)
    school.tick()
    leave(school.database, school.book, 1, TOMORROW)
    assert school.ask("SELECT course_id, status FROM enrolment ORDER BY 1") == [(1, "ended"), (2, "active")]


def test_an_email_from_before_coming_back_is_still_good_for_leaving(school: School) -> None:
    school.enrol(1, confirmed=True)
    school.tick()
    leave(school.database, school.book, 1, NOW)
    with school.database.write() as connection:
        again = {
            "subscriber_id": 1, "course_id": 1, "track": "whole-path", "status": EnrolmentStatus.ACTIVE,
            "overrides": {}, "start_at": NOW, "next_due_at": NOW, "due_since": NOW, "created_at": NOW,
        }  # fmt: skip
        enrol(connection, [again])
    found = membership(school.database, school.book, 1)
    assert found is not None
    assert found.takes_part
    assert leave(school.database, school.book, 1, TOMORROW).changed
    assert school.ask("SELECT status FROM enrolment") == [("ended",), ("ended",)]


def test_who_was_erased_can_leave(school: School) -> None:
    school.enrol(1, confirmed=True)
    school.tick()
    school.ask("UPDATE subscriber SET email = '', email_key = NULL, erased_at = 1")
    change = leave(school.database, school.book, 1, TOMORROW)
    assert change.changed
    assert change.membership is not None
    assert change.membership.erased
    assert school.ask("SELECT * FROM suppression") == []


def test_who_was_erased_cannot_confirm(school: School) -> None:
    school.enrol(1)
    school.tick()
    school.ask("UPDATE subscriber SET email = '', email_key = NULL, erased_at = 1")
    assert not confirm(school.database, school.book, 1, TOMORROW).changed
    assert the_enrolment(school)[0] == "pending"


def test_leaving_by_a_delivery_that_is_not_on_record_changes_nothing(school: School) -> None:
    before = school.everything()
    change = leave(school.database, school.book, 77, TOMORROW)
    assert (change.changed, change.membership) == (False, None)
    assert school.everything() == before


def test_leaving_while_a_lesson_waits_for_its_next_slot_cancels_it(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/waiting.db")
    try:
        stage = Stage(database, Recorder(Answer(Verdict.WAIT, "wait", wait=timedelta(hours=7), account=True)))
        stage.publish(a_course("one", "two"))
        stage.enrol("ann")
        retry = stage.tick(SLOTS[0]).next_due_at
        assert retry is not None
        stage.tick(retry)
        ((delivery,),) = stage.rows("SELECT id FROM delivery")
        assert isinstance(delivery, int)
        leave(database, EditionBook(), delivery, retry)
        assert stage.rows("SELECT outcome, reason FROM delivery") == [("cancelled", "left the course")]
        assert stage.tick(SLOTS[1]).requests == 0
    finally:
        database.close()
