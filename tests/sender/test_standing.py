"""When an enrolment goes on after a change: never nearer than the cadence allows, never twice on one local date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.cadence import Slot, slot_of
from course.folder import load
from sender.model import DeliveryKind, EnrolmentStatus
from sender.progress import Step
from sender.schedule import own_cadence, own_zone
from sender.standing import (
    REST,
    Standing,
    ask_again_at,
    due_after_pause,
    due_anew,
    due_from,
    pause_days,
    slot_from,
)
from tests.sender.stage import MONDAY, SLOTS, a_course, a_lesson

COURSE = load(a_course("one", "two", files={"lessons/03-three.md": a_lesson("three", settings="wait: 3d\n")}))
WELCOMING = load(a_course("one", welcome=True))
TWO, THREE = (Step(DeliveryKind.LESSON, COURSE.lessons[number]) for number in (1, 2))
ANN = Standing(
    1, 1, 1, "default", EnrolmentStatus.ACTIVE, {}, "", MONDAY, SLOTS[1], None, None,
    Slot(SLOTS[0], SLOTS[0].date()),
)  # fmt: skip

ZONES = st.sampled_from(
    ["", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Pago_Pago",
     "Australia/Lord_Howe", "America/Nuuk", "Africa/Cairo", "Asia/Tehran"]
)  # fmt: skip
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "days": st.sets(st.sampled_from("0123456"), min_size=1).map(lambda days: "".join(sorted(days))),
        "at": st.times().map(lambda at: f"{at:%H:%M}"),
    },
)
STEPS = st.sampled_from([TWO, THREE])


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """Somebody who had a lesson in one zone and cadence, and asked for one or not."""
    zone, last = draw(ZONES), draw(MOMENTS)
    asked = draw(st.none() | st.timedeltas(timedelta(0), timedelta(days=2)).map(lambda ago: last + ago))
    asked = None if asked is None else asked.replace(microsecond=0)
    due = last + draw(st.timedeltas(timedelta(minutes=1), timedelta(days=20)))
    return replace(
        ANN, zone=zone, overrides=draw(OVERRIDES), last=slot_of(last, own_zone(COURSE, zone)), asked_at=asked,
        next_due_at=due.replace(microsecond=0), start_at=last - timedelta(days=1),
    )  # fmt: skip


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(own_zone(COURSE, zone)))


@given(standings(), ZONES, OVERRIDES, STEPS, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_change_of_zone_pace_or_hour_never_repeats_a_date_and_never_comes_too_near(
    before: Standing, zone: str, overrides: dict[str, str], step: Step, later: timedelta
) -> None:
    assert before.last is not None
    now = before.last.at + later
    after = replace(before, zone=zone, overrides=overrides)
    due = due_anew(COURSE, step, after, now)
    assert due is not None
    if before.is_asked_for:
        assert due == before.next_due_at
        return
    there = local(due, zone).date()
    assert there > before.last.on
    assert there > local(before.last.at, zone).date()
    assert due > before.last.at
    if step.lesson.wait:
        assert (there - local(before.last.at, zone).date()).days >= step.lesson.wait.days
    if before.asked_at is not None:
        assert due >= before.asked_at + REST
    assert there.weekday() in own_cadence(COURSE, overrides).days or local(due, zone).hour == 0


@given(standings(), ZONES, OVERRIDES, STEPS, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_taking_a_change_back_brings_the_former_moment_back(
    before: Standing, zone: str, overrides: dict[str, str], step: Step, later: timedelta
) -> None:
    assert before.last is not None
    now = before.last.at + later
    settled = replace(before, next_due_at=due_from(COURSE, step, before, before.last.at))
    if settled.is_asked_for or settled.next_due_at is None or settled.next_due_at <= now:
        return
    changed = replace(settled, zone=zone, overrides=overrides)
    changed = replace(changed, next_due_at=due_anew(COURSE, step, changed, now))
    if changed.is_asked_for or changed.next_due_at is None or changed.next_due_at <= now:
        return
    again = replace(changed, zone=settled.zone, overrides=settled.overrides)
    assert due_anew(COURSE, step, again, now) == settled.next_due_at


@given(standings(), STEPS, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_going_on_gives_a_slot_that_is_not_past_and_on_a_date_of_its_own(
    one: Standing, step: Step, later: timedelta
) -> None:
    assert one.last is not None
    now = one.last.at + later
    due = due_from(COURSE, step, one, now)
    assert due is not None
    assert due >= now
    assert local(due, one.zone).date() > one.last.on
    rested = ask_again_at(one)
    assert rested is None or due >= rested


@given(standings(), STEPS | st.none(), st.integers(1, 366))
def test_a_pause_ends_with_a_slot_of_its_day_or_after_it_whatever_is_left(
    one: Standing, step: Step | None, days: int
) -> None:
    assert one.last is not None
    until = one.last.on + timedelta(days=days)
    due = due_after_pause(COURSE, step, one, until)
    assert local(due, one.zone).date() >= until
    assert local(due, one.zone).date() > one.last.on


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_pause_can_last_from_tomorrow_to_a_year(today: date) -> None:
    first, last = pause_days(today)
    assert first - today == timedelta(days=1)
    assert 365 - (today.month == 2 and today.day == 29) <= (last - today).days <= 366
    assert (last.month, last.day) == ((2, 28) if (today.month, today.day) == (2, 29) else (today.month, today.day))


def test_a_year_after_29_february_is_28_february() -> None:
    assert pause_days(date(2028, 2, 29)) == (date(2028, 3, 1), date(2029, 2, 28))
    assert pause_days(date(2027, 2, 28)) == (date(2027, 3, 1), date(2028, 2, 28))


def test_what_is_due_already_is_not_put_off_by_a_change() -> None:
    overdue = replace(ANN, next_due_at=SLOTS[1])
    assert due_anew(COURSE, TWO, overdue, SLOTS[1] + timedelta(hours=1)) == SLOTS[1]


def test_a_slower_pace_counts_from_the_lesson_before() -> None:
    weekly = replace(ANN, overrides={"days": "1"})
    assert due_anew(COURSE, TWO, weekly, SLOTS[0] + timedelta(hours=1)) == SLOTS[2]


def test_a_faster_pace_gives_the_next_lesson_on_the_next_day() -> None:
    faster = replace(ANN, overrides={"days": "01234"})
    assert due_anew(COURSE, TWO, faster, SLOTS[0] + timedelta(hours=1)) == SLOTS[0] + timedelta(days=1)
    assert due_anew(COURSE, THREE, faster, SLOTS[0] + timedelta(hours=1)) == SLOTS[0] + timedelta(days=3)


def test_a_later_hour_of_the_same_day_gives_no_second_lesson() -> None:
    evening = replace(ANN, overrides={"at": "20:00", "days": "0123456"})
    assert due_anew(COURSE, TWO, evening, SLOTS[0] + timedelta(hours=1)) == datetime(2026, 3, 4, 20, tzinfo=UTC)


def test_an_hour_that_the_clocks_skip_is_the_first_after_it_and_one_that_comes_twice_the_first() -> None:
    berlin = replace(ANN, zone="Europe/Berlin", overrides={"at": "02:30", "days": "6"})
    spring, autumn = datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)
    assert due_from(COURSE, TWO, berlin, spring) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert due_from(COURSE, TWO, berlin, autumn) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_pause_until_a_day_of_29_february_ends_there() -> None:
    leap = replace(ANN, overrides={"days": "1"})
    assert date(2028, 2, 29).weekday() == 1
    assert due_after_pause(COURSE, TWO, leap, date(2028, 2, 29)) == datetime(2028, 2, 29, 8, tzinfo=UTC)


def test_a_request_that_is_not_claimed_yet_is_left_alone_by_a_change() -> None:
    asked = replace(ANN, asked_at=MONDAY, next_due_at=MONDAY)
    assert due_anew(COURSE, TWO, replace(asked, overrides={"days": "6"}), MONDAY + REST) == MONDAY


def test_after_a_request_the_next_slot_within_twelve_hours_is_passed_over() -> None:
    asked = replace(ANN, asked_at=SLOTS[1] - timedelta(hours=11))
    assert due_anew(COURSE, TWO, asked, SLOTS[1] - timedelta(hours=10)) == SLOTS[2]
    assert due_anew(COURSE, TWO, replace(asked, asked_at=SLOTS[1] - REST), SLOTS[1] - timedelta(hours=10)) == SLOTS[1]


def test_a_welcome_is_moved_by_nothing() -> None:
    welcome = Step(DeliveryKind.WELCOME, WELCOMING.welcome or WELCOMING.lessons[0])
    new = replace(ANN, last=None, next_due_at=MONDAY, overrides={"days": "6", "at": "23:00"})
    assert due_anew(WELCOMING, welcome, new, MONDAY) == MONDAY
    assert due_anew(WELCOMING, welcome, replace(new, next_due_at=SLOTS[1]), MONDAY) == SLOTS[1]


@pytest.mark.parametrize("status", [EnrolmentStatus.PENDING, EnrolmentStatus.FINISHED, EnrolmentStatus.ENDED])
def test_who_is_not_taking_the_course_is_due_as_before(status: EnrolmentStatus) -> None:
    assert due_anew(COURSE, TWO, replace(ANN, status=status, next_due_at=None), MONDAY) is None
    assert due_anew(COURSE, TWO, replace(ANN, status=status, next_due_at=MONDAY), MONDAY) == MONDAY


def test_nobody_is_due_before_they_begin() -> None:
    cohort = replace(ANN, last=None, start_at=datetime(2026, 3, 17, tzinfo=UTC), next_due_at=SLOTS[4])
    assert due_anew(COURSE, TWO, replace(cohort, overrides={"days": "01234"}), MONDAY) == SLOTS[4]
    assert slot_from(COURSE, cohort, MONDAY) == SLOTS[4]


def test_nothing_is_due_where_nothing_is_left_but_a_pause_still_ends() -> None:
    assert due_anew(COURSE, None, ANN, MONDAY) is None
    held = replace(ANN, status=EnrolmentStatus.PAUSED, resume_on=date(2026, 3, 12), next_due_at=None)
    assert due_anew(COURSE, None, held, MONDAY) == SLOTS[3]
    assert due_anew(COURSE, TWO, replace(held, resume_on=None), MONDAY) is None


def test_without_a_request_one_may_ask_at_any_time() -> None:
    assert ask_again_at(ANN) is None
    assert ask_again_at(replace(ANN, asked_at=MONDAY)) == MONDAY + timedelta(hours=12)
