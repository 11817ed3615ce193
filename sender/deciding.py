"""What somebody who is due gets, and when they are due again: pure, from what decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from course.cadence import Slot, slot_of
from course.model import Course, Lesson
from sender.model import DeliveryKind, EnrolmentStatus
from sender.progress import Step, after, is_to_come, next_step
from sender.schedule import due_at, own_zone, slot_by_now
from sender.standing import REST
from sender.store.enrolments import History, Waiting

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands who is due, as far as it decides what they get. Moments are UTC."""

    track: str
    status: EnrolmentStatus
    overrides: Mapping[str, str]
    zone: str
    start_at: datetime
    next_due_at: datetime
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sending:
    """An email that goes out now: `lesson` is its file and `lesson_id` its permanent id, where it is a lesson.

    It goes out in the place of the delivery `waiting`, if there is one. `next_due_at` is UTC.
    """

    kind: DeliveryKind
    lesson: Lesson | None
    lesson_id: int | None
    slot: Slot
    occasion: int
    waiting: int | None
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows for somebody who is due: an email, a later moment (`put_off`, UTC), or, without either, the end.

    What waits in `lost` goes to nobody any more: the course went on without it.
    """

    sending: Sending | None = None
    put_off: datetime | None = None
    lost: tuple[int, ...] = ()


def decide(
    course: Course, ids: Mapping[str, int], standing: Standing, history: History, now: datetime
) -> Decision:  # fmt: skip
    """What somebody gets who is due at `now`, by the course that is live; `ids` gives each lesson's permanent id."""
    if standing.status is EnrolmentStatus.PENDING:
        return Decision(_confirmation(course, standing, history, now))
    step = next_step(course, standing.track, ids, history.had)
    waiting, lost = _sorted_out(course, ids, standing.track, history, step) if history.waiting else (None, ())
    if step is None:
        return Decision(lost=lost)
    slot = slot_by_now(course, step, standing.overrides, standing.zone, standing.next_due_at, now)
    if slot.at > now:
        return Decision(put_off=slot.at, lost=lost)
    following = next_step(course, standing.track, ids, after(step, history.had, ids))
    next_due = due_at(
        course, following, standing.overrides, standing.zone, slot if step.is_numbered else None,
        not_before=_free_from(standing, step, now),
    )  # fmt: skip
    lesson_id = ids[step.lesson.slug] if step.is_numbered else None
    occasion = history.occasions.get((step.kind, lesson_id), 0)
    return Decision(Sending(step.kind, step.lesson, lesson_id, slot, occasion, waiting, next_due), lost=lost)


def _confirmation(course: Course, standing: Standing, history: History, now: datetime) -> Sending:
    slot = slot_of(now, own_zone(course, standing.zone))
    waiting = history.waiting[0].id if history.waiting else None
    occasion = history.occasions.get((DeliveryKind.CONFIRM, None), 0)
    return Sending(DeliveryKind.CONFIRM, None, None, slot, occasion, waiting, None)


def _free_from(standing: Standing, step: Step, now: datetime) -> datetime:
    """From when on what follows a step may come.

    A slot that is now is taken: by this lesson, or by an earlier one that goes out late.
    """
    taken = max(standing.start_at, now + _SECOND if step.is_numbered else standing.next_due_at)
    return taken if standing.asked_at is None else max(taken, standing.asked_at + REST)


def _sorted_out(
    course: Course, ids: Mapping[str, int], track: str, history: History, step: Step | None
) -> tuple[int | None, tuple[int, ...]]:
    """The delivery that waits for a step, if one does, and what waits in vain, since the course went on."""
    wanted, lost = None, []
    for one in history.waiting:
        if step is not None and one.kind is step.kind and one.lesson in {None, ids.get(step.lesson.slug)}:
            wanted = one.id
        elif step is None or not _is_to_come(course, ids, track, history, one):
            lost.append(one.id)
    return wanted, tuple(lost)


def _is_to_come(course: Course, ids: Mapping[str, int], track: str, history: History, one: Waiting) -> bool:
    if one.lesson is None:
        return one.kind is DeliveryKind.FINISHED
    return is_to_come(course, track, ids, history.had, one.lesson)
