"""Whether somebody has finished a course, and what their certificate then says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from course.model import Track
from sender.editions import Edition, EditionBook
from sender.learning import progress_by
from sender.progress import Progress
from sender.store import lives, memberships
from sender.store.lives import Life, Sent, Stay


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


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to look at how far somebody is: by an edition, on a track, from what they were sent by then."""

    edition: Edition
    track: str
    sent: Sequence[Sent]
    progress: Progress

    @property
    def preferred(self) -> tuple[bool, bool]:
        """One that somebody is through with comes first, then one that has lessons for them."""
        return self.progress.is_through, self.progress.total > 0


def certificate(connection: Connection, book: EditionBook, delivery_id: int) -> Certificate | None:
    """The certificate of whoever got that email, on the course that it was of; None where there is no such delivery.

    Lessons that an author adds after somebody has finished take nothing from them, and neither does coming back later.
    Lessons that they had before they left and came back count, unless they chose to start again.
    """
    row = memberships.membership(connection, delivery_id)
    if row is None:
        return None
    live = book.edition(connection, row.edition)
    life = lives.life_of(connection, row.ahead.enrolment)
    found = max(_ways(connection, book, live, life), key=lambda way: way.preferred)
    course = found.edition.course
    return Certificate(
        found.edition,
        course.track(found.track) if len(course.tracks) > 1 else None,
        f"{row.fields['first_name']} {row.fields['last_name']}".strip(),
        found.progress,
        max(_first_days(found.sent).values()) if found.progress.is_through else None,
        row.email_key is None,
    )


def _ways(connection: Connection, book: EditionBook, live: Edition, life: Life) -> Iterator[_Way]:
    """By how they stand now, and by how they stood with the enrolment that the email was of."""
    stands: list[tuple[Stay, Sequence[int]]] = [(life.latest, life.enrolments)]
    if life.asked != life.latest:
        earlier = life.enrolments[: life.enrolments.index(life.asked.enrolment) + 1]
        stands.append((life.asked, earlier))
    for stay, enrolments in stands:
        sent = lives.sent(connection, enrolments)
        latest = [one.edition for one in sent if one.accepted][-1:]
        for edition in (live, *(book.edition(connection, id_) for id_ in latest)):
            yield _Way(edition, stay.track, sent, progress_by(edition, stay.track, sent))


def _first_days(sent: Sequence[Sent]) -> dict[int, date]:
    """The day on which each lesson came first."""
    return {one.lesson: one.on for one in reversed(sent) if one.accepted and one.lesson is not None}
