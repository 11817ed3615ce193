"""The directory of people: who they are, which courses they are on, and what became of every email to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection

from sender.addresses import AddressError, checked_address, email_key
from sender.errors import NotFoundError
from sender.model import EnrolmentStatus
from sender.store import directory, editions
from sender.store.database import Database
from sender.store.directory import DeliveryRow, EnrolmentRow, PersonRow
from sender.store.suppressions import EVERYTHING, suppressed

TAKING_PART = frozenset({EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED, EnrolmentStatus.FINISHED})
"""How whoever has confirmed a course, and not left it, stands on it."""

_AT_ONCE = 500
_MOST_DIGITS = 18
"""A longer number is the id of nobody, and more than a database takes."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A person's place on a course, and every email of it in the order of their slots."""

    row: EnrolmentRow
    deliveries: tuple[DeliveryRow, ...] = ()

    @property
    def course(self) -> str:
        """The slug of its course."""
        return self.row.course

    @property
    def status(self) -> EnrolmentStatus:
        """Where the person stands on it."""
        return self.row.status

    def summary(self) -> dict[str, object]:
        """What `subscribers list --format json` prints of it."""
        return {
            "course": self.row.course,
            "track": self.row.track,
            "status": self.row.status,
            "ended_reason": self.row.ended_reason or None,
            "next_due_at": _iso(self.row.next_due_at),
        }

    def as_json(self) -> dict[str, object]:
        """What `subscribers show --format json` prints of it."""
        resume_on = self.row.resume_on
        return {
            "id": self.row.id,
            **self.summary(),
            "resume_on": None if resume_on is None else resume_on.isoformat(),
            "overrides": dict(self.row.overrides),
            "start_at": _iso(self.row.start_at),
            "created_at": _iso(self.row.created_at),
            "ended_at": _iso(self.row.ended_at),
            "deliveries": [_delivery_json(one) for one in self.deliveries],
        }


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber and their enrolments, in the order in which these were made.

    `suppressed` says why their address gets no email, by the slug of a course, or by "" for everything.
    """

    row: PersonRow
    enrolments: tuple[Enrolment, ...] = ()
    suppressed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The number by which they are known, also once they were erased."""
        return self.row.id

    @property
    def erased(self) -> bool:
        """Whether they were erased, so that nothing is known of them but figures."""
        return self.row.email_key is None

    @property
    def address(self) -> str | None:
        """Their address as typed, None where they were erased."""
        return None if self.erased else self.row.email

    @property
    def places(self) -> tuple[Enrolment, ...]:
        """The enrolment that counts on each course: the one that has not ended, or else the latest."""
        latest: dict[str, Enrolment] = {}
        for one in self.enrolments:
            kept = latest.get(one.course)
            if kept is None or one.status is not EnrolmentStatus.ENDED or kept.status is EnrolmentStatus.ENDED:
                latest[one.course] = one
        return tuple(latest.values())

    def summary(self) -> dict[str, object]:
        """What `subscribers list --format json` prints of them."""
        return {"id": self.id, "email": self.address, "enrolments": [one.summary() for one in self.enrolments]}

    def as_json(self) -> dict[str, object]:
        """What `subscribers show --format json` prints of them."""
        return {
            "id": self.id,
            "email": self.address,
            "first_name": self.row.first_name,
            "last_name": self.row.last_name,
            "timezone": self.row.zone,
            "attributes": dict(self.row.attributes),
            "created_at": _iso(self.row.created_at),
            "erased_at": _iso(self.row.erased_at),
            "suppressed": [
                {"course": slug or None, "reasons": sorted(reasons)} for slug, reasons in self.suppressed.items()
            ],
            "enrolments": [one.as_json() for one in self.enrolments],
        }


def _delivery_json(one: DeliveryRow) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind,
        "lesson": one.lesson,
        "occasion": one.occasion,
        "resent": one.resent,
        "state": one.state,
        "slot_at": _iso(one.slot_at),
        "seen": one.seen,
        "reason": one.reason or None,
        "batch": one.batch,
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def find(database: Database, who: str) -> Person:
    """The person of an id or an address, with all that was sent to them.

    Raises NotFoundError where there is nobody of that id or address, and StoreError.
    """
    with database.read() as connection:
        row = _row(connection, who.strip())
        if row is None:
            fix = "Name an id or an address; `dripcourse subscribers list` shows both."
            raise NotFoundError(f"There is nobody `{who[:80]}`.", fix=fix)
        found = directory.enrolments_of(connection, [row.id])
        deliveries: dict[int, list[DeliveryRow]] = {one.id: [] for one in found}
        for delivery in directory.deliveries_of(connection, list(deliveries)):
            deliveries[delivery.enrolment].append(delivery)
        enrolments = tuple(Enrolment(one, tuple(deliveries[one.id])) for one in found)
        return Person(row, enrolments, _suppressed(connection, row))


def _row(connection: Connection, who: str) -> PersonRow | None:
    if who.isascii() and who.isdecimal():
        return directory.person(connection, int(who)) if len(who) <= _MOST_DIGITS else None
    try:
        return directory.person_at(connection, email_key(checked_address(who)))
    except AddressError:
        return None


def _suppressed(connection: Connection, row: PersonRow) -> dict[str, frozenset[str]]:
    if row.email_key is None:
        return {}
    everything = suppressed(connection, [row.email_key], EVERYTHING).get(row.email_key, frozenset())
    reasons = {"": everything}
    for course in editions.courses(connection):
        found = suppressed(connection, [row.email_key], course.id).get(row.email_key, frozenset())
        reasons[course.slug] = found - everything
    return {slug: found for slug, found in reasons.items() if found}


def everyone(
    database: Database, course: str | None = None, statuses: Collection[EnrolmentStatus] = ()
) -> Iterator[Person]:
    """Everybody but who was erased, by their ids, with their enrolments and without deliveries.

    With a course, or statuses, whoever has such an enrolment, and of theirs only those. One page at a time is held in
    memory, and no transaction stays open in between. Raises NotFoundError, before the first, where there is no such
    course, and StoreError.
    """
    course_id = None
    if course is not None:
        with database.read() as connection:
            course_id = published(connection, course).id
    return _pages(database, course_id, frozenset(statuses))


def _pages(database: Database, course_id: int | None, statuses: frozenset[EnrolmentStatus]) -> Iterator[Person]:
    last_id = 0
    while True:
        with database.read() as connection:
            rows = directory.people_after(connection, last_id, _AT_ONCE, course_id, statuses)
            enrolments: dict[int, list[Enrolment]] = {one.id: [] for one in rows}
            for one in directory.enrolments_of(connection, list(enrolments)):
                if course_id in {None, one.course_id} and (not statuses or one.status in statuses):
                    enrolments[one.subscriber].append(Enrolment(one))
        yield from (Person(row, tuple(enrolments[row.id])) for row in rows)
        if len(rows) < _AT_ONCE:
            return
        last_id = rows[-1].id


def members(
    database: Database, course: str, statuses: Collection[EnrolmentStatus] = TAKING_PART
) -> Iterator[dict[str, str]]:
    """The fields of whoever has such an enrolment on a course, as an import takes them, by their ids.

    Whose address is suppressed is left out, since whatever imports the list does not know that. Raises as `everyone`.
    """
    with database.read() as connection:
        course_id = published(connection, course).id
    return _fields_of(database, course_id, _pages(database, course_id, frozenset(statuses)))


def _fields_of(database: Database, course_id: int, people: Iterator[Person]) -> Iterator[dict[str, str]]:
    while some := list(islice(people, _AT_ONCE)):
        with database.read() as connection:
            stopped = suppressed(connection, [one.row.email_key for one in some if one.row.email_key], course_id)
        for row in (one.row for one in some if one.row.email_key not in stopped):
            names = {"first_name": row.first_name, "last_name": row.last_name}
            yield {**row.attributes, "email": row.email, **names, "timezone": row.zone}


def published(connection: Connection, slug: str) -> editions.CourseRow:
    """The course of that slug. Raises NotFoundError, which names those that there are."""
    found = editions.course_named(connection, slug)
    if found is None:
        known = ", ".join(f"`{one.slug}`" for one in editions.courses(connection))
        fix = f"Published are: {known}." if known else "Publish it first: `dripcourse publish COURSE`."
        raise NotFoundError(f"There is no published course `{slug}`.", fix=fix)
    return found
