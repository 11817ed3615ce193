"""Queries about people and their places on courses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from sender.model import EnrolmentStatus
from sender.store.inserting import minding_insert
from sender.store.tables import consent, enrolment, subscriber, wording


@dataclass(frozen=True, slots=True)
class Known:
    """A subscriber that is already there."""

    id: int
    attributes: Mapping[str, str]


def known_by_key(connection: Connection, email_keys: Iterable[str]) -> dict[str, Known]:
    """The subscribers of those addresses (in compared form)."""
    found = select(subscriber.c.email_key, subscriber.c.id, subscriber.c.attributes).where(
        subscriber.c.email_key.in_(tuple(email_keys))
    )
    return {email_key: Known(id_, attributes) for email_key, id_, attributes in connection.execute(found)}


def add(connection: Connection, people: Sequence[Mapping[str, object]]) -> None:
    """Insert subscribers; each mapping holds every column but the id."""
    if people:
        connection.execute(insert(subscriber), [dict(person) for person in people])


def change(connection: Connection, people: Sequence[Mapping[str, object]]) -> None:
    """Update subscribers by `id`; all mappings have the same keys."""
    if not people:
        return
    statement = update(subscriber).where(subscriber.c.id == bindparam("b_id"))
    values: dict[str, Any] = {name: bindparam(f"b_{name}") for name in people[0] if name != "id"}
    rows = [{f"b_{name}": value for name, value in person.items()} for person in people]
    connection.execute(statement.values(values), rows)


def on_course(connection: Connection, subscriber_ids: Iterable[int], course_id: int) -> set[int]:
    """Which of the subscribers are, or have ever been, on the course."""
    found = select(enrolment.c.subscriber_id).where(
        enrolment.c.course_id == course_id, enrolment.c.subscriber_id.in_(tuple(subscriber_ids))
    )
    return set(connection.execute(found).scalars())


def pending_on_course(connection: Connection, subscriber_ids: Iterable[int], course_id: int) -> dict[int, int]:
    """The enrolments on a course that wait for a confirmation, by subscriber."""
    found = select(enrolment.c.subscriber_id, enrolment.c.id).where(
        enrolment.c.course_id == course_id,
        enrolment.c.subscriber_id.in_(tuple(subscriber_ids)),
        enrolment.c.status == EnrolmentStatus.PENDING,
    )
    return {int(person): int(id_) for person, id_ in connection.execute(found)}


def enrol(connection: Connection, enrolments: Sequence[Mapping[str, object]]) -> None:
    """Insert enrolments; each mapping holds every column but the id."""
    if enrolments:
        connection.execute(insert(enrolment), [dict(one) for one in enrolments])


def consent_of(connection: Connection, enrolment_id: int, how: str, text: str, now: datetime) -> None:
    """Keep when and how someone agreed, and to which words: their hash, and the words themselves once."""
    hash_ = sha256(text.encode()).hexdigest()
    words = minding_insert(connection, wording).values(hash=hash_, text=text)
    connection.execute(words.on_conflict_do_nothing())
    connection.execute(insert(consent).values(enrolment_id=enrolment_id, at=now, how=how, wording=hash_))


def confirm(
    connection: Connection, enrolment_id: int, start_at: datetime, due_at: datetime | None, *, afresh: bool = False
) -> bool:
    """Make a pending enrolment active, to begin at `start_at`; whether it was pending.

    `afresh` has it begin with the first lesson, whatever the person had before.
    """
    again = {"afresh": True} if afresh else {}
    confirmed = (
        update(enrolment)
        .where(enrolment.c.id == enrolment_id, enrolment.c.status == EnrolmentStatus.PENDING)
        .values(status=EnrolmentStatus.ACTIVE, start_at=start_at, next_due_at=due_at, due_since=due_at, batch_id=None)
        .values(**again)
    )
    return connection.execute(confirmed).rowcount == 1
