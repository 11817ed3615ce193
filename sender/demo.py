"""The demonstration: a whole course, to sample people in several time zones, week after week in seconds."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from course.cadence import timetable
from course.folder import Files, read_files
from sender.editions import Edition
from sender.errors import SenderError
from sender.links import Signer
from sender.mailers.folder import FolderMailer
from sender.owner import this_process
from sender.people import Importer, Joining
from sender.publishing import publish
from sender.roster import Row
from sender.sending import Sender
from sender.store.database import Database, open_database
from sender.tick import tick

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Tokyo", "Africa/Lagos", "Australia/Adelaide")
"""Where the sample people live. Berlin's clocks change within two weeks of `START`; Kolkata is on a half hour."""

START = date(2026, 10, 19)
"""A Monday, six days before the clocks of Europe go back."""

_BEFORE = datetime(2026, 10, 17, tzinfo=UTC)
_ROLES = ("engineer", "support", "sales", "other", "")
_MARK = ".dripcourse-demo"


def run_demo(people: int, out: Path, clock: Callable[[], datetime], files: Files | None = None) -> list[str]:
    """Send a course (the bundled one, or that of `files`) to sample subscribers, into `out`; what to tell the user.

    `clock` tells the machine's time, for leases alone. Raises SenderError where `out` holds files
    that an earlier demonstration did not write.
    """
    _prepare(out)
    with tempfile.TemporaryDirectory(prefix="dripcourse-demo-") as folder:
        database = open_database(f"sqlite:///{folder}/demo.db")
        try:
            edition = publish(database, bundled() if files is None else files, _BEFORE)
            _enrol(database, edition, people)
            sender = Sender(database, FolderMailer(out), Signer("https://example.com", "demo"), this_process(), clock)
            counts = _send_all(sender)
        finally:
            database.close()
    return list(_told(edition, people, out, counts))


def bundled() -> Files:
    """The files of the bundled course."""
    with resources.as_file(resources.files("course") / "product_path") as folder:
        return read_files(folder)


def _prepare(out: Path) -> None:
    """Empty the folder of an earlier demonstration, or make it; anything else in it is left alone, and in the way."""
    try:
        if out.exists() and any(out.iterdir()):
            if not (out / _MARK).exists():
                fix = "Name another folder with --out."
                raise SenderError(f"{out} holds files that are not a demonstration's.", fix=fix)
            shutil.rmtree(out)
        out.mkdir(parents=True, exist_ok=True)
        (out / _MARK).touch()
    except OSError as error:
        raise SenderError(f"{out} cannot be used: {error.strerror}.", fix="Name another folder with --out.") from error


def _enrol(database: Database, edition: Edition, people: int) -> None:
    importer = Importer(database, Joining(edition.course.slug, start=START, confirmed=True), _BEFORE)
    rejected = list(importer.take(_sample_rows(people)))
    assert not rejected


def _sample_rows(people: int) -> Iterator[Row]:
    for number in range(1, people + 1):
        fields = {
            "email": f"sample{number:03d}@example.com",
            "first_name": "Sample",
            "last_name": f"{number:03d}",
            "timezone": ZONES[number % len(ZONES)],
            "role": _ROLES[number % len(_ROLES)],
        }
        yield Row(number, fields)


def _send_all(sender: Sender) -> Counter[str]:
    """Jump from one moment with something to do to the next, until nothing is left."""
    counts: Counter[str] = Counter()
    now: datetime | None = _BEFORE
    while now is not None:
        tally = tick(sender, now)
        counts.update({name: int(count) for name, count in tally.as_json().items() if name != "next_due_at" and count})
        counts["ticks"] += 1
        counts["last"] = int(now.timestamp())
        if tally.next_due_at == now:
            raise SenderError("The demonstration does not move on.", fix=f"It said: {'; '.join(sender.reasons)}")
        now = tally.next_due_at
    return counts


def _told(edition: Edition, people: int, out: Path, counts: Counter[str]) -> Iterator[str]:
    course = edition.course
    last = datetime.fromtimestamp(counts["last"], UTC)
    weeks = ((last - _BEFORE).days + 6) // 7
    first = next(iter(sorted(out.glob("*.eml"))), out)
    zones = min(people, len(ZONES))
    yield f"{course.title}: {len(course.all_lessons)} emails each to {people} sample people in {zones} time zones."
    yield f"{counts['accepted']} emails in {counts['requests']} batches; simulated: {weeks} weeks from {START}."
    for zone in ZONES[: min(3, people)]:
        yield f"  Lesson 1 arrives at {_first_slot(edition, zone)} in {zone}."
    yield f"The emails are in {out}/ as .eml files, which any mail program opens."
    yield f"Open one, such as {first}"


def _first_slot(edition: Edition, zone: str) -> str:
    moment = timetable(edition.course.cadence, zone, START, [None])[0].at
    return f"{moment.astimezone(ZoneInfo(zone)):%A %d %B %H:%M} ({moment:%H:%M} UTC)"
