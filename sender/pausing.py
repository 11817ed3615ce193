"""Pausing a course, until a day or until somebody says so, and going on with it. Each act is one transaction."""

from __future__ import annotations

from datetime import date, datetime

from sender.editions import EditionBook
from sender.errors import ChoiceError
from sender.model import EnrolmentStatus
from sender.places import Own, changing, changing_enrolment, finish_if_over, local_day
from sender.standing import Standing, due_after_pause, due_from, pause_days
from sender.store import choices
from sender.store.database import Database


def pause(database: Database, book: EditionBook, delivery_id: int, until: date | None, now: datetime) -> Standing:
    """Send nothing more of the course before a local day, or, where that is None, before somebody goes on with it.

    A pause that there is already gets that end instead. What is claimed but not sent is cancelled when its turn comes,
    and goes out after the pause. Returns how things stood before.

    Raises ChoiceError for a day that is not after today and within a year, NotPossibleError where there is nothing to
    pause, and StoreError.
    """
    with changing(database, book, delivery_id, EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED) as own:
        return _pause(own, until, now)


def pause_enrolment(
    database: Database, book: EditionBook, enrolment_id: int, until: date | None, now: datetime
) -> Standing:
    """The same for an enrolment, as an operator names it."""
    with changing_enrolment(database, book, enrolment_id, EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED) as own:
        return _pause(own, until, now)


def _pause(own: Own, until: date | None, now: datetime) -> Standing:
    before = own.standing
    first, last = pause_days(local_day(own.course, before, now))
    if until is not None and not first <= until <= last:
        fix = f"Choose one from {first} to {last}."
        raise ChoiceError("until", "A pause cannot last until that day.", fix=fix)
    due = None if until is None else due_after_pause(own.course, own.step, before, until)
    choices.choose(own.connection, before.id, due, status=EnrolmentStatus.PAUSED, resume_on=until)
    return before


def resume(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Standing:
    """Go on with a paused course: the next lesson comes in the first slot from now on. Returns how things stood before.

    Raises NotPossibleError where it is not paused, and StoreError.
    """
    with changing(database, book, delivery_id, EnrolmentStatus.PAUSED) as own:
        return _resume(own, now)


def resume_enrolment(database: Database, book: EditionBook, enrolment_id: int, now: datetime) -> Standing:
    """The same for an enrolment, as an operator names it."""
    with changing_enrolment(database, book, enrolment_id, EnrolmentStatus.PAUSED) as own:
        return _resume(own, now)


def _resume(own: Own, now: datetime) -> Standing:
    before = own.standing
    due = due_from(own.course, own.step, before, now)
    choices.choose(own.connection, before.id, due, status=EnrolmentStatus.ACTIVE)
    finish_if_over(own.connection, before.id)
    return before
