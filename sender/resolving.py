"""An operator's decision on emails of which nobody knows, or that were refused: sent, to be sent again, or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from sender.editions import EditionBook
from sender.errors import NotFoundError, SenderError
from sender.model import DROPPED, BatchState, DeliveryKind, EnrolmentStatus
from sender.settling import give_slots
from sender.store import editions, enrolments, resolving
from sender.store.database import Database, claim_alone
from sender.store.resolving import Case, SentAgain, Unmade

_SEE = "See `dripcourse status`."
_HOLD = "To stop it, hold its course: `dripcourse hold {course}`."
_TAKEN = "an operator says that it was taken"
_AT_ONCE = 1000
_ENDED_WELL = frozenset({BatchState.ACCEPTED, BatchState.CANCELLED})
_STANDS = {
    BatchState.CLAIMED: ("is about to be sent", _HOLD),
    BatchState.SENDING: ("is being sent", "In a minute it is known what became of it. " + _SEE),
    BatchState.RETRY: ("waits to be sent again", _HOLD),
    BatchState.ACCEPTED: (
        "was accepted, and nothing of it failed",
        "`dripcourse subscribers resend` sends somebody a lesson once more.",
    ),
    BatchState.CANCELLED: ("was cancelled, and nothing of it failed", "There is nothing left in it to decide about."),
}
"""How a batch stands about which there is nothing to decide, and what to do about that."""

_GONE = {EnrolmentStatus.ENDED: "left the course", EnrolmentStatus.FINISHED: "finished the course"}

_People = Sequence[tuple[int, EnrolmentStatus]]


class Decision(StrEnum):
    """What is to become of emails: they were taken after all, are sent again, or nobody gets them any more."""

    ACCEPTED = "accepted"
    SEND_AGAIN = "send again"
    DROP = "drop"


class RefusedError(SenderError):
    """There is nothing to decide about those emails, or not in that way."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What became of emails: their state, how many they are, and the batch in which they are now, if in one.

    `label` is their lesson, or what they are for. Of a course that is `held` nothing goes out before its release.
    """

    batch: int | None
    course: str
    label: str
    state: BatchState
    deliveries: int
    held: bool


def resolve(database: Database, batch_id: int, decision: Decision) -> Resolved:
    """Decide about a batch that is uncertain, held or failed, or about what alone failed in one that ended otherwise.

    What was taken lets people finish who are through. What is sent again goes out with the next tick, but a lesson that
    is too late, or that a later one has overtaken, in the next slot of its reader. Whoever was to get what is dropped
    goes on as if they had. An event or an answer that came before wins. Raises NotFoundError, RefusedError and
    StoreError.
    """
    with database.write() as connection:
        claim_alone(connection)
        one = resolving.case(connection, batch_id)
        if one is None:
            raise NotFoundError(f"There is no batch {batch_id}.", fix=_SEE)
        if one.state in _STANDS and not (one.state in _ENDED_WELL and one.count):
            how, fix = _STANDS[one.state]
            raise RefusedError(f"Batch {one.id} {how}.", fix=fix.format(course=one.course))
        return decide(connection, one, decision)


def decide(connection: Connection, one: Case, decision: Decision) -> Resolved:
    """Act on a batch as it was found. Raises RefusedError where its state has changed since: then nothing is done.

    What was refused, but an event has told of, is accepted and not sent again.
    """
    done: SentAgain | bool | None
    match decision:
        case Decision.ACCEPTED:
            state, done = BatchState.ACCEPTED, resolving.accept(connection, one, _TAKEN)
        case Decision.SEND_AGAIN:
            state, done = BatchState.RETRY, resolving.send_again(connection, one)
        case Decision.DROP:
            state, done = BatchState.CANCELLED, resolving.drop(connection, one)
    if not done:
        raise RefusedError(f"Batch {one.id} was no longer {one.state} a moment ago: nothing was changed.", fix=_SEE)
    if decision is not Decision.SEND_AGAIN:
        enrolments.finish(connection, one.id)
    batch: int | None = one.id
    count = one.count
    if isinstance(done, SentAgain) and done.batch is None:
        state = BatchState.ACCEPTED
    elif isinstance(done, SentAgain):
        batch, count = done.batch, done.deliveries
    return Resolved(batch, one.course, label(connection, one.kind, one.lesson), state, count, one.held)


def resolve_unmade(
    database: Database, book: EditionBook, course: str, email: str, decision: Decision, now: datetime
) -> Resolved:
    """Decide about an email of a course that could not be made for some, and is in no batch.

    Sent again, it is made anew by the live edition, in the next slot of each. Raises NotFoundError, RefusedError and
    StoreError.
    """
    with database.write() as connection:
        claim_alone(connection)
        one = _unmade(connection, course, email)
        if decision is Decision.ACCEPTED:
            fix = "Choose --send-again or --drop."
            raise RefusedError(f"`{course}/{email}` was never made, so it cannot have been taken.", fix=fix)
        again, count, last_id = decision is Decision.SEND_AGAIN, 0, 0
        while people := resolving.people_without(connection, one, last_id, _AT_ONCE):
            last_id = people[-1][0]
            count += _again(connection, book, one, people, now) if again else _drop(connection, one, people)
        held = any(row.held for row in editions.courses(connection) if row.id == one.course_id)
        return Resolved(None, course, email, BatchState.RETRY if again else BatchState.CANCELLED, count, held)


def label(connection: Connection, kind: DeliveryKind, lesson: int | None) -> str:
    """An email in an operator's words: its lesson, or what it is for."""
    return str(kind) if lesson is None else editions.lesson_slugs(connection, [lesson])[lesson]


def _unmade(connection: Connection, course: str, email: str) -> Unmade:
    for one in resolving.unmade(connection):
        if one.course == course and label(connection, one.kind, one.lesson) == email:
            return one
    raise NotFoundError(f"There is no email `{email}` of `{course}` that could not be made.", fix=_SEE)


def _again(connection: Connection, book: EditionBook, one: Unmade, people: _People, now: datetime) -> int:
    """Have an email wait for the next slots of those who still take the course; how many."""
    for status, reason in _GONE.items():
        resolving.cancel(connection, one, [id_ for id_, how in people if how is status], reason)
    staying = [id_ for id_, how in people if how not in _GONE]
    count = resolving.let_wait(connection, one, staying)
    give_slots(connection, book, staying, now)
    return count


def _drop(connection: Connection, one: Unmade, people: _People) -> int:
    ids = [id_ for id_, _ in people]
    count = resolving.cancel(connection, one, ids, DROPPED)
    enrolments.finish(connection, ids=ids)
    return count
