"""Queries about what people choose for their own place on a course, and about taking back that they left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select, update

from sender.model import EnrolmentStatus, Suppressed
from sender.standing import Standing
from sender.store.standings import standing
from sender.store.tables import delivery, enrolment, subscriber

_OPEN = (EnrolmentStatus.PENDING, EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose place on a course an email leads to, and how that is now: by their latest enrolment there.

    One that ended without being confirmed is that only where there was no other. `email_key` is None where the person
    was erased.
    """

    standing: Standing
    subscriber: int
    email_key: str | None


@dataclass(frozen=True, slots=True)
class Ended:
    """An enrolment that its person left, and what it was before."""

    enrolment: int
    was: EnrolmentStatus


def place(connection: Connection, delivery_id: int) -> Place | None:
    """The place on a course that a delivery belongs to, or None where there is no such delivery."""
    this = enrolment.alias()
    joined = (
        delivery.join(this, this.c.id == delivery.c.enrolment_id)
        .join(
            enrolment,
            and_(enrolment.c.subscriber_id == this.c.subscriber_id, enrolment.c.course_id == this.c.course_id),
        )
        .join(subscriber, subscriber.c.id == enrolment.c.subscriber_id)
    )
    found = (
        select(enrolment.c.id, subscriber.c.id, subscriber.c.email_key)
        .select_from(joined)
        .where(delivery.c.id == delivery_id)
        .order_by(func.coalesce(enrolment.c.ended_from, "") == EnrolmentStatus.PENDING, enrolment.c.id.desc())
        .limit(1)
    )
    row = connection.execute(found).one_or_none()
    if row is None:
        return None
    stands = standing(connection, row[0])
    assert stands is not None
    return Place(stands, *row[1:])


def place_of(connection: Connection, enrolment_id: int) -> Place | None:
    """The place that an enrolment is, or None where there is no such enrolment."""
    joined = enrolment.join(subscriber, subscriber.c.id == enrolment.c.subscriber_id)
    found = select(subscriber.c.id, subscriber.c.email_key).select_from(joined).where(enrolment.c.id == enrolment_id)
    row = connection.execute(found).one_or_none()
    stands = standing(connection, enrolment_id)
    return None if row is None or stands is None else Place(stands, *row)


def choose(
    connection: Connection, enrolment_id: int, due_at: datetime | None, *, status: EnrolmentStatus | None = None,
    resume_on: date | None = None, **chosen: object,
) -> None:  # fmt: skip
    """Change an enrolment, and when it is next due. `status` says whether it is paused, and until when."""
    values = {"next_due_at": due_at, "due_since": due_at, **chosen}
    if status is not None:
        values |= {"status": status, "resume_on": resume_on}
    connection.execute(update(enrolment).where(enrolment.c.id == enrolment_id).values(**values))


def set_zone(connection: Connection, subscriber_id: int, zone: str) -> None:
    """Change a person's time zone; empty for that of each course."""
    connection.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(zone=zone))


def takes_part(connection: Connection, subscriber_id: int, course_id: int) -> bool:
    """Whether a person is on a course, be it that they have finished it."""
    this = (enrolment.c.subscriber_id == subscriber_id, enrolment.c.course_id == course_id)
    there = select(enrolment.c.id).where(*this, enrolment.c.status != EnrolmentStatus.ENDED).limit(1)
    return connection.execute(there).first() is not None


def left_at(connection: Connection, subscriber_id: int, course_id: int) -> datetime | None:
    """When a person last left a course by their own wish (UTC), or None."""
    this = (*_left(subscriber_id), enrolment.c.course_id == course_id)
    moment: datetime | None = connection.execute(select(func.max(enrolment.c.ended_at)).where(*this)).scalar()
    return moment


def left_then(connection: Connection, subscriber_id: int, moment: datetime, course_id: int | None) -> list[Ended]:
    """What a person left at that very moment, on one course or on all; not where they are on the course again."""
    again = enrolment.alias()
    taken = exists().where(
        again.c.subscriber_id == enrolment.c.subscriber_id,
        again.c.course_id == enrolment.c.course_id,
        again.c.status.in_(_OPEN),
    )
    which = (*_left(subscriber_id), enrolment.c.ended_at == moment, ~taken)
    found = select(enrolment.c.id, enrolment.c.ended_from).where(*which).order_by(enrolment.c.id)
    if course_id is not None:
        found = found.where(enrolment.c.course_id == course_id)
    return [Ended(id_, EnrolmentStatus(status)) for id_, status in connection.execute(found)]


def _left(subscriber_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        enrolment.c.subscriber_id == subscriber_id, enrolment.c.status == EnrolmentStatus.ENDED,
        enrolment.c.ended_reason == Suppressed.UNSUBSCRIBED, enrolment.c.ended_from.is_not(None),
    )  # fmt: skip


def revive(connection: Connection, one: Ended, due_at: datetime | None) -> None:
    """Make an enrolment what it was before it ended."""
    values = {"status": one.was, "ended_reason": "", "ended_at": None, "ended_from": None}
    ended = update(enrolment).where(enrolment.c.id == one.enrolment, enrolment.c.status == EnrolmentStatus.ENDED)
    connection.execute(ended.values(**values, next_due_at=due_at, due_since=due_at))
