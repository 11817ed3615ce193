"""Queries that begin with one delivery: whose email it was, and how that person stands on its course now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, or_, select, update

from sender.model import BatchState, DeliveryKind, EnrolmentStatus, Outcome
from sender.store.enrolments import Ahead
from sender.store.tables import batch, course, delivery, enrolment, subscriber, variant


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One delivery with its enrolment, with what that goes on with, and its person as they are now.

    `variant` is the rendering that was sent, None where the delivery is in no batch; `edition` the
    course's live one; `email_key` None where the person was erased. `takes_part` is whether the
    person is on the course at all, be it by a later enrolment than this one.
    """

    kind: DeliveryKind
    variant: int | None
    ahead: Ahead
    status: EnrolmentStatus
    start_at: datetime
    course: int
    edition: int
    subscriber: int
    email_key: str | None
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
        delivery.c.kind, batch.c.variant_id, *enrolment.c["id", "track", "overrides", "next_due_at"],
        *enrolment.c["status", "start_at", "course_id"], course.c.edition_id,
        *subscriber.c["id", "email_key", "zone", "attributes", "first_name", "last_name", "email"], takes_part,
    )  # fmt: skip
    found = connection.execute(select(*columns).select_from(joined).where(delivery.c.id == delivery_id)).one_or_none()
    if found is None:
        return None
    (kind, variant, enrolment_id, track, overrides, due, status, start_at, course_id, edition, person, key, zone,
     attributes, first, last, email, takes_part) = found  # fmt: skip
    fields = {**attributes, "first_name": first, "last_name": last, "email": email, "timezone": zone}
    return MembershipRow(
        DeliveryKind(kind), variant, Ahead(enrolment_id, track, overrides, zone, due), EnrolmentStatus(status),
        start_at, course_id, edition, person, key, bool(takes_part), fields,
    )  # fmt: skip


def following_day(connection: Connection, delivery_id: int) -> date | None:
    """The local day on which the email after a delivery went to the same person, or None where none has gone yet."""
    this = delivery.alias()
    joined = this.join(delivery, delivery.c.enrolment_id == this.c.enrolment_id).join(
        batch, batch.c.id == delivery.c.batch_id
    )
    at_once = and_(delivery.c.slot_at == this.c.slot_at, delivery.c.id > this.c.id)
    found = (
        select(delivery.c.slot_on)
        .select_from(joined)
        .where(this.c.id == delivery_id, or_(delivery.c.slot_at > this.c.slot_at, at_once))
        .where(delivery.c.outcome.is_(None), batch.c.state.not_in((BatchState.CANCELLED, BatchState.FAILED)))
    )
    day: date | None = connection.execute(found.order_by(delivery.c.slot_at, delivery.c.id).limit(1)).scalar()
    return day


@dataclass(frozen=True, slots=True)
class Sent:
    """One email of the course proper that was to go to a person: its edition, whether it was taken, and its local day.

    `lesson` is None for the closing.
    """

    lesson: int | None
    edition: int
    accepted: bool
    on: date


def sent(connection: Connection, enrolment_id: int) -> list[Sent]:
    """The lessons of an enrolment and its closing, in the order of their slots, without what waits for its slot."""
    joined = delivery.join(batch, batch.c.id == delivery.c.batch_id).join(variant, variant.c.id == batch.c.variant_id)
    state = func.coalesce(delivery.c.outcome, batch.c.state)
    found = (
        select(delivery.c.lesson_id, variant.c.edition_id, state, delivery.c.slot_on)
        .select_from(joined)
        .where(delivery.c.enrolment_id == enrolment_id)
        .where(delivery.c.kind.in_((DeliveryKind.LESSON, DeliveryKind.FINISHED)))
    )
    rows = connection.execute(found.order_by(delivery.c.slot_at, delivery.c.id))
    return [Sent(lesson, edition, state == BatchState.ACCEPTED, on) for lesson, edition, state, on in rows]


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
