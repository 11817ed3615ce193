"""Queries that move batches from state to state. Each move is one conditional UPDATE: no row changed, nothing moved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Insert,
    Select,
    Update,
    bindparam,
    case,
    func,
    insert,
    select,
    update,
)

from sender.model import NOTICES, TO_ANOTHER, BatchState, DeliveryKind, Outcome
from sender.store.enrolments import set_free
from sender.store.prepared import among, prepared
from sender.store.tables import UNDER_WAY, address_change, batch, course, delivery, enrolment, subscriber, variant

_SET_BACK = timedelta(hours=2)
"""How much earlier than another a batch may have begun that began after it, by clocks that are right.

A long tick has one moment, and two machines may differ. `ledger.SETTLE_AFTER` without it is as long as SendGrid
repeats.
"""


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery to insert. `slot_at` is UTC, `slot_on` the local date of the slot."""

    enrolment: int
    kind: DeliveryKind
    lesson: int | None
    occasion: int
    slot_at: datetime
    slot_on: date


@dataclass(frozen=True, slots=True)
class Foreign:
    """A batch that another process claimed or began to send.

    `repeatable` is whether its mailer was one with which carrying the same request twice changes nothing.
    """

    id: int
    state: BatchState
    owner: str
    lease_until: datetime | None
    repeatable: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """A batch that is now being sent. `edition` is the one of its course that is live."""

    id: int
    course: str
    edition: int
    variant: int
    attempt: int


def create(connection: Connection, course_id: int, variant_id: int, owner: str, lease_until: datetime) -> int:
    """A new claimed batch; its id."""
    values = {"course_id": course_id, "variant_id": variant_id, "state": BatchState.CLAIMED, "owner": owner}
    statement = insert(batch).values(**values, lease_until=lease_until).returning(batch.c.id)
    return int(connection.execute(statement).scalar_one())


def add_deliveries(connection: Connection, batch_id: int, new: NewDelivery, enrolments: Sequence[int]) -> None:
    """Insert deliveries of a batch, one for each enrolment, which is all that they differ in from `new`.

    The database refuses one that was already made.
    """
    _add_deliveries.run(
        connection, b_ids=list(enrolments), b_kind=new.kind, b_lesson=new.lesson, b_occasion=new.occasion,
        b_at=new.slot_at, b_on=new.slot_on, b_batch=batch_id,
    )  # fmt: skip


@prepared
def _add_deliveries(dialect: str) -> Insert:
    ids = among(dialect, "b_ids", BigInteger()).subquery("those")
    names = ("kind", "lesson_id", "occasion", "slot_at", "slot_on", "batch_id")
    parameters = ("b_kind", "b_lesson", "b_occasion", "b_at", "b_on", "b_batch")
    alike = (bindparam(given, type_=delivery.c[name].type) for name, given in zip(names, parameters, strict=True))
    return insert(delivery).from_select(["enrolment_id", *names], select(*ids.c, *alike))


def add_alone(
    connection: Connection, course_id: int, variant_id: int, new: NewDelivery, not_before: datetime, *,
    resent: bool = False, reason: str = "",
) -> int:  # fmt: skip
    """Insert a delivery outside the course's order, in a batch of its own that a tick takes up; its id.

    No claim makes it, so no enrolment waits for it. `resent` is a further occasion of what was sent before, which
    moves nobody on.
    """
    values = {"course_id": course_id, "variant_id": variant_id, "state": BatchState.RETRY, "not_before": not_before}
    statement = insert(batch).values(**values, reason=reason).returning(batch.c.id)
    batch_id = int(connection.execute(statement).scalar_one())
    names = {"enrolment_id": new.enrolment, "kind": new.kind, "lesson_id": new.lesson, "occasion": new.occasion}
    slot = {"slot_at": new.slot_at, "slot_on": new.slot_on, "batch_id": batch_id, "resent": resent}
    return int(connection.execute(insert(delivery).values(**names, **slot).returning(delivery.c.id)).scalar_one())


def add_unmade(connection: Connection, new: NewDelivery, waiting: int | None, reason: str) -> None:
    """Record as failed a delivery whose email could not be made: a new one, or the one that was waiting."""
    if waiting is not None:
        fail(connection, {waiting: reason})
        return
    values = {"slot_at": new.slot_at, "slot_on": new.slot_on, "outcome": Outcome.FAILED, "reason": reason[:500]}
    names = {"enrolment_id": new.enrolment, "kind": new.kind, "lesson_id": new.lesson, "occasion": new.occasion}
    connection.execute(insert(delivery).values(**names, **values))


def rebatch(connection: Connection, delivery_id: int, batch_id: int, slot_at: datetime, slot_on: date) -> None:
    """Put a delivery that waits into a batch, at a new slot; not one that events have proved to be taken meanwhile."""
    values = {"batch_id": batch_id, "slot_at": slot_at, "slot_on": slot_on}
    waits = (delivery.c.id == delivery_id, delivery.c.outcome.is_(None))
    connection.execute(update(delivery).where(*waits).values(**values))


def lock_waiting(connection: Connection, deliveries: Collection[int]) -> bool:
    """Keep others from changing deliveries that wait, until this transaction ends; whether all of them still wait.

    They are locked as events lock them, before anything else is: so two transactions never wait for each other.
    """
    return not deliveries or len(_lock_waiting.rows(connection, b_ids=list(deliveries))) == len(deliveries)


@prepared
def _lock_waiting(dialect: str) -> Select[Any]:
    those = (delivery.c.id.in_(among(dialect, "b_ids", BigInteger())), delivery.c.outcome.is_(None))
    return select(delivery.c.id).where(*those).order_by(delivery.c.id).with_for_update()


def lock_uncertain(connection: Connection, enrolments: Collection[int]) -> None:
    """Wait for what is being recorded of the uncertain batches of some enrolments; nobody proves them taken meanwhile.

    So whoever moves those enrolments on knows if they are through, or events find them moved on.
    """
    if enrolments:
        theirs = select(delivery.c.batch_id).where(delivery.c.enrolment_id.in_(enrolments))
        found = select(batch.c.id).where(batch.c.id.in_(theirs), batch.c.state == BatchState.UNCERTAIN)
        connection.execute(found.order_by(batch.c.id).with_for_update()).all()


def split_off(
    connection: Connection, batch_id: int, deliveries: Sequence[int], owner: str, lease_until: datetime
) -> int:
    """Move deliveries of a batch into a claimed batch of their own; that batch's id."""
    course_id, variant_id = connection.execute(
        select(batch.c.course_id, batch.c.variant_id).where(batch.c.id == batch_id)
    ).one()
    apart = create(connection, course_id, variant_id, owner, lease_until)
    ids = tuple(deliveries)
    open_ = (delivery.c.id.in_(ids), delivery.c.batch_id == batch_id, delivery.c.outcome.is_(None))
    connection.execute(update(delivery).where(*open_).values(batch_id=apart))
    theirs = select(delivery.c.enrolment_id).where(delivery.c.id.in_(ids))
    moved = update(enrolment).where(enrolment.c.id.in_(theirs), enrolment.c.batch_id == batch_id)
    connection.execute(moved.values(batch_id=apart))
    return apart


def is_to_send(connection: Connection, batch_id: int, owner: str) -> bool:
    """Whether a batch is claimed by `owner`, and stays so until this transaction ends."""
    mine = (batch.c.id == batch_id, batch.c.state == BatchState.CLAIMED, batch.c.owner == owner)
    return connection.execute(select(batch.c.id).where(*mine).with_for_update()).first() is not None


def open_deliveries(connection: Connection, batch_id: int) -> list[int]:
    """The deliveries of a batch that have no outcome of their own."""
    found = select(delivery.c.id).where(delivery.c.batch_id == batch_id, delivery.c.outcome.is_(None))
    return list(connection.execute(found.order_by(delivery.c.id)).scalars())


def cancel(connection: Connection, reasons: Mapping[int, str]) -> None:
    """Cancel deliveries, each with its reason."""
    _settle(connection, Outcome.CANCELLED, reasons)


def fail(connection: Connection, reasons: Mapping[int, str]) -> None:
    """Record that deliveries were refused, each with its reason."""
    _settle(connection, Outcome.FAILED, reasons)


def _settle(connection: Connection, outcome: Outcome, reasons: Mapping[int, str]) -> None:
    if not reasons:
        return
    statement = update(delivery).where(delivery.c.id == bindparam("b_id"), delivery.c.outcome.is_(None))
    rows = [{"b_id": id_, "b_reason": reason[:500]} for id_, reason in reasons.items()]
    connection.execute(statement.values(outcome=outcome, reason=bindparam("b_reason")), rows)
    set_free(connection, tuple(reasons))


def claimed_by(connection: Connection, owner: str, limit: int | None = None) -> list[int]:
    """The batches, at most `limit`, that `owner` holds and has yet to send, what somebody waits for first.

    None is of a held course.
    """
    joined = batch.join(course, course.c.id == batch.c.course_id).join(variant, variant.c.id == batch.c.variant_id)
    found = (
        select(batch.c.id)
        .select_from(joined)
        .where(UNDER_WAY, batch.c.state == BatchState.CLAIMED, batch.c.owner == owner, course.c.held.is_(False))
    )
    not_awaited = variant.c.kind.not_in((DeliveryKind.CONFIRM, *NOTICES))
    return list(connection.execute(found.order_by(not_awaited, batch.c.id).limit(limit)).scalars())


def under_way(connection: Connection, owner: str) -> list[Foreign]:
    """The batches claimed or being sent, but for what `owner` has claimed and is yet to send."""
    columns = batch.c["id", "state", "owner", "lease_until", "repeatable"]
    claimed_by_others = (batch.c.state == BatchState.CLAIMED) & (batch.c.owner != owner)
    open_ = (batch.c.state == BatchState.SENDING) | claimed_by_others
    found = connection.execute(select(*columns).where(UNDER_WAY, open_).order_by(batch.c.id))
    return [Foreign(id_, BatchState(state), *rest) for id_, state, *rest in found]


def take_over(connection: Connection, found: Foreign, owner: str, lease_until: datetime) -> bool:
    """Take a claimed batch from an owner that is gone; whether it still was that owner's."""
    return _moved(connection, found, {"owner": owner, "lease_until": lease_until})


def give_up(connection: Connection, found: Foreign) -> bool:
    """Call a batch uncertain whose owner vanished while sending; whether it still was that owner's."""
    values = {"state": BatchState.UNCERTAIN, "reason": "its sender vanished during the request"}
    return _moved(connection, found, values)


def _moved(connection: Connection, found: Foreign, values: Mapping[str, object]) -> bool:
    """Change a batch if it still is what and whose it was found to be; whether it was."""
    lease = batch.c.lease_until
    unchanged = lease.is_(None) if found.lease_until is None else lease == found.lease_until
    same = (batch.c.id == found.id, batch.c.state == found.state, batch.c.owner == found.owner)
    return connection.execute(update(batch).where(*same, unchanged).values(**values)).rowcount == 1


def send_again(connection: Connection, found: Foreign, owner: str, lease_until: datetime) -> bool:
    """Take a batch that an owner vanished while sending, where doing it twice changes nothing."""
    return _moved(connection, found, {"state": BatchState.CLAIMED, "owner": owner, "lease_until": lease_until})


def renew(connection: Connection, owner: str, lease_until: datetime) -> None:
    """Lengthen the lease on what `owner` has claimed. A request is given up on before its own lease ends."""
    mine = (UNDER_WAY, batch.c.owner == owner, batch.c.state == BatchState.CLAIMED)
    connection.execute(update(batch).where(*mine).values(lease_until=lease_until))


def begin(
    connection: Connection, batch_id: int, owner: str, now: datetime, lease_until: datetime, *, told: bool = True,
    repeatable: bool = False,
) -> Begun | None:  # fmt: skip
    """Move a batch from claimed to sending; None where it is not `owner`'s to send, or its course is held.

    `now` is the tick's moment, as of which it is known as begun; the lease counts by the machine's clock (both UTC).
    `told` is whether events will tell of it, `repeatable` whether carrying it twice changes nothing: what is known of
    its mailer, since the next tick may have another.
    """
    far_later = now + _SET_BACK
    changed = _begin.run(
        connection, b_id=batch_id, b_owner=owner, b_now=now, b_far_later=far_later, b_lease=lease_until, b_told=told,
        b_repeatable=repeatable,
    )  # fmt: skip
    if changed != 1:
        return None
    columns = (batch.c.id, course.c.slug, course.c.edition_id, batch.c.variant_id, batch.c.attempt)
    joined = batch.join(course, course.c.id == batch.c.course_id)
    return Begun(*connection.execute(select(*columns).select_from(joined).where(batch.c.id == batch_id)).one())


@prepared
def _begin(_dialect: str) -> Update:
    """The move to `sending`, with how the batch stands to all that began before it.

    `begun` tells which of two batches began later, whatever the clocks said; those that begin at once may share it.
    `behind` is the first moment of an earlier one that is later than this one's by far, if there is one. Once it has
    passed, this one's clock is known to have been behind; until then the other's may as well have been ahead.
    """
    earlier = batch.alias()
    begun = select(func.coalesce(func.max(earlier.c.begun), 0) + 1).scalar_subquery()
    far_later = earlier.c.sending_at > bindparam("b_far_later")
    behind = select(func.min(earlier.c.sending_at)).where(far_later).scalar_subquery()
    free = select(course.c.id).where(course.c.id == batch.c.course_id, course.c.held.is_(False)).exists()
    mine = (batch.c.state == BatchState.CLAIMED, batch.c.owner == bindparam("b_owner"), free)
    return (
        update(batch)
        .where(batch.c.id == bindparam("b_id"), *mine)
        .values(
            state=BatchState.SENDING, sending_at=bindparam("b_now"), begun=begun, behind=behind,
            told=bindparam("b_told"), repeatable=bindparam("b_repeatable"), lease_until=bindparam("b_lease"),
            attempt=batch.c.attempt + 1,
        )
    )  # fmt: skip


def recipient() -> tuple[ColumnElement[str], ColumnElement[str | None]]:
    """Where a delivery goes: an address and its compared form, which is NULL where nobody is there to get it.

    For a query that joins its subscriber, and its change of address where there is one.
    """
    to_another = delivery.c.kind.in_(TO_ANOTHER)
    erased = subscriber.c.email_key.is_(None)
    return (
        case((to_another, address_change.c.email), else_=subscriber.c.email),
        case((erased, None), (to_another, address_change.c.email_key), else_=subscriber.c.email_key),
    )


def keep(connection: Connection, batch_id: int, owner: str, lease_until: datetime) -> bool:
    """Lengthen the lease of a batch that `owner` is sending; whether it still is."""
    mine = (batch.c.id == batch_id, batch.c.state == BatchState.SENDING, batch.c.owner == owner)
    return connection.execute(update(batch).where(*mine).values(lease_until=lease_until)).rowcount == 1


def settle(
    connection: Connection, batch_id: int, owner: str, state: BatchState, *, reason: str = "", message_id: str = "",
    not_before: datetime | None = None,
) -> bool:  # fmt: skip
    """Record what became of a batch that `owner` was sending; False where it was no longer its.

    One that was given up on meanwhile, and called uncertain, is settled by the answer all the same.
    """
    under_way = batch.c.state.in_((BatchState.SENDING, BatchState.UNCERTAIN))
    sent = (batch.c.id == batch_id, under_way, batch.c.owner == owner)
    values = {"state": state, "reason": reason[:500], "message_id": message_id[:200], "not_before": not_before}
    return connection.execute(update(batch).where(*sent).values(**values)).rowcount == 1


def settle_claimed(
    connection: Connection, owner: str, state: BatchState, *, reason: str, not_before: datetime | None,
    of_held: bool = False,
) -> list[int]:  # fmt: skip
    """Put all that `owner` has claimed, and not begun, into `state`, without a request; the batches.

    With `of_held` only those of courses that are held.
    """
    wanted = select(course.c.id).where(course.c.held.is_(True)) if of_held else select(course.c.id)
    mine = (UNDER_WAY, batch.c.state == BatchState.CLAIMED, batch.c.owner == owner, batch.c.course_id.in_(wanted))
    values = {"state": state, "reason": reason[:500], "not_before": not_before}
    return list(connection.execute(update(batch).where(*mine).values(**values).returning(batch.c.id)).scalars())


def hold(connection: Connection, batch_id: int, owner: str, reason: str) -> bool:
    """Hold a batch that `owner` has claimed and not begun; whether it still was that."""
    mine = (batch.c.id == batch_id, batch.c.state == BatchState.CLAIMED, batch.c.owner == owner)
    held = update(batch).where(*mine).values(state=BatchState.HELD, reason=reason[:500])
    return connection.execute(held).rowcount == 1


def open_count(connection: Connection, ids: Sequence[int]) -> int:
    """How many open deliveries the batches hold together."""
    if not ids:
        return 0
    found = select(func.count()).where(delivery.c.batch_id.in_(ids), delivery.c.outcome.is_(None))
    return int(connection.execute(found).scalar_one())
