"""Whether somebody has finished a course, and what their certificate then says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from course.model import Track
from sender.editions import Edition, EditionBook
from sender.progress import Progress, progress
from sender.store import memberships
from sender.store.memberships import Sent


@dataclass(frozen=True, slots=True)
class Certificate:
    """How far a person is on a course, by `edition`: that by which they finished, or else the one that is live.

    `name` is empty where it is not known, `track` None where the course has but one. `finished_on` is the local day on
    which the last of their lessons came, None while there is one that they have not had.
    """

    edition: Edition
    track: Track | None
    name: str
    progress: Progress
    finished_on: date | None
    erased: bool


def certificate(connection: Connection, book: EditionBook, delivery_id: int) -> Certificate | None:
    """The certificate of whoever got that email, on the course that it was of; None where there is no such delivery.

    Lessons that an author adds after somebody has finished take nothing from them.
    """
    row = memberships.membership(connection, delivery_id)
    if row is None:
        return None
    sent = memberships.sent(connection, row.ahead.enrolment)
    latest = [one.edition for one in sent if one.accepted][-1:]
    editions = [book.edition(connection, id_) for id_ in (row.edition, *latest)]
    edition, so_far = max(((one, _progress(one, row.ahead.track, sent)) for one in editions), key=_preferred)
    course = edition.course
    return Certificate(
        edition,
        course.track(row.ahead.track) if len(course.tracks) > 1 else None,
        f"{row.fields['first_name']} {row.fields['last_name']}".strip(),
        so_far,
        max(_first_days(sent).values()) if so_far.is_through else None,
        row.email_key is None,
    )


def _preferred(found: tuple[Edition, Progress]) -> tuple[bool, bool]:
    """An edition that somebody is through with comes first, then one that has lessons for them."""
    _, so_far = found
    return so_far.is_through, so_far.total > 0


def _first_days(sent: list[Sent]) -> dict[int, date]:
    """The day on which each lesson came first."""
    return {one.lesson: one.on for one in reversed(sent) if one.accepted and one.lesson is not None}


def _progress(edition: Edition, track: str, sent: list[Sent]) -> Progress:
    had = [one.lesson for one in sent if one.accepted and one.lesson is not None]
    missed = {one.lesson for one in sent if one.lesson is not None}.difference(had)
    return progress(edition.course, track, edition.lesson_ids, had, missed)
