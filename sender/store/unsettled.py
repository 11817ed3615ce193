"""Queries about what is open, for an operator: batches that have not ended well, what failed alone, and what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, select

from sender.model import BatchState, DeliveryKind, Outcome
from sender.store.tables import batch, course, delivery, variant

ATTENTION = (BatchState.HELD, BatchState.FAILED, BatchState.UNCERTAIN)
"""The states out of which only events or a person help."""

_ENDED = (BatchState.ACCEPTED, BatchState.CANCELLED)

_JOINED = batch.join(course, course.c.id == batch.c.course_id).join(variant, variant.c.id == batch.c.variant_id)
_WHICH = (batch.c.id, course.c.slug, course.c.held, variant.c.kind, variant.c.lesson_id)


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch that has not ended well, or what failed alone in one: what it is, how many deliveries, and why.

    `since` is when its latest request began, `again_at` when it is tried again (UTC); `held` is whether its course is.
    """

    id: int
    course: str
    held: bool
    kind: DeliveryKind
    lesson: int | None
    state: BatchState
    deliveries: int
    attempt: int
    since: datetime | None
    again_at: datetime | None
    reason: str


def open_batches(connection: Connection, limit: int) -> list[OpenBatch]:
    """The batches that are claimed, sending, waiting, held, failed or uncertain.

    Those that need somebody come first, and of each kind the latest.
    """
    failed = and_(batch.c.state == BatchState.FAILED, delivery.c.outcome == Outcome.FAILED)
    ours = (delivery.c.batch_id == batch.c.id, delivery.c.outcome.is_(None) | failed)
    size = select(func.count(delivery.c.id)).where(*ours).correlate(batch).scalar_subquery()
    first = case((batch.c.state.in_(ATTENTION), 0), else_=1)
    open_ = batch.c.state.not_in(_ENDED)
    some = select(batch.c.id).where(open_).order_by(first, batch.c.id.desc()).limit(limit)
    columns = (*_WHICH, batch.c.state, size, *batch.c["attempt", "sending_at", "not_before", "reason"])
    found = select(*columns).select_from(_JOINED).where(batch.c.id.in_(some)).order_by(first, batch.c.id.desc())
    return [
        OpenBatch(id_, slug, bool(held), DeliveryKind(kind), lesson, BatchState(state), size, *rest)
        for id_, slug, held, kind, lesson, state, size, *rest in connection.execute(found)
    ]


def failed_alone(connection: Connection, limit: int) -> list[OpenBatch]:
    """What failed alone in batches that ended otherwise, the latest first. Reads all deliveries."""
    those = (delivery.c.outcome == Outcome.FAILED, delivery.c.batch_id.is_not(None))
    alone = select(delivery.c.batch_id, func.count().label("count"), func.min(delivery.c.reason).label("reason"))
    each = alone.where(*those).group_by(delivery.c.batch_id).subquery()
    columns = (*_WHICH, each.c.count, batch.c.sending_at, each.c.reason)
    joined = _JOINED.join(each, each.c.batch_id == batch.c.id)
    found = select(*columns).select_from(joined).where(batch.c.state.in_(_ENDED)).order_by(batch.c.id.desc())
    return [
        OpenBatch(id_, slug, bool(held), DeliveryKind(kind), lesson, BatchState.FAILED, count, 0, since, None, reason)
        for id_, slug, held, kind, lesson, count, since, reason in connection.execute(found.limit(limit))
    ]


def waiting_count(connection: Connection) -> int:
    """How many deliveries are in no batch, and wait for their readers' next slots."""
    waiting = (delivery.c.batch_id.is_(None), delivery.c.outcome.is_(None))
    return int(connection.execute(select(func.count()).select_from(delivery).where(*waiting)).scalar_one())
