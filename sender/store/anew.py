"""Queries about batches whose emails the live edition makes anew, since what they were made by cannot be read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from sender.model import BatchState, DeliveryKind
from sender.store.batches import create
from sender.store.tables import batch, course, delivery, enrolment, variant


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What the email of a batch is: its variant, kind and lesson. `live` is the edition of its course that is live."""

    variant: int
    live: int
    kind: DeliveryKind
    lesson: int | None


def made_of(connection: Connection, ids: Collection[int]) -> dict[int, MadeOf]:
    """What the emails of batches are, by batch."""
    if not ids:
        return {}
    joined = batch.join(course, course.c.id == batch.c.course_id).join(variant, variant.c.id == batch.c.variant_id)
    columns = (batch.c.id, variant.c.id, course.c.edition_id, variant.c.kind, variant.c.lesson_id)
    found = connection.execute(select(*columns).select_from(joined).where(batch.c.id.in_(ids)))
    return {id_: MadeOf(made, live, DeliveryKind(kind), lesson) for id_, made, live, kind, lesson in found}


def give_back(connection: Connection, batch_id: int, owner: str, reason: str, not_before: datetime) -> bool:
    """Have a batch taken up again that `owner` has claimed and not begun; whether it still was that."""
    mine = (batch.c.id == batch_id, batch.c.state == BatchState.CLAIMED, batch.c.owner == owner)
    again = update(batch).where(*mine).values(state=BatchState.RETRY, reason=reason[:500], not_before=not_before)
    return connection.execute(again).rowcount == 1


def succeed(
    connection: Connection, batch_id: int, variant_id: int, deliveries: Sequence[int], owner: str, lease_until: datetime
) -> int:
    """A claimed batch of another variant, to which deliveries of a batch are about to come; its id.

    Whoever waits for that batch waits for the new one from now on.
    """
    course_id = connection.execute(select(batch.c.course_id).where(batch.c.id == batch_id)).scalar_one()
    new = create(connection, course_id, variant_id, owner, lease_until)
    theirs = select(delivery.c.enrolment_id).where(delivery.c.id.in_(deliveries))
    waiting = update(enrolment).where(enrolment.c.id.in_(theirs), enrolment.c.batch_id == batch_id)
    connection.execute(waiting.values(batch_id=new))
    return new


def take_in(connection: Connection, batch_id: int, deliveries: Sequence[int]) -> int:
    """Put deliveries into a batch that are in none, at the slots that they have; how many that was true of."""
    free = (delivery.c.id.in_(deliveries), delivery.c.batch_id.is_(None), delivery.c.outcome.is_(None))
    return connection.execute(update(delivery).where(*free).values(batch_id=batch_id)).rowcount
