"""Who leaves a course by one of its emails: a single query, since mail programs may send thousands."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, Executable, bindparam, func, select

from sender.store.prepared import prepared
from sender.store.suppressions import KEPT_KEY
from sender.store.tables import course, delivery, enrolment, subscriber


class Leaver(NamedTuple):
    """The person that a delivery went to and its course, with that course's live edition and their latest place on it.

    `email_key` is None where the person was erased. `secret` is the key of the suppression list, None where that is
    empty yet.
    """

    person: int
    email_key: str | None
    course: int
    edition: int
    enrolment: int
    secret: bytes | None


@prepared
def _leaver(_dialect: str) -> Executable:
    later = enrolment.alias()
    latest = (
        select(func.max(later.c.id))
        .where(later.c.subscriber_id == enrolment.c.subscriber_id, later.c.course_id == enrolment.c.course_id)
        .scalar_subquery()
    )
    joined = (
        delivery.join(enrolment, enrolment.c.id == delivery.c.enrolment_id)
        .join(subscriber, subscriber.c.id == enrolment.c.subscriber_id)
        .join(course, course.c.id == enrolment.c.course_id)
    )
    columns = (*subscriber.c["id", "email_key"], enrolment.c.course_id, course.c.edition_id, latest, KEPT_KEY)
    return select(*columns).select_from(joined).where(delivery.c.id == bindparam("b_delivery"))


def leaver(connection: Connection, delivery_id: int) -> Leaver | None:
    """Whoever got a delivery, or None where there is no such delivery."""
    rows = _leaver.rows(connection, b_delivery=delivery_id)
    return Leaver(*rows[0]) if rows else None
