"""Queries about changes of address: what was asked for, at which address, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from sender.model import DeliveryKind, EnrolmentStatus
from sender.store.tables import address_change, delivery, enrolment, subscriber


@dataclass(frozen=True, slots=True)
class AddressChange:
    """The notice of a change: its kind, the address that it went to, and when it was made (UTC).

    For a notice to a new address, that is the one to change to; for one to a former address, the one to go back to.
    `done_at` is None as long as nobody has.
    """

    delivery: int
    kind: DeliveryKind
    email: str
    email_key: str
    asked_at: datetime
    done_at: datetime | None


def add(connection: Connection, delivery_id: int, email: str, email_key: str, now: datetime) -> None:
    """Keep which address a notice goes to."""
    values = {"delivery_id": delivery_id, "email": email, "email_key": email_key, "asked_at": now}
    connection.execute(insert(address_change).values(**values))


def of_delivery(connection: Connection, delivery_id: int) -> AddressChange | None:
    """The change that a notice is about, or None where it is about none, or that is no longer kept."""
    joined = address_change.join(delivery, delivery.c.id == address_change.c.delivery_id)
    columns = (delivery.c.id, delivery.c.kind, *address_change.c["email", "email_key", "asked_at", "done_at"])
    found = connection.execute(select(*columns).select_from(joined).where(delivery.c.id == delivery_id)).one_or_none()
    if found is None:
        return None
    id_, kind, *rest = found
    return AddressChange(id_, DeliveryKind(kind), *rest)


def count_since(connection: Connection, email_key: str, since: datetime) -> int:
    """How many notices went to an address after a moment, whoever asked for them."""
    found = select(func.count()).where(address_change.c.email_key == email_key, address_change.c.asked_at > since)
    return int(connection.execute(found).scalar_one())


def changed_since(connection: Connection, subscriber_id: int, since: datetime) -> bool:
    """Whether a person's address was changed, from their pages, after a moment."""
    joined = address_change.join(delivery, delivery.c.id == address_change.c.delivery_id).join(
        enrolment, enrolment.c.id == delivery.c.enrolment_id
    )
    found = (
        select(address_change.c.delivery_id)
        .select_from(joined)
        .where(enrolment.c.subscriber_id == subscriber_id, delivery.c.kind == DeliveryKind.ADDRESS)
        .where(address_change.c.done_at > since)
    )
    return connection.execute(found.limit(1)).first() is not None


def done(connection: Connection, delivery_id: int, now: datetime) -> None:
    """Keep when a change was confirmed."""
    connection.execute(update(address_change).where(address_change.c.delivery_id == delivery_id).values(done_at=now))


def drop_others(connection: Connection, subscriber_id: int, delivery_id: int, kinds: tuple[DeliveryKind, ...]) -> None:
    """Drop what else was asked for of those kinds, for a person: the links in those notices do nothing any more."""
    theirs = (
        select(delivery.c.id)
        .join(enrolment, enrolment.c.id == delivery.c.enrolment_id)
        .where(enrolment.c.subscriber_id == subscriber_id, delivery.c.kind.in_(kinds), delivery.c.id != delivery_id)
    )
    connection.execute(delete(address_change).where(address_change.c.delivery_id.in_(theirs)))


def drop_before(connection: Connection, moment: datetime) -> None:
    """Drop changes that were asked for before a moment, whoever asked: by then their links are no longer good."""
    connection.execute(delete(address_change).where(address_change.c.asked_at < moment))


def set_address(connection: Connection, subscriber_id: int, email: str, email_key: str) -> bool:
    """Change a person's address; False, and nothing changed, where it is another person's."""
    changed = update(subscriber).where(subscriber.c.id == subscriber_id, subscriber.c.erased_at.is_(None))
    try:
        with connection.begin_nested():
            return connection.execute(changed.values(email=email, email_key=email_key)).rowcount == 1
    except IntegrityError:  # somebody else has it: the column is unique
        return False


def courses_of(connection: Connection, subscriber_id: int) -> list[int]:
    """The courses that a person is on, or has finished."""
    found = select(enrolment.c.course_id).where(
        enrolment.c.subscriber_id == subscriber_id, enrolment.c.status != EnrolmentStatus.ENDED
    )
    return list(connection.execute(found.distinct().order_by(enrolment.c.course_id)).scalars())
