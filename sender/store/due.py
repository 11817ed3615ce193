"""The queries for who is due, with what each has had. They cost what is due, or what is asked for if that is less."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from sender.model import DROPPED, BatchState, DeliveryKind, EnrolmentStatus, Outcome
from sender.store.enrolments import BLOCKING, History, Waiting
from sender.store.plain import as_text, mapping, seconds
from sender.store.prepared import among, prepared
from sender.store.tables import PENDING, Moment, batch, course, delivery, enrolment, subscriber

_SENT, _WAITS, _NOTHING = "s", "w", "n"


class Due(NamedTuple):
    """An enrolment for which something is due, with what the next email may depend on.

    Moments are Unix seconds, `overrides` and `attributes` JSON, `told` what was sent so far (see `history`). `goes_on`
    is true where it may go on from an earlier enrolment, so that `told` is not all. A tuple, as the database gives it:
    there may be thousands.
    """

    id: int
    course: int
    edition: int
    track: str
    status: str
    overrides: str
    start_at: int
    next_due_at: int
    asked_at: int | None
    goes_on: bool
    told: str | None
    zone: str
    attributes: str
    first_name: str
    last_name: str
    email: str

    @property
    def fields(self) -> dict[str, str]:
        """What is known of the person, by the names that a course may declare."""
        own = {"first_name": self.first_name, "last_name": self.last_name, "email": self.email, "timezone": self.zone}
        return {**mapping(self.attributes), **own}


def due(connection: Connection, now: datetime, limit: int, without: Collection[int] = ()) -> list[Due]:
    """At most `limit` enrolments that are due: confirmations first, then whoever has waited longest.

    Those of the courses in `without` are left out, as if these were held.
    """
    if limit <= 0:
        return []
    given = {"b_now": now, "b_without": list(without)}
    if count(connection, now, limit + 1) <= limit:
        rows = _all.rows(connection, **given, b_limit=limit)
    else:
        rows = _confirmations.rows(connection, **given, b_limit=limit)
        rows += _longest.rows(connection, **given, b_limit=limit - len(rows)) if len(rows) < limit else []
    return list(map(Due._make, rows))


def count(connection: Connection, now: datetime, limit: int) -> int:
    """How many enrolments are due, those who have to wait among them. Nothing is counted beyond `limit`."""
    [(found,)] = _count.rows(connection, b_now=now, b_limit=limit)
    return int(found)


def free_count(connection: Connection, now: datetime, limit: int, without: Collection[int] = ()) -> int:
    """How many enrolments a claim would find due, at most `limit`."""
    [(found,)] = _free_count.rows(connection, b_now=now, b_limit=limit, b_without=list(without))
    return int(found)


_NOW = bindparam("b_now", type_=Moment())


@prepared
def _count(_dialect: str) -> Select[Any]:
    some = select(enrolment.c.id).where(enrolment.c.next_due_at <= _NOW).limit(bindparam("b_limit"))
    return select(func.count()).select_from(some.subquery())


@prepared
def _free_count(dialect: str) -> Select[Any]:
    some = _unblocked(select(enrolment.c.id), dialect).where(enrolment.c.next_due_at <= _NOW)
    return select(func.count()).select_from(some.limit(bindparam("b_limit")).subquery())


@prepared
def _all(dialect: str) -> Select[Any]:
    """All who are due, by the index of moments: to be sorted, since they are few.

    The limit is for those who have fallen due since they were counted: a million may have been imported meanwhile.
    """
    confirmations_last = enrolment.c.status != EnrolmentStatus.PENDING
    found = _found(dialect).where(enrolment.c.next_due_at <= _NOW)
    return found.order_by(confirmations_last, *_LONGEST_FIRST).limit(bindparam("b_limit"))


@prepared
def _confirmations(dialect: str) -> Select[Any]:
    """The longest due of those who are to be asked to confirm, by an index of theirs."""
    found = _found(dialect).where(PENDING, *_DUE_LONG)
    return found.order_by(*_LONGEST_FIRST).limit(bindparam("b_limit"))


@prepared
def _longest(dialect: str) -> Select[Any]:
    """The longest due of all others, in the order of an index: the walk ends with the last of them."""
    found = _found(dialect).where(enrolment.c.status != EnrolmentStatus.PENDING, *_DUE_LONG)
    return found.order_by(*_LONGEST_FIRST).limit(bindparam("b_limit"))


# Nobody is due before what they are due since, so the walk does not go on to those who are not due. The sum keeps
# databases from the index of moments, by which all would have to be found first.
_DUE_LONG = (enrolment.c.due_since <= _NOW, seconds(enrolment.c.next_due_at) + 0 <= _NOW)
_LONGEST_FIRST = (enrolment.c.due_since, enrolment.c.next_due_at, enrolment.c.id)


def _found(dialect: str) -> Select[Any]:
    columns = (
        *enrolment.c["id", "course_id"], _live(), *enrolment.c["track", "status"], as_text(enrolment.c.overrides),
        seconds(enrolment.c.start_at), seconds(enrolment.c.next_due_at), seconds(enrolment.c.asked_at),
        type_coerce(_goes_on(), Integer), _told(dialect), subscriber.c.zone, as_text(subscriber.c.attributes),
        *subscriber.c["first_name", "last_name", "email"],
    )  # fmt: skip
    return _unblocked(select(*columns), dialect)


def _unblocked(statement: Select[Any], dialect: str) -> Select[Any]:
    joined = enrolment.join(subscriber, subscriber.c.id == enrolment.c.subscriber_id).outerjoin(
        batch, batch.c.id == enrolment.c.batch_id
    )
    without = course.c.id.in_(among(dialect, "b_without", BigInteger()))
    held = select(course.c.id).where(course.c.held.is_(True) | without)
    free = batch.c.id.is_(None) | batch.c.state.not_in(BLOCKING)
    return statement.select_from(joined).where(
        enrolment.c.next_due_at.is_not(None), enrolment.c.course_id.not_in(held), free
    )


def _live() -> ColumnElement[int]:
    """The edition of the enrolment's course that is live."""
    return select(course.c.edition_id).where(course.c.id == enrolment.c.course_id).scalar_subquery()


def _goes_on() -> ColumnElement[bool]:
    """Whether there may be an earlier enrolment of the same person that counts as well."""
    before = enrolment.alias()
    same = (before.c.subscriber_id == enrolment.c.subscriber_id, before.c.course_id == enrolment.c.course_id)
    earlier = select(before.c.id).where(*same, before.c.id < enrolment.c.id).exists()
    return and_(enrolment.c.afresh.is_(False), earlier)


def _told(dialect: str) -> ColumnElement[str]:
    """What was sent to an enrolment, as a text that is the same for all who were sent the same."""
    cancelled = (delivery.c.outcome == Outcome.CANCELLED) & (delivery.c.reason != DROPPED)
    by_batch = delivery.c.outcome.is_(None) & (func.coalesce(batch.c.state, "") == BatchState.CANCELLED)
    fate = case(
        (delivery.c.resent | cancelled | by_batch, literal(_NOTHING)),
        (delivery.c.batch_id.is_(None) & delivery.c.outcome.is_(None), _WAITS + cast(delivery.c.id, String)),
        else_=literal(_SENT),
    )
    parts = (delivery.c.kind, func.coalesce(cast(delivery.c.lesson_id, String), ""), cast(delivery.c.occasion, String))
    one = parts[0] + "," + parts[1] + "," + parts[2] + "," + fate
    joined = delivery.outerjoin(batch, batch.c.id == delivery.c.batch_id)
    theirs = select(one.label("one")).select_from(joined).where(delivery.c.enrolment_id == enrolment.c.id)
    if dialect == "postgresql":
        put_together = func.string_agg(one, aggregate_order_by(literal(";"), delivery.c.id))
        return theirs.with_only_columns(put_together).correlate(enrolment).scalar_subquery()
    in_order = theirs.order_by(delivery.c.id).correlate(enrolment).subquery()
    return select(func.group_concat(in_order.c.one, ";")).scalar_subquery()


@lru_cache(maxsize=4096)
def history(told: str | None) -> History:
    """What `told` says was sent. Many were sent the same, so it is shared: it must not be changed."""
    found = History([], set(), {})
    for one in told.split(";") if told else ():
        name, number, occasion, fate = one.split(",")
        kind, lesson = DeliveryKind(name), int(number) if number else None
        found.take(kind, lesson, int(occasion))
        if fate == _SENT:
            found.add(kind, lesson)
        elif fate != _NOTHING:
            found.waiting.append(Waiting(int(fate.removeprefix(_WAITS)), kind, lesson))
    return found
