"""What events prove: that an email was taken, and all that shared its requests, whatever their answers said.

A batch only ever loses deliveries, so whoever is in it was in each of its requests. But what was let go of one, and put
into another, may have been taken with the former: an event of it says nothing about those that were not there.
`left_batch_id` tells them apart: deliveries of a batch that have the same one have shared all requests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from sender.model import PROVEN, BatchState, Outcome
from sender.store.enrolments import finish, set_free
from sender.store.tables import batch, delivery

Lefts = Collection[int | None]
"""The batches of which some deliveries of another one were let go before; None for those that never were."""

_CANCELLED = delivery.c.outcome == Outcome.CANCELLED
_OPEN = delivery.c.outcome.is_(None)


def told_among(connection: Connection, batches: Collection[int]) -> dict[int, set[int | None]]:
    """Those of the batches of which an event has told: of any email in them that was not refused by name.

    Each with what these emails had been let go of before.
    """
    told: dict[int, set[int | None]] = defaultdict(set)
    if batches:
        in_them = (delivery.c.batch_id.in_(batches), delivery.c.seen.is_not(None))
        not_refused = or_(_OPEN, delivery.c.outcome == Outcome.ACCEPTED)
        found = select(*delivery.c["batch_id", "left_batch_id"]).where(*in_them, not_refused).distinct()
        for id_, left in connection.execute(found):
            told[id_].add(left)
    return dict(told)


def prove(
    connection: Connection, batch_id: int, lefts: Lefts, states: Collection[BatchState], message_id: str = ""
) -> bool:
    """Call accepted what events prove of a batch, if it is in one of some states; whether nothing is left to prove.

    `lefts` are of those deliveries that events tell of. One that was in no batch before proves all of it.
    """
    if None not in lefts:
        same = (batch.c.id == batch_id, batch.c.state.in_(states))
        if connection.execute(select(batch.c.id).where(*same).with_for_update()).first() is None:
            return False
        _accept_alone(connection, delivery.c.batch_id == batch_id, _OPEN, delivery.c.left_batch_id.in_(lefts))
        others = select(delivery.c.id).where(delivery.c.batch_id == batch_id, _OPEN).limit(1)
        if connection.execute(others).first() is not None:
            return False
    values = {"state": BatchState.ACCEPTED, "not_before": None, "reason": PROVEN}
    if message_id:
        values["message_id"] = message_id
    taken = update(batch).where(batch.c.id == batch_id, batch.c.state.in_(states)).values(**values)
    if connection.execute(taken).rowcount != 1:
        return False
    finish(connection, batch_id)
    return True


def prove_each(connection: Connection, told: Mapping[int, int | None]) -> None:
    """Call deliveries accepted that events tell of although they were cancelled, or wait for another slot in no batch.

    `told` says of which batch those were let go that are in none: what was let go together was taken together. They are
    in that batch again, as what went out.
    """
    in_none = and_(delivery.c.batch_id.is_(None), _OPEN)
    lefts = {left for left in told.values() if left is not None}
    with_them = and_(delivery.c.left_batch_id.in_(lefts), delivery.c.batch_id.is_(None))
    _accept_alone(connection, or_(delivery.c.id.in_(told), with_them), or_(in_none, _CANCELLED))


def _accept_alone(connection: Connection, *which: ColumnElement[bool]) -> None:
    """Give deliveries an outcome of their own.

    One that another transaction has locked is left to that: it records events of it, or claims it.
    """
    found = select(*delivery.c["id", "enrolment_id"]).where(*which).order_by(delivery.c.id)
    rows = connection.execute(found.with_for_update(skip_locked=True)).all()
    if rows:
        ids = [id_ for id_, _ in rows]
        set_free(connection, ids)
        back = func.coalesce(delivery.c.batch_id, delivery.c.left_batch_id)
        accepted = {"outcome": Outcome.ACCEPTED, "reason": PROVEN, "batch_id": back}
        connection.execute(update(delivery).where(delivery.c.id.in_(ids)).values(**accepted))
        finish(connection, ids=[enrolment for _, enrolment in rows])


def let_go(connection: Connection, batch_id: int, deliveries: Mapping[int, int | None], *, of_all: bool) -> None:
    """Take deliveries out of a batch, to wait for their enrolments' next slots. `of_all` is whether nobody stays in it.

    Each comes with the batch of which it was let go before. Those that have shared all requests so far are let go of
    one batch, which is this one where that is true of all that it holds, and else one that is made for it and closed.
    """
    together: dict[int | None, list[int]] = defaultdict(list)
    for id_, before in deliveries.items():
        together[before].append(id_)
    for ids in together.values():
        left = batch_id if of_all and len(together) == 1 else _closed(connection, batch_id)
        set_free(connection, ids)
        connection.execute(update(delivery).where(delivery.c.id.in_(ids)).values(batch_id=None, left_batch_id=left))


def _closed(connection: Connection, batch_id: int) -> int:
    """A new batch that is like another, but cancelled: in which deliveries are that were in the other as well."""
    alike = connection.execute(select(*batch.c["course_id", "variant_id"]).where(batch.c.id == batch_id)).one()
    values = {"course_id": alike.course_id, "variant_id": alike.variant_id, "state": BatchState.CANCELLED}
    return int(connection.execute(insert(batch).values(**values).returning(batch.c.id)).scalar_one())
