"""A stage for tests of sending: courses to publish, people to bring in, and a mailer that keeps what it is given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from math import inf
from pathlib import Path

from sqlalchemy import text

from sender.claim import LARGEST_BATCH, Claim, claim
from sender.editions import Edition, EditionBook
from sender.links import Signer
from sender.mailers import Mailer
from sender.model import Answer, Request, Verdict
from sender.owner import this_process
from sender.pacing import Pacing
from sender.people import Imported, Importer, Joining, Rejected
from sender.publishing import publish
from sender.roster import Row, read_roster
from sender.sending import Sender, Tally
from sender.store.database import Database
from sender.tick import tick

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""Noon of a Monday: when tests publish and import, unless they say otherwise."""

SLOTS = tuple(datetime(2026, 3, day, 8, tzinfo=UTC) for day in (3, 5, 10, 12, 17, 19))
"""The first slots after `MONDAY` of a course by `a_course`, for people in London or without a zone."""

COURSE = """\
slug = "{slug}"
title = "Letters"
from = {{ name = "Letters", address = "course@example.com" }}
postal_address = "Letters, 1 Sample Street, Sampletown"

[cadence]
days = ["tuesday", "thursday"]
time = "08:00"
timezone = "Europe/London"
{cadence}

{tables}
"""
TRACKS = '[tracks.long]\ntitle = "Long"\n[tracks.short]\ntitle = "Short"\n'
ROLE = '[fields]\nrole = { type = "text", values = ["novice", "expert"] }\n'


def a_course(
    *lessons: str, slug: str = "letters", welcome: bool = False, closing: bool = False, cadence: str = "",
    tables: str = "", files: dict[str, str] | None = None,
) -> dict[str, bytes]:  # fmt: skip
    """The files of a course with these lessons, in this order, on Tuesdays and Thursdays at 8 in London.

    `cadence` and `tables` are further lines of `course.toml`; `files` replace or add whole files.
    """
    ends = [name for name, wanted in (("welcome", welcome), ("closing", closing)) if wanted]
    numbered = [f"{number:02d}-{name}" for number, name in enumerate(lessons, start=1)]
    texts = {
        f"lessons/{file}.md": a_lesson(name) for file, name in zip((*ends, *numbered), (*ends, *lessons), strict=True)
    }
    settings = COURSE.format(slug=slug, cadence=cadence, tables=tables)
    return {path: content.encode() for path, content in {"course.toml": settings, **texts, **(files or {})}.items()}


def a_lesson(name: str, body: str = "", settings: str = "") -> str:
    """A lesson's file, whose subject is its name."""
    return f"---\nsubject: About {name}\npreheader: More.\n{settings}---\n\n{body or f'All about {name}.'}\n"


def written(folder: Path, files: dict[str, bytes]) -> Path:
    """The folder, with the files in it."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


class Recorder(Mailer):
    """A mailer within this process. It keeps every request, and gives the answers it was made with, then yes."""

    def __init__(self, *answers: Answer) -> None:
        self.requests: list[Request] = []
        self.answers = list(answers)
        self._lock = threading.Lock()

    def send(self, request: Request) -> Answer:
        """Keep a request."""
        with self._lock:
            self.requests.append(request)
            return self.answers.pop(0) if self.answers else Answer(Verdict.ACCEPTED, message_id="taken")

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Who was sent what, in the order of the requests: address and label (a lesson's slug, or the kind)."""
        return [(one.address, request.label) for request in self.requests for one in request.recipients]

    def labels(self, address: str) -> list[str]:
        """What one person was sent."""
        return [label for to, label in self.sent if to == address]


class Hourglass:
    """Time that passes while somebody waits, and not otherwise; in seconds."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.stops_after = inf

    def elapsed(self) -> float:
        """How much has passed."""
        return self.passed

    def pause(self, stop: threading.Event, seconds: float) -> bool:
        """Let some pass; `stop` is set once it is more than `stops_after`."""
        self.passed += seconds
        if self.passed > self.stops_after:
            stop.set()
        return stop.is_set()


@dataclass
class Stage:
    """A database with whatever a test puts into it. `clock` tells the machine's time, by which leases count.

    `passing` is what ticks wait by. Each begins where that then stands.
    """

    database: Database
    mailer: Recorder = field(default_factory=Recorder)
    clock: Callable[[], datetime] = lambda: MONDAY
    pacing: Pacing = field(default_factory=Pacing)
    passing: Hourglass = field(default_factory=Hourglass)
    said: list[str] = field(default_factory=list)

    def publish(self, files: dict[str, bytes], now: datetime = MONDAY) -> Edition:
        """Make a course live."""
        return publish(self.database, files, now)

    def bring_in(
        self, rows: bytes | str | Iterable[Row], course: str = "letters", *, now: datetime = MONDAY,
        track: str | None = None, start: date | None = None, confirmed: bool = True, dry_run: bool = False,
    ) -> tuple[Imported, list[Rejected]]:  # fmt: skip
        """Import a CSV file, or rows; the summary, and what was left out."""
        importer = Importer(self.database, Joining(course, track, start, confirmed, dry_run), now)
        if isinstance(rows, str | bytes):
            rows = read_roster(BytesIO(rows.encode() if isinstance(rows, str) else rows))
        rejected = list(importer.take(rows))
        return importer.summary, rejected

    def enrol(self, *names: str, now: datetime = MONDAY, course: str = "letters", **fields: str) -> None:
        """Put sample people, confirmed, on a course: `ann` is ann@example.com."""
        rows = [Row(line, {"email": f"{name}@example.com", **fields}) for line, name in enumerate(names, start=2)]
        _, rejected = self.bring_in(rows, course, now=now)
        assert rejected == []

    def claim(self, now: datetime, *, limit: int = 10 * LARGEST_BATCH, owner: str = "owner") -> Claim:
        """Claim what is due, and send nothing."""
        return claim(self.database, EditionBook(), owner, now, limit=limit, lease_from=self.clock())

    def tick(self, now: datetime, *, limit: int | None = None) -> Tally:
        """One tick, as a process of its own would do it: nothing is remembered but what the database holds.

        Its reasons are in `said`.
        """
        self.said.clear()
        return tick(self.sender(), now, limit=limit)

    def sender(self) -> Sender:
        """What ticks, one batch at a time."""
        signer = Signer("https://example.com", "a secret of a test")
        return Sender(
            self.database, self.mailer, signer, this_process(), self.clock, concurrency=1, reasons=self.said,
            pacing=self.pacing, elapsed=self.passing.elapsed, pause=self.passing.pause,
        )  # fmt: skip

    def ticks(self, now: datetime, most: int = 100) -> Iterator[datetime]:
        """Tick from moment to moment until nothing is left to do; the moments."""
        moment: datetime | None = now
        for _ in range(most):
            if moment is None:
                return
            yield moment
            moment = self.tick(moment).next_due_at
        raise AssertionError(f"still something to do after {most} ticks, at {moment}")

    def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """What a SELECT finds. Moments are seconds, as the tables keep them."""
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def change(self, statement: str, **values: object) -> None:
        """Run a statement that changes rows."""
        with self.database.write() as connection:
            connection.execute(text(statement), values)

    def deliveries(self, name: str) -> list[tuple[object, ...]]:
        """One person's deliveries in the order of their slots: kind, lesson, state, slot in seconds."""
        return self.rows(
            "SELECT d.kind, l.slug, coalesce(d.outcome, b.state, 'waiting'), d.slot_at FROM delivery d"
            " JOIN enrolment e ON e.id = d.enrolment_id JOIN subscriber s ON s.id = e.subscriber_id"
            " LEFT JOIN lesson l ON l.id = d.lesson_id LEFT JOIN batch b ON b.id = d.batch_id"
            " WHERE s.email = :email ORDER BY d.slot_at, d.id",
            email=f"{name}@example.com",
        )

    def enrolment(self, name: str) -> tuple[object, ...]:
        """One person's latest enrolment: status, when next due (seconds or None), since when."""
        return self.rows(
            "SELECT e.status, e.next_due_at, e.due_since FROM enrolment e JOIN subscriber s ON s.id = e.subscriber_id"
            " WHERE s.email = :email ORDER BY e.id DESC",
            email=f"{name}@example.com",
        )[0]


def seconds(moment: datetime) -> int:
    """A moment as the tables keep it."""
    return int(moment.timestamp())
