"""Joining a course: what a form may say, what follows from it, and the end of what nobody confirmed.

Anybody can type anybody's address. So a form brings about one email to that address, which asks, and nothing else. What
it says about a person who confirmed something before changes nothing, and its answer tells nothing about the address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from course.cadence import is_zone
from course.model import Course
from sender.addresses import LONGEST, AddressError, checked_address, email_key
from sender.editions import Edition
from sender.entries import plain_value
from sender.model import EnrolmentStatus, Suppressed
from sender.store import joining, subscribers
from sender.store.database import Database
from sender.store.joining import Standing
from sender.store.notices import hold_person
from sender.store.privacy import erase_subscriber
from sender.store.suppressions import suppressed

FIELDS = ("email", "first_name", "timezone", "track")
"""What a form or a program may say."""

MOST_CONFIRMATIONS, WITHIN = 3, timedelta(days=1)
"""How many confirmations an address gets at the most, on all courses together, and within which time."""

KEPT = timedelta(days=30)
"""How long what was asked for waits to be confirmed."""

_PURGED_AT_ONCE = 500
_FOR_GOOD = frozenset({Suppressed.BOUNCED, Suppressed.COMPLAINED})
_TAKING = frozenset({EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED})


class How(StrEnum):
    """By which way somebody asked for a course."""

    PAGE = "sign-up page"
    ELSEWHERE = "form of another site"
    PROGRAM = "JSON"


class Fault(StrEnum):
    """What is wrong with one thing that a form says."""

    MISSING = "missing"
    NO_TEXT = "no text"
    TOO_LONG = "too long"
    NO_ADDRESS = "no address"
    NO_ZONE = "no zone"
    NO_TRACK = "no track"
    UNKNOWN = "unknown"


class WishError(ValueError):
    """A form cannot be followed: `faults` says of each of its fields what is wrong."""

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        super().__init__(", ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for, checked. `key` is the compared form of the address; `zone` is empty for the course's."""

    email: str = field(repr=False)
    key: str = field(repr=False)
    first_name: str = field(repr=False)
    zone: str
    track: str


@dataclass(frozen=True, slots=True)
class Consent:
    """How somebody agreed, and to which words: those that stood beside the button, where they were ours."""

    how: How
    words: str


class Joined(StrEnum):
    """What came of asking for a course. Whoever asks is never told which."""

    NEW = "new"
    AGAIN = "again"
    NOTHING = "nothing"


def read_wish(course: Course, fields: Mapping[str, object], *, strict: bool = False) -> Wish:
    """What a form says, cleaned as an import does it. An empty field, or null, says nothing.

    `strict` refuses fields that there are not, which a program spelled wrong. Raises WishError with all that is wrong.
    """
    faults = {name: Fault.UNKNOWN for name in fields if strict and name not in FIELDS}
    said: dict[str, str] = {}
    for name in FIELDS:
        given = fields.get(name)
        try:
            said[name] = plain_value(name, "" if given is None else _text(given))
        except TypeError:
            faults[name] = Fault.NO_TEXT
        except ValueError:
            faults[name] = Fault.TOO_LONG
    email, key = _address(said.get("email", ""), faults)
    if said.get("timezone") and not is_zone(said["timezone"]):
        faults["timezone"] = Fault.NO_ZONE
    track = said.get("track") or course.tracks[0].slug
    if course.track(track) is None:
        faults["track"] = Fault.NO_TRACK
    if faults:
        raise WishError(faults)
    return Wish(email, key, said["first_name"], said["timezone"], track)


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise TypeError
    return given


def _address(said: str, faults: dict[str, Fault]) -> tuple[str, str]:
    """An address and its compared form, or what is wrong with it."""
    if "email" in faults:
        return "", ""
    try:
        email = checked_address(said)
        return email, email_key(email)
    except AddressError:
        faults["email"] = Fault.MISSING if not said else Fault.TOO_LONG if len(said) > LONGEST else Fault.NO_ADDRESS
    except UnicodeError:  # a domain that no name server could be asked about
        faults["email"] = Fault.NO_ADDRESS
    return "", ""


def join(database: Database, edition: Edition, wish: Wish, consent: Consent, now: datetime) -> Joined:
    """Ask an address to confirm that it wants a course, where that may be asked. Raises StoreError.

    Whoever is on the course already is left in peace, as is an address that bounced or complained, and one that was
    asked three times within a day.
    """
    with database.write() as connection:
        stopped = suppressed(connection, [wish.key], edition.course_id).get(wish.key, frozenset())
        if not _FOR_GOOD.isdisjoint(stopped):
            return Joined.NOTHING
        person = joining.person_of(connection, wish.key, _person(wish, now))
        hold_person(connection, person)
        found = joining.standing(connection, person, edition.course_id)
        if found is not None and found.status in _TAKING:
            return Joined.NOTHING
        pending = found if found is not None and found.status is EnrolmentStatus.PENDING else None
        _correct(connection, wish, person, pending)
        asked = joining.confirmations_since(connection, person, now - WITHIN)
        if asked >= MOST_CONFIRMATIONS or (pending is not None and pending.on_its_way):
            return Joined.NOTHING
        enrolment = _asked(connection, edition, wish, person, pending, now)
        if enrolment is None:
            return Joined.NOTHING
        subscribers.consent_of(connection, enrolment, consent.how, consent.words, now)
        return Joined.NEW if pending is None else Joined.AGAIN


def _correct(connection: Connection, wish: Wish, person: int, pending: Standing | None) -> None:
    """Let somebody mend what they said, as long as nobody has confirmed anything for that address."""
    said = {name: value for name, value in (("first_name", wish.first_name), ("zone", wish.zone)) if value}
    if said and joining.is_unproven(connection, person):
        subscribers.change(connection, [{"id": person, **said}])
    if pending is not None and pending.by_form:
        joining.set_track(connection, pending.id, wish.track)


def _person(wish: Wish, now: datetime) -> dict[str, object]:
    return {
        "email": wish.email, "first_name": wish.first_name, "last_name": "", "zone": wish.zone, "attributes": {},
        "created_at": now,
    }  # fmt: skip


def _asked(
    connection: Connection, edition: Edition, wish: Wish, person: int, pending: Standing | None, now: datetime
) -> int | None:
    """Have a confirmation sent at once: of the enrolment that waits for one, or of a new one; its id."""
    if pending is not None:
        joining.ask_again(connection, pending.id, now)
        return pending.id
    new = {
        "subscriber_id": person, "course_id": edition.course_id, "track": wish.track, "overrides": {},
        "status": EnrolmentStatus.PENDING, "start_at": now, "next_due_at": now, "due_since": now, "created_at": now,
    }  # fmt: skip
    return joining.enrol_once(connection, new)


def purge_pending(database: Database, now: datetime, limit: int = _PURGED_AT_ONCE) -> int:
    """End what was asked for over 30 days ago and never confirmed, at most `limit` of it; how many enrolments.

    The days count from the latest confirmation. Whoever is known by nothing else is erased. Raises StoreError.
    """
    with database.read() as connection:
        if not joining.never_confirmed(connection, now - KEPT, 1):
            return 0
    with database.write() as connection:
        found = joining.never_confirmed(connection, now - KEPT, limit)
        ended = joining.end_unconfirmed(connection, [id_ for id_, _ in found], now)
        for person in sorted(ended - joining.known_otherwise(connection, ended)):
            erase_subscriber(connection, person, now)
        return len(found)
