"""When the next email comes, as the one before it says: to whom a batch goes, and to whoever reads an old one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from course.day import day_in_words
from course.model import Course
from sender.editions import Edition
from sender.progress import Step, next_step
from sender.schedule import next_day, own_zone, slot_by_now
from sender.store import enrolments
from sender.store.enrolments import Ahead
from sender.store.memberships import following_day


def schedules(
    connection: Connection, live: Edition, language: str, people: Sequence[Ahead], now: datetime
) -> dict[int, dict[str, str]]:
    """What an email in `language` says of what comes next, by enrolment and then by the name that templates use.

    `live` is the edition that what comes next will be of. Nothing is asked of the database but where the next email
    should have come by `now`: whether it still comes at once depends on what it is.
    """
    late = [one for one in people if one.next_due_at is not None and one.next_due_at <= now]
    steps = _next_steps(connection, live, late)
    course = live.course
    return {
        one.enrolment: next_day(_arrival(course, one, steps, now), own_zone(course, one.zone), language)
        for one in people
    }


def schedule_since(
    connection: Connection, live: Edition, language: str, one: Ahead, delivery: int, now: datetime
) -> dict[str, str]:
    """The same for a delivery of some time ago: the day on which the next email came, or else will."""
    day = following_day(connection, delivery)
    if day is not None:
        return {"next_day": day_in_words(day, language)}
    return schedules(connection, live, language, [one], now)[one.enrolment]


def _next_steps(connection: Connection, live: Edition, people: Sequence[Ahead]) -> dict[int, Step | None]:
    if not people:
        return {}
    histories = enrolments.histories(connection, [one.enrolment for one in people])
    return {
        one.enrolment: next_step(live.course, one.track, live.lesson_ids, histories[one.enrolment].had)
        for one in people
    }


def _arrival(course: Course, one: Ahead, steps: dict[int, Step | None], now: datetime) -> datetime | None:
    """When an enrolment's next email comes (UTC), None where there is none."""
    due, step = one.next_due_at, steps.get(one.enrolment)
    if due is None or due > now:
        return due
    return None if step is None else max(now, slot_by_now(course, step, one.overrides, one.zone, due, now).at)
