"""Queries about what enrolments are due for, and about moving them on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, select, update

from sender.model import BatchState, DeliveryKind, EnrolmentStatus, Outcome
from sender.progress import Had
from sender.store.tables import batch, course, delivery, enrolment, subscriber

BLOCKING = (BatchState.CLAIMED, BatchState.SENDING, BatchState.RETRY, BatchState.HELD)
"""The states of an enrolment's last batch in which the next lesson has to wait, so that none overtakes another."""


@dataclass(frozen=True, slots=True)
class Due:
    """An enrolment for which something is due, with what the next email may depend on."""

    id: int
    subscriber: int
    course: int
    edition: int
    track: str
    status: EnrolmentStatus
    overrides: Mapping[str, str]
    start_at: datetime
    next_due_at: datetime
    due_since: datetime | None
    zone: str
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What an enrolment goes on with: what decides when its next email comes. `next_due_at` is UTC."""

    enrolment: int
    track: str
    overrides: Mapping[str, str]
    zone: str
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is in no batch: its slot was missed, and it waits for the next one."""

    id: int
    kind: DeliveryKind
    lesson: int | None


@dataclass(slots=True)
class History:
    """What an enrolment has been sent, what of it waits, and the first free occasion of each email."""

    lessons: list[int]
    kinds: set[DeliveryKind]
    occasions: dict[tuple[DeliveryKind, int | None], int]
    waiting: Waiting | None = None

    @property
    def had(self) -> Had:
        """The part that decides what comes next."""
        return Had(tuple(self.lessons), DeliveryKind.WELCOME in self.kinds, DeliveryKind.FINISHED in self.kinds)


def due(connection: Connection, now: datetime, limit: int) -> list[Due]:
    """At most `limit` enrolments that are due: confirmations first, then whoever has waited longest."""
    columns = (
        *enrolment.c["id", "subscriber_id", "course_id"],
        course.c.edition_id,
        *enrolment.c["track", "status", "overrides", "start_at", "next_due_at", "due_since"],
        *subscriber.c["zone", "attributes", "first_name", "last_name", "email"],
    )
    found = _unblocked(select(*columns)).where(enrolment.c.next_due_at <= now)
    order = (enrolment.c.status != EnrolmentStatus.PENDING, enrolment.c.due_since, enrolment.c.next_due_at)
    rows = connection.execute(found.order_by(*order, enrolment.c.id).limit(limit))
    return [_due(row) for row in rows]


def _unblocked(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    joined = (
        enrolment.join(subscriber, subscriber.c.id == enrolment.c.subscriber_id)
        .join(course, and_(course.c.id == enrolment.c.course_id, course.c.held.is_(False)))
        .outerjoin(batch, batch.c.id == enrolment.c.batch_id)
    )
    free = batch.c.id.is_(None) | batch.c.state.not_in(BLOCKING)
    return statement.select_from(joined).where(enrolment.c.next_due_at.is_not(None), free)


def _due(row: Row[*tuple[Any, ...]]) -> Due:
    (id_, subscriber_id, course_id, edition, track, status, overrides, start, next_due, since, zone, attributes,
     first, last, email) = row  # fmt: skip
    fields = {**attributes, "first_name": first, "last_name": last, "email": email, "timezone": zone}
    return Due(
        id_, subscriber_id, course_id, edition, track, EnrolmentStatus(status), overrides, start, next_due, since, zone,
        fields,
    )  # fmt: skip


def next_due_at(connection: Connection) -> datetime | None:
    """The earliest moment at which an enrolment that nothing blocks is due."""
    found = _unblocked(select(enrolment.c.next_due_at)).order_by(enrolment.c.next_due_at).limit(1)
    moment: datetime | None = connection.execute(found).scalar()
    return moment


def histories(connection: Connection, enrolments: Iterable[int]) -> dict[int, History]:
    """What each enrolment has been sent so far; cancelled deliveries do not count."""
    ids = tuple(enrolments)
    found: dict[int, History] = {one: History([], set(), {}) for one in ids}
    columns = delivery.c["id", "enrolment_id", "kind", "lesson_id", "occasion", "batch_id", "outcome"]
    joined = delivery.outerjoin(batch, batch.c.id == delivery.c.batch_id)
    sent: Select[*tuple[Any, ...]] = select(*columns, batch.c.state).select_from(joined)
    rows = connection.execute(sent.where(delivery.c.enrolment_id.in_(ids)).order_by(delivery.c.slot_at, delivery.c.id))
    for id_, enrolment_id, kind_name, lesson, occasion, batch_id, outcome, batch_state in rows:
        history, kind = found[enrolment_id], DeliveryKind(kind_name)
        history.occasions[kind, lesson] = max(history.occasions.get((kind, lesson), 0), occasion + 1)
        if outcome == Outcome.CANCELLED or (outcome is None and batch_state == BatchState.CANCELLED):
            continue
        if batch_id is None and outcome is None:
            history.waiting = Waiting(id_, kind, lesson)
            continue
        history.kinds.add(kind)
        if kind is DeliveryKind.LESSON and lesson is not None:
            history.lessons.append(lesson)
    return found


@dataclass(frozen=True, slots=True)
class Advance:
    """Where an enrolment stands after a claim: when it is next due, since when, and the batch it waits for."""

    enrolment: int
    next_due_at: datetime | None
    due_since: datetime | None
    batch: int | None


def advance(connection: Connection, moves: Sequence[Advance]) -> None:
    """Move enrolments on."""
    if not moves:
        return
    statement = (
        update(enrolment)
        .where(enrolment.c.id == bindparam("b_id"))
        .values(next_due_at=bindparam("b_due"), due_since=bindparam("b_since"), batch_id=bindparam("b_batch"))
    )
    rows = [
        {"b_id": one.enrolment, "b_due": one.next_due_at, "b_since": one.due_since, "b_batch": one.batch}
        for one in moves
    ]
    connection.execute(statement, rows)


def set_due(connection: Connection, moments: Sequence[tuple[int, datetime | None]]) -> None:
    """Set when enrolments are next due, and leave the rest of each as it is."""
    if moments:
        statement = update(enrolment).where(enrolment.c.id == bindparam("b_id"))
        rows = [{"b_id": id_, "b_due": moment} for id_, moment in moments]
        connection.execute(statement.values(next_due_at=bindparam("b_due"), due_since=bindparam("b_due")), rows)


def finish(connection: Connection, batch_id: int | None = None, *, ids: Iterable[int] = ()) -> None:
    """Mark as finished those active enrolments, of a batch or by id, for which nothing is left to send.

    A lesson that is not known to be accepted keeps its enrolment open.
    """
    later = delivery.alias()
    state = batch.alias()
    unsettled = (
        select(later.c.id)
        .outerjoin(state, state.c.id == later.c.batch_id)
        .where(
            later.c.enrolment_id == enrolment.c.id,
            later.c.kind == DeliveryKind.LESSON,
            func.coalesce(later.c.outcome, state.c.state, "").not_in((BatchState.ACCEPTED, BatchState.CANCELLED)),
        )
        .exists()
    )
    which = enrolment.c.id.in_(tuple(ids))
    if batch_id is not None:
        which = enrolment.c.id.in_(select(delivery.c.enrolment_id).where(delivery.c.batch_id == batch_id))
    connection.execute(
        update(enrolment)
        .where(which, enrolment.c.status == EnrolmentStatus.ACTIVE, enrolment.c.next_due_at.is_(None), ~unsettled)
        .values(status=EnrolmentStatus.FINISHED)
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """An active enrolment whose next moment a new edition has to work out again."""

    id: int
    track: str
    overrides: Mapping[str, str]
    zone: str
    start_at: datetime
    next_due_at: datetime | None
    last_at: datetime | None
    last_on: date | None


def standings(connection: Connection, course_id: int, after_id: int, limit: int) -> list[Standing]:
    """Active enrolments of a course in the order of their ids, with the slot of each one's latest lesson."""
    slots = (func.max(delivery.c.slot_at).label("at"), func.max(delivery.c.slot_on).label("on"))
    latest = (
        select(delivery.c.enrolment_id, *slots)
        .where(delivery.c.kind == DeliveryKind.LESSON, delivery.c.outcome.is_(None))
        .group_by(delivery.c.enrolment_id)
        .subquery()
    )
    person = enrolment.join(subscriber, subscriber.c.id == enrolment.c.subscriber_id)
    columns = (*enrolment.c["id", "track", "overrides"], subscriber.c.zone, *enrolment.c["start_at", "next_due_at"])
    found: Select[*tuple[Any, ...]] = (
        select(*columns, latest.c.at, latest.c.on)
        .select_from(person.outerjoin(latest, latest.c.enrolment_id == enrolment.c.id))
        .where(enrolment.c.course_id == course_id, enrolment.c.id > after_id)
        .where(enrolment.c.status == EnrolmentStatus.ACTIVE)
    )
    return [Standing(*row) for row in connection.execute(found.order_by(enrolment.c.id).limit(limit))]
