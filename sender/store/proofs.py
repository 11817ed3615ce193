"""What events prove: that an email was taken, and all that shared its requests, whatever their answers said.

A batch only ever loses deliveries, so whoever is in it was in each of its requests. But what was let go of one, and put
into another, may have been taken with the former: an event of it says nothing about those that were not there.
`left_batch_id` tells them apart: deliveries of a batch that have the same one have shared all requests, and those that
have the same one anywhere have shared all that were made before they were let go. What is sent again after it was
refused by name shares it with nobody.

Transactions lock deliveries, in the order of their ids, then batches, then enrolments. One that holds a batch already
waits for a delivery only where nobody who has that waits for the batch: `recording` leaves alone what is taken up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from sender.model import OF_THE_COURSE, PROVEN, BatchState, Outcome
from sender.store.enrolments import finish, set_free
from sender.store.tables import batch, delivery, enrolment

UNSURE = (BatchState.RETRY, BatchState.HELD, BatchState.UNCERTAIN)
"""What a batch may be called although it was taken. None stays so that has nobody left."""

Lefts = Collection[int | None]
"""The batches of which some deliveries of another one were let go before; None for those that never were."""

NEEDLESS = "an earlier one was taken after all"
"""Why a delivery is cancelled whose reader is known by now to have had the same email before."""

_CANCELLED = delivery.c.outcome == Outcome.CANCELLED
_OPEN = delivery.c.outcome.is_(None)


def hold_still(connection: Connection, batch_id: int) -> None:
    """Wait for the events of a batch that are being recorded: whoever records more of them finds how it stands then."""
    ours = select(delivery.c.id).where(delivery.c.batch_id == batch_id).order_by(delivery.c.id)
    connection.execute(ours.with_for_update()).all()


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
    connection: Connection, batch_id: int, lefts: Lefts, states: Collection[BatchState], message_id: str = "", *,
    wait: bool = False,
) -> bool:  # fmt: skip
    """Call accepted what events prove of a batch, if it is in one of some states; whether nothing is left to prove.

    `lefts` are of those deliveries that events tell of. One that was in no batch before proves all of it. With `wait`
    nothing that is proven is left to another transaction.
    """
    if None not in lefts:
        same = (batch.c.id == batch_id, batch.c.state.in_(states))
        if connection.execute(select(batch.c.id).where(*same).with_for_update()).first() is None:
            return False
        proven = (delivery.c.batch_id == batch_id, _OPEN, delivery.c.left_batch_id.in_(lefts))
        _accept_alone(connection, *proven, wait=wait)
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


def prove_each(connection: Connection, told: Collection[int], lefts: Collection[int | None]) -> None:
    """Call deliveries accepted that events tell of although they were cancelled, or wait for another slot in no batch.

    `lefts` are of those for which no request was made since they were let go: whatever was let go with them was taken
    with them, wherever it waits by now. What is in no batch is in that one again, as what went out.
    """
    in_none = and_(delivery.c.batch_id.is_(None), _OPEN)
    unsure = (BatchState.CLAIMED, *UNSURE)
    waits = select(batch.c.id).where(batch.c.id == delivery.c.batch_id, batch.c.state.in_(unsure)).exists()
    with_them = and_(delivery.c.left_batch_id.in_(lefts), or_(in_none, _CANCELLED, and_(_OPEN, waits)))
    these = and_(delivery.c.id.in_(told), or_(in_none, _CANCELLED))
    _close_empty(connection, _accept_alone(connection, or_(these, with_them)), BatchState.ACCEPTED)


def _accept_alone(connection: Connection, *which: ColumnElement[bool], wait: bool = False) -> set[int]:
    """Give deliveries an outcome of their own; the batches in which they are.

    Unless it is to `wait`, one that another transaction has locked is left to that: it records events of it, or claims
    it.
    """
    columns = delivery.c["id", "enrolment_id", "batch_id", "outcome"]
    found = select(*columns).where(*which).order_by(delivery.c.id).with_for_update(skip_locked=not wait)
    rows = connection.execute(found).all()
    if rows:
        ids = [id_ for id_, *_ in rows]
        set_free(connection, ids)
        back = func.coalesce(delivery.c.batch_id, delivery.c.left_batch_id)
        accepted = {"outcome": Outcome.ACCEPTED, "reason": PROVEN, "batch_id": back}
        connection.execute(update(delivery).where(delivery.c.id.in_(ids)).values(**accepted))
        finish(connection, ids=[enrolment for _, enrolment, *_ in rows])
        unknown = [id_ for id_, _, in_, outcome in rows if in_ is None or outcome == Outcome.CANCELLED]
        _cancel_needless(connection, unknown)  # all else counted as sent before
    return {in_ for _, _, in_, _ in rows if in_ is not None}


def _cancel_needless(connection: Connection, taken: Collection[int]) -> None:
    """Cancel what is yet to go to people who left and came back, and had the same email before, as is known now.

    What they have had since is looked for where `claim` looks: back to the enrolment that began afresh. Within one
    enrolment it is looked for as a batch begins (`addressees`).
    """
    if not taken:
        return
    had, before, here, between = delivery.alias(), enrolment.alias(), enrolment.alias(), enrolment.alias()
    same = (had.c.kind == delivery.c.kind, func.coalesce(had.c.lesson_id, 0) == func.coalesce(delivery.c.lesson_id, 0))
    theirs = (here.c.subscriber_id == before.c.subscriber_id, here.c.course_id == before.c.course_id)
    anew = (
        between.c.subscriber_id == here.c.subscriber_id, between.c.course_id == here.c.course_id, between.c.afresh,
        between.c.id > before.c.id, between.c.id <= here.c.id,
    )  # fmt: skip
    joined = (
        delivery.join(here, here.c.id == delivery.c.enrolment_id)
        .join(before, and_(*theirs, before.c.id < here.c.id))
        .join(had, and_(had.c.enrolment_id == before.c.id, *same))
    )
    again = (
        had.c.id.in_(taken), had.c.resent.is_(False), delivery.c.resent.is_(False), _OPEN,
        delivery.c.kind.in_(OF_THE_COURSE), ~select(between.c.id).where(*anew).exists(),
    )  # fmt: skip
    columns = delivery.c["id", "enrolment_id", "batch_id"]
    found = select(*columns).select_from(joined).where(*again).order_by(delivery.c.id)
    rows = connection.execute(found.with_for_update(of=delivery, skip_locked=True)).all()
    to_go = (batch.c.id.in_({in_ for _, _, in_ in rows}), batch.c.state.in_((BatchState.CLAIMED, *UNSURE)))
    free = select(batch.c.id).where(*to_go).order_by(batch.c.id).with_for_update(skip_locked=True)
    waiting = set(connection.execute(free).scalars()) if rows else set()
    those = [(id_, place) for id_, place, in_ in rows if in_ is None or in_ in waiting]
    if those:
        ids = [id_ for id_, _ in those]
        set_free(connection, ids)
        cancelled = update(delivery).where(delivery.c.id.in_(ids))
        connection.execute(cancelled.values(outcome=Outcome.CANCELLED, reason=NEEDLESS))
        _close_empty(connection, waiting, BatchState.CANCELLED)
        finish(connection, ids=[place for _, place in those])


def _close_empty(connection: Connection, batches: Collection[int], state: BatchState) -> None:
    """Close those batches that wait for something, and have nobody left to wait for it.

    What is claimed ends as it begins; what another transaction takes up is left to that.
    """
    if batches:
        anybody = select(delivery.c.id).where(delivery.c.batch_id == batch.c.id, _OPEN).exists()
        empty = (batch.c.id.in_(batches), batch.c.state.in_(UNSURE), ~anybody)
        found = select(batch.c.id).where(*empty).order_by(batch.c.id).with_for_update(skip_locked=True)
        ids = list(connection.execute(found).scalars())
        reason = PROVEN if state is BatchState.ACCEPTED else NEEDLESS
        done = update(batch).where(batch.c.id.in_(ids)).values(state=state, not_before=None, reason=reason)
        connection.execute(done)


def let_go(connection: Connection, batch_id: int, deliveries: Collection[int], *, of_all: bool) -> None:
    """Take deliveries out of a batch, to wait for their enrolments' next slots. `of_all` is whether nobody stays in it.

    What events have told of by then stays in it, and is accepted. Those that have shared all requests so far are let go
    of one batch, which is this one where that is true of all that it holds and ever let go, and else one that is made
    for it and closed. Where this one never began, what was let go of another before is as it was.
    """
    ours = (delivery.c.id.in_(tuple(deliveries)), delivery.c.batch_id == batch_id, _OPEN)
    found = select(*delivery.c["id", "left_batch_id", "seen"]).where(*ours).order_by(delivery.c.id)
    rows = connection.execute(found.with_for_update()).all()
    told = {before for _, before, seen in rows if seen is not None}
    proven = [id_ for id_, before, _ in rows if before in told or None in told]
    if proven:
        _accept_alone(connection, delivery.c.id.in_(proven), wait=True)
    together: dict[int | None, list[int]] = defaultdict(list)
    for id_, before, _ in rows:
        if not (before in told or None in told):
            together[before].append(id_)
    began = connection.execute(select(batch.c.sending_at).where(batch.c.id == batch_id)).scalar() is not None
    others = select(delivery.c.id).where(delivery.c.left_batch_id == batch_id).limit(1)
    is_theirs = of_all and len(together) == 1 and connection.execute(others).first() is None
    for before, ids in together.items():
        set_free(connection, ids)
        stays = before is not None and not began
        left = before if stays else batch_id if is_theirs else closed(connection, batch_id)[0]
        connection.execute(update(delivery).where(delivery.c.id.in_(ids)).values(batch_id=None, left_batch_id=left))


def closed(connection: Connection, batch_id: int, count: int = 1) -> list[int]:
    """New batches that are like another, but cancelled: what is let go of one of them was in the other's requests."""
    alike = connection.execute(select(*batch.c["course_id", "variant_id"]).where(batch.c.id == batch_id)).one()
    values = {"course_id": alike.course_id, "variant_id": alike.variant_id, "state": BatchState.CANCELLED}
    return list(connection.execute(insert(batch).values([values] * count).returning(batch.c.id)).scalars())
