"""Who leaves a course by one of its emails: a single query, made once, since mail programs may send thousands."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

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


_LATER = enrolment.alias()
_LATEST = (
    select(func.max(_LATER.c.id))
    .where(_LATER.c.subscriber_id == enrolment.c.subscriber_id, _LATER.c.course_id == enrolment.c.course_id)
    .scalar_subquery()
)
_COLUMNS = (subscriber.c.id, subscriber.c.email_key, enrolment.c.course_id, course.c.edition_id, _LATEST, KEPT_KEY)
_LEAVER = (
    select(*_COLUMNS)
    .select_from(
        delivery.join(enrolment, enrolment.c.id == delivery.c.enrolment_id)
        .join(subscriber, subscriber.c.id == enrolment.c.subscriber_id)
        .join(course, course.c.id == enrolment.c.course_id)
    )
    .where(delivery.c.id == bindparam("b_delivery"))
)


def leaver(connection: Connection, delivery_id: int) -> Leaver | None:
    """Whoever got a delivery, or None where there is no such delivery."""
    row = connection.execute(_LEAVER, {"b_delivery": delivery_id}).one_or_none()
    return None if row is None else Leaver(*row)
