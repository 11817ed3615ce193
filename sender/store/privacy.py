"""Queries about all that is kept of one person: reading it, and taking it away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, String, cast, delete, func, or_, select, update
from sqlalchemy.sql.selectable import ScalarSelect

from sender.model import BatchState, Outcome
from sender.store import memberships
from sender.store.notices import hold_person
from sender.store.tables import (
    address_change,
    batch,
    consent,
    course,
    delivery,
    enrolment,
    event,
    lesson,
    quiz_answer,
    subscriber,
    variant,
    wording,
)

ERASED = "erased"
"""Why an enrolment ended, and a delivery was cancelled, whose person was erased."""

_NOT_YET_SENT = (BatchState.CLAIMED, BatchState.RETRY, BatchState.HELD)
_ERASED = "(erased)"


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber as kept: `fields` are all that is known of them by name, `created_at` is UTC."""

    id: int
    email: str
    email_key: str | None
    zone: str
    created_at: datetime
    erased_at: datetime | None
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """A person's enrolment as kept; moments are UTC, `course` a slug, `edition` the live one of that course."""

    id: int
    course: str
    edition: int
    track: str
    status: str
    ended_reason: str
    overrides: Mapping[str, str]
    start_at: datetime
    next_due_at: datetime | None
    created_at: datetime
    ended_at: datetime | None
    resume_on: date | None
    asked_at: datetime | None
    afresh: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """A person's delivery as kept, with the subject of its variant and the placeholders in that.

    `slot_at` is UTC; `seen` the most that is known to have become of it.
    """

    id: int
    enrolment: int
    kind: str
    lesson: str | None
    slot_at: datetime
    state: str
    reason: str
    seen: str | None
    subject: str
    placeholders: list[list[str]]
    salt: str


def person(connection: Connection, subscriber_id: int) -> Person | None:
    """A subscriber, or None where there is none."""
    columns = subscriber.c[
        "id", "email", "email_key", "zone", "created_at", "erased_at", "attributes", "first_name", "last_name"
    ]
    found = connection.execute(select(*columns).where(subscriber.c.id == subscriber_id)).one_or_none()
    if found is None:
        return None
    id_, email, key, zone, created, erased, attributes, first, last = found
    fields = {**attributes, "first_name": first, "last_name": last, "email": email, "timezone": zone}
    return Person(id_, email, key, zone, created, erased, fields)


def places(connection: Connection, subscriber_id: int) -> list[Place]:
    """A person's enrolments, the first one first."""
    columns = (
        enrolment.c.id, course.c.slug, course.c.edition_id,
        *enrolment.c["track", "status", "ended_reason", "overrides", "start_at", "next_due_at", "created_at"],
        *enrolment.c["ended_at", "resume_on", "asked_at", "afresh"],
    )  # fmt: skip
    joined = enrolment.join(course, course.c.id == enrolment.c.course_id)
    found = select(*columns).select_from(joined).where(enrolment.c.subscriber_id == subscriber_id)
    return [Place(*row) for row in connection.execute(found.order_by(enrolment.c.id))]


def mails(connection: Connection, subscriber_id: int) -> list[Mail]:
    """A person's deliveries in the order of their slots."""
    state = func.coalesce(delivery.c.outcome, batch.c.state, cast("waiting", String))
    columns = (
        *delivery.c["id", "enrolment_id", "kind"], lesson.c.slug, delivery.c.slot_at, state,
        *delivery.c["reason", "seen"], *variant.c["subject", "placeholders", "salt"],
    )  # fmt: skip
    joined = (
        delivery.outerjoin(lesson, lesson.c.id == delivery.c.lesson_id)
        .outerjoin(batch, batch.c.id == delivery.c.batch_id)
        .outerjoin(variant, variant.c.id == batch.c.variant_id)
    )
    found = select(*columns).select_from(joined).where(delivery.c.enrolment_id.in_(_enrolments(subscriber_id)))
    rows = connection.execute(found.order_by(delivery.c.slot_at, delivery.c.id))
    return [
        Mail(id_, place, kind, slug, slot_at, now, reason, seen, subject or "", tags or [], salt or "")
        for id_, place, kind, slug, slot_at, now, reason, seen, subject, tags, salt in rows
    ]


def events(connection: Connection, subscriber_id: int) -> list[tuple[int, str, str, datetime]]:
    """What is known to have become of a person's emails: delivery, the provider's id, type and moment (UTC)."""
    found = select(*event.c["delivery_id", "id", "type", "at"]).where(
        event.c.delivery_id.in_(_deliveries(subscriber_id))
    )
    return [(int(one), *rest) for one, *rest in connection.execute(found.order_by(event.c.at, event.c.id))]


def answers(connection: Connection, subscriber_id: int) -> list[tuple[int, str, str, datetime]]:
    """A person's answers to quizzes: enrolment, the quiz's id, the answer's letter, and the moment (UTC)."""
    columns = quiz_answer.c["enrolment_id", "quiz", "answer", "at"]
    found = select(*columns).where(quiz_answer.c.enrolment_id.in_(_enrolments(subscriber_id)))
    return [(int(one), *rest) for one, *rest in connection.execute(found.order_by(quiz_answer.c.at))]


def consents(connection: Connection, subscriber_id: int) -> list[tuple[int, datetime, str, str, str | None]]:
    """What a person agreed to: enrolment, moment (UTC), how, the hash of the wording, and its text where it is kept."""
    joined = consent.outerjoin(wording, wording.c.hash == consent.c.wording)
    columns = (*consent.c["enrolment_id", "at", "how", "wording"], wording.c.text)
    found = select(*columns).select_from(joined).where(consent.c.enrolment_id.in_(_enrolments(subscriber_id)))
    return [(int(one), *rest) for one, *rest in connection.execute(found.order_by(consent.c.id))]


def address_changes(connection: Connection, subscriber_id: int) -> list[tuple[int, str, datetime, datetime | None]]:
    """The changes of address that are kept of a person: delivery, address, when asked for and when done (UTC)."""
    columns = address_change.c["delivery_id", "email", "asked_at", "done_at"]
    found = select(*columns).where(address_change.c.delivery_id.in_(_deliveries(subscriber_id)))
    return [(int(one), *rest) for one, *rest in connection.execute(found.order_by(address_change.c.delivery_id))]


def course_slugs(connection: Connection) -> dict[int, str]:
    """Every course's slug by its id."""
    return {int(id_): str(slug) for id_, slug in connection.execute(select(course.c.id, course.c.slug))}


def erase_subscriber(connection: Connection, subscriber_id: int, now: datetime) -> bool:
    """Take away what is kept of a person, but for the ids, so that the figures stay true; False where there is nobody.

    Their enrolments end and what has not been sent is cancelled. The address is not suppressed by this, and SQLite's
    files are not rid of what was there before: see `Database.forget_overwritten`.
    """
    hold_person(connection, subscriber_id)
    known = person(connection, subscriber_id)
    if known is None or known.erased_at is not None:
        return False
    _cancel_open(connection, subscriber_id)
    memberships.end_everywhere(connection, subscriber_id, ERASED, now)
    _take_out_of_reasons(connection, known)
    _delete_details(connection, known)
    choices: dict[str, Any] = {"overrides": {}, "resume_on": None, "asked_at": None}
    connection.execute(update(enrolment).where(enrolment.c.subscriber_id == subscriber_id).values(**choices))
    nobody: dict[str, Any] = {"email": "", "email_key": None, "first_name": "", "last_name": "", "zone": ""}
    gone = update(subscriber).where(subscriber.c.id == subscriber_id)
    connection.execute(gone.values(**nobody, attributes={}, erased_at=now))
    return True


def _cancel_open(connection: Connection, subscriber_id: int) -> None:
    """Cancel what no request has begun for, and close the batches that nothing is left in, which nobody has taken."""
    waiting = select(batch.c.id).where(batch.c.state.in_(_NOT_YET_SENT))
    open_ = (
        delivery.c.enrolment_id.in_(_enrolments(subscriber_id)),
        delivery.c.outcome.is_(None),
        or_(delivery.c.batch_id.is_(None), delivery.c.batch_id.in_(waiting)),
    )
    cancelled = update(delivery).where(*open_).values(outcome=Outcome.CANCELLED, reason=ERASED)
    batches = connection.execute(cancelled.returning(delivery.c.batch_id)).scalars()
    touched = {int(one) for one in batches if one is not None}
    others = delivery.alias()
    still_open = select(others.c.id).where(others.c.batch_id == batch.c.id, others.c.outcome.is_(None)).exists()
    free = batch.c.state.in_((BatchState.RETRY, BatchState.HELD))
    empty = update(batch).where(batch.c.id.in_(touched), free, ~still_open)
    connection.execute(empty.values(state=BatchState.CANCELLED, not_before=None))


def _take_out_of_reasons(connection: Connection, known: Person) -> None:
    """A mailer that refuses somebody may name them: why a delivery failed goes, and an address in a batch's reason."""
    theirs = delivery.c.enrolment_id.in_(_enrolments(known.id))
    failed = update(delivery).where(theirs, delivery.c.outcome == Outcome.FAILED, delivery.c.reason != "")
    connection.execute(failed.values(reason=_ERASED))
    named = re.compile("|".join(re.escape(one) for one in (known.email, known.email_key) if one), re.IGNORECASE)
    of_theirs = batch.c.id.in_(select(delivery.c.batch_id).where(theirs))
    for id_, reason in connection.execute(select(batch.c.id, batch.c.reason).where(of_theirs, batch.c.reason != "")):
        if named.search(reason):
            without = named.sub(lambda _: _ERASED, reason)
            connection.execute(update(batch).where(batch.c.id == id_).values(reason=without))


def _delete_details(connection: Connection, known: Person) -> None:
    """Delete answers, events, and changes of address: the person's own, and others' to the address that is theirs."""
    connection.execute(delete(quiz_answer).where(quiz_answer.c.enrolment_id.in_(_enrolments(known.id))))
    connection.execute(delete(event).where(event.c.delivery_id.in_(_deliveries(known.id))))
    own = address_change.c.delivery_id.in_(_deliveries(known.id))
    to_theirs = (address_change.c.email_key == known.email_key) & address_change.c.done_at.is_(None)
    connection.execute(delete(address_change).where(or_(own, to_theirs)))


def _enrolments(subscriber_id: int) -> ScalarSelect[int]:
    return select(enrolment.c.id).where(enrolment.c.subscriber_id == subscriber_id).scalar_subquery()


def _deliveries(subscriber_id: int) -> ScalarSelect[int]:
    return select(delivery.c.id).where(delivery.c.enrolment_id.in_(_enrolments(subscriber_id))).scalar_subquery()
