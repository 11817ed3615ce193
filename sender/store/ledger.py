"""Queries about the ledger as a whole: retries that fall due, what is open, and the counts by state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, String, cast, func, select, update

from sender.model import BatchState, DeliveryKind, EnrolmentStatus, Outcome
from sender.store.enrolments import next_due_at
from sender.store.tables import UNDER_WAY, batch, course, delivery, enrolment, variant

STATES = tuple(BatchState)
STATE = func.coalesce(delivery.c.outcome, batch.c.state, cast(BatchState.RETRY.value, String))
"""A delivery's state: its own outcome, else its batch's; one in no batch waits for its next slot."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """A delivery of a batch to be tried again whose slot is past: its course's edition decides if it is too late."""

    delivery: int
    enrolment: int
    edition: int
    slot_at: datetime
    next_due_at: datetime | None


def retries_due(connection: Connection, now: datetime) -> list[int]:
    """The batches to try again by `now`, but for those of courses that are held."""
    joined = batch.join(course, course.c.id == batch.c.course_id)
    due = (UNDER_WAY, batch.c.state == BatchState.RETRY, batch.c.not_before <= now, course.c.held.is_(False))
    return list(connection.execute(select(batch.c.id).select_from(joined).where(*due).order_by(batch.c.id)).scalars())


def lessons_in(connection: Connection, batch_id: int) -> list[Overdue]:
    """The open deliveries of lessons in a batch, with what decides whether their slot is too long ago.

    What an operator sent again has no slot to wait for; whoever paused or left is told from the others when it is sent.
    """
    joined = delivery.join(enrolment, enrolment.c.id == delivery.c.enrolment_id).join(
        course, course.c.id == enrolment.c.course_id
    )
    columns = (delivery.c.id, enrolment.c.id, course.c.edition_id, delivery.c.slot_at, enrolment.c.next_due_at)
    open_ = (
        delivery.c.batch_id == batch_id, delivery.c.outcome.is_(None), delivery.c.kind == DeliveryKind.LESSON,
        delivery.c.resent.is_(False), enrolment.c.status == EnrolmentStatus.ACTIVE,
    )  # fmt: skip
    return [Overdue(*row) for row in connection.execute(select(*columns).select_from(joined).where(*open_))]


def unbatch(connection: Connection, deliveries: list[int]) -> None:
    """Take deliveries out of their batches, to wait for their enrolments' next slots."""
    connection.execute(update(delivery).where(delivery.c.id.in_(deliveries)).values(batch_id=None))


def reclaim(connection: Connection, batch_id: int, owner: str, lease_until: datetime) -> bool:
    """Move a batch from retry to claimed; whether it was there to be moved."""
    again = update(batch).where(batch.c.id == batch_id, batch.c.state == BatchState.RETRY)
    values = {"state": BatchState.CLAIMED, "owner": owner, "lease_until": lease_until, "not_before": None}
    return connection.execute(again.values(**values)).rowcount == 1


def empty(connection: Connection, batch_id: int) -> None:
    """Close a batch that no open delivery is left in."""
    connection.execute(update(batch).where(batch.c.id == batch_id).values(state=BatchState.CANCELLED, not_before=None))


def next_moment(connection: Connection, now: datetime) -> datetime | None:
    """The next moment at which a tick has something to do, not before `now`; None where only a person can help."""
    joined = batch.join(course, course.c.id == batch.c.course_id)
    free = course.c.held.is_(False)
    waiting = (UNDER_WAY, batch.c.state == BatchState.RETRY, free)
    retry = select(func.min(batch.c.not_before)).select_from(joined).where(*waiting)
    held = (UNDER_WAY, batch.c.state.in_((BatchState.CLAIMED, BatchState.SENDING)), free)
    lease = select(func.min(batch.c.lease_until)).select_from(joined).where(*held)
    moments = (next_due_at(connection), connection.execute(retry).scalar(), connection.execute(lease).scalar())
    known = [moment for moment in moments if moment is not None]
    return max(now, min(known)) if known else None


def counts(connection: Connection, course_id: int | None = None) -> dict[BatchState, int]:
    """How many deliveries are in each state, of one course or of all."""
    joined = delivery.outerjoin(batch, batch.c.id == delivery.c.batch_id)
    statement = select(STATE, func.count()).select_from(joined).group_by(STATE)
    if course_id is not None:
        joined = joined.join(enrolment, enrolment.c.id == delivery.c.enrolment_id)
        statement = select(STATE, func.count()).select_from(joined).group_by(STATE)
        statement = statement.where(enrolment.c.course_id == course_id)
    found = {BatchState(state): int(count) for state, count in connection.execute(statement)}
    return {state: found.get(state, 0) for state in STATES}


def enrolment_counts(connection: Connection, course_id: int) -> dict[EnrolmentStatus, int]:
    """How many enrolments of a course are in each status."""
    statement = select(enrolment.c.status, func.count()).where(enrolment.c.course_id == course_id)
    rows = connection.execute(statement.group_by(enrolment.c.status))
    found = {EnrolmentStatus(status): int(count) for status, count in rows}
    return {status: found.get(status, 0) for status in EnrolmentStatus}


def people_by_track(connection: Connection, course_id: int) -> dict[str, int]:
    """How many people are on each track of a course, waiting to confirm or paused among them."""
    open_ = enrolment.c.status.in_((EnrolmentStatus.PENDING, EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED))
    found = select(enrolment.c.track, func.count()).where(enrolment.c.course_id == course_id, open_)
    return {str(track): int(count) for track, count in connection.execute(found.group_by(enrolment.c.track))}


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch that has not ended well: what it is, how many deliveries it holds open, and why."""

    id: int
    course: str
    kind: DeliveryKind
    lesson: int | None
    state: BatchState
    deliveries: int
    attempt: int
    not_before: datetime | None
    reason: str


def open_batches(connection: Connection, limit: int) -> list[OpenBatch]:
    """The batches that are claimed, sending, waiting, held, failed or uncertain, the latest first."""
    states = batch.c.state.not_in((BatchState.ACCEPTED, BatchState.CANCELLED))
    joined = batch.join(course, course.c.id == batch.c.course_id).join(variant, variant.c.id == batch.c.variant_id)
    unfinished = delivery.c.outcome.is_(None) | (delivery.c.outcome == Outcome.FAILED)
    size = select(func.count()).where(delivery.c.batch_id == batch.c.id, unfinished).scalar_subquery()
    columns = (
        batch.c.id, course.c.slug, variant.c.kind, variant.c.lesson_id, batch.c.state, size, batch.c.attempt,
        batch.c.not_before, batch.c.reason,
    )  # fmt: skip
    found = select(*columns).select_from(joined).where(states).order_by(batch.c.id.desc()).limit(limit)
    return [
        OpenBatch(id_, slug, DeliveryKind(kind), lesson, BatchState(state), *rest)
        for id_, slug, kind, lesson, state, *rest in connection.execute(found)
    ]


def release(connection: Connection, slug: str | None) -> int:
    """Let the held batches of a course, or of all, be tried again at once; how many."""
    of_it = select(course.c.id) if slug is None else select(course.c.id).where(course.c.slug == slug)
    held = update(batch).where(batch.c.state == BatchState.HELD, batch.c.course_id.in_(of_it))
    at_once = datetime.fromtimestamp(0, UTC)
    return connection.execute(held.values(state=BatchState.RETRY, not_before=at_once, attempt=0)).rowcount
