"""An email says on which day the next one comes, where its reader lives, and it does come on that day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from course.personal.placeholders import fill
from sender.model import Answer, Verdict
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, a_lesson, seconds
from tests.sender.store.test_query_plans import statements

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

LETTERS = ("confirm", "welcome", "lesson", "closing")
SAYS = {f"theme/{letter}.txt": "next: {{ schedule.next_day }}|\n" for letter in LETTERS}
HOUR = timedelta(hours=1)


def said(stage: Stage, name: str) -> list[tuple[str, str]]:
    """What each email to a person said of the next one, by its label."""
    return [
        (request.label, fill(request.email, one.values).text.strip().removeprefix("next: ").removesuffix("|"))
        for request in stage.mailer.requests
        for one in request.recipients
        if one.address == f"{name}@example.com"
    ]


def until_done(stage: Stage, now: datetime = MONDAY) -> Iterator[datetime]:
    return stage.ticks(now)


def test_each_email_says_the_day_of_the_next_and_the_last_says_none(stage: Stage) -> None:
    stage.publish(a_course("one", "two", welcome=True, closing=True, files=SAYS))
    stage.enrol("ann")
    assert list(until_done(stage))
    assert said(stage, "ann") == [
        ("welcome", "Tuesday, 3 March"),
        ("one", "Thursday, 5 March"),
        ("two", "Tuesday, 10 March"),
        ("closing", ""),
    ]


def test_without_a_closing_the_last_lesson_says_none(stage: Stage) -> None:
    stage.publish(a_course("one", "two", files=SAYS))
    stage.enrol("ann")
    assert list(until_done(stage))
    assert said(stage, "ann") == [("one", "Thursday, 5 March"), ("two", "")]


def test_a_confirmation_says_none(stage: Stage) -> None:
    stage.publish(a_course("one", files=SAYS))
    stage.bring_in("email\nann@example.com\n", confirmed=False)
    stage.tick(MONDAY)
    assert said(stage, "ann") == [("confirm", "")]


def test_the_day_is_that_of_the_place_where_the_reader_lives(stage: Stage) -> None:
    late = 'days = ["tuesday", "thursday"]\ntime = "23:30"'
    files = a_course("one", "two", files=SAYS)
    files["course.toml"] = files["course.toml"].replace(
        b'days = ["tuesday", "thursday"]\ntime = "08:00"', late.encode()
    )
    stage.publish(files)
    stage.enrol("ann", timezone="America/New_York")
    stage.enrol("bob", timezone="Asia/Tokyo")
    assert list(until_done(stage))
    # 23:30 on Thursday is Friday in UTC for the one, and still Thursday afternoon for the other.
    assert said(stage, "ann")[0] == ("one", "Thursday, 5 March")
    assert said(stage, "bob")[0] == ("one", "Thursday, 5 March")
    slots = [slot for _, _, _, slot in stage.deliveries("ann")]
    assert datetime.fromtimestamp(int(str(slots[1])), UTC).day == 6


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Adelaide"])
def test_each_email_comes_on_the_day_that_the_one_before_it_said(stage: Stage, zone: str) -> None:
    stage.publish(a_course(*(f"lesson{number}" for number in range(16)), welcome=True, closing=True, files=SAYS))
    stage.enrol("ann", timezone=zone)
    assert list(until_done(stage))  # eight weeks from 2 March, over the clock changes of all three
    days = stage.rows("SELECT slot_on FROM delivery ORDER BY slot_at, id")
    came = [datetime.fromisoformat(str(day)) for (day,) in days]
    assert [day for _, day in said(stage, "ann")] == [*(f"{day:%A}, {day.day} {day:%B}" for day in came[1:]), ""]


def test_the_day_is_in_the_course_s_language(stage: Stage) -> None:
    files = a_course("one", "two", files=SAYS)
    files["course.toml"] = b'language = "de"\n' + files["course.toml"]
    stage.publish(files)
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    assert said(stage, "ann") == [("one", "Donnerstag, 5. März")]


def test_what_is_skipped_is_not_said(stage: Stage) -> None:
    stage.publish(a_course("one", "two", cadence="skip = [2026-03-05]", files=SAYS))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    assert said(stage, "ann") == [("one", "Tuesday, 10 March")]


def test_a_lesson_that_is_tried_again_says_the_day_that_holds_by_then(stage: Stage) -> None:
    stage.mailer.answers = [Answer(Verdict.WAIT, "later")]
    stage.publish(a_course("one", "two", files=SAYS))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    stage.change("UPDATE enrolment SET next_due_at = :at", at=seconds(SLOTS[2]))
    stage.tick(SLOTS[0] + HOUR)
    assert said(stage, "ann") == [("one", "Thursday, 5 March"), ("one", "Tuesday, 10 March")]


def test_who_was_paused_and_goes_on_later_is_told_the_day_that_holds_by_then(stage: Stage) -> None:
    stage.publish(a_course("one", "two", "three", files=SAYS))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    stage.change("UPDATE enrolment SET status = 'paused', next_due_at = NULL")
    stage.tick(SLOTS[2])
    stage.change("UPDATE enrolment SET status = 'active', next_due_at = :at", at=seconds(SLOTS[4]))
    stage.tick(SLOTS[4])
    assert said(stage, "ann") == [("one", "Thursday, 5 March"), ("two", "Thursday, 19 March")]


def test_a_welcome_after_the_first_slot_says_when_the_first_lesson_really_comes(stage: Stage) -> None:
    stage.publish(a_course("one", "two", welcome=True, files=SAYS))
    stage.enrol("ann")
    stage.tick(SLOTS[0] + 10 * HOUR)  # the grace is 6 hours
    assert said(stage, "ann") == [("welcome", "Thursday, 5 March")]
    assert list(until_done(stage, SLOTS[0] + 11 * HOUR))
    assert said(stage, "ann")[1] == ("one", "Tuesday, 10 March")
    assert stage.deliveries("ann")[1][3] == seconds(SLOTS[1])


def test_a_welcome_within_the_grace_says_that_the_first_lesson_comes_today(stage: Stage) -> None:
    stage.publish(a_course("one", "two", welcome=True, files=SAYS))
    stage.enrol("ann")
    stage.tick(SLOTS[0] + HOUR)
    assert said(stage, "ann") == [("welcome", "Tuesday, 3 March"), ("one", "Thursday, 5 March")]


def test_a_closing_that_is_late_already_comes_at_once(stage: Stage) -> None:
    stage.mailer.answers = [Answer(Verdict.HELD, "no")]
    stage.publish(a_course("one", cadence='grace = "3d"', closing=True, files=SAYS))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    late = SLOTS[1] + 10 * HOUR
    stage.change("UPDATE batch SET state = 'retry', not_before = 0")
    stage.tick(late)
    assert said(stage, "ann")[1:] == [("one", "Thursday, 5 March"), ("closing", "")]
    assert stage.deliveries("ann")[1][2] == "accepted"


def test_what_is_late_and_will_not_come_at_all_has_no_day(stage: Stage) -> None:
    stage.mailer.answers = [Answer(Verdict.WAIT, "later")]
    stage.publish(a_course("one", files=SAYS))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    stage.change("UPDATE enrolment SET next_due_at = :at", at=seconds(SLOTS[0]))
    stage.tick(SLOTS[0] + HOUR)
    assert said(stage, "ann") == [("one", ""), ("one", "")]


def test_a_template_may_ask_whether_there_is_a_day(stage: Stage) -> None:
    says = "next: {% if schedule.next_day %}{{ schedule.next_day }}{% else %}no more{% endif %}|\n"
    asking = {f"theme/{letter}.txt": says for letter in LETTERS}
    stage.publish(a_course("one", "two", welcome=True, files=asking))
    stage.enrol("ann")
    assert list(until_done(stage))
    assert said(stage, "ann") == [
        ("welcome", "Tuesday, 3 March"),
        ("one", "Thursday, 5 March"),
        ("two", "no more"),
    ]


def test_what_publishing_renders_is_what_most_readers_get(stage: Stage) -> None:
    body = "{% if schedule.next_day %}See you.{% endif %}"
    files = {"lessons/01-one.md": a_lesson("one", body), "lessons/02-two.md": a_lesson("two", body)}
    stage.publish(a_course("one", "two", files=files))
    rendered = stage.rows("SELECT id FROM variant")
    stage.enrol("ann")
    assert list(until_done(stage))
    assert stage.rows("SELECT id FROM variant") == rendered


@pytest.mark.parametrize("late", [timedelta(), 10 * HOUR], ids=["in time", "late"])
def test_a_batch_costs_no_query_for_each_person(stage: Stage, late: timedelta) -> None:
    stage.publish(a_course("one", "two", welcome=bool(late), files=SAYS))

    def queries(slot: datetime, people: int) -> int:
        stage.enrol(*(f"p{slot.day}x{number}" for number in range(people)))
        with statements(stage) as ran:
            stage.tick(slot + late)
        return sum(statement.lstrip().startswith("SELECT") for statement, _ in ran)

    few = queries(SLOTS[0], 2)
    for slot in SLOTS[1:3]:
        stage.tick(slot)
    assert queries(SLOTS[3], 40) == few
