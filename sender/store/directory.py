"""Queries of the directory of people: one person with all that was sent to them, and everyone a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from sender.model import BatchState, DeliveryKind, EnrolmentStatus
from sender.store.ledger import STATE
from sender.store.tables import batch, course, delivery, enrolment, lesson, subscriber


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A subscriber. `email_key` is None where the person was erased; `zone` is empty where none is known."""

    id: int
    email: str = field(repr=False)
    email_key: str | None = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    zone: str
    attributes: Mapping[str, str] = field(repr=False)
    created_at: datetime
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """An enrolment, with its course's slug; `resume_on` is a local date, all else UTC."""

    id: int
    subscriber: int
    course_id: int
    course: str
    edition: int
    held: bool
    track: str
    status: EnrolmentStatus
    ended_reason: str
    overrides: Mapping[str, str]
    start_at: datetime
    next_due_at: datetime | None
    resume_on: date | None
    ended_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery. `lesson` is its lesson's slug, None for an email of another kind; `reason` says why it ended so."""

    id: int
    enrolment: int
    kind: DeliveryKind
    lesson: str | None
    occasion: int
    resent: bool
    slot_at: datetime
    state: BatchState
    seen: str | None
    batch: int | None
    reason: str


_PERSON = subscriber.c[
    "id", "email", "email_key", "first_name", "last_name", "zone", "attributes", "created_at", "erased_at"
]
_ENROLMENT = (
    *enrolment.c["id", "subscriber_id", "course_id"], *course.c["slug", "edition_id", "held"],
    *enrolment.c["track", "status", "ended_reason", "overrides", "start_at", "next_due_at", "resume_on", "ended_at"],
    enrolment.c.created_at,
)  # fmt: skip
_ON_COURSE = enrolment.join(course, course.c.id == enrolment.c.course_id)


def person(connection: Connection, subscriber_id: int) -> PersonRow | None:
    """The person of that id, who may have been erased, or None."""
    return _person(connection, select(*_PERSON).where(subscriber.c.id == subscriber_id))


def person_at(connection: Connection, email_key: str) -> PersonRow | None:
    """The person of that address (in compared form), or None."""
    return _person(connection, select(*_PERSON).where(subscriber.c.email_key == email_key))


def _person(connection: Connection, statement: Select[*tuple[Any, ...]]) -> PersonRow | None:
    found = connection.execute(statement).one_or_none()
    return None if found is None else PersonRow(*found)


def people_after(
    connection: Connection, after_id: int, limit: int, course_id: int | None, statuses: Collection[EnrolmentStatus]
) -> list[PersonRow]:
    """At most `limit` people by their ids, from the first after `after_id`; none who were erased.

    With a course, or statuses, those who have such an enrolment.
    """
    wanted = _having(after_id, limit, course_id, statuses)
    statement = select(*_PERSON).where(subscriber.c.id.in_(wanted)).order_by(subscriber.c.id)
    return [PersonRow(*row) for row in connection.execute(statement)]


def _having(
    after_id: int, limit: int, course_id: int | None, statuses: Collection[EnrolmentStatus]
) -> Select[*tuple[Any, ...]]:
    """The ids of those people; those of one course are looked up by its index, however many others there are."""
    known = subscriber.c.email_key.is_not(None)
    if course_id is not None:
        joined = enrolment.join(subscriber, subscriber.c.id == enrolment.c.subscriber_id)
        on_it = select(enrolment.c.subscriber_id).select_from(joined).where(enrolment.c.course_id == course_id, known)
        if statuses:
            on_it = on_it.where(enrolment.c.status.in_(statuses))
        after = on_it.where(enrolment.c.subscriber_id > after_id)
        return after.distinct().order_by(enrolment.c.subscriber_id).limit(limit)
    everyone: Select[*tuple[Any, ...]] = select(subscriber.c.id).where(subscriber.c.id > after_id, known)
    if statuses:
        theirs = select(enrolment.c.id).where(enrolment.c.subscriber_id == subscriber.c.id)
        everyone = everyone.where(theirs.where(enrolment.c.status.in_(statuses)).correlate(subscriber).exists())
    return everyone.order_by(subscriber.c.id).limit(limit)


def enrolments_of(connection: Connection, subscriber_ids: Sequence[int]) -> list[EnrolmentRow]:
    """All enrolments of people, ended ones included, in the order in which they were made."""
    statement = select(*_ENROLMENT).select_from(_ON_COURSE).where(enrolment.c.subscriber_id.in_(tuple(subscriber_ids)))
    return [_enrolment(*row) for row in connection.execute(statement.order_by(enrolment.c.id))]


def enrolment_row(connection: Connection, enrolment_id: int) -> EnrolmentRow | None:
    """The enrolment of that id, or None."""
    statement = select(*_ENROLMENT).select_from(_ON_COURSE).where(enrolment.c.id == enrolment_id)
    found = connection.execute(statement).one_or_none()
    return None if found is None else _enrolment(*found)


def _enrolment(*row: Any) -> EnrolmentRow:
    id_, of, course_id, slug, edition, held, track, status, *rest = row
    return EnrolmentRow(id_, of, course_id, slug, edition, bool(held), track, EnrolmentStatus(status), *rest)


def deliveries_of(connection: Connection, enrolment_ids: Sequence[int]) -> list[DeliveryRow]:
    """All deliveries of enrolments, in the order of their slots."""
    joined = delivery.outerjoin(batch, batch.c.id == delivery.c.batch_id).outerjoin(
        lesson, lesson.c.id == delivery.c.lesson_id
    )
    columns = (
        *delivery.c["id", "enrolment_id", "kind"], lesson.c.slug, *delivery.c["occasion", "resent", "slot_at"], STATE,
        *delivery.c["seen", "batch_id", "reason"], batch.c.reason,
    )  # fmt: skip
    statement = select(*columns).select_from(joined).where(delivery.c.enrolment_id.in_(tuple(enrolment_ids)))
    rows = connection.execute(statement.order_by(delivery.c.slot_at, delivery.c.id))
    return [_delivery(*row) for row in rows]


def _delivery(
    id_: int, of: int, kind: str, slug: str | None, occasion: int, resent: bool, slot_at: datetime, state: str,
    seen: str | None, batch_id: int | None, own_reason: str, reason: str | None,
) -> DeliveryRow:  # fmt: skip
    told = own_reason or reason or ""
    kind_, state_ = DeliveryKind(kind), BatchState(state)
    return DeliveryRow(id_, of, kind_, slug, occasion, bool(resent), slot_at, state_, seen, batch_id, told)
