"""What people may ask about their own data: a link to it, another address, and that all of it be erased."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from sender.addresses import AddressError, checked_address, email_key
from sender.editions import Edition, EditionBook
from sender.export import export
from sender.model import DeliveryKind, EnrolmentStatus, Suppressed
from sender.notices import GOOD_FOR, LONGEST_GOOD, MOST_A_DAY, add_notice, had_too_many
from sender.schedule import own_zone
from sender.store import address_changes, memberships, privacy
from sender.store.database import Database
from sender.store.memberships import MembershipRow
from sender.store.notices import hold_person
from sender.store.suppressions import EVERYTHING, suppress, suppressed

__all__ = ["SETTLED_AFTER", "Access", "Asked", "Told", "access", "ask_access", "ask_address_change", "erase", "export"]

_DAY = timedelta(days=1)
_FOR_GOOD = frozenset({Suppressed.BOUNCED, Suppressed.COMPLAINED})
SETTLED_AFTER = timedelta(days=3)
"""How long after a change of address nobody gets a link to the data: whoever has the former one may yet object."""


class Told(StrEnum):
    """What to say to somebody who asked for an email about their own data or address.

    `SENT`: one is on its way. `ALREADY`: several went lately, and the latest is on its way or there. `NO_ADDRESS`: what
    was typed is no address, and the reason says why. `SAME`: it is the address that they have. `IMPOSSIBLE`: there is
    nobody to write to, since they have not confirmed, were erased, or their own address fails or complained.
    `TOO_SOON`: their address changed less than three days ago, and whoever has the former one may yet object to that.
    """

    SENT = "sent"
    ALREADY = "already"
    NO_ADDRESS = "no address"
    SAME = "same"
    IMPOSSIBLE = "impossible"
    TOO_SOON = "too soon"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking for an email. `reason` is there for `NO_ADDRESS` alone, in English, as a part of a sentence.

    `address` is where a change of address was asked for, as it was read from what was typed.
    """

    told: Told
    reason: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """What a link to somebody's data leads to: by the live edition of the course whose email it was.

    `subscriber` is whose data it is, at `address`. The link is good `until` then, by the person's own clock; `erased`
    is true once nothing is left.
    """

    edition: Edition
    subscriber: int
    until: datetime
    good: bool
    erased: bool
    address: str = field(repr=False)


def ask_access(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Asked:
    """Send whoever got that email a fresh link to their own data, at the address that is on record.

    Raises StoreError, and CourseError where the email cannot be made.
    """
    with database.write() as connection:
        return Asked(_ask_access(connection, book, delivery_id, now))


def ask_address_change(
    database: Database, book: EditionBook, delivery_id: int, new_address: str, now: datetime
) -> Asked:
    """Ask at a new address whether the emails of whoever got that email shall go there from now on.

    Nothing changes before that is confirmed there. Says nothing of whether the new address is known, or suppressed.
    Raises StoreError, and CourseError where the email cannot be made.
    """
    try:
        address = checked_address(new_address)
        key = email_key(address)
    except (AddressError, UnicodeError) as error:  # the latter of a domain that no name server could be asked about
        return Asked(Told.NO_ADDRESS, str(error))
    with database.write() as connection:
        told = _ask_change(connection, book, delivery_id, address, key, now)
    return Asked(told, address=address)


def _ask_access(connection: Connection, book: EditionBook, delivery_id: int, now: datetime) -> Told:
    row = _somebody(connection, delivery_id)
    if row is None or row.email_key is None or _is_stopped(connection, row.email_key, row.course):
        return Told.IMPOSSIBLE
    if had_too_many(connection, row.subscriber, now):
        return Told.ALREADY
    if address_changes.changed_since(connection, row.subscriber, now - SETTLED_AFTER):
        return Told.TOO_SOON
    add_notice(connection, book, DeliveryKind.ACCESS, row, now)
    return Told.SENT


def _ask_change(
    connection: Connection, book: EditionBook, delivery_id: int, address: str, key: str, now: datetime
) -> Told:
    row = _somebody(connection, delivery_id)
    if row is None:
        return Told.IMPOSSIBLE
    if address == row.fields["email"]:
        return Told.SAME
    address_changes.drop_before(connection, now - LONGEST_GOOD)
    had_there = address_changes.count_since(connection, key, now - _DAY)
    if had_too_many(connection, row.subscriber, now) or had_there >= MOST_A_DAY:
        return Told.ALREADY
    notice = add_notice(connection, book, DeliveryKind.ADDRESS, row, now)
    address_changes.add(connection, notice, address, key, now)
    return Told.SENT


def _somebody(connection: Connection, delivery_id: int) -> MembershipRow | None:
    """Whose delivery that is, if they can be written to: who never confirmed gets nothing but a confirmation."""
    row = memberships.membership(connection, delivery_id)
    if row is None or row.email_key is None or row.status is EnrolmentStatus.PENDING:
        return None
    return row


def _is_stopped(connection: Connection, key: str, course: int) -> bool:
    """Whether an address gets not even what it asks for: it failed, or complained."""
    return not _FOR_GOOD.isdisjoint(suppressed(connection, [key], course).get(key, ()))


def access(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Access | None:
    """What the link in a notice leads to, or None where that delivery is none that brings one. Raises StoreError."""
    with database.read() as connection:
        row = memberships.membership(connection, delivery_id)
        if row is None or row.kind is not DeliveryKind.ACCESS:
            return None
        edition = book.edition(connection, row.edition)
        zone = ZoneInfo(own_zone(edition.course, row.ahead.zone))
        until = (row.slot_at + GOOD_FOR[row.kind]).astimezone(zone)
        return Access(edition, row.subscriber, until, now < until, row.email_key is None, row.fields["email"])


def erase(database: Database, subscriber_id: int, now: datetime) -> bool:
    """Erase a person, in one transaction, and rid the database's file of them; False where there is nobody to erase.

    What is kept is the ids, so that the figures stay true, and a keyed hash of the address: no import brings it back,
    only its owner can, by signing up and confirming. Raises StoreError.
    """
    with database.write() as connection:
        hold_person(connection, subscriber_id)
        known = privacy.person(connection, subscriber_id)
        if not privacy.erase_subscriber(connection, subscriber_id, now):
            return False
        if known is not None and known.email_key is not None:
            suppress(connection, known.email_key, EVERYTHING, Suppressed.UNSUBSCRIBED, now)
    database.forget_overwritten()
    return True
