"""Bringing people in: rows of an import become subscribers and enrolments, each row whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice

from sqlalchemy import Connection

from course.cadence import is_zone
from course.model import Course
from course.personal.readers import field_value
from sender.addresses import checked_address, email_key
from sender.editions import EditionBook
from sender.errors import NotFoundError
from sender.model import EnrolmentStatus
from sender.returning import opening
from sender.roster import Row
from sender.schedule import beginning
from sender.store import editions, subscribers
from sender.store.database import Database
from sender.store.encountered import Encountered
from sender.store.suppressions import suppressed

LONGEST_FIELD = 1000
LARGEST_PERSON_BYTES = 8000
_AT_ONCE = 1000
_UNPRINTABLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff\\ufffe\\uffff]+")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out: its line in the file, its address as given, and why."""

    line: int
    email: str
    reason: str


@dataclass(slots=True)
class Imported:
    """What an import did, in rows."""

    added: int = 0
    updated: int = 0
    suppressed: int = 0
    rejected: int = 0


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


@dataclass(frozen=True, slots=True)
class _Person:
    line: int
    email: str
    key: str
    zone: str
    attributes: Mapping[str, str] = field(repr=False)


class Importer:
    """Imports rows a thousand at a time, each thousand in one transaction; memory does not grow with their number."""

    def __init__(self, database: Database, joining: Joining, now: datetime) -> None:
        self._database = database
        self._joining = joining
        self._now = now
        self.summary = Imported()
        with database.read() as connection:
            found = editions.course_named(connection, joining.course)
            if found is None:
                known = ", ".join(f"`{one.slug}`" for one in editions.courses(connection))
                fix = f"Published are: {known}." if known else "Publish it first: `dripcourse publish COURSE`."
                raise NotFoundError(f"There is no published course `{joining.course}`.", fix=fix)
            self._edition = EditionBook().edition(connection, found.edition_id)
        self._course: Course = self._edition.course
        self._course_id = found.id
        self._track = joining.track or self._course.tracks[0].slug
        if self._course.track(self._track) is None:
            fix = f"The tracks are: {', '.join(track.slug for track in self._course.tracks)}."
            raise NotFoundError(f"The course `{joining.course}` has no track `{self._track}`.", fix=fix)

    def take(self, rows: Iterable[Row]) -> Iterator[Rejected]:
        """Import all rows; yields those that were left out, as they come up. Raises StoreError."""
        remaining = iter(rows)
        with Encountered() as met:
            while some := list(islice(remaining, _AT_ONCE)):
                people, rejected = self._sorted_out(some)
                people, repeated = _without_repeats(people, met)
                oversized = self._keep(people)
                rejected = sorted((*rejected, *repeated, *oversized), key=lambda one: one.line)
                self.summary.rejected += len(rejected)
                yield from rejected

    def _sorted_out(self, rows: list[Row]) -> tuple[list[_Person], list[Rejected]]:
        people, rejected = [], []
        for row in rows:
            try:
                people.append(self._person(row))
            except ValueError as error:
                rejected.append(Rejected(row.line, row.fields.get("email", "")[:LONGEST_FIELD], str(error)))
        return people, rejected

    def _person(self, row: Row) -> _Person:
        """What a row says, checked. Raises ValueError with the reason."""
        if row.problem:
            raise ValueError(row.problem)
        fields = {name: plain_value(name, value) for name, value in row.fields.items()}
        if _size(fields) > LARGEST_PERSON_BYTES:
            raise ValueError(f"the row holds over {LARGEST_PERSON_BYTES:,} bytes")
        email = checked_address(fields.pop("email", ""))
        zone = fields.pop("timezone", "")
        if zone and not is_zone(zone):
            raise ValueError(f"`{zone[:80]}` is not a time zone (such as Europe/Berlin)")
        for name, value in fields.items():
            self._expect_kind(name, value)
        return _Person(row.line, email, email_key(email), zone, fields)

    def _expect_kind(self, name: str, value: str) -> None:
        declared = self._course.fields.get(name)
        if declared is None or not value:
            return
        if field_value(replace(declared, default=""), value) is None:
            allowed = f"one of {', '.join(declared.values)}" if declared.values else f"a {declared.kind}"
            raise ValueError(f"`{name}` is `{value[:80]}`, which is not {allowed}")

    def _keep(self, people: list[_Person]) -> list[Rejected]:
        """Write a thousand people, or only count them; those with whom somebody would hold too much are left out."""
        transaction = self._database.read if self._joining.dry_run else self._database.write
        with transaction() as connection:
            stopped = suppressed(connection, [person.key for person in people], self._course_id)
            welcome = [person for person in people if person.key not in stopped]
            known = subscribers.known_by_key(connection, [person.key for person in welcome])
            oversized = [person for person in welcome if person.key in known and _outgrows(person, known[person.key])]
            left_out = {person.key for person in oversized}
            welcome = [person for person in welcome if person.key not in left_out]
            new = [person for person in welcome if person.key not in known]
            if not self._joining.dry_run:
                subscribers.add(connection, [self._new(person) for person in new])
                for person in welcome:
                    if person.key in known:
                        subscribers.change(connection, [self._changed(person, known[person.key])])
                self._enrol(connection, welcome)
        self.summary.added += len(new)
        self.summary.updated += len(welcome) - len(new)
        self.summary.suppressed += len(stopped)
        reason = f"with what is kept already, the person holds over {LARGEST_PERSON_BYTES:,} bytes"
        return [Rejected(person.line, person.email, reason) for person in oversized]

    def _new(self, person: _Person) -> dict[str, object]:
        attributes = dict(person.attributes)
        return {
            "email": person.email, "email_key": person.key, "first_name": attributes.pop("first_name", ""),
            "last_name": attributes.pop("last_name", ""), "zone": person.zone, "attributes": attributes,
            "created_at": self._now,
        }  # fmt: skip

    def _changed(self, person: _Person, known: subscribers.Known) -> dict[str, object]:
        """What changes of somebody who is there already: what the row gives; an empty field takes nothing away."""
        given = _given(person)
        names: dict[str, object] = {name: given.pop(name) for name in ("first_name", "last_name") if name in given}
        zone: dict[str, object] = {"zone": person.zone} if person.zone else {}
        return {"id": known.id, "attributes": {**known.attributes, **given}, **names, **zone}

    def _enrol(self, connection: Connection, people: list[_Person]) -> None:
        """Put people on the course who have never been on it: an import brings nobody back."""
        ids = subscribers.known_by_key(connection, [person.key for person in people])
        there = subscribers.on_course(connection, [one.id for one in ids.values()], self._course_id)
        new = [person for person in people if ids[person.key].id not in there]
        subscribers.enrol(connection, [self._enrolment(ids[person.key].id, person.zone) for person in new])
        if self._joining.confirmed:
            self._confirm(connection, [person for person in people if ids[person.key].id in there], ids)

    def _confirm(self, connection: Connection, people: list[_Person], ids: Mapping[str, subscribers.Known]) -> None:
        """Begin the course for those who had been asked to confirm and, the operator says, have agreed."""
        pending = subscribers.pending_on_course(connection, [ids[one.key].id for one in people], self._course_id)
        for person in people:
            enrolment = pending.get(ids[person.key].id)
            if enrolment is not None:
                zone, start = person.zone, self._joining.start
                begins = opening(connection, self._edition, enrolment, zone, self._now, start=start)
                subscribers.confirm(connection, enrolment, begins.start_at, begins.due_at, afresh=begins.afresh)

    def _enrolment(self, subscriber: int, zone: str) -> dict[str, object]:
        start_at, due_at = beginning(self._course, zone, self._joining.start, self._now)
        confirmed = self._joining.confirmed
        due = due_at if confirmed else self._now
        return {
            "subscriber_id": subscriber, "course_id": self._course_id, "track": self._track,
            "status": EnrolmentStatus.ACTIVE if confirmed else EnrolmentStatus.PENDING, "overrides": {},
            "start_at": start_at, "next_due_at": due, "due_since": due, "created_at": self._now,
        }  # fmt: skip


def _without_repeats(people: list[_Person], met: Encountered) -> tuple[list[_Person], list[Rejected]]:
    """The people whose address stands for the first time, and the others as rejected."""
    first = met.first_lines([(person.key, person.line) for person in people])
    repeated = [
        Rejected(person.line, person.email, f"the address already stands in line {first[person.key]}")
        for person in people
        if first[person.key] != person.line
    ]
    return [person for person in people if first[person.key] == person.line], repeated


def _given(person: _Person) -> dict[str, str]:
    """What a row gives: an empty field says nothing."""
    return {name: value for name, value in person.attributes.items() if value}


def _outgrows(person: _Person, known: subscribers.Known) -> bool:
    """Whether somebody who is there already would hold too much with what a row adds."""
    return _size({**known.attributes, **_given(person)}) > LARGEST_PERSON_BYTES


def _size(fields: Mapping[str, str]) -> int:
    return sum(len(name) + len(value.encode()) for name, value in fields.items())


def plain_value(name: str, text: str) -> str:
    """A field's value as it is kept: control characters become one space. Raises ValueError where it is too long."""
    value = _UNPRINTABLE.sub(" ", text).strip()
    if len(value) > LONGEST_FIELD:
        raise ValueError(f"`{name}` has {len(value):,} characters, {LONGEST_FIELD:,} are allowed")
    return value
