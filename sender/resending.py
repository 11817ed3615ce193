"""Sending somebody an email of the course once more, as an operator asks: one more delivery, which moves nothing on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from course.cadence import slot_of
from course.model import Lesson, LessonKind
from sender.arrivals import schedules
from sender.editions import Edition, EditionBook
from sender.errors import NotFoundError, SenderError
from sender.model import BatchState, DeliveryKind, EnrolmentStatus
from sender.recipients import RESENT_TO
from sender.schedule import own_zone
from sender.store import batches, directory, enrolments
from sender.store.batches import NewDelivery
from sender.store.database import Database, claim_alone
from sender.store.directory import DeliveryRow, EnrolmentRow, PersonRow
from sender.store.enrolments import Ahead
from sender.store.suppressions import suppressed

RESENT = "sent again by an operator"
"""What is told of its batch until it has been sent."""

_KINDS = {
    LessonKind.WELCOME: DeliveryKind.WELCOME,
    LessonKind.LESSON: DeliveryKind.LESSON,
    LessonKind.CLOSING: DeliveryKind.FINISHED,
}
_UNDER_WAY = frozenset({BatchState.CLAIMED, BatchState.SENDING, BatchState.RETRY, BatchState.HELD})
_STANDING = {
    EnrolmentStatus.PENDING: "has not confirmed yet",
    EnrolmentStatus.ENDED: "has left it",
}


class RefusedError(SenderError):
    """Nothing may be sent again to that person, or not that email."""


@dataclass(frozen=True, slots=True)
class Resent:
    """The delivery that was added. Where the course is `held`, it waits for its release."""

    delivery: int
    course: str
    lesson: str
    held: bool


def resend(database: Database, book: EditionBook, enrolment_id: int, slug: str, now: datetime) -> Resent:
    """Send an email of the course, which somebody has been sent before, to them once more, at the next tick.

    `slug` names the lesson, welcome or closing as the live edition or an earlier one does, and its present text is
    sent. When the next lesson comes, how far they are and their certificate stay as they are; each call is one more
    email. Raises NotFoundError, RefusedError, CourseError where the email cannot be made, and StoreError.
    """
    with database.write() as connection:
        claim_alone(connection)  # a claim might take the same occasion
        return _resent(connection, book, enrolment_id, slug, now)


def _resent(connection: Connection, book: EditionBook, enrolment_id: int, slug: str, now: datetime) -> Resent:
    row = directory.enrolment_row(connection, enrolment_id)
    person = None if row is None else directory.person(connection, row.subscriber)
    if row is None or person is None:
        raise NotFoundError(f"There is no enrolment {enrolment_id}.", fix="See `dripcourse subscribers list`.")
    _expect_reachable(connection, row, person)
    edition = book.edition(connection, row.edition)
    lesson = _lesson(edition, slug)
    kind = _KINDS[lesson.kind]
    lesson_id = edition.lesson_ids[lesson.slug] if kind is DeliveryKind.LESSON else None
    history = enrolments.histories(connection, [row.id])[row.id]
    had = lesson_id in history.lessons if kind is DeliveryKind.LESSON else kind in history.kinds
    _expect_sent(lesson, kind, directory.deliveries_of(connection, [row.id]), had=had)
    zone = own_zone(edition.course, person.zone)
    ahead = Ahead(row.id, row.track, row.overrides, person.zone, row.next_due_at)
    ahead_of = schedules(connection, edition, edition.course.language, [ahead], now)[row.id]
    reader = edition.reader(_fields(person), {}, ahead_of)
    variant = book.variant(connection, edition, kind, lesson, _track(edition, row.track, lesson), reader)
    slot = slot_of(now, zone)
    new = NewDelivery(row.id, kind, lesson_id, history.occasions.get((kind, lesson_id), 0), slot.at, slot.on)
    delivery = batches.add_alone(connection, row.course_id, variant, new, now, resent=True, reason=RESENT)
    return Resent(delivery, row.course, lesson.slug, row.held)


def _expect_reachable(connection: Connection, row: EnrolmentRow, person: PersonRow) -> None:
    if person.email_key is None:
        raise RefusedError(f"Person {person.id} was erased.", fix="There is nobody left to send anything to.")
    if row.status not in RESENT_TO:
        fix = "Lessons go to those who are on the course, have paused it, or have finished it."
        raise RefusedError(f"Person {person.id} {_STANDING[row.status]}: {row.course}.", fix=fix)
    reasons = suppressed(connection, [person.email_key], row.course_id).get(person.email_key)
    if reasons:
        fix = "Nothing is sent to an address that is suppressed."
        raise RefusedError(f"The address of person {person.id} is suppressed: {', '.join(sorted(reasons))}.", fix=fix)


def _lesson(edition: Edition, slug: str) -> Lesson:
    """The lesson of that name, or earlier name, as it is now."""
    lessons = edition.course.all_lessons
    wanted = edition.lesson_ids.get(slug)
    found = next((one for one in lessons if wanted is not None and edition.lesson_ids[one.slug] == wanted), None)
    if found is None:
        names = ", ".join(one.slug for one in lessons)
        raise NotFoundError(f"There is no lesson `{slug}` in {edition.course.slug}.", fix=f"Name one of {names}.")
    return found


def _expect_sent(lesson: Lesson, kind: DeliveryKind, deliveries: Sequence[DeliveryRow], *, had: bool) -> None:
    """Refuse what is not to be sent *again*: a lesson that is still to come, or is on its way for the first time."""
    name = lesson.slug if kind is DeliveryKind.LESSON else None
    states = {one.state for one in deliveries if one.kind is kind and one.lesson == name and not one.resent}
    open_ = sorted(states & _UNDER_WAY)
    if had and open_ and not states - _UNDER_WAY - {BatchState.CANCELLED}:
        fix = "See `dripcourse status`; once it has been sent it can be sent again."
        raise RefusedError(f"`{lesson.slug}` is on its way to them already ({open_[0]}).", fix=fix)
    if not had:
        raise RefusedError(f"`{lesson.slug}` has not been sent to them yet.", fix="It comes when its turn does.")


def _track(edition: Edition, track: str, lesson: Lesson) -> str:
    """The person's track, or, where the lesson is no longer on it, the first that has it."""
    slugs = [one.slug for one in edition.course.tracks if not lesson.tracks or one.slug in lesson.tracks]
    return track if track in slugs or not slugs else slugs[0]


def _fields(person: PersonRow) -> Mapping[str, str]:
    names = {"first_name": person.first_name, "last_name": person.last_name}
    return {**person.attributes, **names, "email": person.email, "timezone": person.zone}
