"""The query for whom a batch goes to, as they stand at the moment of sending."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    select,
    text,
    type_coerce,
)

from sender.model import OF_THE_COURSE, TO_ANOTHER, DeliveryKind, Outcome
from sender.store.batches import recipient
from sender.store.enrolments import Ahead
from sender.store.plain import as_text, mapping, moment, seconds
from sender.store.prepared import prepared
from sender.store.tables import address_change, delivery, enrolment, subscriber


class Addressee(NamedTuple):
    """One delivery of a batch, as its person stands at the moment of sending.

    `email` is where it goes, which is another address than the person's where it is to ask for that one; `email_key` is
    None where nobody is there to get it. `told` is whether an event has told of it already, and `left` the batch of
    which it was let go before; `needless` whether the same email was taken from an earlier delivery. Moments are Unix
    seconds, `overrides` and `attributes` JSON. A tuple, as the database gives it: there may be a thousand.
    """

    delivery: int
    told: bool
    left: int | None
    needless: bool
    slot_at: int
    resent: bool
    enrolment: int
    status: str
    course: int
    track: str
    overrides: str
    next_due_at: int | None
    email: str
    email_key: str | None
    first_name: str
    last_name: str
    zone: str
    attributes: str

    @property
    def name(self) -> str:
        """The person's name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def fields(self) -> dict[str, str]:
        """What is known of the person, by the names that a course may declare."""
        own = {"first_name": self.first_name, "last_name": self.last_name, "email": self.email, "timezone": self.zone}
        return {**mapping(self.attributes), **own}

    @property
    def ahead(self) -> Ahead:
        """What decides when their next email comes."""
        due = None if self.next_due_at is None else moment(self.next_due_at)
        return Ahead(self.enrolment, self.track, mapping(self.overrides), self.zone, due)


def addressees(connection: Connection, batch_id: int, kind: DeliveryKind) -> list[Addressee]:
    """The deliveries of a batch of emails of a kind that are still open, with their people as they are now."""
    query = _to_another if kind in TO_ANOTHER else _to_themselves
    return list(map(Addressee._make, query.rows(connection, b_batch=batch_id)))


@prepared
def _to_themselves(_dialect: str) -> Select[Any]:
    return _found(subscriber.c.email, subscriber.c.email_key).select_from(_PEOPLE)


@prepared
def _to_another(_dialect: str) -> Select[Any]:
    changed = _PEOPLE.outerjoin(address_change, address_change.c.delivery_id == delivery.c.id)
    return _found(*recipient()).select_from(changed)


_PEOPLE = delivery.join(enrolment, enrolment.c.id == delivery.c.enrolment_id).join(
    subscriber, subscriber.c.id == enrolment.c.subscriber_id
)


def _found(*address: Any) -> Select[Any]:
    columns = (
        delivery.c.id, type_coerce(delivery.c.seen.is_not(None), Integer), delivery.c.left_batch_id,
        type_coerce(_needless(), Integer), seconds(delivery.c.slot_at), type_coerce(delivery.c.resent, Integer),
        *enrolment.c["id", "status", "course_id", "track"], as_text(enrolment.c.overrides),
        seconds(enrolment.c.next_due_at), *address, *subscriber.c["first_name", "last_name", "zone"],
        as_text(subscriber.c.attributes),
    )  # fmt: skip
    open_ = (delivery.c.batch_id == bindparam("b_batch"), delivery.c.outcome.is_(None))
    return select(*columns).where(*open_).order_by(delivery.c.id)


def _needless() -> ColumnElement[bool]:
    """Whether an earlier occasion of an email of the course, which was cancelled, is known to have been taken.

    Nothing is looked for where there is no earlier one. What an operator sent again is to come a second time.
    """
    before = delivery.alias()
    same = (
        before.c.enrolment_id == delivery.c.enrolment_id, before.c.kind == delivery.c.kind,
        func.coalesce(before.c.lesson_id, text("0")) == func.coalesce(delivery.c.lesson_id, text("0")),
        before.c.occasion < delivery.c.occasion, before.c.resent.is_(False), before.c.outcome == Outcome.ACCEPTED,
    )  # fmt: skip
    taken = select(before.c.id).where(*same).exists()
    again = and_(delivery.c.occasion > 0, delivery.c.resent.is_(False), delivery.c.kind.in_(OF_THE_COURSE))
    return case((again, taken), else_=false())
