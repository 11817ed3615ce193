"""No lesson overtakes another, and each has its slot: in time, within grace, or the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sender.model import BatchState
from tests.sender.claiming import claimed, lessons, settle
from tests.sender.stage import MONDAY, SLOTS, Recorder, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR = timedelta(hours=1)


# Lessons never overtake each other.


@pytest.mark.parametrize("state", BatchState)
def test_the_next_lesson_waits_while_the_last_is_open(stage: Stage, state: BatchState) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.claim(SLOTS[0])
    settle(stage, state)
    blocks = {BatchState.CLAIMED, BatchState.SENDING, BatchState.RETRY, BatchState.HELD}
    assert stage.claim(SLOTS[1]).claimed == (0 if state in blocks else 1)


def test_a_lesson_does_not_overtake_the_welcome(stage: Stage) -> None:
    stage.publish(a_course("one", welcome=True))
    stage.enrol("ann")
    stage.claim(MONDAY)
    assert stage.claim(SLOTS[0]).claimed == 0
    settle(stage, BatchState.ACCEPTED)
    assert stage.claim(SLOTS[0]).claimed == 1


def test_what_one_person_waits_for_holds_up_nobody_else(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.claim(SLOTS[0])
    settle(stage, BatchState.HELD)
    stage.enrol("bob", now=SLOTS[0] + HOUR)
    stage.claim(SLOTS[1])
    assert claimed(stage) == [("ann@example.com", "one"), ("bob@example.com", "one")]


def test_whoever_waited_for_long_gets_their_lessons_one_slot_at_a_time(stage: Stage) -> None:
    stage.publish(a_course("one", "two", "three"))
    stage.enrol("ann")
    stage.claim(SLOTS[0])
    settle(stage, BatchState.HELD)
    assert stage.claim(SLOTS[2] + HOUR).claimed == 0
    settle(stage, BatchState.ACCEPTED)
    for moment in (SLOTS[2] + HOUR, SLOTS[3], SLOTS[4], SLOTS[5]):
        stage.tick(moment)
    assert lessons(stage, "ann") == [
        ("one", seconds(SLOTS[0])),
        ("two", seconds(SLOTS[3])),
        ("three", seconds(SLOTS[4])),
    ]


# Grace.


@pytest.mark.parametrize("late", [timedelta(0), HOUR, 6 * HOUR])
def test_a_slot_missed_by_no_more_than_the_grace_is_made_up_for(stage: Stage, late: timedelta) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    found = stage.claim(SLOTS[0] + late)
    assert (found.claimed, found.moved) == (1, 0)
    assert lessons(stage, "ann") == [("one", seconds(SLOTS[0]))]
    assert stage.enrolment("ann")[1] == seconds(SLOTS[1])


def test_a_slot_missed_by_more_moves_to_the_next_and_is_counted(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    found = stage.claim(SLOTS[0] + 6 * HOUR + timedelta(seconds=1))
    assert (found.claimed, found.moved, found.batches) == (0, 1, ())
    assert stage.enrolment("ann") == ("active", seconds(SLOTS[1]), seconds(SLOTS[0]))
    assert stage.claim(SLOTS[1]).claimed == 1
    assert lessons(stage, "ann") == [("one", seconds(SLOTS[1]))]
    assert stage.enrolment("ann")[1] == seconds(SLOTS[2])


def test_whoever_is_moved_keeps_their_place_in_the_queue(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.claim(SLOTS[0] + 24 * HOUR)
    stage.enrol("bob", now=SLOTS[0] + 24 * HOUR)
    stage.claim(SLOTS[1], limit=1)
    assert claimed(stage) == [("ann@example.com", "one")]


@pytest.mark.parametrize("grace", ["6h", "2d", "8d"])
def test_two_lessons_never_go_out_at_one_moment(stage: Stage, grace: str) -> None:
    """Also where sending begins again just at a slot, after one or more were missed."""
    stage.publish(a_course("one", "two", "three", cadence=f'grace = "{grace}"'))
    stage.enrol("ann")
    for moment in (SLOTS[1], SLOTS[1], SLOTS[2]):
        stage.tick(moment)
    assert stage.mailer.labels("ann@example.com") == ["one", "two"]


def test_a_lesson_that_is_moved_to_a_slot_that_is_now_goes_out_in_that_one(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.tick(SLOTS[1])
    assert lessons(stage, "ann") == [("one", seconds(SLOTS[1]))]
    assert stage.enrolment("ann")[1] == seconds(SLOTS[2])


def test_a_welcome_is_never_too_late(stage: Stage) -> None:
    stage.publish(a_course("one", welcome=True))
    stage.enrol("ann")
    assert stage.claim(MONDAY + timedelta(days=30)).claimed == 1


@given(gaps=st.lists(st.integers(0, 120), max_size=25), grace=st.sampled_from(["0h", "6h", "30h", "9d"]))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whenever_ticks_come_no_two_lessons_share_a_moment_or_a_day_of_slots(
    stage: Stage, gaps: list[int], grace: str
) -> None:
    """`gaps` are the hours between ticks. Each example has a person and a course of its own."""
    courses = stage.rows("SELECT id FROM course")
    slug = f"letters-{len(courses)}"
    stage.mailer = Recorder()
    stage.publish(a_course("one", "two", "three", "four", slug=slug, cadence=f'grace = "{grace}"'))
    stage.enrol("ann", course=slug)
    now, per_tick = SLOTS[0], []
    for gap in gaps:
        now += gap * HOUR
        before = len(stage.mailer.sent)
        stage.tick(now)
        per_tick.append(len([label for _, label in stage.mailer.sent[before:]]))
    mine = [label for _, label in stage.mailer.sent]
    assert mine == ["one", "two", "three", "four"][: len(mine)]
    assert max(per_tick, default=0) <= 1
    days = stage.rows("SELECT slot_on FROM delivery d JOIN enrolment e ON e.id = d.enrolment_id JOIN course c"
                      " ON c.id = e.course_id WHERE c.slug = :slug", slug=slug)  # fmt: skip
    assert len(days) == len(set(days))
    stage.change("UPDATE enrolment SET next_due_at = NULL, status = 'ended'")
