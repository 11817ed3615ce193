"""A person's place on a course by one of their emails: what it is, what the email brought, and confirming it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from course.model import Course
from course.personal.placeholders import fill
from sender.editions import Edition, EditionBook
from sender.joining import KEPT
from sender.model import OF_THE_COURSE, DeliveryKind, EnrolmentStatus
from sender.returning import Return, opening, returning
from sender.schedule import own_zone
from sender.store import memberships, subscribers
from sender.store.database import Database, claim_alone
from sender.store.enrolments import Ahead
from sender.store.memberships import MembershipRow
from sender.store.suppressions import EVERYTHING, lift

CONFIRMED_HOW = "confirmation email"
_OWN = "[…]"


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's place on a course, found by one of the emails they got, as it is now.

    `edition` is the one of its course that is live, `zone` the time zone that holds for this person,
    `sent_at` is when the email went out by which this was found, and UTC as `next_due_at` is. `takes_part` is false
    once the person has left the course. Of somebody who was `erased` nothing else is known.
    """

    enrolment: int
    status: EnrolmentStatus
    edition: Edition
    zone: str
    sent_at: datetime
    next_due_at: datetime | None
    takes_part: bool
    erased: bool

    def may_confirm(self, now: datetime) -> bool:
        """Whether there is something to confirm, and the question is no older than what was asked for is kept."""
        return self.status is EnrolmentStatus.PENDING and not self.erased and now - self.sent_at < KEPT

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
    """What a delivery brought to its reader, or None where it is no email of the course (a confirmation, say)."""
    row = memberships.membership(connection, delivery_id)
    if row is None or row.variant is None or row.kind not in OF_THE_COURSE:
        return None
    return Reading(row.variant, row.edition, row.ahead, row.fields, row.email_key is None)


def confirm(database: Database, book: EditionBook, delivery_id: int, now: datetime, *, afresh: bool = False) -> Change:
    """Begin the course for whoever got that confirmation, record their consent, and let email reach them again.

    Only a pending enrolment is changed: doing it again is harmless. One that was imported for a
    later day waits for it. Who had lessons of the course before goes on from there, unless they
    begin `afresh`. A question that is as old as `sender.joining.KEPT` confirms nothing. Raises StoreError.
    """
    with database.write() as connection:
        claim_alone(connection)  # a claim that read them as pending would take away when they are next due
        row = memberships.membership(connection, delivery_id)
        if row is None or row.kind is not DeliveryKind.CONFIRM:
            return Change(False, None)
        may = _membership(connection, book, row).may_confirm(now)
        changed = may and _begin(connection, book, row, now, afresh=afresh)
        if changed and row.email_key is not None:
            lift(connection, row.email_key, (row.course, EVERYTHING))
            words = _words(connection, book, row.variant)
            subscribers.consent_of(connection, row.ahead.enrolment, CONFIRMED_HOW, words, now)
        return Change(changed, _now(connection, book, delivery_id))


def returns(database: Database, book: EditionBook, found: Membership) -> Return | None:
    """What somebody who is yet to confirm goes on from, None where that is the beginning. Raises StoreError."""
    with database.read() as connection:
        return returning(connection, book.edition(connection, found.edition.id), found.enrolment)


def _begin(connection: Connection, book: EditionBook, row: MembershipRow, now: datetime, *, afresh: bool) -> bool:
    """Make an enrolment active; whether it was pending until now."""
    edition = book.edition(connection, row.edition)
    start = _cohort_day(row, edition.course, now)
    begins = opening(connection, edition, row.ahead.enrolment, row.ahead.zone, now, start=start, afresh=afresh)
    return subscribers.confirm(connection, row.ahead.enrolment, begins.start_at, begins.due_at, afresh=begins.afresh)


def _now(connection: Connection, book: EditionBook, delivery_id: int) -> Membership | None:
    row = memberships.membership(connection, delivery_id)
    return None if row is None else _membership(connection, book, row)


def _membership(connection: Connection, book: EditionBook, row: MembershipRow) -> Membership:
    edition = book.edition(connection, row.edition)
    zone, erased = own_zone(edition.course, row.ahead.zone), row.email_key is None
    due = row.ahead.next_due_at
    return Membership(row.ahead.enrolment, row.status, edition, zone, row.slot_at, due, row.takes_part, erased)


def _cohort_day(row: MembershipRow, course: Course, now: datetime) -> date | None:
    """The local day on which an enrolment was to begin, or None where that is now or past.

    It was kept as that day's midnight, which is another day for somebody who has moved west since;
    its noon is still the same one.
    """
    if row.start_at <= now:
        return None
    return (row.start_at + timedelta(hours=12)).astimezone(ZoneInfo(own_zone(course, row.ahead.zone))).date()


def _words(connection: Connection, book: EditionBook, variant: int | None) -> str:
    """The text that somebody agreed to, with a sign where something of their own stood, such as the link."""
    if variant is None:
        return ""
    email = book.email(connection, variant)[3]
    return fill(email, dict.fromkeys((one.tag for one in email.placeholders), _OWN)).text
