"""How an enrolment stands with its cadence, and when it goes on after somebody has changed that. Pure.

What a lesson may follow, the cadence says (`course.cadence.next_slot`): it comes on a later local date than the one
before, in any zone, and after what its `wait` asks for. Besides that, three rules hold here:

- The next regular lesson comes at least `REST` after a request for "the next one now". Such a request is a slot of its
  own: it may come on the date of another, but nothing regular follows on its date.
- A pause ends with the first slot from its last day on; one without a day ends when somebody says so.
- What is due already, but is not claimed yet, is put off by nothing but a pause.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from course.cadence import Slot, first_slot, local_moment, next_slot
from course.model import Course
from sender.model import DeliveryKind, EnrolmentStatus
from sender.progress import Step
from sender.schedule import due_at, own_cadence, own_zone

REST = timedelta(hours=12)
"""How long after asking for a lesson at once the next regular one comes, and the next may be asked for."""

_PENULTIMATE = 28


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides when an enrolment is next due, besides the course and what was had of it.

    `zone` is the person's own, empty where that is the course's. `last` is the slot of the latest lesson that is out or
    on its way. `resume_on` is the local day on which a pause ends, `asked_at` (UTC) when a lesson was last asked for.
    """

    id: int
    course: int
    edition: int
    track: str
    status: EnrolmentStatus
    overrides: Mapping[str, str]
    zone: str
    start_at: datetime
    next_due_at: datetime | None
    resume_on: date | None
    asked_at: datetime | None
    last: Slot | None

    @property
    def is_asked_for(self) -> bool:
        """Whether a lesson was asked for that is yet to be claimed."""
        return self.asked_at is not None and self.next_due_at == self.asked_at


def due_anew(course: Course, step: Step | None, one: Standing, now: datetime) -> datetime | None:
    """When an enrolment is next due (UTC), after a change of the course, its track, pace or hour, or of the zone."""
    if one.status is EnrolmentStatus.PAUSED:
        return None if one.resume_on is None else due_after_pause(course, step, one, one.resume_on)
    if one.status is not EnrolmentStatus.ACTIVE:
        return one.next_due_at
    if step is not None and (one.is_asked_for or step.kind is DeliveryKind.WELCOME):
        return one.next_due_at
    return due_from(course, step, one, min(now, one.next_due_at or now))


def due_from(course: Course, step: Step | None, one: Standing, moment: datetime) -> datetime | None:
    """When an active enrolment is next due (UTC), not before `moment`; None where nothing is left."""
    return due_at(course, step, one.overrides, one.zone, one.last, not_before=_earliest(one, moment))


def due_after_pause(course: Course, step: Step | None, one: Standing, resume_on: date) -> datetime:
    """When a pause ends that lasts until a local day (UTC): with the first slot from then on.

    Also where nothing is left to send: a lesson that is on its way as the pause begins may yet be kept back by it, and
    is sent then.
    """
    wait = None if step is None else step.lesson.wait
    return slot_from(course, one, local_moment(resume_on, time(0), own_zone(course, one.zone)), wait)


def slot_from(course: Course, one: Standing, moment: datetime, wait: timedelta | None = None) -> datetime:
    """The first slot (UTC) of an enrolment's own, from `moment` on, in which a lesson with that `wait` may go out."""
    cadence, zone, moment = own_cadence(course, one.overrides), own_zone(course, one.zone), _earliest(one, moment)
    if one.last is None:
        return first_slot(cadence, zone, moment).at
    return next_slot(cadence, zone, one.last, wait=wait, not_before=moment).at


def ask_again_at(one: Standing) -> datetime | None:
    """From when on the next lesson may be asked for again (UTC); None where that is at any time."""
    return None if one.asked_at is None else one.asked_at + REST


def pause_days(today: date) -> tuple[date, date]:
    """The first and the last local day until which a course can be paused: tomorrow, and the same day a year ahead.

    A year after 29 February is 28 February.
    """
    day = today if (today.month, today.day) != (2, 29) else today.replace(day=_PENULTIMATE)
    return today + timedelta(days=1), day.replace(year=day.year + 1)


def _earliest(one: Standing, moment: datetime) -> datetime:
    rested = ask_again_at(one)
    return max(moment, one.start_at) if rested is None else max(moment, one.start_at, rested)
