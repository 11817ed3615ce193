"""Coming back to a course: where somebody goes on, or starts again."""

from __future__ import annotations

import pytest

from sender.editions import Edition, EditionBook
from sender.errors import NotPossibleError
from sender.joining import KEPT, Joined, purge_pending
from sender.leaving import come_back
from tests.sender.asking import DAY, HOUR, ask, confirm_latest, leave_by_latest
from tests.sender.stage import MONDAY, SLOTS, Stage, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


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
    with pytest.raises(NotPossibleError):
        come_back(stage.database, EditionBook(), 1, MONDAY + HOUR / 2)
    stage.tick(MONDAY + HOUR / 2)
    assert stage.rows("SELECT status FROM enrolment ORDER BY id") == [("ended",), ("pending",)]
