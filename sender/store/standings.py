"""Queries about how enrolments stand with their cadence: what their next moment is worked out from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from course.cadence import Slot
from sender.model import DeliveryKind, EnrolmentStatus, Outcome
from sender.standing import Standing
from sender.store.tables import course, delivery, enrolment, subscriber

_COMING = (EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED)


def standing(connection: Connection, enrolment_id: int) -> Standing | None:
    """How one enrolment stands, whatever its status; None where there is no such enrolment."""
    row = connection.execute(_standings(enrolment.c.id == enrolment_id)).one_or_none()
    return None if row is None else _standing(row)


def standings_among(connection: Connection, enrolments: Sequence[int]) -> list[Standing]:
    """How some enrolments stand, whatever their status, in the order of their ids."""
    if not enrolments:
        return []
    return [_standing(row) for row in connection.execute(_standings(enrolment.c.id.in_(enrolments)))]


def standings_of(connection: Connection, subscriber_id: int) -> list[Standing]:
    """How a person stands on all courses that they are taking or have paused."""
    whose = (enrolment.c.subscriber_id == subscriber_id, enrolment.c.status.in_(_COMING))
    return [_standing(row) for row in connection.execute(_standings(*whose))]


def standings_on(connection: Connection, course_id: int, after_id: int, limit: int) -> list[Standing]:
    """Those who are taking a course, or have paused it, in the order of their enrolments' ids."""
    of_it = enrolment.c.course_id + 0 == course_id  # not by its index, which would sort all that are left each time
    some = select(enrolment.c.id).where(enrolment.c.id > after_id, of_it, enrolment.c.status.in_(_COMING))
    which = enrolment.c.id.in_(some.order_by(enrolment.c.id).limit(limit))
    return [_standing(row) for row in connection.execute(_standings(which))]


def _standings(*which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Enrolments by id, each with the latest slot of a lesson that its person had on the course at any time.

    A lesson that waits for its slot has none yet.
    """
    life = enrolment.alias()
    lives = select(life.c.id).where(
        life.c.subscriber_id == enrolment.c.subscriber_id, life.c.course_id == enrolment.c.course_id
    )
    lesson = (
        delivery.c.enrolment_id.in_(lives.correlate(enrolment)), delivery.c.kind == DeliveryKind.LESSON,
        delivery.c.outcome.is_(None) | (delivery.c.outcome == Outcome.ACCEPTED), delivery.c.batch_id.is_not(None),
        delivery.c.resent.is_(False),
    )  # fmt: skip
    latest = [
        select(func.max(column)).where(*lesson).correlate(enrolment).scalar_subquery()
        for column in delivery.c["slot_at", "slot_on"]
    ]
    columns = (
        *enrolment.c["id", "course_id"], course.c.edition_id, *enrolment.c["track", "status", "overrides"],
        subscriber.c.zone, *enrolment.c["start_at", "next_due_at", "resume_on", "asked_at"], *latest,
    )  # fmt: skip
    joined = enrolment.join(subscriber, subscriber.c.id == enrolment.c.subscriber_id).join(
        course, course.c.id == enrolment.c.course_id
    )
    found: Select[*tuple[Any, ...]] = select(*columns).select_from(joined).where(*which)
    return found.order_by(enrolment.c.id)


def _standing(row: Row[*tuple[Any, ...]]) -> Standing:
    (id_, course_id, edition, track, status, overrides, zone, start, due, resume, asked, last_at, last_on) = row
    last = None if last_at is None else Slot(last_at, last_on)
    return Standing(
        id_, course_id, edition, track, EnrolmentStatus(status), overrides, zone, start, due, resume, asked, last
    )
