"""Queries about what enrolments are due for, and about moving them on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Exists, Select, Update, and_, bindparam, func, select, update

from sender.model import DROPPED, OF_THE_COURSE, BatchState, DeliveryKind, EnrolmentStatus, Outcome
from sender.progress import Had
from sender.store.prepared import among, prepared
from sender.store.tables import batch, course, delivery, enrolment, subscriber

BLOCKING = (BatchState.CLAIMED, BatchState.SENDING, BatchState.RETRY, BatchState.HELD)
"""The states of an enrolment's last batch in which the next lesson has to wait, so that none overtakes another."""


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
    """What an enrolment has been sent, what of it waits, and the first free occasion of each email.

    What waits is in the order of the slots that were missed; `owed` are the lessons among it that a later one has
    overtaken.
    """

    lessons: list[int]
    kinds: set[DeliveryKind]
    occasions: dict[tuple[DeliveryKind, int | None], int]
    waiting: list[Waiting] = field(default_factory=list)
    owed: tuple[int, ...] = ()

    def take(self, kind: DeliveryKind, lesson: int | None, occasion: int) -> None:
        """Count an occasion of an email as taken."""
        self.occasions[kind, lesson] = max(self.occasions.get((kind, lesson), 0), occasion + 1)

    def add(self, kind: DeliveryKind, lesson: int | None) -> None:
        """Count an email as sent, after all that were added before."""
        self.kinds.add(kind)
        if kind is DeliveryKind.LESSON and lesson is not None:
            self.lessons.append(lesson)
            self.owed = tuple(one.lesson for one in self.waiting if one.lesson is not None)

    @property
    def had(self) -> Had:
        """The part that decides what comes next."""
        welcome, finished = DeliveryKind.WELCOME in self.kinds, DeliveryKind.FINISHED in self.kinds
        return Had(tuple(self.lessons), welcome, finished, self.owed)


def _unblocked(statement: Select[*tuple[Any, ...]], without: Collection[int]) -> Select[*tuple[Any, ...]]:
    free_course = (course.c.held.is_(False), *([course.c.id.not_in(without)] if without else []))
    joined = (
        enrolment.join(subscriber, subscriber.c.id == enrolment.c.subscriber_id)
        .join(course, and_(course.c.id == enrolment.c.course_id, *free_course))
        .outerjoin(batch, batch.c.id == enrolment.c.batch_id)
    )
    free = batch.c.id.is_(None) | batch.c.state.not_in(BLOCKING)
    return statement.select_from(joined).where(enrolment.c.next_due_at.is_not(None), free)


def next_due_at(connection: Connection, without: Collection[int] = ()) -> datetime | None:
    """The earliest moment at which an enrolment that nothing blocks is due, but for the courses in `without`."""
    found = _unblocked(select(enrolment.c.next_due_at), without).order_by(enrolment.c.next_due_at).limit(1)
    moment: datetime | None = connection.execute(found).scalar()
    return moment


def histories(connection: Connection, enrolments: Iterable[int]) -> dict[int, History]:
    """What each enrolment has been sent so far; cancelled deliveries, and what an operator sent again, do not count.

    What an operator dropped counts as if it had been sent, since nobody is to get it any more. Of somebody who came
    back, what they had before counts as well; see `earlier_lives`.
    """
    ids = tuple(enrolments)
    found: dict[int, History] = {one: History([], set(), {}) for one in ids}
    going_on = earlier_lives(connection, ids)
    columns = delivery.c["id", "enrolment_id", "kind", "lesson_id", "occasion", "batch_id", "outcome", "resent"]
    joined = delivery.outerjoin(batch, batch.c.id == delivery.c.batch_id)
    of_them = delivery.c.enrolment_id.in_({*ids, *going_on})
    dropped = delivery.c.reason == DROPPED
    sent: Select[*tuple[Any, ...]] = select(*columns, dropped, batch.c.state).select_from(joined).where(of_them)
    rows = connection.execute(sent.order_by(delivery.c.id))
    for id_, enrolment_id, kind_name, lesson, occasion, batch_id, outcome, resent, dropped, batch_state in rows:
        kind, own = DeliveryKind(kind_name), found.get(enrolment_id)
        if own is not None:
            own.take(kind, lesson, occasion)
        cancelled = outcome == Outcome.CANCELLED and not dropped
        if resent or cancelled or (outcome is None and batch_state == BatchState.CANCELLED):
            continue
        if batch_id is None and outcome is None:
            if own is not None:
                own.waiting.append(Waiting(id_, kind, lesson))
            continue
        later = (found[one] for one in going_on.get(enrolment_id, ()))
        for history in later if own is None else (own, *later):
            history.add(kind, lesson)
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


def end_pauses(connection: Connection, ids: Sequence[int]) -> None:
    """Make active those whose pause is over, because they are due again."""
    if ids:
        paused = update(enrolment).where(enrolment.c.id.in_(ids), enrolment.c.status == EnrolmentStatus.PAUSED)
        connection.execute(paused.values(status=EnrolmentStatus.ACTIVE, resume_on=None))


def advance(connection: Connection, ids: Sequence[int], next_due_at: datetime | None, batch_id: int | None) -> None:
    """Move enrolments on: they are next due at one moment, after one batch. One that ended meanwhile stays as it is."""
    _advance.run(connection, b_ids=list(ids), b_due=next_due_at, b_batch=batch_id)


def put_off(connection: Connection, ids: Sequence[int], next_due_at: datetime) -> None:
    """Put enrolments off to a moment; they keep their place among those who wait."""
    _put_off.run(connection, b_ids=list(ids), b_due=next_due_at)


def _not_ended(dialect: str) -> Update:
    those = enrolment.c.id.in_(among(dialect, "b_ids", BigInteger()))
    return update(enrolment).where(those, enrolment.c.status != EnrolmentStatus.ENDED)


@prepared
def _advance(dialect: str) -> Update:
    due_then: dict[str, Any] = {"next_due_at": bindparam("b_due"), "due_since": bindparam("b_due")}
    return _not_ended(dialect).values(**due_then, batch_id=bindparam("b_batch"))


@prepared
def _put_off(dialect: str) -> Update:
    return _not_ended(dialect).values(next_due_at=bindparam("b_due"), batch_id=None)


def set_due(connection: Connection, moments: Sequence[tuple[int, datetime | None]]) -> None:
    """Set when enrolments are next due, and leave the rest of each as it is."""
    if moments:
        statement = update(enrolment).where(enrolment.c.id == bindparam("b_id"))
        rows = [{"b_id": id_, "b_due": moment} for id_, moment in moments]
        connection.execute(statement.values(next_due_at=bindparam("b_due"), due_since=bindparam("b_due")), rows)


def finish(connection: Connection, batch_id: int | None = None, *, ids: Iterable[int] = ()) -> None:
    """Mark as finished those active enrolments, of a batch or by id, for which nothing is left to send.

    A lesson that is not known to be accepted keeps its enrolment open, unless it was accepted as an operator sent it
    again. What somebody asked for on a page decides nothing. Where two transactions settle two lessons of the same
    people at once, the one that comes here last sees what the other did.
    """
    which = enrolment.c.id.in_(tuple(ids))
    if batch_id is not None:
        in_it = (delivery.c.batch_id == batch_id, delivery.c.kind.in_(OF_THE_COURSE))
        which = enrolment.c.id.in_(select(delivery.c.enrolment_id).where(*in_it))
    through = (which, enrolment.c.status == EnrolmentStatus.ACTIVE, enrolment.c.next_due_at.is_(None))
    if connection.dialect.name == "postgresql":  # where an UPDATE sees what was committed when it began, and no more
        waiting = select(enrolment.c.id).where(*through).order_by(enrolment.c.id).with_for_update()
        if not connection.execute(waiting).all():
            return
    connection.execute(update(enrolment).where(*through, ~_UNSETTLED).values(status=EnrolmentStatus.FINISHED))


def _unsettled() -> Exists:
    """Whether a lesson of an enrolment is not known to be accepted, or another email of the course is on its way."""
    one, state, again, taken = delivery.alias(), batch.alias(), delivery.alias(), batch.alias()
    made_up_for = (
        select(again.c.id)
        .join(taken, taken.c.id == again.c.batch_id)
        .where(
            again.c.enrolment_id == one.c.enrolment_id, again.c.kind == DeliveryKind.LESSON,
            again.c.lesson_id == one.c.lesson_id, again.c.resent.is_(True),
            func.coalesce(again.c.outcome, taken.c.state) == BatchState.ACCEPTED,
        )
        .exists()
    )  # fmt: skip
    now = func.coalesce(one.c.outcome, state.c.state, BatchState.RETRY.value)
    unknown = (one.c.kind == DeliveryKind.LESSON) & now.not_in((BatchState.ACCEPTED, BatchState.CANCELLED))
    on_its_way = one.c.kind.in_(OF_THE_COURSE) & now.in_(BLOCKING)
    return (
        select(one.c.id)
        .outerjoin(state, state.c.id == one.c.batch_id)
        .where(one.c.enrolment_id == enrolment.c.id, one.c.resent.is_(False))
        .where((unknown & ~made_up_for) | on_its_way)
        .exists()
    )


_UNSETTLED = _unsettled()


def set_free(connection: Connection, deliveries: Sequence[int]) -> None:
    """Let enrolments go on whose deliveries are one with their batches no more: they wait for those in vain."""
    theirs = select(delivery.c.enrolment_id).where(delivery.c.id.in_(deliveries))
    same = (delivery.c.id.in_(deliveries), delivery.c.enrolment_id == enrolment.c.id)
    waits = select(delivery.c.id).where(*same, delivery.c.batch_id == enrolment.c.batch_id).exists()
    connection.execute(update(enrolment).where(enrolment.c.id.in_(theirs), waits).values(batch_id=None))
