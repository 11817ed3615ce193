"""Queries about emails that somebody asked for on a page: how many a person had, and of late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from sender.model import DeliveryKind
from sender.store.tables import delivery, enrolment, subscriber

_ASKED_FOR = (DeliveryKind.ACCESS, DeliveryKind.ADDRESS)


def hold_person(connection: Connection, subscriber_id: int) -> None:
    """Keep others from changing a person, and from counting their notices, until the end of the transaction.

    SQLite has a single writer anyway; PostgreSQL locks the row.
    """
    connection.execute(select(subscriber.c.id).where(subscriber.c.id == subscriber_id).with_for_update())


def moments_since(connection: Connection, subscriber_id: int, since: datetime) -> list[datetime]:
    """When a person asked for notices, on whatever course, after a moment; those that were not sent count as well."""
    joined = delivery.join(enrolment, enrolment.c.id == delivery.c.enrolment_id)
    found = (
        select(delivery.c.slot_at)
        .select_from(joined)
        .where(enrolment.c.subscriber_id == subscriber_id, delivery.c.kind.in_(_ASKED_FOR), delivery.c.slot_at > since)
    )
    return list(connection.execute(found).scalars())


def free_occasion(connection: Connection, enrolment_id: int, kind: DeliveryKind) -> int:
    """The first occasion of a notice that an enrolment has not had."""
    latest = select(func.max(delivery.c.occasion)).where(
        delivery.c.enrolment_id == enrolment_id, delivery.c.kind == kind, delivery.c.lesson_id.is_(None)
    )
    occasion = connection.execute(latest).scalar()
    return 0 if occasion is None else int(occasion) + 1
