"""What people do about their own place on a course: confirm it, and leave it. Each act is one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from course.model import Course
from sender.editions import Edition, EditionBook
from sender.model import DeliveryKind, EnrolmentStatus, Suppressed
from sender.schedule import beginning, own_zone
from sender.store import memberships, subscribers
from sender.store.database import Database
from sender.store.enrolments import Ahead
from sender.store.memberships import MembershipRow
from sender.store.suppressions import suppress

CONFIRMED_HOW = "confirmation email"


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's place on a course, found by one of the emails they got, as it is now.

    `edition` is the one of its course that is live, `zone` the time zone that holds for this person,
    `next_due_at` is UTC. `takes_part` is false once the person has left the course. Of somebody
    who was `erased` nothing else is known.
    """

    enrolment: int
    status: EnrolmentStatus
    edition: Edition
    zone: str
    next_due_at: datetime | None
    takes_part: bool
    erased: bool

    @property
    def course(self) -> Course:
        """The course as its live edition has it."""
        return self.edition.course


@dataclass(frozen=True, slots=True)
class Change:
    """Whether an act changed anything, and how things stand after it: None where there is no such delivery."""

    changed: bool
    membership: Membership | None


@dataclass(frozen=True, slots=True)
class Reading:
    """An email as it was sent, by the id of its variant, and what it may say of its reader.

    `edition` is the one of its course that is live, and `ahead` what the reader goes on with.
    """

    variant: int
    edition: int
    ahead: Ahead
    fields: Mapping[str, str] = field(repr=False)
    erased: bool


def membership(database: Database, book: EditionBook, delivery_id: int) -> Membership | None:
    """The membership that a delivery belongs to, or None where there is no such delivery. Raises StoreError."""
    with database.read() as connection:
        row = memberships.membership(connection, delivery_id)
        return None if row is None else _membership(connection, book, row)


def reading(connection: Connection, delivery_id: int) -> Reading | None:
    """What a delivery brought to its reader, or None where it brought nothing to read (a confirmation, say)."""
    row = memberships.membership(connection, delivery_id)
    if row is None or row.variant is None or row.kind is DeliveryKind.CONFIRM:
        return None
    return Reading(row.variant, row.edition, row.ahead, row.fields, row.email_key is None)


def confirm(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Change:
    """Begin the course for whoever got that confirmation, and record their consent.

    Only a pending enrolment is changed: doing it again is harmless. One that was imported for a
    later day waits for it. Raises StoreError.
    """
    with database.write() as connection:
        row = memberships.membership(connection, delivery_id)
        if row is None or row.kind is not DeliveryKind.CONFIRM:
            return Change(False, None)
        course = book.edition(connection, row.edition).course
        start_at, due_at = beginning(course, row.ahead.zone, _cohort_day(row, course, now), now)
        changed = row.email_key is not None and subscribers.confirm(connection, row.ahead.enrolment, start_at, due_at)
        if changed:
            wording = _wording(connection, book, row.variant)
            subscribers.consent_of(connection, row.ahead.enrolment, CONFIRMED_HOW, wording, now)
        return Change(changed, _now(connection, book, delivery_id))


def leave(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Change:
    """End the place on its course of whoever got that email, and send the address nothing more of that course.

    Works on any email that was ever sent, any number of times. What is open for the person is
    cancelled when its turn to be sent comes. Raises StoreError.
    """
    with database.write() as connection:
        row = memberships.membership(connection, delivery_id)
        if row is None:
            return Change(False, None)
        ended = memberships.end_on_course(connection, row.subscriber, row.course, Suppressed.UNSUBSCRIBED)
        if row.email_key is not None:
            suppress(connection, row.email_key, row.course, Suppressed.UNSUBSCRIBED, now)
        return Change(ended > 0, _now(connection, book, delivery_id))


def _now(connection: Connection, book: EditionBook, delivery_id: int) -> Membership | None:
    row = memberships.membership(connection, delivery_id)
    return None if row is None else _membership(connection, book, row)


def _membership(connection: Connection, book: EditionBook, row: MembershipRow) -> Membership:
    edition = book.edition(connection, row.edition)
    zone, erased = own_zone(edition.course, row.ahead.zone), row.email_key is None
    due = row.ahead.next_due_at
    return Membership(row.ahead.enrolment, row.status, edition, zone, due, row.takes_part, erased)


def _cohort_day(row: MembershipRow, course: Course, now: datetime) -> date | None:
    """The local day on which an enrolment was to begin, or None where that is now or past.

    It was kept as that day's midnight, which is another day for somebody who has moved west since;
    its noon is still the same one.
    """
    if row.start_at <= now:
        return None
    return (row.start_at + timedelta(hours=12)).astimezone(ZoneInfo(own_zone(course, row.ahead.zone))).date()


def _wording(connection: Connection, book: EditionBook, variant: int | None) -> str:
    """The hash of the text that somebody agreed to."""
    if variant is None:
        return ""
    _, _, _, email = book.email(connection, variant)
    return sha256(email.text.encode()).hexdigest()
