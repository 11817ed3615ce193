"""Moving to another address: it is confirmed there, and whoever has the former one can take it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from sender.addresses import AddressError, checked_address, email_key
from sender.editions import Edition, EditionBook
from sender.errors import NotFoundError, SenderError
from sender.model import TO_ANOTHER, DeliveryKind, Suppressed
from sender.notices import LONGEST_GOOD, add_notice, expired
from sender.store import address_changes, memberships, privacy, subscribers
from sender.store.address_changes import AddressChange
from sender.store.database import Database
from sender.store.memberships import MembershipRow
from sender.store.notices import hold_person
from sender.store.suppressions import EVERYTHING, entries_of, lift

MOVED_HOW = "address confirmed"
_FOR_GOOD = frozenset({Suppressed.BOUNCED, Suppressed.COMPLAINED})
_FIX = "Nothing was changed."


class Moved(StrEnum):
    """How a change of address stands: it can be confirmed, it was just now or before, or it cannot be, and why."""

    OPEN = "open"
    NOW = "now"
    BEFORE = "before"
    IMPOSSIBLE = "impossible"
    EXPIRED = "expired"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Moving:
    """A change of address, by the live edition of the course whose notice asked. `email` is the address to have.

    `back` is whether it takes an earlier change back. `enrolment` is the one that the notice was made for.
    """

    how: Moved
    edition: Edition
    enrolment: int
    back: bool
    email: str = field(default="", repr=False)


def moving(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Moving | None:
    """How the change that a notice asks about stands; None where that delivery asks about none. Raises StoreError."""
    with database.read() as connection:
        row = memberships.membership(connection, delivery_id)
        if row is None or row.kind not in TO_ANOTHER:
            return None
        change = address_changes.of_delivery(connection, delivery_id)
        return _moving(connection, book, row, change, _standing(row, change, now))


def move(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Moving | None:
    """Have the emails of a person come to the address that a notice went to; None where it asks about none.

    In one transaction: what was unsubscribed at the new address is lifted for the courses that the person is on, what
    was at the former one does not follow, and the former one is told. Raises StoreError, and CourseError where the
    email to the former one cannot be made; nothing has changed then.
    """
    with database.write() as connection:
        row = memberships.membership(connection, delivery_id)
        if row is None or row.kind not in TO_ANOTHER:
            return None
        hold_person(connection, row.subscriber)
        row = memberships.membership(connection, delivery_id) or row
        change = address_changes.of_delivery(connection, delivery_id)
        how = _standing(row, change, now)
        if how is Moved.OPEN and change is not None:
            how = _move(connection, book, row, change, now)
        return _moving(connection, book, row, change, how)


def _moving(
    connection: Connection, book: EditionBook, row: MembershipRow, change: AddressChange | None, how: Moved
) -> Moving:
    edition, back = book.edition(connection, row.edition), row.kind is DeliveryKind.MOVED
    return Moving(how, edition, row.ahead.enrolment, back, "" if change is None else change.email)


def _standing(row: MembershipRow, change: AddressChange | None, now: datetime) -> Moved:
    if row.email_key is None:
        return Moved.ERASED
    if change is None:
        return Moved.EXPIRED
    if row.email_key == change.email_key and row.fields["email"] == change.email:
        return Moved.BEFORE
    return Moved.EXPIRED if change.done_at is not None or expired(row.kind, row.slot_at, now) else Moved.OPEN


def _move(connection: Connection, book: EditionBook, row: MembershipRow, change: AddressChange, now: datetime) -> Moved:
    assert row.email_key is not None
    courses = address_changes.courses_of(connection, row.subscriber)
    stopped = entries_of(connection, change.email_key)
    if any(reason in _FOR_GOOD and scope in {EVERYTHING, *courses} for scope, reason, _ in stopped):
        return Moved.IMPOSSIBLE
    if not address_changes.set_address(connection, row.subscriber, change.email, change.email_key):
        return Moved.IMPOSSIBLE
    if courses:
        lift(connection, change.email_key, (EVERYTHING, *courses))
    address_changes.done(connection, change.delivery, now)
    _consented(connection, book, row, now)
    if row.kind is DeliveryKind.MOVED:
        address_changes.drop_others(connection, row.subscriber, change.delivery, tuple(TO_ANOTHER))
        return Moved.NOW
    address_changes.drop_others(connection, row.subscriber, change.delivery, (DeliveryKind.ADDRESS,))
    if row.email_key != change.email_key:
        notice = add_notice(connection, book, DeliveryKind.MOVED, row, now)
        address_changes.add(connection, notice, row.fields["email"], row.email_key, now)
    return Moved.NOW


def _consented(connection: Connection, book: EditionBook, row: MembershipRow, now: datetime) -> None:
    """Keep that the address was confirmed, and by which words."""
    words = "" if row.variant is None else book.email(connection, row.variant)[3].text
    subscribers.consent_of(connection, row.ahead.enrolment, MOVED_HOW, words, now)


def change_address(database: Database, subscriber_id: int, new: str, now: datetime) -> None:
    """Change a person's address on an operator's word.

    Nothing is lifted by that: an address that left, failed or complained takes its owner's own word. What else was
    asked for is dropped, and what was changed before can no longer be taken back. Raises NotFoundError where there is
    nobody, SenderError where the address is none, another's, or suppressed; StoreError.
    """
    try:
        address = checked_address(new)
        key = email_key(address)
    except (AddressError, UnicodeError) as error:
        raise SenderError(f"The address cannot be used: {error}.", fix=_FIX) from error
    with database.write() as connection:
        hold_person(connection, subscriber_id)
        known = privacy.person(connection, subscriber_id)
        if known is None or known.erased_at is not None:
            fix = "Look with `dripcourse subscribers list`."
            raise NotFoundError(f"There is no subscriber {subscriber_id}.", fix=fix)
        courses = address_changes.courses_of(connection, subscriber_id)
        stopped = [why for scope, why, _ in entries_of(connection, key) if scope in {EVERYTHING, *courses}]
        if stopped and key != known.email_key:
            fix = "Its owner can have email again, where that is possible, by signing up and confirming."
            raise SenderError(f"The new address gets no email: it {_said(stopped)}.", fix=fix)
        if not address_changes.set_address(connection, subscriber_id, address, key):
            raise SenderError("The new address is another subscriber's.", fix=_FIX)
        address_changes.drop_others(connection, subscriber_id, 0, tuple(TO_ANOTHER))
        address_changes.drop_before(connection, now - LONGEST_GOOD)


def _said(stopped: list[Suppressed]) -> str:
    said = {Suppressed.BOUNCED: "bounced", Suppressed.COMPLAINED: "complained", Suppressed.UNSUBSCRIBED: "unsubscribed"}
    return said[next((one for one in stopped if one in _FOR_GOOD), stopped[0])]
