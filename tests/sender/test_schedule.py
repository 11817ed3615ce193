"""When an enrolment is due: the cadence, seen from one person's zone, choices and last slot."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from course.cadence import slot_of
from course.folder import load
from course.model import Course
from sender.model import DeliveryKind
from sender.progress import Step
from sender.schedule import beginning, due_at, own_cadence, own_zone
from tests.sender.stage import MONDAY, SLOTS, a_course, a_lesson

PLAIN = load(a_course("one", "two", files={"lessons/03-three.md": a_lesson("three", settings="wait: 1w\n")}))
WELCOMING = load(a_course("one", welcome=True, closing=True))
DAY = date(2026, 3, 24)


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def lesson(course: Course, number: int) -> Step:
    return Step(DeliveryKind.LESSON, course.lessons[number])


@pytest.mark.parametrize(
    ("course", "zone", "start", "begins", "due"),
    [
        (PLAIN, "", None, MONDAY, SLOTS[0]),
        (PLAIN, "America/New_York", None, MONDAY, utc(3, 3, 13)),
        (WELCOMING, "", None, MONDAY, MONDAY),
        (PLAIN, "", DAY, utc(3, 24, 0), utc(3, 24, 8)),
        (PLAIN, "", date(2026, 3, 25), utc(3, 25, 0), utc(3, 26, 8)),
        (PLAIN, "Asia/Kolkata", DAY, utc(3, 23, 18, 30), utc(3, 24, 2, 30)),
        (PLAIN, "Pacific/Kiritimati", DAY, utc(3, 23, 10), utc(3, 23, 18)),
        (PLAIN, "America/New_York", DAY, utc(3, 24, 4), utc(3, 24, 12)),
        (WELCOMING, "", DAY, utc(3, 24, 0), utc(3, 24, 7)),
        (WELCOMING, "Asia/Kolkata", DAY, utc(3, 23, 18, 30), utc(3, 24, 1, 30)),
        (WELCOMING, "", date(2026, 3, 25), utc(3, 25, 0), utc(3, 25, 7)),
    ],
    ids=[
        "at once", "at once, west", "welcomed at once", "a cohort", "a cohort on no lesson's day",
        "a cohort, half hour",
        "a cohort, farthest east", "a cohort, west", "a cohort is welcomed", "a cohort is welcomed, half hour",
        "a cohort is welcomed on no lesson's day",
    ],
)  # fmt: skip
def test_when_somebody_begins(course: Course, zone: str, start: date | None, begins: datetime, due: datetime) -> None:
    assert beginning(course, zone, start, MONDAY) == (begins, due)


def test_a_welcome_before_one_in_the_morning_does_not_come_the_day_before() -> None:
    early = load(a_course("one", welcome=True, files={"course.toml": a_course("one")["course.toml"].decode().replace(
        '"08:00"', '"00:30"')}))  # fmt: skip
    assert beginning(early, "", DAY, MONDAY) == (utc(3, 24, 0), utc(3, 24, 0))


def test_the_zone_is_a_person_s_own_or_the_course_s() -> None:
    assert own_zone(PLAIN, "Asia/Tokyo") == "Asia/Tokyo"
    assert own_zone(PLAIN, "") == "Europe/London"


def test_choices_are_merged_into_the_cadence() -> None:
    assert own_cadence(PLAIN, {}) is PLAIN.cadence
    own = own_cadence(PLAIN, {"days": "04", "at": "18:30"})
    assert (own.days, own.at, own.grace) == ((0, 4), time(18, 30), PLAIN.cadence.grace)
    assert own_cadence(PLAIN, {"at": "00:00"}).at == time(0)
    assert own_cadence(PLAIN, {"days": "6"}).days == (6,)


def test_nothing_is_due_where_nothing_is_left() -> None:
    assert due_at(PLAIN, None, {}, "", None, not_before=MONDAY) is None


def test_a_welcome_is_due_at_once() -> None:
    assert WELCOMING.welcome is not None
    step = Step(DeliveryKind.WELCOME, WELCOMING.welcome)
    assert due_at(WELCOMING, step, {}, "", None, not_before=MONDAY) == MONDAY


def test_the_first_lesson_is_due_at_the_first_slot_whatever_its_wait() -> None:
    assert due_at(PLAIN, lesson(PLAIN, 2), {}, "", None, not_before=MONDAY) == SLOTS[0]


def test_a_lesson_is_due_at_the_slot_after_the_last() -> None:
    last = slot_of(SLOTS[0], "Europe/London")
    assert due_at(PLAIN, lesson(PLAIN, 1), {}, "", last, not_before=SLOTS[0]) == SLOTS[1]


def test_a_lesson_waits_as_long_as_it_says() -> None:
    last = slot_of(SLOTS[0], "Europe/London")
    assert due_at(PLAIN, lesson(PLAIN, 2), {}, "", last, not_before=SLOTS[0]) == SLOTS[0] + timedelta(weeks=1)


def test_a_closing_is_due_at_the_slot_after_the_last_lesson() -> None:
    assert WELCOMING.closing is not None
    step, last = Step(DeliveryKind.FINISHED, WELCOMING.closing), slot_of(SLOTS[0], "Europe/London")
    assert due_at(WELCOMING, step, {}, "", last, not_before=SLOTS[0]) == SLOTS[1]


def test_nothing_is_due_before_it_may_be() -> None:
    last = slot_of(SLOTS[0], "Europe/London")
    later = SLOTS[3] + timedelta(minutes=1)
    assert due_at(PLAIN, lesson(PLAIN, 1), {}, "", last, not_before=later) == SLOTS[4]


def test_a_person_s_choices_and_zone_decide() -> None:
    last = slot_of(SLOTS[0], "Asia/Tokyo")
    due = due_at(PLAIN, lesson(PLAIN, 1), {"days": "2", "at": "20:00"}, "Asia/Tokyo", last, not_before=SLOTS[0])
    assert due == utc(3, 4, 11)
