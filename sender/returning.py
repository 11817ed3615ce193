"""Beginning a course for somebody who confirms: where they go on who come back, and when their first email comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from course.cadence import Slot
from sender.editions import Edition
from sender.model import DeliveryKind
from sender.progress import Had, next_step, progress
from sender.schedule import beginning, due_at
from sender.store import enrolments, joining
from sender.store.joining import Begun


@dataclass(frozen=True, slots=True)
class Opening:
    """How an enrolment begins: when, when its first email is due (both UTC), and whether without what was had before.

    `due_at` is None where there is nothing to send.
    """

    start_at: datetime
    due_at: datetime | None
    afresh: bool


@dataclass(frozen=True, slots=True)
class Return:
    """How many lessons of their track somebody had when they were on a course before, and how many are left."""

    had: int
    left: int


def returning(connection: Connection, edition: Edition, enrolment: int) -> Return | None:
    """What an enrolment goes on from, or None where it begins with the first lesson: nothing was had, or is left."""
    course, had = edition.course, enrolments.histories(connection, [enrolment])[enrolment].had
    so_far = progress(course, joining.begun(connection, enrolment).track, edition.lesson_ids, had.lessons, ())
    left = so_far.total - so_far.had
    return Return(so_far.had, left) if so_far.had and left else None


def opening(
    connection: Connection, edition: Edition, enrolment: int, zone: str, now: datetime, *,
    start: date | None = None, afresh: bool = False,
) -> Opening:  # fmt: skip
    """How an enrolment begins that is confirmed at `now`. `zone` is the person's own, `start` a cohort's local day.

    Who comes back gets no second welcome, and their next lesson at the cadence's first slot, never on the local day of
    an earlier one. Where no lesson is left for them, they begin afresh.
    """
    course, found = edition.course, joining.begun(connection, enrolment)
    had = Had() if afresh else enrolments.histories(connection, [enrolment])[enrolment].had
    step = next_step(course, found.track, edition.lesson_ids, had)
    if had != Had() and (step is None or step.kind is DeliveryKind.FINISHED):
        return opening(connection, edition, enrolment, zone, now, start=start, afresh=True)
    start_at, first = beginning(course, zone, start, now)
    last = _last(found)
    if step is None or not step.is_numbered or (had == Had() and last is None):
        return Opening(start_at, first, afresh)
    return Opening(start_at, due_at(course, step, found.overrides, zone, last, not_before=start_at), afresh)


def _last(found: Begun) -> Slot | None:
    """The slot of the latest lesson that somebody had on the course at any time."""
    return None if found.last_at is None or found.last_on is None else Slot(found.last_at, found.last_on)
