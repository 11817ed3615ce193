"""All that is held about one person, as a document for them to keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from course.errors import CourseError
from course.personal.placeholders import Email, Placeholder, Where, fill, tag_values
from sender.editions import Edition, EditionBook
from sender.errors import EditionError, NotFoundError
from sender.store import privacy
from sender.store.database import Database
from sender.store.privacy import Mail, Person, Place
from sender.store.suppressions import EVERYTHING, entries_of

Document: TypeAlias = dict[str, object]


def export(database: Database, subscriber_id: int, book: EditionBook | None = None) -> Document:
    """Everything held about a subscriber, in plain values that JSON has; moments are ISO 8601 in UTC.

    `book` saves loading the courses anew. Of somebody who was erased, only what is kept for the figures is there.
    Raises NotFoundError where there is no such subscriber, and StoreError.
    """
    with database.read() as connection:
        known = privacy.person(connection, subscriber_id)
        if known is None:
            fix = "Look with `dripcourse subscribers list`."
            raise NotFoundError(f"There is no subscriber {subscriber_id}.", fix=fix)
        return {
            "subscriber": _person(known),
            "enrolments": _places(connection, book or EditionBook(), known),
            "address_changes": _address_changes(connection, known),
            "suppressions": _suppressions(connection, known),
        }


def _person(known: Person) -> Document:
    fields = dict(known.fields)
    names = {name: fields.pop(name) for name in ("email", "first_name", "last_name", "timezone")}
    since, erased = _iso(known.created_at), _iso(known.erased_at)
    return {"id": known.id, **names, "attributes": fields, "created_at": since, "erased_at": erased}


def _places(connection: Connection, book: EditionBook, known: Person) -> list[Document]:
    mails, consents = _mails(connection, known), _consents(connection, known)
    answers: dict[int, list[Document]] = defaultdict(list)
    for enrolment, quiz, answer, at in privacy.answers(connection, known.id):
        answers[enrolment].append({"quiz": quiz, "answer": answer, "at": _iso(at)})
    events: dict[int, list[Document]] = defaultdict(list)
    for delivery, id_, kind, at in privacy.events(connection, known.id):
        events[delivery].append({"id": id_, "type": kind, "at": _iso(at)})
    return [
        {
            **_place(place, edition := _edition(connection, book, place)),
            "consents": consents[place.id],
            "quiz_answers": answers[place.id],
            "emails": [_mail(mail, edition, known, events[mail.id]) for mail in mails[place.id]],
        }
        for place in privacy.places(connection, known.id)
    ]


def _edition(connection: Connection, book: EditionBook, place: Place) -> Edition | None:
    """The live edition of the course of a place, or None where that cannot be read: it holds nothing of anybody."""
    try:
        return book.edition(connection, place.edition)
    except EditionError:
        return None


def _place(place: Place, edition: Edition | None) -> Document:
    return {
        "id": place.id, "course": place.course, "title": edition and edition.course.title, "track": place.track,
        "status": place.status, "ended_reason": place.ended_reason, "choices": dict(place.overrides),
        "afresh": place.afresh, "created_at": _iso(place.created_at), "start_at": _iso(place.start_at),
        "next_due_at": _iso(place.next_due_at), "asked_at": _iso(place.asked_at), "ended_at": _iso(place.ended_at),
        "resume_on": None if place.resume_on is None else place.resume_on.isoformat(),
    }  # fmt: skip


def _mails(connection: Connection, known: Person) -> Mapping[int, list[Mail]]:
    found: dict[int, list[Mail]] = defaultdict(list)
    for mail in privacy.mails(connection, known.id):
        found[mail.enrolment].append(mail)
    return found


def _mail(mail: Mail, edition: Edition | None, known: Person, events: Iterable[Document]) -> Document:
    return {
        "id": mail.id, "kind": mail.kind, "lesson": mail.lesson, "subject": _subject(mail, edition, known),
        "slot_at": _iso(mail.slot_at), "state": mail.state, "reason": mail.reason, "seen": mail.seen,
        "events": list(events),
    }  # fmt: skip


def _subject(mail: Mail, edition: Edition | None, known: Person) -> str:
    """The subject as this person had it, with what is known of them today, by the expressions of the live edition."""
    placed = tuple(
        Placeholder(tag, expression, Where(where))
        for tag, expression, where in mail.placeholders
        if tag in mail.subject
    )
    email = Email(mail.subject, "", "", placed, mail.salt)
    if edition is None:
        return fill(email, {one.tag: "…" for one in placed}).subject
    try:
        values = tag_values(email, edition.renderer.expressions, edition.reader(known.fields, {}, {}))
    except CourseError:  # an expression of an earlier edition that can no longer be worked out
        values = {one.tag: "…" for one in placed}
    return fill(email, values).subject


def _consents(connection: Connection, known: Person) -> Mapping[int, list[Document]]:
    found: dict[int, list[Document]] = defaultdict(list)
    for enrolment, at, how, hash_, words in privacy.consents(connection, known.id):
        found[enrolment].append({"at": _iso(at), "how": how, "wording_hash": hash_, "wording": words})
    return found


def _address_changes(connection: Connection, known: Person) -> list[Document]:
    return [
        {"email_id": delivery, "address": address, "asked_at": _iso(asked), "done_at": _iso(done)}
        for delivery, address, asked, done in privacy.address_changes(connection, known.id)
    ]


def _suppressions(connection: Connection, known: Person) -> list[Document]:
    """Which courses, or all of them (None), may not write to the address, and why."""
    if known.email_key is None:
        return []
    slugs = privacy.course_slugs(connection)
    return [
        {"course": None if scope == EVERYTHING else slugs[scope], "reason": str(reason), "at": _iso(at)}
        for scope, reason, at in entries_of(connection, known.email_key)
    ]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
