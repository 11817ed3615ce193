"""Claiming: in one transaction, who is due becomes deliveries in batches, and each enrolment moves on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from course.cadence import Slot, slot_of
from course.errors import CourseError
from sender.editions import LEFT_BEHIND, Edition, EditionBook
from sender.model import DeliveryKind, EnrolmentStatus
from sender.progress import Step, after, next_step
from sender.schedule import due_at, next_day, own_zone, slot_by_now
from sender.standing import REST
from sender.store import batches, enrolments
from sender.store.database import Database, claim_alone
from sender.store.enrolments import Advance, Due, History, Waiting

LARGEST_BATCH = 1000
"""SendGrid takes at most this many personalizations a request (POST /v3/mail/send)."""

LEASE = timedelta(seconds=60)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one claim did: `batches` are ready to be sent; `claimed` and `moved` count deliveries and enrolments.

    `unmade` says why an email could not be made for somebody: those deliveries have failed. `more`
    is true where someone may still be due.
    """

    batches: tuple[int, ...]
    claimed: int
    moved: int
    unmade: tuple[str, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """One delivery that is about to be put into a batch."""

    due: Due
    kind: DeliveryKind
    lesson: int | None
    slot: Slot
    occasion: int
    waiting: Waiting | None
    next_due_at: datetime | None


@dataclass(slots=True)
class _Plan:
    """What a claim is about to write: deliveries by variant, and enrolments that move without one."""

    places: dict[tuple[int, int], list[_Place]] = field(default_factory=dict)
    moves: list[Advance] = field(default_factory=list)
    through: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    unmade: list[tuple[_Place, str]] = field(default_factory=list)


def claim(
    database: Database, book: EditionBook, owner: str, now: datetime, *, limit: int, lease_from: datetime
) -> Claim:
    """Claim at most `limit` deliveries of what is due at `now`, for `owner`.

    `lease_from` is the machine's own time, from which the lease of a minute counts. Pauses that are over end. Each
    enrolment gets its next lesson by the edition that is live; a lesson whose slot is past by more than the
    course's grace moves to the next slot instead. An email that cannot be made for one person fails
    for that person alone. Raises StoreError; then nothing was claimed.
    """
    try:
        with database.write() as connection:
            claim_alone(connection)
            due = enrolments.due(connection, now, limit)
            enrolments.end_pauses(connection, [one.id for one in due if one.status is EnrolmentStatus.PAUSED])
            histories = enrolments.histories(connection, [one.id for one in due])
            plan = _Plan()
            for one in due:
                _decide(connection, book, plan, one, histories[one.id], now)
            made = tuple(_written(connection, plan, owner, lease_from + LEASE))
    except BaseException:
        book.forget()
        raise
    claimed = sum(len(places) for places in plan.places.values())
    moved = sum(1 for move in plan.moves if move.next_due_at is not None)
    return Claim(made, claimed, moved, tuple(reason for _, reason in plan.unmade), more=len(due) == limit)


def _decide(connection: Connection, book: EditionBook, plan: _Plan, due: Due, history: History, now: datetime) -> None:
    """Decide what one enrolment gets, and put it into the plan."""
    edition = book.edition(connection, due.edition)
    if due.status is EnrolmentStatus.PENDING:
        slot = slot_of(now, own_zone(edition.course, due.zone))
        _place(connection, book, plan, edition, due, DeliveryKind.CONFIRM, None, history, slot, None)
        return
    step = next_step(edition.course, due.track, edition.lesson_ids, history.had)
    if history.waiting is not None and (step is None or not _is_for(history.waiting, step, edition)):
        plan.lost.append(history.waiting.id)
        history.waiting = None
    if step is None:
        plan.moves.append(Advance(due.id, None, None, None))
        plan.through.append(due.id)
        return
    slot = slot_by_now(edition.course, step, due.overrides, due.zone, due.next_due_at, now)
    if slot.at > now:
        plan.moves.append(Advance(due.id, slot.at, due.due_since, None))
        return
    following = next_step(edition.course, due.track, edition.lesson_ids, after(step, history.had, edition.lesson_ids))
    last = slot if step.is_numbered else None
    not_before = _free_from(due, step, now)
    next_due = due_at(edition.course, following, due.overrides, due.zone, last, not_before=not_before)
    _place(connection, book, plan, edition, due, step.kind, step, history, slot, next_due)


def _free_from(due: Due, step: Step, now: datetime) -> datetime:
    """From when on what follows a step may come.

    A slot that is now is taken: by this lesson, or by an earlier one that goes out late.
    """
    taken = now + _SECOND if step.is_numbered else due.next_due_at
    return max(due.start_at, taken) if due.asked_at is None else max(due.start_at, taken, due.asked_at + REST)


def _is_for(waiting: Waiting, step: Step, edition: Edition) -> bool:
    return waiting.kind is step.kind and waiting.lesson in {None, edition.lesson_ids.get(step.lesson.slug)}


def _place(
    connection: Connection, book: EditionBook, plan: _Plan, edition: Edition, due: Due, kind: DeliveryKind,
    step: Step | None, history: History, slot: Slot, next_due: datetime | None,
) -> None:  # fmt: skip
    lesson = None if step is None else step.lesson
    lesson_id = edition.lesson_ids[lesson.slug] if lesson is not None and kind is DeliveryKind.LESSON else None
    course = edition.course
    reader = edition.reader(due.fields, {}, next_day(next_due, own_zone(course, due.zone), course.language))
    occasion = history.occasions.get((kind, lesson_id), 0)
    place = _Place(due, kind, lesson_id, slot, occasion, history.waiting, next_due)
    try:
        variant = book.variant(connection, edition, kind, lesson, due.track, reader)
    except CourseError as error:
        plan.unmade.append((place, str(error)))
        return
    plan.places.setdefault((due.course, variant), []).append(place)


def _written(connection: Connection, plan: _Plan, owner: str, lease_until: datetime) -> Iterator[int]:
    """Write a plan: batches of at most a thousand, their deliveries, and where each enrolment now stands."""
    batches.cancel(connection, dict.fromkeys(plan.lost, LEFT_BEHIND))
    moves = list(plan.moves)
    for (course, variant), places in sorted(plan.places.items(), key=lambda item: _first(item[1])):
        for start in range(0, len(places), LARGEST_BATCH):
            some = places[start : start + LARGEST_BATCH]
            batch = batches.create(connection, course, variant, owner, lease_until)
            new = [_new(place) for place in some if place.waiting is None]
            if new:
                batches.add_deliveries(connection, batch, new)
            for place in some:
                if place.waiting is not None:
                    batches.rebatch(connection, place.waiting.id, batch, place.slot.at, place.slot.on)
            moves += [Advance(place.due.id, place.next_due_at, place.next_due_at, batch) for place in some]
            yield batch
    for place, reason in plan.unmade:
        batches.add_unmade(connection, _new(place), place.waiting.id if place.waiting else None, reason)
        moves.append(Advance(place.due.id, place.next_due_at, place.next_due_at, None))
    enrolments.advance(connection, moves)
    enrolments.finish(connection, ids=plan.through)


def _first(places: list[_Place]) -> tuple[bool, datetime, int]:
    """What batches are sent in the order of: confirmations, then the longest due."""
    place = places[0]
    return place.kind is not DeliveryKind.CONFIRM, place.due.due_since or place.due.next_due_at, place.due.id


def _new(place: _Place) -> batches.NewDelivery:
    return batches.NewDelivery(place.due.id, place.kind, place.lesson, place.occasion, place.slot.at, place.slot.on)
