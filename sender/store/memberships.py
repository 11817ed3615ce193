"""Queries that begin with one delivery: whose email it was, and how that person stands on its course now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update

from sender.model import DeliveryKind, EnrolmentStatus, Outcome
from sender.store.tables import batch, course, delivery, enrolment, subscriber


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One delivery with its enrolment and its person as they are now.

    `variant` is the rendering that was sent, None where the delivery is in no batch; `edition` the
    course's live one; `email_key` None where the person was erased. `takes_part` is whether the
    person is on the course at all, be it by a later enrolment than this one.
    """

    kind: DeliveryKind
    variant: int | None
    enrolment: int
    status: EnrolmentStatus
    start_at: datetime
    next_due_at: datetime | None
    course: int
    edition: int
    subscriber: int
    email_key: str | None
    zone: str
    takes_part: bool
    fields: Mapping[str, str] = field(repr=False)


def membership(connection: Connection, delivery_id: int) -> MembershipRow | None:
    """What there is to know about a delivery, or None where there is no such delivery."""
    joined = (
        delivery.join(enrolment, enrolment.c.id == delivery.c.enrolment_id)
        .join(subscriber, subscriber.c.id == enrolment.c.subscriber_id)
        .join(course, course.c.id == enrolment.c.course_id)
        .outerjoin(batch, batch.c.id == delivery.c.batch_id)
    )
    other = enrolment.alias()
    takes_part = (
        select(other.c.id)
        .where(other.c.subscriber_id == enrolment.c.subscriber_id, other.c.course_id == enrolment.c.course_id)
        .where(other.c.status != EnrolmentStatus.ENDED)
        .exists()
    )
    columns = (
        delivery.c.kind, batch.c.variant_id, *enrolment.c["id", "status", "start_at", "next_due_at", "course_id"],
        course.c.edition_id, subscriber.c.id, *subscriber.c["email_key", "zone", "attributes"],
        *subscriber.c["first_name", "last_name", "email"], takes_part,
    )  # fmt: skip
    found = connection.execute(select(*columns).select_from(joined).where(delivery.c.id == delivery_id)).one_or_none()
    if found is None:
        return None
    (kind, variant, enrolment_id, status, start_at, due, course_id, edition, person, key, zone, attributes,
     first, last, email, takes_part) = found  # fmt: skip
    fields = {**attributes, "first_name": first, "last_name": last, "email": email, "timezone": zone}
    return MembershipRow(
        DeliveryKind(kind), variant, enrolment_id, EnrolmentStatus(status), start_at, due, course_id, edition, person,
        key, zone, bool(takes_part), fields,
    )  # fmt: skip


def end_on_course(connection: Connection, subscriber_id: int, course_id: int, reason: str) -> int:
    """End whatever enrolments of a person on a course have not ended yet; how many there were.

    A delivery that waits for its next slot is cancelled: no claim would come for it any more.
    """
    ended = (
        update(enrolment)
        .where(enrolment.c.subscriber_id == subscriber_id, enrolment.c.course_id == course_id)
        .where(enrolment.c.status != EnrolmentStatus.ENDED)
        .values(status=EnrolmentStatus.ENDED, ended_reason=reason, next_due_at=None, due_since=None)
    )
    count = connection.execute(ended).rowcount
    theirs = select(enrolment.c.id).where(
        enrolment.c.subscriber_id == subscriber_id, enrolment.c.course_id == course_id
    )
    waiting = update(delivery).where(
        delivery.c.enrolment_id.in_(theirs), delivery.c.batch_id.is_(None), delivery.c.outcome.is_(None)
    )
    connection.execute(waiting.values(outcome=Outcome.CANCELLED, reason="left the course"))
    return count
