"""Notices: emails that somebody asked for on a page, through the ledger like every email, and never a lesson.

One is of the course whose email led to the page. It waits in a batch of its own, in `retry`, for the next tick; it
moves nothing on, and nothing waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from course.cadence import slot_of
from sender.editions import EditionBook
from sender.model import DeliveryKind
from sender.schedule import own_zone
from sender.store import batches, notices
from sender.store.batches import NewDelivery
from sender.store.memberships import MembershipRow

GOOD_FOR: Mapping[DeliveryKind, timedelta] = {
    DeliveryKind.ACCESS: timedelta(hours=24),
    DeliveryKind.ADDRESS: timedelta(days=3),
    DeliveryKind.MOVED: timedelta(days=14),
}
"""How long the link in a notice is good for. It counts from the moment at which the notice was asked for."""

LONGEST_GOOD = max(GOOD_FOR.values())
MOST_AN_HOUR = 3
MOST_A_DAY = 6
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def too_many(moments: Sequence[datetime], now: datetime) -> bool:
    """Whether whoever asked for notices at those moments (UTC) has to wait before they get another.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> too_many([noon, noon], noon), too_many([noon, noon, noon], noon)
    (False, True)
    """
    ages = [now - moment for moment in moments]
    return sum(age < _HOUR for age in ages) >= MOST_AN_HOUR or sum(age < _DAY for age in ages) >= MOST_A_DAY


def had_too_many(connection: Connection, subscriber_id: int, now: datetime) -> bool:
    """Whether a person has to wait before they get another notice; keeps others from sending them one meanwhile."""
    notices.hold_person(connection, subscriber_id)
    return too_many(notices.moments_since(connection, subscriber_id, now - _DAY), now)


def add_notice(connection: Connection, book: EditionBook, kind: DeliveryKind, row: MembershipRow, now: datetime) -> int:
    """Make a notice for the person of a membership, by the edition of its course that is live; its delivery's id.

    Raises CourseError where the email cannot be made.
    """
    edition = book.edition(connection, row.edition)
    reader = edition.reader(row.fields, {}, {})
    variant = book.variant(connection, edition, kind, None, row.ahead.track, reader)
    slot = slot_of(now, own_zone(edition.course, row.ahead.zone))
    occasion = notices.free_occasion(connection, row.ahead.enrolment, kind)
    new = NewDelivery(row.ahead.enrolment, kind, None, occasion, slot.at, slot.on)
    return batches.add_alone(connection, row.course, variant, new, not_before=now)


def expired(kind: DeliveryKind, slot_at: datetime, now: datetime) -> bool:
    """Whether the link of a notice that was asked for at `slot_at` (UTC) is no longer good."""
    return kind in GOOD_FOR and now >= slot_at + GOOD_FOR[kind]
