"""Leaving a course, or all of them, and taking that back within the hour. Each act is one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from sender.editions import Edition, EditionBook
from sender.errors import EditionError
from sender.model import DeliveryKind, EnrolmentStatus, Suppressed
from sender.places import Own, impossible, own_place
from sender.progress import next_step
from sender.standing import due_anew, due_from
from sender.store import choices, enrolments, memberships
from sender.store.choices import Ended
from sender.store.database import Database, claim_alone
from sender.store.leavers import Leaver, leaver
from sender.store.standings import standing
from sender.store.suppressions import EVERYTHING, entries_of, lift, suppress

SECOND_THOUGHTS = timedelta(hours=1)
"""How long after leaving somebody can take it back."""

_FOR_GOOD = frozenset({Suppressed.BOUNCED, Suppressed.COMPLAINED})


@dataclass(frozen=True, slots=True)
class Parting:
    """How a person stands on a course that an email offers to leave, by its live `edition`.

    `takes_part` is false once they have left it, and `everything` true where they get no email of any. `may_return` is
    whether that can be taken back, `may_pause` whether there is something to pause. `changed` is whether what
    was just done made any difference.
    """

    edition: Edition
    enrolment: int
    status: EnrolmentStatus
    takes_part: bool
    everything: bool
    may_pause: bool
    may_return: bool
    changed: bool = False


def parting(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Parting | None:
    """How whoever got that email stands on its course, or None where there is no such delivery. Raises StoreError."""
    with database.read() as connection:
        own = own_place(connection, book, delivery_id)
        return None if own is None else _parting(own, now)


def leave(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Parting | None:
    """End the place on its course of whoever got that email, and send the address nothing more of that course.

    Works on any email that was ever sent, any number of times, and for whoever was erased. What is
    open for the person is cancelled when its turn to be sent comes. None where there is no such
    delivery. Raises StoreError, and EditionError, once that is done, where the course cannot be read to tell of it.
    """
    with database.write() as connection:
        one = leaver(connection, delivery_id)
        if one is None:
            return None
        changed = bool(_end(connection, one.person, one.email_key, one.course, now, one.secret))
        try:
            if not changed:
                return _after(connection, book, delivery_id, now, changed=False)
            return _just_left(connection, book, one)
        except EditionError as error:
            unread = error
    raise unread


def leave_everything(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Parting | None:
    """The same for all courses that the person takes, and for the address on any course. Raises as `leave` does."""
    with database.write() as connection:
        one = leaver(connection, delivery_id)
        if one is None:
            return None
        ended = _end(connection, one.person, one.email_key, EVERYTHING, now)
        try:
            return _after(connection, book, delivery_id, now, changed=ended > 0)
        except EditionError as error:
            unread = error
    raise unread


def _just_left(connection: Connection, book: EditionBook, one: Leaver) -> Parting:
    """How somebody stands who left a course this very moment: known without looking, but for what else is listed."""
    listed = [] if one.email_key is None else entries_of(connection, one.email_key, one.secret)
    everything = any(scope == EVERYTHING for scope, _, _ in listed)
    for_good = any(reason in _FOR_GOOD for _, reason, _ in listed)
    edition = book.edition(connection, one.edition)
    may_return = one.email_key is not None and not for_good
    return Parting(
        edition, one.enrolment, EnrolmentStatus.ENDED, takes_part=False, everything=everything, may_pause=False,
        may_return=may_return, changed=True,
    )  # fmt: skip


def unsubscribe(database: Database, subscriber_id: int, email_key: str | None, scope: int, now: datetime) -> int:
    """The same on an operator's word; how many enrolments ended. `scope` is a course or `EVERYTHING`.

    Raises StoreError.
    """
    with database.write() as connection:
        return _end(connection, subscriber_id, email_key, scope, now)


def _end(
    connection: Connection, person: int, email_key: str | None, scope: int, now: datetime, secret: bytes | None = None
) -> int:
    """End a person's place on a course, or on all, and suppress their address for it; how many enrolments ended."""
    reason = Suppressed.UNSUBSCRIBED
    if scope == EVERYTHING:
        ended = memberships.end_everywhere(connection, person, reason, now)
    else:
        ended = memberships.end_on_course(connection, person, scope, reason, now)
    if email_key is not None:
        suppress(connection, email_key, scope, reason, now, secret)
    return ended


def come_back(database: Database, book: EditionBook, delivery_id: int, now: datetime) -> Parting:
    """Take back the latest leaving of the course, or of everything: each enrolment is again what it was.

    Raises NotPossibleError where there is nothing to take back any more, and StoreError.
    """
    with database.write() as connection:
        claim_alone(connection)
        own = own_place(connection, book, delivery_id)
        left = None if own is None else _left(own, now)
        if own is None or left is None or own.place.email_key is None:
            raise impossible()
        lift(connection, own.place.email_key, left.scopes)
        for one in left.ended:
            choices.revive(connection, one, _due_again(connection, book, one, left.at, now))
            enrolments.finish(connection, ids=[one.enrolment])
        after = _after(connection, book, delivery_id, now, changed=True)
        assert after is not None
        return after


@dataclass(frozen=True, slots=True)
class _Left:
    """What one act of leaving ended and suppressed, and when that was (UTC)."""

    at: datetime
    ended: list[Ended]
    scopes: list[int]


def _left(own: Own, now: datetime) -> _Left | None:
    """The latest leaving, where it can be taken back: not one of long ago, nor of an address that failed since."""
    connection, place, key = own.connection, own.place, own.place.email_key
    if key is None:
        return None
    listed = entries_of(connection, key)
    if any(reason in _FOR_GOOD for _, reason, _ in listed):
        return None
    since = now - SECOND_THOUGHTS
    of_all = [at for scope, _, at in listed if scope == EVERYTHING]
    here = choices.left_at(connection, place.subscriber, place.standing.course)
    moments = [at for at in (*of_all, here) if at is not None]
    if not moments or max(moments) < since:
        return None
    at = max(moments)
    ended = choices.left_then(connection, place.subscriber, at, None if at in of_all else place.standing.course)
    if not ended and at not in of_all:
        return None
    return _Left(at, ended, [scope for scope, _, listed_at in listed if listed_at == at])


def _due_again(
    connection: Connection, book: EditionBook, one: Ended, left_at: datetime, now: datetime
) -> datetime | None:
    """When an enrolment is next due that is taken up again (UTC), as if it had never been left."""
    stands = standing(connection, one.enrolment)
    assert stands is not None
    stands = replace(stands, status=one.was)
    edition = book.edition(connection, stands.edition)
    history = enrolments.histories(connection, [one.enrolment])[one.enrolment]
    if one.was is EnrolmentStatus.PENDING:
        return None if DeliveryKind.CONFIRM in history.kinds else now
    step = next_step(edition.course, stands.track, edition.lesson_ids, history.had)
    if one.was is EnrolmentStatus.ACTIVE:
        return due_from(edition.course, step, stands, left_at)
    return due_anew(edition.course, step, stands, now)


def _after(
    connection: Connection, book: EditionBook, delivery_id: int, now: datetime, *, changed: bool
) -> Parting | None:
    own = own_place(connection, book, delivery_id)
    return None if own is None else replace(_parting(own, now), changed=changed)


def _parting(own: Own, now: datetime) -> Parting:
    key, status = own.place.email_key, own.standing.status
    everything = key is not None and any(scope == EVERYTHING for scope, _, _ in entries_of(own.connection, key))
    takes_part = choices.takes_part(own.connection, own.place.subscriber, own.standing.course)
    may_pause = key is not None and status in {EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED}
    may_return = not takes_part and _left(own, now) is not None
    return Parting(own.edition, own.standing.id, status, takes_part, everything, may_pause, may_return)
