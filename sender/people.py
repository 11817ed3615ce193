"""Bringing people in: rows of an import become subscribers and enrolments, each row whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import islice

from sqlalchemy import Connection

from sender.editions import Edition, EditionBook
from sender.entries import LARGEST_PERSON_BYTES, LONGEST_FIELD, Entries, Entry, size_of
from sender.errors import NotFoundError
from sender.model import EnrolmentStatus
from sender.returning import opening
from sender.roster import Row
from sender.schedule import beginning
from sender.store import editions, imports, subscribers
from sender.store.bulk import log_much
from sender.store.database import Database, claim_alone
from sender.store.encountered import Encountered
from sender.store.imports import Run
from sender.store.subscribers import Known
from sender.store.suppressions import suppressed

AT_ONCE = 5000
"""So many rows are one transaction, which takes a quarter of a second.

With a thousand twice as much is written to the disk in all: an address lands in any page of its index, and each
transaction writes the pages that it changed.
"""

_MOST_CHARACTERS = 5_000_000

KEPT = timedelta(days=30)
"""How long an import that was cut off can be gone on with."""

_BEFORE_ALL = -1
_OUTGROWN = f"with what is kept already, the person holds over {LARGEST_PERSON_BYTES:,} bytes"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out: its line in the file, its address as given, and why."""

    line: int
    email: str
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in rows."""

    added: int = 0
    updated: int = 0
    suppressed: int = 0
    rejected: int = 0

    def __add__(self, other: Imported) -> Imported:
        return Imported(
            self.added + other.added, self.updated + other.updated, self.suppressed + other.suppressed,
            self.rejected + other.rejected,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Joining:
    """On what terms people come in. `start` is the local day on which a cohort begins, None for at once.

    Without `confirmed` each is first asked by email to confirm.
    """

    course: str
    track: str | None = None
    start: date | None = None
    confirmed: bool = False
    dry_run: bool = False


class Importer:
    """Imports `AT_ONCE` rows at a time, in one transaction; memory does not grow with their number.

    `content` is the hash of the file that the rows are read from. Where an import of the same content on the same terms
    was cut off within `KEPT`, this one goes on from there (`cut_off` says how far that came): its rows up to that line
    are read, and told where they were left out, but not written again, and `summary` counts them. None for rows that
    cannot be read again from the beginning, as those of a pipe.

    `line` is that of the latest row that is dealt with, and `is_noted` whether another import could go on from there.
    """

    def __init__(self, database: Database, joining: Joining, now: datetime, content: str | None = None) -> None:
        self._database = database
        self._joining = joining
        self._now = now
        with database.read() as connection:
            self._edition = _edition(connection, joining.course)
            self._track = _track(self._edition, joining.track)
            self._fingerprint: str | None = None
            if content is not None and not joining.dry_run:
                self._fingerprint = _fingerprint(content, self._edition, self._track, joining)
            self.cut_off = self._earlier_run(connection)
        self.summary = _counts(self.cut_off) if self.cut_off else Imported()
        self.line = self.cut_off.line if self.cut_off else _BEFORE_ALL
        self.is_noted = self.cut_off is not None
        self._entries = Entries(self._edition.course.fields)
        self._moments = cache(self._moments_in)

    def _earlier_run(self, connection: Connection) -> Run | None:
        found = imports.run_of(connection, self._fingerprint) if self._fingerprint else None
        return found if found and found.at >= self._now - KEPT else None

    def take(self, rows: Iterable[Row]) -> Iterator[Rejected]:
        """Import all rows; yields those that were left out, as they come up. Raises StoreError."""
        remaining, known = iter(rows), self.line
        with Encountered() as met:
            while some := _some(remaining):
                entries, rejected = self._sorted_out(some, met)
                earlier = [entry for entry in entries if entry.line <= known]
                rejected += self._outgrown(earlier)
                if some[-1].line > known:
                    left_out = sum(one.line > known for one in rejected)
                    is_all = self.line == _BEFORE_ALL and len(some) < AT_ONCE
                    rejected += self._keep(entries[len(earlier) :], left_out, some[-1].line, is_all=is_all)
                yield from sorted(rejected, key=lambda one: one.line)
        if self._fingerprint and self.is_noted:
            with self._database.write() as connection:
                imports.forget(connection, self._fingerprint)

    def _sorted_out(self, rows: Sequence[Row], met: Encountered) -> tuple[list[Entry], list[Rejected]]:
        """The good rows, whose addresses stand for the first time, and the others."""
        entries, rejected = [], []
        for row in rows:
            try:
                entries.append(self._entries.entry(row))
            except ValueError as error:
                rejected.append(Rejected(row.line, row.fields.get("email", "")[:LONGEST_FIELD], str(error)))
        first = met.first_lines([(entry.key, entry.line) for entry in entries])
        for entry in entries:
            if first[entry.key] != entry.line:
                reason = f"the address already stands in line {first[entry.key]}"
                rejected.append(Rejected(entry.line, entry.email, reason))
        return [entry for entry in entries if first[entry.key] == entry.line], rejected

    def _outgrown(self, entries: Sequence[Entry]) -> list[Rejected]:
        """Which of the rows that an earlier run dealt with were left out because somebody would have held too much."""
        if not entries:
            return []
        with self._database.read() as connection:
            return self._welcome(connection, entries)[2]

    def _keep(self, entries: Sequence[Entry], rejected: int, line: int, *, is_all: bool) -> list[Rejected]:
        """Write good rows, or only count them; those with whom somebody would hold too much.

        So many as `rejected` of the same transaction were left out before; `line` is that of its last row. An import
        of which this `is_all` leaves no note.
        """
        transaction = self._database.read if self._joining.dry_run else self._database.write
        with transaction() as connection:
            welcome, known, outgrown = self._welcome(connection, entries)
            new = [entry for entry in welcome if entry.key not in known]
            stopped = len(entries) - len(welcome) - len(outgrown)
            brought = Imported(len(new), len(welcome) - len(new), stopped, rejected + len(outgrown))
            if not self._joining.dry_run:
                claim_alone(connection)  # as for somebody who confirms
                log_much(connection)
                self._bring_in(connection, welcome, new, known)
                imports.forget_before(connection, self._now - KEPT)
                if self._fingerprint and not is_all:
                    imports.note(connection, self._fingerprint, _run(line, self.summary + brought, self._now))
        self.is_noted = self._fingerprint is not None and not is_all
        self.summary += brought
        self.line = line
        return outgrown

    def _welcome(
        self, connection: Connection, entries: Sequence[Entry]
    ) -> tuple[list[Entry], dict[str, Known], list[Rejected]]:
        """Who may come in, those of them who are there already by address, and who would hold too much."""
        stopped = suppressed(connection, [entry.key for entry in entries], self._edition.course_id)
        free = [entry for entry in entries if entry.key not in stopped]
        known = subscribers.known_by_key(connection, [entry.key for entry in free])
        outgrown = {entry.key for entry in free if entry.key in known and _outgrows(entry, known[entry.key])}
        rejected = [Rejected(entry.line, entry.email, _OUTGROWN) for entry in free if entry.key in outgrown]
        return [entry for entry in free if entry.key not in outgrown], known, rejected

    def _bring_in(
        self, connection: Connection, welcome: Sequence[Entry], new: Sequence[Entry], known: Mapping[str, Known]
    ) -> None:  # fmt: skip
        """Write people, and put on the course who have never been on it: an import brings nobody back."""
        at = int(self._now.timestamp())
        ids = {key: one.id for key, one in known.items()}
        ids |= subscribers.add(connection, [_new(entry, at) for entry in new])
        changes = (_changed(entry, known[entry.key]) for entry in welcome if entry.key in known)
        subscribers.complete(connection, [one for one in changes if one is not None])
        there = subscribers.on_course(connection, ids.values(), self._edition.course_id)
        own = {key: one.zone for key, one in known.items()}
        zones = {ids[entry.key]: entry.zone or own.get(entry.key, "") for entry in welcome}
        places = [self._place(person, zone, at) for person, zone in zones.items() if person not in there]
        subscribers.enrol(connection, places)
        if self._joining.confirmed:
            self._confirm(connection, {person: zone for person, zone in zones.items() if person in there})

    def _confirm(self, connection: Connection, zones: Mapping[int, str]) -> None:
        """Begin the course for those who had been asked to confirm and, the operator says, have agreed."""
        begun = []
        for one in subscribers.pending_on_course(connection, zones, self._edition.course_id):
            if one.is_first:
                begun.append((one.enrolment, *self._moments(zones[one.subscriber])))
                continue
            terms = (self._edition, one.enrolment, zones[one.subscriber], self._now)
            begins = opening(connection, *terms, start=self._joining.start)
            subscribers.confirm(connection, one.enrolment, begins.start_at, begins.due_at, afresh=begins.afresh)
        subscribers.confirm_each(connection, begun)

    def _place(self, subscriber: int, zone: str, at: int) -> tuple[object, ...]:
        """A new enrolment, as `subscribers.ENROLLED` has it."""
        start, first = self._moments(zone)
        confirmed = self._joining.confirmed
        due = int(first.timestamp()) if confirmed else at
        status = EnrolmentStatus.ACTIVE if confirmed else EnrolmentStatus.PENDING
        ids = (subscriber, self._edition.course_id)
        return (*ids, self._track, status.value, "{}", int(start.timestamp()), due, due, at)

    def _moments_in(self, zone: str) -> tuple[datetime, datetime]:
        return beginning(self._edition.course, zone, self._joining.start, self._now)


def _some(rows: Iterator[Row]) -> list[Row]:
    """The next rows, for one transaction: fewer, where they are so long that they would take much memory."""
    some, size = [], 0
    for row in islice(rows, AT_ONCE):
        some.append(row)
        size += sum(map(len, row.fields.values()))
        if size > _MOST_CHARACTERS:
            break
    return some


def _edition(connection: Connection, slug: str) -> Edition:
    found = editions.course_named(connection, slug)
    if found is None:
        known = ", ".join(f"`{one.slug}`" for one in editions.courses(connection))
        fix = f"Published are: {known}." if known else "Publish it first: `dripcourse publish COURSE`."
        raise NotFoundError(f"There is no published course `{slug}`.", fix=fix)
    return EditionBook().edition(connection, found.edition_id)


def _track(edition: Edition, named: str | None) -> str:
    course = edition.course
    track = named or course.tracks[0].slug
    if course.track(track) is None:
        fix = f"The tracks are: {', '.join(one.slug for one in course.tracks)}."
        raise NotFoundError(f"The course `{course.slug}` has no track `{track}`.", fix=fix)
    return track


def _fingerprint(content: str, edition: Edition, track: str, joining: Joining) -> str:
    """What an import is known again by. Of another edition, rows may be good that were left out, and the reverse."""
    terms = (content, str(edition.course_id), edition.hash, track, str(joining.start), str(joining.confirmed))
    return sha256("\n".join(terms).encode()).hexdigest()


def _run(line: int, counts: Imported, now: datetime) -> Run:
    return Run(line, counts.added, counts.updated, counts.rejected, counts.suppressed, now)


def _counts(run: Run) -> Imported:
    return Imported(run.added, run.updated, run.suppressed, run.rejected)


def _new(entry: Entry, at: int) -> tuple[object, ...]:
    """A new subscriber, as `subscribers.NEW` has it."""
    attributes = dict(entry.attributes)
    names = attributes.pop("first_name", ""), attributes.pop("last_name", "")
    return (entry.email, entry.key, *names, entry.zone, json.dumps(attributes), at)


def _changed(entry: Entry, known: Known) -> Known | None:
    """What becomes of somebody who is there already, None where nothing changes: an empty field takes nothing away."""
    given = entry.given
    first, last = given.pop("first_name", ""), given.pop("last_name", "")
    now = Known(known.id, first or known.first_name, last or known.last_name, entry.zone or known.zone,
                {**known.attributes, **given})  # fmt: skip
    return None if now == known else Known(known.id, first, last, entry.zone, now.attributes)


def _outgrows(entry: Entry, known: Known) -> bool:
    """Whether somebody who is there already would hold too much with what a row adds."""
    return size_of({**known.attributes, **entry.given}) > LARGEST_PERSON_BYTES
