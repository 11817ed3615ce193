"""The emails of a course along the weeks, for who starts on a given day in a given zone."""

from __future__ import annotations

from datetime import date

import pytest

from course.folder import load
from course.model import Lesson
from course.preview.calendar import Calendar, calendar
from tests.course.check.small import COURSE, small_course
from tests.course.preview.served import TODAY


def subject_of(lesson: Lesson | None) -> str:
    return lesson.subject if lesson else "Confirm"


def shown(
    start: date = TODAY, *, track: str = "field", zone: str = "Europe/London", changes: dict[str, str] | None = None
) -> Calendar:
    return calendar(load(small_course(changes)), track, zone, start, subject_of)


def as_text(found: Calendar) -> list[str]:
    return [
        f"{week.number} {stop.key} {stop.at.strftime('%a %d %b %H:%M') if stop.at else '-'}"
        for week in found.weeks
        for stop in week.stops
    ]


def test_each_email_stands_in_the_week_in_which_it_arrives() -> None:
    assert as_text(shown()) == [
        "1 @confirm -",
        "1 welcome -",
        "1 soil Tue 03 Mar 08:00",
        "2 light Tue 10 Mar 08:00",
        "2 closing Thu 12 Mar 08:00",
    ]


def test_weeks_begin_on_mondays_the_first_with_the_one_of_the_start() -> None:
    assert [(week.number, week.monday) for week in shown(date(2026, 3, 6)).weeks] == [
        (1, date(2026, 3, 2)),
        (2, date(2026, 3, 9)),
        (3, date(2026, 3, 16)),
    ]


def test_a_track_has_its_own_lessons() -> None:
    assert [stop.key for stop in shown(track="balcony").stops] == ["@confirm", "welcome", "soil", "closing"]


def test_lessons_are_counted_and_the_others_called_by_what_they_are() -> None:
    assert [stop.label for stop in shown().stops] == ["Confirmation", "Welcome", "Lesson 1", "Lesson 2", "Closing"]


def test_hours_are_those_of_the_readers_zone() -> None:
    moments = [stop.at for stop in shown(zone="Asia/Tokyo").stops if stop.at]
    assert {moment.strftime("%H:%M %z") for moment in moments} == {"08:00 +0900"}


def test_weeks_without_an_email_are_counted() -> None:
    lesson = "---\nsubject: Light\npreheader: Up.\nwait: 4w\n---\n\nLook up.\n"
    weeks = shown(changes={"lessons/02-light.md": lesson}).weeks
    assert [(week.number, week.skipped) for week in weeks] == [(1, 0), (5, 3)]


def test_the_first_slot_may_be_weeks_after_the_start() -> None:
    days = ", ".join(f"2026-03-{day:02}" for day in range(2, 31))
    changed = COURSE.replace('timezone = "Europe/London"', f'timezone = "Europe/London"\n    skip = [{days}]')
    first, second, *_ = shown(changes={"course.toml": changed}).weeks
    assert [stop.key for stop in first.stops] == ["@confirm", "welcome"]
    assert (second.number, second.skipped) == (5, 3)


@pytest.mark.parametrize("start", [date.min, date.max, date(9999, 12, 24)])
def test_a_course_that_runs_out_of_calendar_is_shown_without_dates(start: date) -> None:
    found = shown(start)
    assert found.error is not None
    assert "calendar" in str(found.error)
    assert [stop.key for stop in found.stops] == ["@confirm", "welcome", "soil", "light", "closing"]
    assert not any(stop.at for stop in found.stops)
