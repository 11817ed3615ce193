"""Queries that begin with one delivery: whose email it was, and how that person stands on its course now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select, update

from sender.model import OF_THE_COURSE, BatchState, DeliveryKind, EnrolmentStatus, Outcome
from sender.store.enrolments import Ahead
from sender.store.prepared import Prepared
from sender.store.tables import batch, course, delivery, enrolment, subscriber


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One delivery with its enrolment, with what that goes on with, and its person as they are now.

    `slot_at` is UTC; `variant` is the rendering that was sent, None where the delivery is in no batch; `edition` the
    course's live one; `email_key` None where the person was erased. `takes_part` is whether the
    person is on the course at all, be it by a later enrolment than this one.
    """

    kind: DeliveryKind
    slot_at: datetime
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
        *delivery.c["kind", "slot_at"], batch.c.variant_id, *enrolment.c["id", "track", "overrides", "next_due_at"],
        *enrolment.c["status", "start_at", "course_id"], course.c.edition_id,
        *subscriber.c["id", "email_key", "zone", "attributes", "first_name", "last_name", "email"], takes_part,
    )  # fmt: skip
    found = connection.execute(select(*columns).select_from(joined).where(delivery.c.id == delivery_id)).one_or_none()
    if found is None:
        return None
    (kind, slot_at, variant, enrolment_id, track, overrides, due, status, start_at, course_id, edition, person, key,
     zone, attributes, first, last, email, takes_part) = found  # fmt: skip
    fields = {**attributes, "first_name": first, "last_name": last, "email": email, "timezone": zone}
    return MembershipRow(
        DeliveryKind(kind), slot_at, variant, Ahead(enrolment_id, track, overrides, zone, due), EnrolmentStatus(status),
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
        .where(func.coalesce(delivery.c.outcome, batch.c.state).not_in((BatchState.CANCELLED, BatchState.FAILED)))
        .where(delivery.c.resent.is_(False), delivery.c.kind.in_(OF_THE_COURSE))
    )
    day: date | None = connection.execute(found.order_by(delivery.c.slot_at, delivery.c.id).limit(1)).scalar()
    return day


_Ending = tuple[Prepared, Prepared]


def _ending(*whose: ColumnElement[bool]) -> _Ending:
    """What ends enrolments, and what cancels their deliveries that wait."""
    ended = (
        update(enrolment)
        .where(*whose, enrolment.c.status != EnrolmentStatus.ENDED)
        .values(
            status=EnrolmentStatus.ENDED, ended_reason=bindparam("b_reason"), ended_at=bindparam("b_now"),
            ended_from=enrolment.c.status, next_due_at=None, due_since=None,
        )
    )  # fmt: skip
    waiting = update(delivery).where(
        delivery.c.enrolment_id.in_(select(enrolment.c.id).where(*whose)),
        delivery.c.batch_id.is_(None),
        delivery.c.outcome.is_(None),
    )
    cancelled = waiting.values(outcome=Outcome.CANCELLED, reason="left the course")
    return Prepared(lambda _: ended), Prepared(lambda _: cancelled)


_OWN = enrolment.c.subscriber_id == bindparam("b_person")
_ENDING_EVERYWHERE = _ending(_OWN)
_ENDING_ON_COURSE = _ending(_OWN, enrolment.c.course_id == bindparam("b_course"))


def end_on_course(connection: Connection, subscriber_id: int, course_id: int, reason: str, now: datetime) -> int:
    """End whatever enrolments of a person on a course have not ended yet; how many there were.

    What they were before is kept, for whoever takes it back. A delivery that waits for its next slot is cancelled: no
    claim would come for it any more. The address is not suppressed by this.
    """
    return _end(connection, _ENDING_ON_COURSE, reason, now, b_person=subscriber_id, b_course=course_id)


def end_everywhere(connection: Connection, subscriber_id: int, reason: str, now: datetime) -> int:
    """The same on all courses: for whoever leaves everything, and where an address bounced or complained."""
    return _end(connection, _ENDING_EVERYWHERE, reason, now, b_person=subscriber_id)


def _end(connection: Connection, ending: _Ending, reason: str, now: datetime, **whose: int) -> int:
    ended, waiting = ending
    count = ended.run(connection, **whose, b_reason=reason, b_now=now)
    waiting.run(connection, **whose)
    return count
