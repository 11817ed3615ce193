"""Queries about events: which are known, what their deliveries are, and what follows from them. All are about many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    Select,
    Text,
    Update,
    bindparam,
    func,
    select,
    type_coerce,
    update,
)

from sender.model import BatchState, DeliveryKind, EnrolmentStatus, Seen, Suppressed
from sender.store.batches import recipient
from sender.store.memberships import end_everywhere, end_on_course
from sender.store.prepared import among, cursor_of, prepared
from sender.store.proofs import UNSURE
from sender.store.suppressions import EVERYTHING, WEAKER
from sender.store.tables import address_change, batch, consent, delivery, enrolment, event, subscriber


@dataclass(frozen=True, slots=True)
class Whose:
    """The course of a delivery, and the address that it goes to, in compared form: None where its person was erased."""

    course: int
    email_key: str | None


@prepared
def _known(dialect: str) -> Select[Any]:
    return select(event.c.id).where(event.c.id.in_(among(dialect, "b_ids", Text())))


def known(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Which of the events are kept already."""
    return {id_ for (id_,) in _known.rows(connection, b_ids=list(ids))}


class Delivery(NamedTuple):
    """A delivery of which an event tells: what is known of it, the batch it is in, and whether it ended apart from it.

    `left` is the batch of which it was let go before. A tuple, as the database gives it, since a body tells of a
    thousand.
    """

    id: int
    seen: str | None
    batch: int | None
    left: int | None
    outcome: str | None


@prepared
def _deliveries(dialect: str) -> Select[Any]:
    columns = delivery.c["id", "seen", "batch_id", "left_batch_id", "outcome"]
    found = select(*columns).where(delivery.c.id.in_(among(dialect, "b_ids", BigInteger())))
    # In one order, so that two transactions do not wait for each other. SQLite has one writer anyway.
    return found.order_by(delivery.c.id).with_for_update()


def deliveries(connection: Connection, ids: Collection[int]) -> dict[int, Delivery]:
    """The deliveries of those ids that there are; nobody else changes them until this transaction ends."""
    rows = _deliveries.rows(connection, b_ids=list(ids)) if ids else ()
    return {row[0]: Delivery._make(row) for row in rows}


class Unsettled(NamedTuple):
    """A batch that is not known to have been taken; whether it ever `began` to be sent."""

    id: int
    state: str
    began: bool


@prepared
def _unsettled(dialect: str) -> Select[Any]:
    those = batch.c.id.in_(among(dialect, "b_ids", BigInteger()))
    unsure = batch.c.state.in_(UNSURE) | batch.c.sending_at.is_(None)
    columns = (batch.c.id, batch.c.state, type_coerce(batch.c.sending_at.is_not(None), Integer))
    return select(*columns).where(those, unsure).order_by(batch.c.id)


def unsettled(connection: Connection, batches: Collection[int]) -> list[Unsettled]:
    """Those of the batches that may or may not have been taken, or that never began.

    One that another transaction takes up again at this moment is left to that, which asks once more before it begins.
    """
    rows = _unsettled.rows(connection, b_ids=list(batches)) if batches else []
    found = [Unsettled(id_, state, bool(began)) for id_, state, began in rows]
    waiting = [one.id for one in found if one.state == BatchState.RETRY]
    if not waiting:
        return found
    free = select(batch.c.id).where(batch.c.id.in_(waiting), batch.c.state == BatchState.RETRY).order_by(batch.c.id)
    ours = set(connection.execute(free.with_for_update(skip_locked=True)).scalars())
    return [one for one in found if one.state != BatchState.RETRY or one.id in ours]


@prepared
def _whose(dialect: str) -> Select[Any]:
    joined = (
        delivery.join(enrolment, enrolment.c.id == delivery.c.enrolment_id)
        .join(subscriber, subscriber.c.id == enrolment.c.subscriber_id)
        .outerjoin(address_change, address_change.c.delivery_id == delivery.c.id)
    )
    _, email_key = recipient()
    found = select(delivery.c.id, enrolment.c.course_id, email_key).select_from(joined)
    return found.where(delivery.c.id.in_(among(dialect, "b_ids", BigInteger())))


def whose(connection: Connection, ids: Collection[int]) -> dict[int, Whose]:
    """Whose deliveries those are."""
    rows = _whose.rows(connection, b_ids=list(ids)) if ids else ()
    return {id_: Whose(course, key) for id_, course, key in rows}


@prepared
def _latest_consents(dialect: str) -> Select[Any]:
    joined = consent.join(enrolment, enrolment.c.id == consent.c.enrolment_id).join(
        subscriber, subscriber.c.id == enrolment.c.subscriber_id
    )
    found = select(subscriber.c.email_key, func.max(consent.c.at)).select_from(joined).group_by(subscriber.c.email_key)
    return found.where(
        subscriber.c.email_key.in_(among(dialect, "b_keys", Text())), consent.c.how == bindparam("b_how")
    )


def latest_consents(connection: Connection, email_keys: Collection[str], how: str) -> dict[str, datetime]:
    """When those who have the addresses now last agreed to anything in that way (UTC)."""
    rows = _latest_consents.rows(connection, b_keys=list(email_keys), b_how=how) if email_keys else ()
    return dict(rows)


def add(connection: Connection, events: Sequence[tuple[str, int | None, str, int]]) -> None:
    """Keep events: id, delivery, type and Unix second of each. One that another transaction has kept meanwhile stays.

    The driver gets them as they are: a body brings a thousand, and nothing else in it takes as long.
    """
    values = "%s, %s, %s, %s" if connection.dialect.name == "postgresql" else "?, ?, ?, ?"
    statement = f"INSERT INTO event (id, delivery_id, type, at) VALUES ({values}) ON CONFLICT DO NOTHING"  # noqa: S608
    if events:
        cursor_of(connection).executemany(statement, events)


@prepared
def _set_seen(dialect: str) -> Update:
    those = delivery.c.id.in_(among(dialect, "b_ids", BigInteger()))
    return update(delivery).where(those).values(seen=bindparam("b_seen"))


def set_seen(connection: Connection, seen: Mapping[int, Seen]) -> None:
    """Write down the strongest that is known of each delivery."""
    alike: dict[Seen, list[int]] = defaultdict(list)
    for id_, now in seen.items():
        alike[now].append(id_)
    for now, ids in alike.items():
        _set_seen.run(connection, b_ids=ids, b_seen=now)


def end(connection: Connection, stopped: Mapping[tuple[str, int], Suppressed], now: datetime) -> int:
    """End what people are on whose addresses get no more email: `stopped` says of which scope, and why. How many.

    The latest place on each course carries the strongest reason, whichever came first.
    """
    places = _places(connection, {key for key, _ in stopped})
    ended = 0
    stronger: dict[Suppressed, list[int]] = defaultdict(list)
    for (key, scope), reason in sorted(stopped.items()):
        mine = [place for place in places.get(key, ()) if scope in {EVERYTHING, place.course}]
        if any(place.is_open for place in mine):
            person = mine[0].person
            everywhere = scope == EVERYTHING
            ended += (
                end_everywhere(connection, person, reason, now)
                if everywhere
                else end_on_course(connection, person, scope, reason, now)
            )
        latest = {place.course: place for place in mine}.values()
        stronger[reason] += [place.id for place in latest if place.reason in WEAKER[reason]]
    for reason, ids in stronger.items():
        if ids:
            connection.execute(update(enrolment).where(enrolment.c.id.in_(ids)).values(ended_reason=reason))
    return ended


@dataclass(frozen=True, slots=True)
class _Place:
    """A person's place on a course, ended or not; why it ended."""

    id: int
    person: int
    course: int
    is_open: bool
    reason: str


@prepared
def _places_of(dialect: str) -> Select[Any]:
    columns = (subscriber.c.email_key, *enrolment.c["id", "subscriber_id", "course_id", "status", "ended_reason"])
    joined = enrolment.join(subscriber, subscriber.c.id == enrolment.c.subscriber_id)
    those = subscriber.c.email_key.in_(among(dialect, "b_keys", Text()))
    return select(*columns).select_from(joined).where(those).order_by(enrolment.c.id)


def _places(connection: Connection, keys: set[str]) -> dict[str, list[_Place]]:
    """All places of those who have the addresses now, in the order in which they were taken."""
    places: dict[str, list[_Place]] = defaultdict(list)
    for key, id_, person, course, status, reason in _places_of.rows(connection, b_keys=list(keys)):
        places[key].append(_Place(id_, person, course, status != EnrolmentStatus.ENDED, reason))
    return places


@dataclass(frozen=True, slots=True)
class Told:
    """What events have told of one email of a course: of how many deliveries each type. `lesson` is None for others."""

    kind: DeliveryKind
    lesson: int | None
    accepted: int
    types: Mapping[str, int]


def told_of_emails(connection: Connection, course_id: int) -> list[Told]:
    """What is known of each email of a course, in the order in which it was first sent.

    A delivery counts once for each type, however often SendGrid told of it. Reads all events of the course.
    """
    place = delivery.c["kind", "lesson_id"]
    ours = delivery.join(enrolment, enrolment.c.id == delivery.c.enrolment_id)
    accepted = (
        select(*place, func.count())
        .select_from(ours.join(batch, batch.c.id == delivery.c.batch_id))
        .where(
            enrolment.c.course_id == course_id, func.coalesce(delivery.c.outcome, batch.c.state) == BatchState.ACCEPTED
        )
        .group_by(*place)
        .order_by(func.min(delivery.c.id))
    )
    events_of_each = (
        select(*place, event.c.type, func.count(delivery.c.id.distinct()))
        .select_from(ours.join(event, event.c.delivery_id == delivery.c.id))
        .where(enrolment.c.course_id == course_id)
        .group_by(*place, event.c.type)
    )
    types: dict[tuple[str, int | None], dict[str, int]] = defaultdict(dict)
    for row in connection.execute(events_of_each):
        types[row[0], row[1]][row[2]] = row[3]
    rows = connection.execute(accepted)
    return [Told(DeliveryKind(row[0]), row[1], row[2], types[row[0], row[1]]) for row in rows]
