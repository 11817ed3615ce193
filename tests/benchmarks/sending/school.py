"""Databases with many people on the bundled course, written past our own code so that building them takes seconds."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sender.demo import bundled
from sender.publishing import publish
from sender.store.database import open_database

JOINED = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
"""When the lessons of a Tuesday at eight have fallen due in all of `ZONES`, none of them too late."""

ZONES = ("Europe/Berlin", "Europe/London", "Africa/Lagos", "Europe/Madrid", "Europe/Paris", "Europe/Lisbon")
NAMES = ("", "Ada", "Zoë", "Bo", "Maximilian", "Noor", "李", "O'Hara")
FIRST = NOW - timedelta(hours=1)
"""When the first of them fall due."""

_LATER = NOW + timedelta(days=9)
_A_BATCH = 1000


def build(file: Path, people: int, *, had: int = 1, due: int | None = None, over: int = 1) -> None:
    """A database at `file` with `people` subscribers, of whom `due` (all by default) have a lesson due at `NOW`.

    Each had the welcome, and `had` emails altogether. Those who are due are scattered evenly among the others; they
    fall due one group after the other, in `over` minutes from `FIRST` on.
    """
    database = open_database(f"sqlite:///{file}")
    edition = publish(database, bundled(), JOINED)
    database.close()
    numbers = [edition.lesson_ids[one.slug] for one in edition.course.lessons_of(edition.course.tracks[0].slug)]
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        _add_people(connection, edition.course_id, edition.course.tracks[0].slug, people, due or people, over)
        _add_sent(connection, edition.course_id, people, [None, *numbers][:had])
        connection.execute("COMMIT")
        connection.execute("ANALYZE")


def _add_people(connection: sqlite3.Connection, course: int, track: str, people: int, due: int, over: int) -> None:
    connection.execute(
        f"""INSERT INTO subscriber (id, email, email_key, first_name, last_name, zone, attributes, created_at)
            SELECT value, 'sample' || value || '@example.com', 'sample' || value || '@example.com',
                   {_one_of(NAMES)}, 'Sample', {_one_of(ZONES)}, '{{}}', ? {_numbers()}""",
        (_seconds(JOINED), people),
    )
    every = people // due
    connection.execute(
        f"""INSERT INTO enrolment (id, subscriber_id, course_id, track, status, overrides, start_at, next_due_at,
                                   due_since, created_at)
            SELECT value, value, ?, ?, 'active', '{{}}', ?, {_due()}, {_due()}, ? {_numbers()}""",
        (course, track, _seconds(JOINED), *(every, _seconds(FIRST), every, over, _seconds(_LATER)) * 2,
         _seconds(JOINED), people),
    )  # fmt: skip


def _add_sent(connection: sqlite3.Connection, course: int, people: int, lessons: Sequence[int | None]) -> None:
    """What everybody has had: each email a week after the one before, in accepted batches."""
    first = 1
    for weeks, lesson in enumerate(lessons, start=-len(lessons)):
        kind = "welcome" if lesson is None else "lesson"
        batches = -(-people // _A_BATCH)
        sent = JOINED + timedelta(weeks=weeks)
        variant = connection.execute(
            "SELECT min(id) FROM variant WHERE kind = ? AND (? OR lesson_id = ?)", (kind, lesson is None, lesson)
        ).fetchone()[0]
        connection.execute(
            f"""INSERT INTO batch (id, course_id, variant_id, state, sending_at, attempt)
                SELECT value + ?, ?, ?, 'accepted', ?, 1 {_numbers()}""",
            (first - 1, course, variant, _seconds(sent), batches),
        )
        connection.execute(
            f"""INSERT INTO delivery (enrolment_id, kind, lesson_id, slot_at, slot_on, batch_id)
                SELECT value, ?, ?, ?, ?, ? + (value - 1) / {_A_BATCH} {_numbers()}""",
            (kind, lesson, _seconds(sent), sent.date().isoformat(), first, people),
        )
        connection.execute("UPDATE enrolment SET batch_id = ? + (id - 1) / ? WHERE id <= ?", (first, _A_BATCH, people))
        first += batches


def _one_of(values: Sequence[str]) -> str:
    """One of some texts, by the number of the row."""
    quoted = " ".join(
        f"WHEN {place} THEN '{value.replace(chr(39), chr(39) * 2)}'" for place, value in enumerate(values)
    )
    return f"CASE value % {len(values)} {quoted} END"


def _due() -> str:
    return "CASE WHEN value % ? = 0 THEN ? + value / ? % ? * 60 ELSE ? + value % 604800 END"


def _numbers() -> str:
    """The numbers from 1 to a parameter, as rows with a `value`."""
    first_and_next = "SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?"
    return f"FROM (WITH RECURSIVE n(value) AS ({first_and_next}) SELECT value FROM n)"  # noqa: S608  # all of it ours


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
