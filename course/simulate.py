"""When each lesson of a course would arrive for somebody who starts on a given day: worked out, and written down."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from course.cadence import NoSlotError, timetable
from course.errors import CourseError, Place
from course.folder import Files
from course.folder.course_file import FILE
from course.model import Course, Track
from course.sample import Samples

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_COLUMNS = ("lesson", "subject", "local", "utc")
_SECONDS = len("2026-03-03T08:00:00")
_LONGEST_LINE = 75
"""Octets that a line of a calendar may have without its end (RFC 5545, section 3.1)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A lesson, by its slug and its subject for a sample reader, and its moment: `local` and `utc`, both aware."""

    lesson: str
    subject: str
    local: datetime
    utc: datetime

    def as_data(self) -> dict[str, str]:
        """The arrival as `simulate --format json` prints it; moments are ISO 8601."""
        values = (self.lesson, self.subject, self.local.isoformat(), self.utc.isoformat())
        return dict(zip(_COLUMNS, values, strict=True))


def arrivals(course: Course, files: Files, *, start: date, track: Track, zone: str) -> list[Arrival]:
    """When the numbered lessons of a track arrive, in order, for who starts on the local date `start` in `zone`.

    Raises CourseError where a lesson cannot be rendered or the cadence allows no slot; ValueError for no known zone.
    """
    lessons = course.lessons_of(track.slug)
    try:
        slots = timetable(course.cadence, zone, start, [lesson.wait for lesson in lessons])
    except NoSlotError as error:
        fix = "Name an earlier date, or look at `days` and `skip` in [cadence] and the lessons' `wait`."
        raise CourseError(str(error), fix=fix, place=Place(FILE)) from error
    samples = Samples(course, files)
    return [
        Arrival(lesson.slug, samples.email(lesson, track.slug).subject, slot.at.astimezone(ZoneInfo(zone)), slot.at)
        for lesson, slot in zip(lessons, slots, strict=True)
    ]


def as_text(timings: Sequence[Arrival]) -> str:
    """A table: number, weekday, local date and time, slug and subject."""
    slugs = max((len(one.lesson) for one in timings), default=0)
    lines = (
        f"{number:>3}  {_WEEKDAYS[one.local.weekday()]} {_minutes(one.local)}  {one.lesson:<{slugs}}  {one.subject}"
        for number, one in enumerate(timings, start=1)
    )
    return "\n".join(lines)


def as_csv(timings: Sequence[Arrival]) -> str:
    """The columns of the JSON form, under a line that names them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(one.as_data() for one in timings)
    return text.getvalue()


def as_ics(timings: Sequence[Arrival], course: Course, track: Track, start: date) -> bytes:
    """A calendar (RFC 5545) with an event for each lesson.

    Events are named by course, track and lesson: a calendar that is imported again, for another start, moves them. The
    same arguments give the same bytes; the stamp is the start's midnight.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//dripcourse//simulate//EN", "CALSCALE:GREGORIAN"]
    for one in timings:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.lesson}.{track.slug}.{course.slug}@dripcourse.invalid",
            f"DTSTAMP:{_basic(start.isoformat())}T000000Z",
            f"DTSTART:{_basic(one.utc.isoformat()[:_SECONDS])}Z",
            f"SUMMARY:{_escaped(one.subject)}",
            f"DESCRIPTION:{_escaped(course.title)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in _folded(line))


def _minutes(moment: datetime) -> str:
    return f"{moment.date().isoformat()} {moment.time().isoformat('minutes')}"


def _basic(text: str) -> str:
    """An ISO 8601 date or time without the signs between its parts (strftime leaves out a year's leading zeros)."""
    return text.replace("-", "").replace(":", "")


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> Iterator[bytes]:
    """A line in parts of at most 75 octets, whole characters each; all but the first begin with a space."""
    part = b""
    for sign in line:
        octets = sign.encode("utf-8", "replace")
        if len(part) + len(octets) > _LONGEST_LINE:
            yield part
            part = b" "
        part += octets
    yield part
