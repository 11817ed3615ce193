"""What nobody confirms is put away after thirty days, and whoever is known by nothing else is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sender.editions import Edition
from sender.joining import KEPT, Joined, purge_pending
from sender.model import Answer, Verdict
from tests.sender.asking import DAY, HOUR, ask, people
from tests.sender.stage import MONDAY, Recorder, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


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
