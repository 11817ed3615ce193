"""A person's place on a course, found by one of their emails: how it stands now, and changing it in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from course.model import Course
from sender.editions import Edition, EditionBook
from sender.errors import NotPossibleError
from sender.model import EnrolmentStatus
from sender.progress import Step, next_step
from sender.schedule import own_zone
from sender.standing import Standing
from sender.store import choices, enrolments
from sender.store.choices import Place
from sender.store.database import Database, claim_alone
from sender.store.enrolments import History


@dataclass(frozen=True, slots=True)
class Own:
    """A place on a course within a transaction, with what the person had of it and what comes next.

    `edition` is the one of the course that is live.
    """

    connection: Connection
    edition: Edition
    place: Place
    history: History

    @property
    def course(self) -> Course:
        """The course as its live edition has it."""
        return self.edition.course

    @property
    def standing(self) -> Standing:
        """How the enrolment stands."""
        return self.place.standing

    @property
    def step(self) -> Step | None:
        """The next email by the track that the enrolment is on."""
        return self.step_on(self.standing.track)

    def step_on(self, track: str) -> Step | None:
        """The next email by a track."""
        return next_step(self.course, track, self.edition.lesson_ids, self.history.had)


def own_place(connection: Connection, book: EditionBook, delivery_id: int) -> Own | None:
    """The place that a delivery belongs to, or None where there is no such delivery."""
    place = choices.place(connection, delivery_id)
    return None if place is None else _own(connection, book, place)


@contextmanager
def changing(database: Database, book: EditionBook, delivery_id: int, *statuses: EnrolmentStatus) -> Iterator[Own]:
    """A transaction that changes a place, while nothing is claimed for it.

    Raises NotPossibleError where the enrolment is in none of those statuses, or the person was erased; whatever is
    raised, nothing changes. Raises StoreError.
    """
    with database.write() as connection:
        claim_alone(connection)
        yield _changeable(own_place(connection, book, delivery_id), statuses)


@contextmanager
def changing_enrolment(
    database: Database, book: EditionBook, enrolment_id: int, *statuses: EnrolmentStatus
) -> Iterator[Own]:
    """The same for an enrolment, as an operator names it."""
    with database.write() as connection:
        claim_alone(connection)
        place = choices.place_of(connection, enrolment_id)
        yield _changeable(None if place is None else _own(connection, book, place), statuses)


def _changeable(own: Own | None, statuses: Collection[EnrolmentStatus]) -> Own:
    if own is None or own.place.email_key is None or own.standing.status not in statuses:
        raise impossible()
    return own


def impossible() -> NotPossibleError:
    """What is raised where an act cannot be done as things stand."""
    return NotPossibleError("That cannot be done as things stand.", fix="Look at how they stand now.")


def local_day(course: Course, one: Standing, now: datetime) -> date:
    """The day that it is for a person."""
    return now.astimezone(ZoneInfo(own_zone(course, one.zone))).date()


def finish_if_over(connection: Connection, enrolment_id: int) -> None:
    """Mark an active enrolment as finished where nothing is left to send and all of it has arrived."""
    enrolments.finish(connection, ids=[enrolment_id])


def _own(connection: Connection, book: EditionBook, place: Place) -> Own:
    edition = book.edition(connection, place.standing.edition)
    history = enrolments.histories(connection, [place.standing.id])[place.standing.id]
    return Own(connection, edition, place, history)
