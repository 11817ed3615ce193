"""People have the next lesson sent at once, or call that off; what comes after it, and when they may ask again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sender.editions import EditionBook
from sender.errors import NotPossibleError
from sender.model import EnrolmentStatus
from sender.owner import this_process
from sender.preferences import send_next, take_back
from tests.sender.choosing import (
    AFTER_ONE,
    FOUR,
    SHORT,
    ask,
    due,
    latest,
    lessons,
    pace,
    seen,
    standing_of,
    status_of,
    unchanged,
    utc,
    zone,
)
from tests.sender.stage import SLOTS, TRACKS, Stage, a_course, a_lesson

pytestmark = [pytest.mark.parametrize("kind", ["sqlite", "postgresql"]), pytest.mark.usefixtures("begun")]


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
    for early in (timedelta(0), timedelta(hours=11, minutes=59)):
        assert seen(stage, AFTER_ONE + early).ask_again_at == AFTER_ONE + timedelta(hours=12)
        with unchanged(stage), pytest.raises(NotPossibleError):
            ask(stage, AFTER_ONE + early)
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
    with unchanged(stage), pytest.raises(NotPossibleError):
        take_back(stage.database, EditionBook(), latest(stage), AFTER_ONE)


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
    stage.publish({**FOUR, "course.toml": FOUR["course.toml"].replace(b'"08:00"', b'"09:00"')}, later)
    assert due(stage) == later
    stage.tick(later)
    stage.publish(FOUR, later)
    assert due(stage) == SLOTS[2]


def test_the_closing_can_be_asked_for_and_nothing_after_it(stage: Stage) -> None:
    stage.publish(a_course("one", closing=True, tables=TRACKS))
    assert due(stage) == SLOTS[1]
    ask(stage, AFTER_ONE)
    list(stage.ticks(AFTER_ONE))
    assert status_of(stage) is EnrolmentStatus.FINISHED
    assert not seen(stage, SLOTS[3]).may_ask
