"""What operators do for people, by enrolment instead of by an email: the same acts, on either kind of database."""

from __future__ import annotations

from datetime import date

import pytest

from sender.directory import find
from sender.editions import EditionBook
from sender.errors import ChoiceError, NotPossibleError
from sender.leaving import unsubscribe
from sender.pausing import pause_enrolment, resume_enrolment
from sender.store.suppressions import EVERYTHING
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.publish(a_course("one", "two", "three"))
    stage.publish(a_course("uno", slug="notes"))
    stage.enrol("ann", "bob")
    stage.enrol("ann", course="notes")
    stage.tick(SLOTS[0])
    return stage


def test_a_pause_of_one_course_lasts_until_its_day_and_leaves_the_other_alone(stage: Stage) -> None:
    pause_enrolment(stage.database, EditionBook(), 1, date(2026, 3, 11), SLOTS[0])
    letters, notes = find(stage.database, "1").enrolments
    assert (letters.status, letters.row.resume_on, letters.row.next_due_at) == ("paused", date(2026, 3, 11), SLOTS[3])
    assert notes.status == "finished"
    list(stage.ticks(SLOTS[1]))
    assert [slot for *_, slot in stage.deliveries("ann")] == [seconds(SLOTS[n]) for n in (0, 0, 3, 4)]


def test_going_on_brings_the_next_lesson_at_the_next_slot(stage: Stage) -> None:
    pause_enrolment(stage.database, EditionBook(), 1, None, SLOTS[0])
    assert find(stage.database, "1").enrolments[0].row.next_due_at is None
    resume_enrolment(stage.database, EditionBook(), 1, SLOTS[2])
    assert find(stage.database, "1").enrolments[0].row.next_due_at == SLOTS[2]


def test_what_cannot_be_changes_nothing(stage: Stage) -> None:
    before = stage.rows("SELECT * FROM enrolment ORDER BY id")
    with pytest.raises(NotPossibleError):
        resume_enrolment(stage.database, EditionBook(), 1, MONDAY)
    with pytest.raises(NotPossibleError):
        pause_enrolment(stage.database, EditionBook(), 77, None, MONDAY)
    with pytest.raises(ChoiceError):
        pause_enrolment(stage.database, EditionBook(), 1, MONDAY.date(), MONDAY)
    assert stage.rows("SELECT * FROM enrolment ORDER BY id") == before


def test_unsubscribing_has_a_scope(stage: Stage) -> None:
    ann = find(stage.database, "1")
    course = ann.places[0].row.course_id
    assert unsubscribe(stage.database, 1, ann.row.email_key, course, MONDAY) == 1
    assert unsubscribe(stage.database, 1, ann.row.email_key, course, MONDAY) == 0
    assert [one.status for one in find(stage.database, "1").enrolments] == ["ended", "finished"]
    assert unsubscribe(stage.database, 1, ann.row.email_key, EVERYTHING, MONDAY) == 1
    found = find(stage.database, "1")
    assert [one.status for one in found.enrolments] == ["ended", "ended"]
    assert found.suppressed == {"": {"unsubscribed"}}
    assert [one.status for one in find(stage.database, "2").enrolments] == ["active"]
