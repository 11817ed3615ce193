"""Queries about people who ask for a course: what is known of them, and what became of those who never confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Exists, Table, exists, func, select, update

from sender.model import BatchState, DeliveryKind, EnrolmentStatus, Outcome
from sender.store.enrolments import BLOCKING
from sender.store.inserting import minding_insert
from sender.store.tables import PENDING, batch, consent, delivery, enrolment, subscriber

OPEN = (EnrolmentStatus.PENDING, EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED)
"""Of these a person has at most one on a course."""

NEVER_CONFIRMED = "never confirmed"
"""Why an enrolment ended that was asked for, and not confirmed for a month."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's enrolment on a course.

    `on_its_way` is whether its confirmation is yet to be sent, `by_form` whether it was asked for on a page or by a
    program, and not imported.
    """

    id: int
    status: EnrolmentStatus
    on_its_way: bool
    by_form: bool


def person_of(connection: Connection, email_key: str, values: Mapping[str, object]) -> int:
    """The subscriber of an address, added with these values where there is none; its id."""
    _add_once(connection, subscriber, {"email_key": email_key, **values})
    return int(connection.execute(select(subscriber.c.id).where(subscriber.c.email_key == email_key)).scalar_one())


def enrol_once(connection: Connection, values: Mapping[str, object]) -> int | None:
    """Insert an enrolment; its id, or None where the person has an open one on the course already."""
    return _add_once(connection, enrolment, values)


def _add_once(connection: Connection, table: Table, values: Mapping[str, object]) -> int | None:
    """Insert a row, unless it would be a second one; its id.

    That it is none is not looked for first: another process could add it in between.
    """
    new = minding_insert(connection, table).values(**values).on_conflict_do_nothing()
    return connection.execute(new.returning(table.c.id)).scalar()


def _asked_for_by_form() -> Exists:
    """Whether an enrolment was made by what somebody typed: only then is there a consent of that very moment."""
    return exists().where(consent.c.enrolment_id == enrolment.c.id, consent.c.at == enrolment.c.created_at)


def standing(connection: Connection, subscriber_id: int, course_id: int) -> Standing | None:
    """How a person stands on a course: by the enrolment that is open, else the latest; None where there is none."""
    blocked = func.coalesce(batch.c.state.in_(BLOCKING), False)
    found = (
        select(enrolment.c.id, enrolment.c.status, enrolment.c.next_due_at, blocked, _asked_for_by_form())
        .select_from(enrolment.outerjoin(batch, batch.c.id == enrolment.c.batch_id))
        .where(enrolment.c.subscriber_id == subscriber_id, enrolment.c.course_id == course_id)
        .order_by(enrolment.c.status.not_in(OPEN), enrolment.c.id.desc())
        .limit(1)
    )
    row = connection.execute(found).one_or_none()
    if row is None:
        return None
    id_, status, due, waits, by_form = row
    return Standing(id_, EnrolmentStatus(status), due is not None or bool(waits), bool(by_form))


def is_unproven(connection: Connection, subscriber_id: int) -> bool:
    """Whether all that is known of a person is what forms said that nobody confirmed."""
    never = func.coalesce(enrolment.c.ended_from, enrolment.c.status) == EnrolmentStatus.PENDING
    other = select(enrolment.c.id).where(enrolment.c.subscriber_id == subscriber_id, ~(never & _asked_for_by_form()))
    return connection.execute(other.limit(1)).first() is None


def confirmations_since(connection: Connection, subscriber_id: int, since: datetime) -> int:
    """How many confirmations were sent to a person after a moment, or are about to be."""
    sent = (
        select(func.count())
        .select_from(delivery.join(enrolment, enrolment.c.id == delivery.c.enrolment_id))
        .where(enrolment.c.subscriber_id == subscriber_id, delivery.c.kind == DeliveryKind.CONFIRM)
        .where(delivery.c.slot_at > since, func.coalesce(delivery.c.outcome, "") != Outcome.CANCELLED)
    )
    due = (
        select(func.count())
        .where(enrolment.c.subscriber_id == subscriber_id, enrolment.c.status == EnrolmentStatus.PENDING)
        .where(enrolment.c.next_due_at.is_not(None))
    )
    return sum(int(connection.execute(statement).scalar_one()) for statement in (sent, due))


def ask_again(connection: Connection, enrolment_id: int, now: datetime) -> None:
    """Have the confirmation of a pending enrolment sent once more."""
    again = update(enrolment).where(enrolment.c.id == enrolment_id, enrolment.c.status == EnrolmentStatus.PENDING)
    connection.execute(again.values(next_due_at=now, due_since=now))


def set_track(connection: Connection, enrolment_id: int, track: str) -> None:
    """Change the track that a pending enrolment was asked for with."""
    pending = (enrolment.c.id == enrolment_id, enrolment.c.status == EnrolmentStatus.PENDING)
    connection.execute(update(enrolment).where(*pending).values(track=track))


@dataclass(frozen=True, slots=True)
class Begun:
    """What decides when somebody who confirms has their first email: their track, and what they chose for themselves.

    `last_at` (UTC) and `last_on` (local) are the slot of the latest lesson that they had on the course at any time.
    """

    track: str
    overrides: Mapping[str, str]
    last_at: datetime | None
    last_on: date | None


def begun(connection: Connection, enrolment_id: int) -> Begun:
    """The same for an enrolment that there is."""
    any_time = enrolment.alias()
    this = (enrolment.c.id == enrolment_id,)
    same = (any_time.c.subscriber_id == enrolment.c.subscriber_id, any_time.c.course_id == enrolment.c.course_id)
    theirs = select(any_time.c.id).where(*this, *same).scalar_subquery()
    lessons = delivery.outerjoin(batch, batch.c.id == delivery.c.batch_id)
    state = func.coalesce(delivery.c.outcome, batch.c.state, BatchState.CANCELLED.value)
    latest = (
        select(func.max(delivery.c.slot_at), func.max(delivery.c.slot_on))
        .select_from(lessons)
        .where(delivery.c.enrolment_id.in_(theirs), delivery.c.kind == DeliveryKind.LESSON)
        .where(delivery.c.resent.is_(False))
        .where(state != BatchState.CANCELLED)
    )
    track, overrides = connection.execute(select(enrolment.c.track, enrolment.c.overrides).where(*this)).one()
    last_at, last_on = connection.execute(latest).one()
    return Begun(track, overrides, last_at, last_on)


def never_confirmed(connection: Connection, before: datetime, limit: int) -> list[tuple[int, int]]:
    """At most `limit` enrolments, each with its person, that were last asked to confirm by a moment, and did not.

    One whose confirmation is yet to be sent is none of them.
    """
    lately = exists().where(
        delivery.c.enrolment_id == enrolment.c.id,
        delivery.c.kind == DeliveryKind.CONFIRM,
        delivery.c.slot_at > before,
    )
    found = (
        select(enrolment.c.id, enrolment.c.subscriber_id)
        .select_from(enrolment.outerjoin(batch, batch.c.id == enrolment.c.batch_id))
        .where(PENDING, enrolment.c.created_at <= before, enrolment.c.next_due_at.is_(None), ~lately)
        .where(batch.c.id.is_(None) | batch.c.state.not_in(BLOCKING))
        .order_by(enrolment.c.created_at)
        .limit(limit)
    )
    return [(int(id_), int(person)) for id_, person in connection.execute(found)]


def end_unconfirmed(connection: Connection, enrolments: Sequence[int], now: datetime) -> set[int]:
    """End those enrolments that are still pending; whose they were."""
    pending = (enrolment.c.id.in_(enrolments), enrolment.c.status == EnrolmentStatus.PENDING)
    values = {"status": EnrolmentStatus.ENDED, "ended_reason": NEVER_CONFIRMED, "ended_at": now}
    never = {"ended_from": EnrolmentStatus.PENDING, "next_due_at": None, "due_since": None}
    ended = update(enrolment).where(*pending).values(**values, **never)
    return set(connection.execute(ended.returning(enrolment.c.subscriber_id)).scalars())


def known_otherwise(connection: Connection, subscriber_ids: Iterable[int]) -> set[int]:
    """Which of the subscribers have an enrolment that did not end for want of a confirmation."""
    theirs = enrolment.c.subscriber_id.in_(tuple(subscriber_ids))
    found = select(enrolment.c.subscriber_id).where(theirs, enrolment.c.ended_reason != NEVER_CONFIRMED)
    return set(connection.execute(found).scalars())
