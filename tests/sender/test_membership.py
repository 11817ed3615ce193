"""People confirm: once, with its proof, and never more than it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from sender.leaving import leave
from sender.membership import confirm
from sender.model import EnrolmentStatus
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
    ((text,),) = school.ask("SELECT text FROM wording")
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


def test_who_was_erased_cannot_confirm(school: School) -> None:
    school.enrol(1)
    school.tick()
    school.ask("UPDATE subscriber SET email = '', email_key = NULL, erased_at = 1")
    assert not confirm(school.database, school.book, 1, TOMORROW).changed
    assert the_enrolment(school)[0] == "pending"
