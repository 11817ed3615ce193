"""When an enrolment is next due: the cadence applied to one person's zone, choices and last slot. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from course.cadence import (
    Cadence,
    Overrides,
    Slot,
    first_slot,
    is_too_late,
    local_moment,
    merged,
    next_slot,
    slot_of,
)
from course.day import day_in_words
from course.model import Course
from sender.model import DeliveryKind
from sender.progress import Step

_BEFORE_THE_LESSON = timedelta(hours=1)


def own_cadence(course: Course, overrides: Mapping[str, str]) -> Cadence:
    """The course's cadence with an enrolment's choices merged in: `days` as `024` (0 = Monday), `at` as `08:00`."""
    if not overrides:
        return course.cadence
    days = tuple(int(day) for day in overrides["days"]) if "days" in overrides else None
    at = time.fromisoformat(overrides["at"]) if "at" in overrides else None
    return merged(course.cadence, Overrides(days, at))


def own_zone(course: Course, zone: str) -> str:
    """A subscriber's zone, or the course's for one who has none."""
    return zone or course.cadence.zone


def beginning(course: Course, zone: str, start: date | None, now: datetime) -> tuple[datetime, datetime]:
    """When somebody begins a course, and when the first email is due (both UTC).

    Without a `start` that is now. A cohort begins with its day, in each one's own zone; a welcome
    then arrives an hour before that zone's time for lessons, rather than at midnight.
    """
    zone = own_zone(course, zone)
    if start is None:
        return now, now if course.welcome else first_slot(course.cadence, zone, now).at
    midnight = local_moment(start, time(0), zone)
    if course.welcome is None:
        return midnight, first_slot(course.cadence, zone, midnight).at
    return midnight, max(midnight, local_moment(start, course.cadence.at, zone) - _BEFORE_THE_LESSON)


def due_at(
    course: Course, step: Step | None, overrides: Mapping[str, str], zone: str, last: Slot | None, *,
    not_before: datetime,
) -> datetime | None:  # fmt: skip
    """When an enrolment's next step is due (UTC): None where there is none.

    `last` is the slot of the latest lesson, None before the first one.
    """
    if step is None:
        return None
    if step.kind is DeliveryKind.WELCOME:
        return not_before
    cadence, zone = own_cadence(course, overrides), own_zone(course, zone)
    if last is None:
        return first_slot(cadence, zone, not_before).at
    return next_slot(cadence, zone, last, wait=step.lesson.wait, not_before=not_before).at


def slot_by_now(
    course: Course, step: Step, overrides: Mapping[str, str], zone: str, due: datetime, now: datetime
) -> Slot:
    """The slot in which a step goes out that was due at `due`, if nothing is done about it before `now`.

    It is the one it was due in; but a lesson that is too late for that goes out in the first slot from `now` on.
    """
    cadence, zone = own_cadence(course, overrides), own_zone(course, zone)
    slot = slot_of(due, zone)
    return first_slot(cadence, zone, now) if step.is_numbered and is_too_late(cadence, slot.at, now) else slot


def next_day(moment: datetime | None, zone: str, language: str) -> dict[str, str]:
    """What an email says of the next one, by the name that templates use (`course.links.SCHEDULE`).

    That comes at `moment` to somebody in `zone`; it is None where no other comes, and then nothing is said.
    """
    return {} if moment is None else {"next_day": day_in_words(slot_of(moment, zone).on, language)}
