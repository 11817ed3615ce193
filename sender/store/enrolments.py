"""Queries about what enrolments are due for, and about moving them on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, select, update

from sender.model import OF_THE_COURSE, BatchState, DeliveryKind, EnrolmentStatus, Outcome
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
    asked_at: datetime | None
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
        enrolment.c.asked_at,
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
    (id_, subscriber_id, course_id, edition, track, status, overrides, start, next_due, since, asked, zone,
     attributes, first, last, email) = row  # fmt: skip
    fields = {**attributes, "first_name": first, "last_name": last, "email": email, "timezone": zone}
    return Due(
        id_, subscriber_id, course_id, edition, track, EnrolmentStatus(status), overrides, start, next_due, since,
        asked, zone, fields,
    )  # fmt: skip


def next_due_at(connection: Connection) -> datetime | None:
    """The earliest moment at which an enrolment that nothing blocks is due."""
    found = _unblocked(select(enrolment.c.next_due_at)).order_by(enrolment.c.next_due_at).limit(1)
    moment: datetime | None = connection.execute(found).scalar()
    return moment


def histories(connection: Connection, enrolments: Iterable[int]) -> dict[int, History]:
    """What each enrolment has been sent so far; cancelled deliveries, and what an operator sent again, do not count.

    Of somebody who came back, what they had before counts as well; see `earlier_lives`.
    """
    ids = tuple(enrolments)
    found: dict[int, History] = {one: History([], set(), {}) for one in ids}
    going_on = earlier_lives(connection, ids)
    columns = delivery.c["id", "enrolment_id", "kind", "lesson_id", "occasion", "batch_id", "outcome", "resent"]
    joined = delivery.outerjoin(batch, batch.c.id == delivery.c.batch_id)
    of_them = delivery.c.enrolment_id.in_({*ids, *going_on})
    sent: Select[*tuple[Any, ...]] = select(*columns, batch.c.state).select_from(joined).where(of_them)
    rows = connection.execute(sent.order_by(delivery.c.slot_at, delivery.c.id))
    for id_, enrolment_id, kind_name, lesson, occasion, batch_id, outcome, resent, batch_state in rows:
        kind, own = DeliveryKind(kind_name), found.get(enrolment_id)
        if own is not None:
            own.occasions[kind, lesson] = max(own.occasions.get((kind, lesson), 0), occasion + 1)
        if resent or outcome == Outcome.CANCELLED or (outcome is None and batch_state == BatchState.CANCELLED):
            continue
        if batch_id is None and outcome is None:
            if own is not None:
                own.waiting = Waiting(id_, kind, lesson)
            continue
        later = (found[one] for one in going_on.get(enrolment_id, ()))
        for history in later if own is None else (own, *later):
            history.kinds.add(kind)
            if kind is DeliveryKind.LESSON and lesson is not None:
                history.lessons.append(lesson)
    return found


def earlier_lives(connection: Connection, enrolments: Collection[int]) -> dict[int, list[int]]:
    """The earlier enrolments from which those go on: for each, which of those do.

    They are of the same person on the same course, back to the latest that began afresh; from one that itself began
    afresh nothing is looked for. One that was never confirmed is no life.
    """
    before = enrolment.alias()
    same = (before.c.subscriber_id == enrolment.c.subscriber_id, before.c.course_id == enrolment.c.course_id)
    confirmed = func.coalesce(before.c.ended_from, before.c.status) != EnrolmentStatus.PENDING
    found = (
        select(enrolment.c.id, before.c.id, before.c.afresh)
        .select_from(enrolment.join(before, and_(*same, before.c.id < enrolment.c.id)))
        .where(enrolment.c.id.in_(enrolments), enrolment.c.afresh.is_(False), confirmed)
        .order_by(enrolment.c.id, before.c.id.desc())
    )
    lives: dict[int, list[int]] = {}
    beginning: set[int] = set()
    for id_, earlier, afresh in connection.execute(found):
        if id_ not in beginning:
            lives.setdefault(earlier, []).append(id_)
        if afresh:
            beginning.add(id_)
    return lives


@dataclass(frozen=True, slots=True)
class Advance:
    """Where an enrolment stands after a claim: when it is next due, since when, and the batch it waits for."""

    enrolment: int
    next_due_at: datetime | None
    due_since: datetime | None
    batch: int | None


def end_pauses(connection: Connection, ids: Sequence[int]) -> None:
    """Make active those whose pause is over, because they are due again."""
    if ids:
        paused = update(enrolment).where(enrolment.c.id.in_(ids), enrolment.c.status == EnrolmentStatus.PAUSED)
        connection.execute(paused.values(status=EnrolmentStatus.ACTIVE, resume_on=None))


def advance(connection: Connection, moves: Sequence[Advance]) -> None:
    """Move enrolments on, but for one that has ended meanwhile: nothing is due for it any more."""
    if not moves:
        return
    statement = (
        update(enrolment)
        .where(enrolment.c.id == bindparam("b_id"), enrolment.c.status != EnrolmentStatus.ENDED)
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

    A lesson that is not known to be accepted keeps its enrolment open. What an operator sent again, or somebody asked
    for on a page, decides nothing.
    """
    later = delivery.alias()
    state = batch.alias()
    unsettled = (
        select(later.c.id)
        .outerjoin(state, state.c.id == later.c.batch_id)
        .where(
            later.c.enrolment_id == enrolment.c.id,
            later.c.kind == DeliveryKind.LESSON,
            later.c.resent.is_(False),
            func.coalesce(later.c.outcome, state.c.state, "").not_in((BatchState.ACCEPTED, BatchState.CANCELLED)),
        )
        .exists()
    )
    which = enrolment.c.id.in_(tuple(ids))
    if batch_id is not None:
        regular = (delivery.c.resent.is_(False), delivery.c.kind.in_(OF_THE_COURSE))
        which = enrolment.c.id.in_(select(delivery.c.enrolment_id).where(delivery.c.batch_id == batch_id, *regular))
    connection.execute(
        update(enrolment)
        .where(which, enrolment.c.status == EnrolmentStatus.ACTIVE, enrolment.c.next_due_at.is_(None), ~unsettled)
        .values(status=EnrolmentStatus.FINISHED)
    )
