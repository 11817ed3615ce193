"""The people of a batch as a request gets them: who goes without after all, and what replaces the others' tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from sqlalchemy import Connection

from course.errors import CourseError
from course.model import Lesson
from course.personal.filling import Filling
from course.personal.placeholders import Email, salted_afresh
from sender.arrivals import schedules
from sender.editions import Edition, EditionBook
from sender.links import Signer
from sender.model import OF_THE_COURSE, TO_ANOTHER, DeliveryKind, EnrolmentStatus, Recipient, Suppressed
from sender.notices import expired
from sender.schedule import next_day, own_zone
from sender.store.addressees import Addressee
from sender.store.anew import MadeOf
from sender.store.plain import moment
from sender.store.proofs import NEEDLESS
from sender.store.suppressions import suppressed

_FOR_GOOD = frozenset({Suppressed.BOUNCED, Suppressed.COMPLAINED})
"""What stops even an email that somebody asked for a moment ago."""

_ON_IT = frozenset({EnrolmentStatus.ACTIVE, EnrolmentStatus.FINISHED})  # what was lost may come after the last lesson
_PENDING = frozenset({EnrolmentStatus.PENDING})
_EXPECTED = {**dict.fromkeys(OF_THE_COURSE, _ON_IT), DeliveryKind.CONFIRM: _PENDING}
"""How whoever gets an email of a kind stands on the course; one of another kind goes to anybody."""

RESENT_TO = frozenset({EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED, EnrolmentStatus.FINISHED})
"""How whoever gets an email of the course once more, from an operator, may stand on it."""

_LEFT = {
    EnrolmentStatus.PAUSED: "paused",
    EnrolmentStatus.ENDED: "left the course",
    EnrolmentStatus.FINISHED: "finished the course",
    EnrolmentStatus.PENDING: "has not confirmed",
    EnrolmentStatus.ACTIVE: "has already confirmed",
}


_NOTHING: Mapping[str, str] = {}
_DayOf = Callable[[Addressee], Mapping[str, str]]
Fill = Callable[[Addressee], Recipient]


@dataclass(frozen=True, slots=True)
class Mail:
    """What a batch is of: an email of an edition, of a kind, and how its links are made."""

    edition: Edition
    kind: DeliveryKind
    email: Email
    signer: Signer


def gone(connection: Connection, kind: DeliveryKind, people: Sequence[Addressee], now: datetime) -> dict[int, str]:
    """Who is not to get the email after all, and why.

    They left, paused, were erased or suppressed since the claim, or events have told since that they had it before.
    """
    keys = [one.email_key for one in people if one.email_key]
    stopping = frozenset(Suppressed) if kind in OF_THE_COURSE else _FOR_GOOD
    found = suppressed(connection, keys, people[0].course) if people else {}
    stopped = {key for key, reasons in found.items() if not stopping.isdisjoint(reasons)}
    expected = _EXPECTED.get(kind)
    reasons = {}
    for one in people:
        if one.email_key is None:
            reasons[one.delivery] = "erased"
        elif one.needless:
            reasons[one.delivery] = NEEDLESS
        elif one.email_key in stopped:
            reasons[one.delivery] = "suppressed"
        elif expected is None:
            if expired(kind, moment(one.slot_at), now):
                reasons[one.delivery] = "its link is no longer good"
        elif one.status not in (RESENT_TO if one.resent else expected):
            reasons[one.delivery] = _LEFT[EnrolmentStatus(one.status)]
    return reasons


def made_anew(connection: Connection, book: EditionBook, made: MadeOf, one: Addressee) -> int | None:
    """The variant of a batch's email that the live edition makes for one of its people; None where it makes none."""
    edition, lesson, schedule = book.edition(connection, made.live), None, _NOTHING
    if made.kind in OF_THE_COURSE:
        lesson = _lesson(edition, made, one.track)
        if lesson is None:
            return None
        following = None if one.next_due_at is None else moment(one.next_due_at)
        schedule = next_day(following, own_zone(edition.course, one.zone), edition.course.language)
    reader = edition.reader(one.fields, {}, schedule)
    try:
        return book.variant(connection, edition, made.kind, lesson, one.track, reader)
    except CourseError:
        return None


def _lesson(edition: Edition, made: MadeOf, track: str) -> Lesson | None:
    """The file of a batch's email of the course, as an edition has it on a track."""
    course = edition.course
    if made.kind is not DeliveryKind.LESSON:
        return course.welcome if made.kind is DeliveryKind.WELCOME else course.closing
    return next((one for one in course.lessons_of(track) if edition.lesson_ids[one.slug] == made.lesson), None)


def filler(connection: Connection, mail: Mail, live: Edition, people: Sequence[Addressee], now: datetime) -> Fill:
    """What makes a recipient of each of the people of an email. Once it is made, it needs no database.

    `live` is the edition of the course that what comes next will be of. For a person whose values cannot be worked out
    it raises CourseError.
    """
    return _filler(mail, _days(connection, mail, live, people, now))


def recipients(fill: Fill, people: Sequence[Addressee]) -> tuple[list[Recipient], dict[int, str]]:
    """The people with their values, and why whose values cannot be worked out: only they go without."""
    made, unmade = [], {}
    for one in people:
        try:
            made.append(fill(one))
        except CourseError as error:
            unmade[one.delivery] = str(error)
    return made, unmade


def with_own_tags(email: Email, made: list[Recipient]) -> tuple[Email, list[Recipient]]:
    """The email and its people, with tags that none of their values spells."""
    mark = f"dc{email.salt}"
    if not any(mark in "\n".join(one.values.values()) for one in made):
        return email, made
    fresh = salted_afresh(email, [one.values for one in made])
    tags = {old.tag: new.tag for old, new in zip(email.placeholders, fresh.placeholders, strict=True)}
    return fresh, [replace(one, values={tags[tag]: value for tag, value in one.values.items()}) for one in made]


def _filler(mail: Mail, day_of: _DayOf) -> Fill:
    """What makes a recipient of a person of this email."""
    edition, kind = mail.edition, mail.kind
    starts, purposes = mail.signer.starts(kind)
    filling = Filling(mail.email, edition.renderer.expressions, edition.course.fields, starts)
    leaving = starts["unsubscribe"] if kind in OF_THE_COURSE else None
    is_named = kind not in TO_ANOTHER

    def fill(one: Addressee) -> Recipient:
        tokens = mail.signer.tokens(one.delivery, purposes)
        values = filling.values(one.fields, tokens, day_of(one))
        leave = leaving[0] + tokens[leaving[1]] if leaving else ""
        return Recipient(one.delivery, one.email, one.name if is_named else "", values, leave)

    return fill


def _days(connection: Connection, mail: Mail, live: Edition, people: Sequence[Addressee], now: datetime) -> _DayOf:
    """What the email says to each of what comes next. That is the same for all who get it at one moment in one zone.

    But where the next one should have come by now, it depends on what each has had.
    """
    if mail.kind not in OF_THE_COURSE:
        return lambda _one: _NOTHING
    language, past = mail.edition.course.language, int(now.timestamp())
    late = [one.ahead for one in people if one.next_due_at is not None and one.next_due_at <= past]
    their_own = schedules(connection, live, language, late, now) if late else {}

    @cache
    def told(at: int | None, zone: str) -> Mapping[str, str]:
        return next_day(None if at is None else moment(at), own_zone(live.course, zone), language)

    def day_of(one: Addressee) -> Mapping[str, str]:
        own = their_own.get(one.enrolment)
        return told(one.next_due_at, one.zone) if own is None else own

    return day_of
