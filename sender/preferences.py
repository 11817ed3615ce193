"""What people choose for themselves on a course: pace, hour, zone, track, and the next lesson at once.

Each act is one transaction, and returns how things stood before it, so that it can be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time

from course.cadence import is_zone
from course.model import Course
from sender.editions import Edition, EditionBook
from sender.errors import ChoiceError
from sender.model import EnrolmentStatus
from sender.places import Own, changing, finish_if_over, impossible, own_place
from sender.schedule import own_zone, slot_by_now
from sender.standing import Standing, ask_again_at, due_anew, due_from
from sender.store import choices, enrolments, standings
from sender.store.database import Database

_WEEKDAYS = (0, 1, 2, 3, 4)
_ON_IT = (EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a person stands on a course, and what they may do about it.

    `edition` is the one that is live, `zone` what holds for this person. `next_at` (UTC) is when the next email comes,
    None where none will. `may_ask` is whether the next one can be sent at once, `ask_again_at` (UTC) from when on that
    is so again, where nothing but an earlier request is in its way. Of somebody who was `erased` nothing else is true.
    """

    edition: Edition
    standing: Standing
    zone: str
    next_at: datetime | None
    may_ask: bool
    ask_again_at: datetime | None
    erased: bool

    @property
    def course(self) -> Course:
        """The course as its live edition has it."""
        return self.edition.course

    @property
    def status(self) -> EnrolmentStatus:
        """Where the person stands on it."""
        return self.standing.status


def preferences(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Preferences | None:
    """How whoever got that email stands on its course, or None where there is no such delivery. Raises StoreError."""
    with database.read() as connection:
        own = own_place(connection, book, delivery_id)
        return None if own is None else _preferences(own, now)


def _preferences(own: Own, now: datetime) -> Preferences:
    one = own.standing
    rested = ask_again_at(one)
    waits = rested if rested is not None and rested > now else None
    possible = _could_ask(own, now)
    return Preferences(
        own.edition, one, own_zone(own.course, one.zone), _arrival(own, now), possible and waits is None,
        waits if possible else None, own.place.email_key is None,
    )  # fmt: skip


def _arrival(own: Own, now: datetime) -> datetime | None:
    """When the next email comes (UTC): one that is late goes out now, or moves to its next slot."""
    one, step = own.standing, own.step
    if one.next_due_at is None or one.next_due_at > now:
        return one.next_due_at
    if step is None:
        return None
    return max(now, slot_by_now(own.course, step, one.overrides, one.zone, one.next_due_at, now).at)


def _could_ask(own: Own, now: datetime) -> bool:
    """Whether there is a next email that is not on its way already, apart from how often one may ask."""
    one = own.standing
    is_on = one.status is EnrolmentStatus.ACTIVE and one.start_at <= now
    return is_on and own.step is not None and one.next_due_at is not None and one.next_due_at > now


@dataclass(frozen=True, slots=True)
class Paces:
    """The weekdays of each pace that somebody can choose (0 = Monday): that of the course, a slower and a faster one.

    `slower` and `faster` are None where the course's own is as slow, or as fast. `own` is what somebody has that is
    none of them.
    """

    course: tuple[int, ...]
    slower: tuple[int, ...] | None
    faster: tuple[int, ...] | None
    own: tuple[int, ...] | None


def paces(course: Course, overrides: Mapping[str, str]) -> Paces:
    """The paces of a course: slower is its first day of the week alone, faster is every weekday."""
    days = course.cadence.days
    slower = days[:1] if len(days) > 1 else None
    faster = _WEEKDAYS if len(days) < len(_WEEKDAYS) else None
    chosen = tuple(int(day) for day in overrides.get("days", "")) or None
    return Paces(days, slower, faster, None if chosen in {days, slower, faster} else chosen)


def set_pace(database: Database, book: EditionBook, delivery_id: int, days: str, now: datetime) -> Standing:
    """Have lessons on these weekdays, as `024` (0 = Monday); empty for the days of the course.

    Raises ChoiceError for other days, NotPossibleError for whoever is not taking the course, and StoreError.
    """
    if not set(days) <= set("0123456") or "".join(sorted(set(days))) != days:
        raise ChoiceError("days", "Those are no weekdays.", fix="Choose one of the paces.")
    with changing(database, book, delivery_id, *_ON_IT) as own:
        same = days == "".join(str(day) for day in own.course.cadence.days)
        return _override(own, "days", "" if same else days, now)


def set_hour(database: Database, book: EditionBook, delivery_id: int, at: str, now: datetime) -> Standing:
    """Have lessons at this local time, as `08:00`; empty, or the course's own, for the course's whatever that becomes.

    Raises ChoiceError for what is no time, NotPossibleError for whoever is not taking the course, and StoreError.
    """
    if at:
        at = _time_of_day(at)
    with changing(database, book, delivery_id, *_ON_IT) as own:
        return _override(own, "at", "" if at == f"{own.course.cadence.at:%H:%M}" else at, now)


def _time_of_day(text: str) -> str:
    """A time as it is kept: what a browser may send beyond minutes is left out."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or ":" not in text:
        raise ChoiceError("at", "That is no time of day.", fix="Choose one such as 08:00.")
    return f"{found:%H:%M}"


def _override(own: Own, name: str, value: str, now: datetime) -> Standing:
    before = own.standing
    overrides = {key: kept for key, kept in before.overrides.items() if key != name}
    after = replace(before, overrides=overrides | ({name: value} if value else {}))
    due = due_anew(own.course, own.step, after, now)
    choices.choose(own.connection, before.id, due, overrides=dict(after.overrides))
    return before


def set_zone(database: Database, book: EditionBook, delivery_id: int, zone: str, now: datetime) -> Standing:
    """Move a person to a time zone, on all their courses; empty for the zone of each course.

    Raises ChoiceError for what is no zone, NotPossibleError for whoever is not taking the course, and StoreError.
    """
    if zone and not is_zone(zone):
        raise ChoiceError("zone", "There is no such time zone.", fix="Choose one of the list.")
    with changing(database, book, delivery_id, *_ON_IT) as own:
        choices.set_zone(own.connection, own.place.subscriber, zone)
        all_of_them = standings.standings_of(own.connection, own.place.subscriber)
        histories = enrolments.histories(own.connection, [one.id for one in all_of_them])
        for one in all_of_them:
            edition = book.edition(own.connection, one.edition)
            step = replace(own, edition=edition, history=histories[one.id]).step_on(one.track)
            choices.choose(own.connection, one.id, due_anew(edition.course, step, one, now))
        return own.standing


def set_track(database: Database, book: EditionBook, delivery_id: int, track: str, now: datetime) -> Standing:
    """Go on by another track of the course; the lessons that were had count on it as well.

    Raises ChoiceError for what is no track, NotPossibleError for whoever is not taking the course, and StoreError.
    """
    with changing(database, book, delivery_id, *_ON_IT) as own:
        before = own.standing
        if own.course.track(track) is None:
            raise ChoiceError("track", "The course has no such track.", fix="Choose one of the list.")
        due = due_anew(own.course, own.step_on(track), replace(before, track=track), now)
        choices.choose(own.connection, before.id, due, track=track)
        finish_if_over(own.connection, before.id)
        return before


def send_next(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Standing:
    """Have the next email sent at once, at most once in 12 hours; the next regular one comes at least 12 hours later.

    Raises NotPossibleError where there is no next one, where it is due already, and within those hours; and StoreError.
    """
    with changing(database, book, delivery_id, EnrolmentStatus.ACTIVE) as own:
        if not _preferences(own, now).may_ask:
            raise impossible()
        choices.choose(own.connection, own.standing.id, now, asked_at=now)
        return own.standing


def take_back(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Standing:
    """Take back a request for the next email at once, as long as nothing was done about it.

    Raises NotPossibleError where it is too late, or there was none; and StoreError.
    """
    with changing(database, book, delivery_id, EnrolmentStatus.ACTIVE) as own:
        before = own.standing
        if not before.is_asked_for:
            raise impossible()
        due = due_from(own.course, own.step, replace(before, asked_at=None), now)
        choices.choose(own.connection, before.id, due, asked_at=None)
        return before
