"""Queries about what an operator decides: a batch that is uncertain, held or failed, or emails that were never made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Update, and_, bindparam, false, func, insert, or_, select, update

from sender.model import DROPPED, PROVEN, BatchState, DeliveryKind, EnrolmentStatus, Outcome
from sender.store.enrolments import finish
from sender.store.ledger import AT_ONCE
from sender.store.proofs import closed, hold_still
from sender.store.tables import batch, course, delivery, enrolment, variant

_OPEN, _FAILED = delivery.c.outcome.is_(None), delivery.c.outcome == Outcome.FAILED
_CONCERNED = {
    BatchState.UNCERTAIN: _OPEN,
    BatchState.HELD: _OPEN,
    BatchState.FAILED: or_(_OPEN, _FAILED),
    BatchState.ACCEPTED: _FAILED,
    BatchState.CANCELLED: _FAILED,
}
"""Which deliveries of a batch there is something to decide about: of one that ended otherwise, what failed alone."""


@dataclass(frozen=True, slots=True)
class Case:
    """A batch as it was found. An operator decides about `count` of its deliveries; their course may be `held`."""

    id: int
    course_id: int
    course: str
    held: bool
    variant: int
    kind: DeliveryKind
    lesson: int | None
    state: BatchState
    count: int


def case(connection: Connection, batch_id: int) -> Case | None:
    """A batch as it stands, or None where there is none of that number.

    In a transaction that writes, its deliveries are locked until that ends, as events lock them: either comes first.
    """
    ours = delivery.c.batch_id == batch_id
    hold_still(connection, batch_id)
    joined = batch.join(course, course.c.id == batch.c.course_id).join(variant, variant.c.id == batch.c.variant_id)
    columns = (
        batch.c.id, *course.c["id", "slug", "held"], batch.c.variant_id, *variant.c["kind", "lesson_id"],
        batch.c.state,
    )  # fmt: skip
    row = connection.execute(select(*columns).select_from(joined).where(batch.c.id == batch_id)).one_or_none()
    if row is None:
        return None
    id_, course_id, slug, held, variant_id, kind, lesson, name = row
    state = BatchState(name)
    concerned = select(func.count()).select_from(delivery).where(ours, _CONCERNED.get(state, false()))
    count = int(connection.execute(concerned).scalar_one())
    return Case(id_, course_id, slug, bool(held), variant_id, DeliveryKind(kind), lesson, state, count)


def accept(connection: Connection, one: Case, reason: str) -> bool:
    """Call what there is to decide about in a batch accepted; False where its state has changed since it was found."""
    values = {} if one.state is BatchState.ACCEPTED else {"not_before": None, "reason": reason}
    moved = _moved(connection, one, state=BatchState.ACCEPTED, **values)
    if moved and _CONCERNED[one.state] is not _OPEN:
        connection.execute(_concerned(one).values(outcome=None, reason=""))
    return moved


class SentAgain(NamedTuple):
    """What is sent again: the batch in which it is now, None where that is nothing, and how many deliveries it is."""

    batch: int | None
    deliveries: int


def send_again(connection: Connection, one: Case) -> SentAgain | None:
    """Have what there is to decide about in a batch sent again with the next tick, as if for the first time.

    What failed is moved into a batch of its own; the next lesson waits for it where none was claimed since. What events
    have told of is accepted instead. None where the state of the batch has changed since it was found.
    """
    if _CONCERNED[one.state] is _OPEN:
        moved = _moved(connection, one, state=BatchState.RETRY, not_before=AT_ONCE, attempt=0)
        return SentAgain(one.id, one.count) if moved else None
    state = BatchState.CANCELLED if one.state is BatchState.FAILED else one.state
    return _apart(connection, one) if _moved(connection, one, state=state) else None


def drop(connection: Connection, one: Case) -> bool:
    """Cancel what there is to decide about in a batch; False where its state has changed since it was found."""
    values = {"state": BatchState.CANCELLED, "not_before": None, "reason": DROPPED}
    moved = _moved(connection, one, **({"state": one.state} if one.state is BatchState.ACCEPTED else values))
    if moved:
        dropped = _concerned(one).values(outcome=Outcome.CANCELLED, reason=DROPPED)
        connection.execute(dropped)
    return moved


def _moved(connection: Connection, one: Case, **values: object) -> bool:
    same = update(batch).where(batch.c.id == one.id, batch.c.state == one.state)
    return connection.execute(same.values(**values)).rowcount == 1


def _concerned(one: Case) -> Update:
    return update(delivery).where(*_concerned_of(one))


def _concerned_of(one: Case) -> tuple[ColumnElement[bool], ...]:
    return delivery.c.batch_id == one.id, _CONCERNED[one.state]


def _apart(connection: Connection, one: Case) -> SentAgain:
    """Move what failed into a batch of its own. Each may have been refused in another request, so none proves others.

    An event that came of what was refused is of a request before that, which was taken whatever was answered.
    """
    _accept_told(connection, one)
    columns = delivery.c["id", "enrolment_id"]
    again = connection.execute(select(*columns).where(*_concerned_of(one)).order_by(delivery.c.id)).all()
    if not again:
        return SentAgain(None, 0)
    values = {"course_id": one.course_id, "variant_id": one.variant, "state": BatchState.RETRY, "not_before": AT_ONCE}
    batch_id = int(connection.execute(insert(batch).values(**values).returning(batch.c.id)).scalar_one())
    each = update(delivery).where(delivery.c.id == bindparam("b_id"))
    lefts = closed(connection, one.id, len(again))
    rows = [{"b_id": id_, "b_left": left} for (id_, _), left in zip(again, lefts, strict=True)]
    moved = each.values(batch_id=batch_id, left_batch_id=bindparam("b_left"), outcome=None, reason="")
    connection.execute(moved, rows)
    _await(connection, one, batch_id)
    return SentAgain(batch_id, len(again))


def _accept_told(connection: Connection, one: Case) -> None:
    told = (*_concerned_of(one), delivery.c.seen.is_not(None))
    people = list(connection.execute(select(delivery.c.enrolment_id).where(*told)).scalars())
    if people:
        connection.execute(update(delivery).where(*told).values(outcome=Outcome.ACCEPTED, reason=PROVEN))
        finish(connection, ids=people)


def _await(connection: Connection, one: Case, batch_id: int) -> None:
    """Let the next lessons wait for what is sent again in a batch of its own, where none was claimed since."""
    theirs = select(delivery.c.enrolment_id).where(delivery.c.batch_id == batch_id, delivery.c.resent.is_(False))
    last = enrolment.c.batch_id.is_(None) | (enrolment.c.batch_id == one.id)
    latest = update(enrolment).where(enrolment.c.id.in_(theirs), last)
    connection.execute(latest.values(batch_id=batch_id))


@dataclass(frozen=True, slots=True)
class Unmade:
    """An email of a course that could not be made for some, so that it is in no batch: for how many, and a reason."""

    course_id: int
    course: str
    kind: DeliveryKind
    lesson: int | None
    count: int
    reason: str


_NEVER_MADE = and_(delivery.c.batch_id.is_(None), _FAILED)


def unmade(connection: Connection) -> list[Unmade]:
    """The emails that could not be made."""
    joined = delivery.join(enrolment, enrolment.c.id == delivery.c.enrolment_id).join(
        course, course.c.id == enrolment.c.course_id
    )
    which = (course.c.id, course.c.slug, delivery.c.kind, delivery.c.lesson_id)
    found = select(*which, func.count(), func.min(delivery.c.reason)).select_from(joined).where(_NEVER_MADE)
    rows = connection.execute(found.group_by(*which).order_by(course.c.slug, func.min(delivery.c.id)))
    return [
        Unmade(course_id, slug, DeliveryKind(kind), lesson, count, reason)
        for course_id, slug, kind, lesson, count, reason in rows
    ]


def people_without(connection: Connection, one: Unmade, after_id: int, limit: int) -> list[tuple[int, EnrolmentStatus]]:
    """For whom an email could not be made: enrolments by id, each with its status."""
    joined = delivery.join(enrolment, enrolment.c.id == delivery.c.enrolment_id)
    found = (
        select(enrolment.c.id, enrolment.c.status)
        .select_from(joined)
        .where(*_unmade_of(one), enrolment.c.id > after_id)
        .distinct()
        .order_by(enrolment.c.id)
        .limit(limit)
    )
    return [(id_, EnrolmentStatus(status)) for id_, status in connection.execute(found)]


def let_wait(connection: Connection, one: Unmade, enrolments: Sequence[int]) -> int:
    """Have an email that could not be made wait for the next slot of those enrolments, as the same row; how many."""
    return _change(connection, one, enrolments, None, "")


def cancel(connection: Connection, one: Unmade, enrolments: Sequence[int], reason: str) -> int:
    """Cancel an email that could not be made for those enrolments; how many."""
    return _change(connection, one, enrolments, Outcome.CANCELLED, reason)


def _change(
    connection: Connection, one: Unmade, enrolments: Sequence[int], outcome: Outcome | None, reason: str
) -> int:
    changed = update(delivery).where(*_unmade_of(one), delivery.c.enrolment_id.in_(enrolments))
    return connection.execute(changed.values(outcome=outcome, reason=reason)).rowcount


def _unmade_of(one: Unmade) -> tuple[ColumnElement[bool], ...]:
    theirs = select(enrolment.c.id).where(enrolment.c.course_id == one.course_id)
    same_lesson = delivery.c.lesson_id.is_(None) if one.lesson is None else delivery.c.lesson_id == one.lesson
    return _NEVER_MADE, delivery.c.kind == one.kind, same_lesson, delivery.c.enrolment_id.in_(theirs)
