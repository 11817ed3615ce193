"""A simulation says when each lesson would arrive, on the subscriber's own clock, in four forms."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError, Place
from course.folder import load, read_files
from course.model import Track
from course.simulate import Arrival, arrivals, as_csv, as_ics, as_text
from tests.course.check.small import COURSE, a_lesson, small_course

START = date(2026, 3, 24)
FILES = small_course()
GARDENS = load(FILES)


def timings(*, start: date = START, track: str = "field", zone: str = "Europe/London") -> list[Arrival]:
    found = GARDENS.track(track)
    assert found is not None
    return arrivals(GARDENS, FILES, start=start, track=found, zone=zone)


def an_arrival(subject: str) -> Arrival:
    at = datetime(2026, 3, 24, 8, tzinfo=UTC)
    return Arrival("soil", subject, at.astimezone(ZoneInfo("Asia/Kolkata")), at)


def unfolded(calendar: bytes) -> list[str]:
    return calendar.decode().replace("\r\n ", "").split("\r\n")


def test_numbered_lessons_arrive_in_order_on_the_cadences_days_and_after_their_wait() -> None:
    assert [(one.lesson, one.local.isoformat()) for one in timings()] == [
        ("soil", "2026-03-24T08:00:00+00:00"),
        ("light", "2026-03-31T08:00:00+01:00"),
    ]


def test_a_track_without_a_lesson_does_not_count_it() -> None:
    assert [one.lesson for one in timings(track="balcony")] == ["soil"]


def test_the_subject_is_filled_as_for_a_sample_subscriber() -> None:
    assert [one.subject for one in timings()] == ["Soil", "Light for there"]


def test_local_and_utc_are_the_same_moment() -> None:
    [first, _] = timings(zone="Asia/Kolkata")
    assert first.as_data() == {
        "lesson": "soil",
        "subject": "Soil",
        "local": "2026-03-24T08:00:00+05:30",
        "utc": "2026-03-24T02:30:00+00:00",
    }


def test_the_bundled_course_can_be_simulated_on_every_track() -> None:
    with resources.as_file(resources.files("course") / "product_path") as folder:
        files = read_files(folder)
    course = load(files)
    for track in course.tracks:
        found = arrivals(course, files, start=START, track=track, zone="Europe/London")
        assert [one.lesson for one in found] == [lesson.slug for lesson in course.lessons_of(track.slug)]


def test_a_cadence_that_allows_no_slot_is_an_error_of_the_course() -> None:
    with pytest.raises(CourseError) as raised:
        timings(start=date(9999, 12, 31))
    assert raised.value.place == Place("course.toml")


def test_a_lesson_that_cannot_be_rendered_is_an_error_of_the_course() -> None:
    files = small_course(a_lesson("{{ nothing }}"))
    with pytest.raises(CourseError, match=r"lessons/01-soil\.md:5"):
        arrivals(load(files), files, start=START, track=Track("field", "Field"), zone="Europe/London")


def test_the_table_names_the_weekday() -> None:
    assert as_text(timings()).splitlines() == [
        "  1  Tue 2026-03-24 08:00  soil   Soil",
        "  2  Tue 2026-03-31 08:00  light  Light for there",
    ]


def test_the_csv_reads_back_as_the_json_form() -> None:
    found = [*timings(), an_arrival('quotes ", commas, and\nlines')]
    assert list(csv.DictReader(io.StringIO(as_csv(found)))) == [one.as_data() for one in found]


def test_the_calendar_has_an_event_for_each_lesson() -> None:
    field = GARDENS.track("field")
    assert field is not None
    lines = unfolded(as_ics(timings(), GARDENS, field, START))
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert [line for line in lines if line.startswith("DTSTART")] == [
        "DTSTART:20260324T080000Z",
        "DTSTART:20260331T070000Z",
    ]
    assert len({line for line in lines if line.startswith("UID:")}) == 2
    assert lines.count("DTSTAMP:20260324T000000Z") == 2


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), max_size=300))
def test_a_subject_survives_the_calendar_in_lines_of_75_octets(subject: str) -> None:
    calendar = as_ics([an_arrival(subject)], GARDENS, GARDENS.tracks[0], START)
    assert all(len(line) <= 75 for line in calendar.split(b"\r\n"))
    assert b"\n" not in calendar.replace(b"\r\n", b"")
    [summary] = [line for line in unfolded(calendar) if line.startswith("SUMMARY:")]
    plain = summary.removeprefix("SUMMARY:").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    assert plain == subject or "\\" in subject


@pytest.mark.parametrize("subject", ["a\\nb", "a\\,b;c", "two\nlines"])
def test_signs_with_a_meaning_in_calendars_are_escaped(subject: str) -> None:
    [summary] = [
        line
        for line in unfolded(as_ics([an_arrival(subject)], GARDENS, GARDENS.tracks[0], START))
        if line.startswith("SUMMARY:")
    ]
    escaped = {"a\\nb": "a\\\\nb", "a\\,b;c": "a\\\\\\,b\\;c", "two\nlines": "two\\nlines"}
    assert summary == f"SUMMARY:{escaped[subject]}"


def test_the_same_simulation_is_the_same_calendar() -> None:
    one, two = (as_ics(timings(), GARDENS, GARDENS.tracks[1], START) for _ in range(2))
    assert one == two


def test_a_course_whose_zone_is_another_can_still_be_simulated_elsewhere() -> None:
    files = small_course({"course.toml": COURSE.replace("Europe/London", "Asia/Tokyo")})
    course = load(files)
    [first] = arrivals(course, files, start=START, track=course.tracks[0], zone="America/New_York")
    assert first.local.isoformat() == "2026-03-24T08:00:00-04:00"
