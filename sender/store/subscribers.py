"""Queries about people and their places on courses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Text,
    Update,
    bindparam,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from sender.model import DeliveryKind, EnrolmentStatus
from sender.store.bulk import insert_new
from sender.store.inserting import minding_insert
from sender.store.prepared import among, prepared
from sender.store.tables import consent, delivery, enrolment, subscriber, wording

NEW = ("email", "email_key", "first_name", "last_name", "zone", "attributes", "created_at")
"""What `add` takes of each subscriber, in this order; the moment as a Unix second, attributes as JSON."""

ENROLLED = (
    "subscriber_id", "course_id", "track", "status", "overrides", "start_at", "next_due_at", "due_since", "created_at",
)  # fmt: skip
"""What `enrol` takes of each enrolment, in this order; moments as Unix seconds, overrides as JSON."""


@dataclass(frozen=True, slots=True)
class Known:
    """A subscriber that is already there."""

    id: int
    first_name: str
    last_name: str
    zone: str
    attributes: Mapping[str, str]


@prepared
def _known(dialect: str) -> Select[Any]:
    columns = subscriber.c["email_key", "id", "first_name", "last_name", "zone", "attributes"]
    return select(*columns).where(subscriber.c.email_key.in_(among(dialect, "b_keys", Text())))


def known_by_key(connection: Connection, email_keys: Iterable[str]) -> dict[str, Known]:
    """The subscribers of those addresses (in compared form)."""
    keys = list(email_keys)
    return {row[0]: Known(*row[1:]) for row in _known.rows(connection, b_keys=keys)} if keys else {}


@prepared
def _ids(dialect: str) -> Select[Any]:
    return select(*subscriber.c["email_key", "id"]).where(subscriber.c.email_key.in_(among(dialect, "b_keys", Text())))


def add(connection: Connection, people: Sequence[tuple[object, ...]]) -> dict[str, int]:
    """Insert subscribers, each as `NEW` has it; their ids by address (in compared form).

    One that another transaction has added meanwhile stays as it is.
    """
    if not people:
        return {}
    insert_new(connection, subscriber, NEW, people)
    return dict(_ids.rows(connection, b_keys=[person[1] for person in people]))


@prepared
def _completing(_dialect: str) -> Update:
    def given(name: str) -> ColumnElement[str]:
        return func.coalesce(func.nullif(bindparam(f"b_{name}", type_=Text()), ""), subscriber.c[name])

    names = {name: given(name) for name in ("first_name", "last_name", "zone")}
    changed = update(subscriber).where(subscriber.c.id == bindparam("b_id"))
    return changed.values(**names, attributes=bindparam("b_attributes"))


def complete(connection: Connection, people: Sequence[Known]) -> None:
    """Give subscribers, by id, what stands there, and all of the attributes; an empty name or zone stays as it was."""
    if people:
        rows = [
            {"b_id": one.id, "b_first_name": one.first_name, "b_last_name": one.last_name, "b_zone": one.zone,
             "b_attributes": one.attributes} for one in people
        ]  # fmt: skip
        _completing.run_each(connection, rows)


def change(connection: Connection, people: Sequence[Mapping[str, object]]) -> None:
    """Update subscribers by `id`; all mappings have the same keys."""
    if not people:
        return
    statement = update(subscriber).where(subscriber.c.id == bindparam("b_id"))
    values: dict[str, Any] = {name: bindparam(f"b_{name}") for name in people[0] if name != "id"}
    rows = [{f"b_{name}": value for name, value in person.items()} for person in people]
    connection.execute(statement.values(values), rows)


@prepared
def _on_course(dialect: str) -> Select[Any]:
    those = enrolment.c.subscriber_id.in_(among(dialect, "b_people", BigInteger()))
    return select(enrolment.c.subscriber_id).where(enrolment.c.course_id == bindparam("b_course"), those)


def on_course(connection: Connection, subscriber_ids: Iterable[int], course_id: int) -> set[int]:
    """Which of the subscribers are, or have ever been, on the course."""
    people = list(subscriber_ids)
    return {id_ for (id_,) in _on_course.rows(connection, b_people=people, b_course=course_id)} if people else set()


@dataclass(frozen=True, slots=True)
class Pending:
    """An enrolment that waits for a confirmation; `is_first` is whether it is all that there ever was on the course."""

    enrolment: int
    subscriber: int
    is_first: bool


@prepared
def _pending(dialect: str) -> Select[Any]:
    other = enrolment.alias()
    same = (other.c.subscriber_id == enrolment.c.subscriber_id, other.c.course_id == enrolment.c.course_id)
    before = exists().where(*same, other.c.id != enrolment.c.id)
    sent = exists().where(delivery.c.enrolment_id == enrolment.c.id, delivery.c.kind != DeliveryKind.CONFIRM)
    those = enrolment.c.subscriber_id.in_(among(dialect, "b_people", BigInteger()))
    found = select(enrolment.c.id, enrolment.c.subscriber_id, not_(or_(before, sent)))
    return found.where(
        enrolment.c.course_id == bindparam("b_course"), those, enrolment.c.status == EnrolmentStatus.PENDING
    )


def pending_on_course(connection: Connection, subscriber_ids: Iterable[int], course_id: int) -> list[Pending]:
    """The subscribers' enrolments on a course that wait for a confirmation."""
    people = list(subscriber_ids)
    rows = _pending.rows(connection, b_people=people, b_course=course_id) if people else ()
    return [Pending(id_, person, bool(first)) for id_, person, first in rows]


def enrol(connection: Connection, enrolments: Sequence[tuple[object, ...]]) -> None:
    """Insert enrolments, each as `ENROLLED` has it; whoever has an open one on the course keeps that."""
    insert_new(connection, enrolment, ENROLLED, enrolments)


def consent_of(connection: Connection, enrolment_id: int, how: str, text: str, now: datetime) -> None:
    """Keep when and how someone agreed, and to which words: their hash, and the words themselves once."""
    hash_ = sha256(text.encode()).hexdigest()
    words = minding_insert(connection, wording).values(hash=hash_, text=text)
    connection.execute(words.on_conflict_do_nothing())
    connection.execute(insert(consent).values(enrolment_id=enrolment_id, at=now, how=how, wording=hash_))


@prepared
def _confirming(_dialect: str) -> Update:
    due = bindparam("b_due", type_=enrolment.c.next_due_at.type)
    pending = (enrolment.c.id == bindparam("b_id"), enrolment.c.status == EnrolmentStatus.PENDING)
    begun: dict[str, Any] = {"status": EnrolmentStatus.ACTIVE, "start_at": bindparam("b_start"), "batch_id": None}
    return update(enrolment).where(*pending).values(**begun, next_due_at=due, due_since=due)


def confirm_each(connection: Connection, beginnings: Sequence[tuple[int, datetime, datetime | None]]) -> None:
    """Make pending enrolments active: id of each, when it begins and when its first email is due (both UTC)."""
    if beginnings:
        rows = [{"b_id": id_, "b_start": start, "b_due": due} for id_, start, due in beginnings]
        _confirming.run_each(connection, rows)


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
