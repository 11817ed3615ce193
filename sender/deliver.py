"""Delivering: a claimed batch goes to the mailer, and the ledger learns what became of it.

The order is what makes a lesson arrive at most once: `sending` is committed before the request
begins, and a batch whose answer was not recorded is uncertain and not sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import Connection

from sender.claim import LEASE
from sender.editions import EditionBook
from sender.links import Signer
from sender.mailers import Mailer
from sender.model import Answer, BatchState, Request, Verdict, fits
from sender.recipients import Fill, Mail, filler, gone, recipients, untold
from sender.retry import again_at
from sender.store import batches, enrolments
from sender.store.addressees import Addressee, addressees
from sender.store.database import Database
from sender.store.events import is_proven

LATEST_START = timedelta(seconds=30)
"""A request that has not begun this long after `sending` was committed is not made: it may have been given up on."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a batch: its state, how many of its deliveries are in it, and how many ended apart.

    `requests` is 0 or 1.
    """

    batch: int
    state: BatchState | None
    count: int = 0
    cancelled: int = 0
    failed: int = 0
    requests: int = 0
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Courier:
    """What delivering needs besides a batch. `clock` tells the machine's own time (UTC), by which leases count."""

    database: Database
    book: EditionBook
    mailer: Mailer
    signer: Signer
    owner: str
    clock: Callable[[], datetime] = field(repr=False)


def deliver(courier: Courier, batch: int, now: datetime) -> Delivered:
    """Send one claimed batch and record what became of it.

    `now` is the tick's moment (UTC), from which a retry counts. Raises StoreError where the
    database fails; a batch that was being sent is then uncertain once its lease runs out.
    """
    begun = _begin(courier, batch, now)
    if isinstance(begun, Delivered):
        return begun
    request, delivered = _request(courier, begun, now)
    if request is None:
        return delivered
    answer = _answer(courier.mailer, request, begun.committed, monotonic())
    return _record(courier, delivered, begun.attempt, answer, now)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A batch that is being sent: its people as they stood then, how many were left out, and what makes recipients."""

    batch: int
    attempt: int
    label: str
    mail: Mail
    people: Sequence[Addressee] = field(repr=False)
    absent: int
    fill: Fill = field(repr=False)
    committed: float


def _begin(courier: Courier, batch: int, now: datetime) -> _Begun | Delivered:
    """Commit that the batch is being sent, and leave out whoever has left since the claim; or why there is nothing to.

    What each one's values are is worked out after that: nobody else can write meanwhile, and there may be a thousand.
    """
    at = courier.clock()
    with courier.database.write() as connection:
        begun = batches.begin(connection, batch, courier.owner, now, at + LEASE, told=courier.mailer.told)
        if begun is None:
            return Delivered(batch, None)
        if begun.attempt > 1 and is_proven(connection, batch):
            return _told(connection, batch, courier.owner)
        edition, kind, label, email = courier.book.email(connection, begun.variant)
        people = addressees(connection, batch, kind)
        absent = gone(connection, kind, people, now)
        batches.cancel(connection, absent)
        staying = [one for one in people if one.delivery not in absent] if absent else people
        if not staying:
            batches.settle(connection, batch, courier.owner, BatchState.CANCELLED)
            return Delivered(batch, BatchState.CANCELLED, cancelled=len(absent))
        mail = Mail(edition, kind, email, courier.signer)
        fill = filler(connection, mail, courier.book.edition(connection, begun.edition), staying, now)
    return _Begun(batch, begun.attempt, label, mail, staying, len(absent), fill, monotonic())


def _told(connection: Connection, batch: int, owner: str) -> Delivered:
    """Call a batch accepted of which an event tells that an earlier request was taken, whatever its answer said."""
    batches.settle(connection, batch, owner, BatchState.ACCEPTED, reason="its events prove that it was taken")
    enrolments.finish(connection, batch)
    return Delivered(batch, BatchState.ACCEPTED, batches.open_count(connection, [batch]))


def _request(courier: Courier, begun: _Begun, now: datetime) -> tuple[Request | None, Delivered]:
    """The request of a batch that is being sent, and what is known of it so far. Without a request that is all."""
    made, unmade = recipients(begun.fill, begun.people)
    shared = ([one for one in made if fits(one)] or made[:1])[: courier.mailer.largest]
    if unmade or len(shared) < len(made):
        kept = {one.delivery for one in shared}
        apart = [one.delivery for one in made if one.delivery not in kept]
        state = _set_apart(courier, begun.batch, unmade, apart, anything_left=bool(shared))
        if state is not BatchState.SENDING:
            return None, Delivered(begun.batch, state, cancelled=begun.absent, failed=len(unmade))
    told, shared = untold(begun.mail.email, shared)
    request = Request(begun.batch, begun.mail.edition.course, begun.label, told, tuple(shared), now)
    return request, Delivered(begun.batch, BatchState.SENDING, len(shared), begun.absent, len(unmade))


def _set_apart(
    courier: Courier, batch: int, unmade: Mapping[int, str], apart: Sequence[int], *, anything_left: bool
) -> BatchState | None:
    """Fail whose email cannot be made, and give batches of their own to those who cannot share the request.

    The latter are whom the mailer has no room for, since the batch was claimed for another one, and people whose values
    SendGrid would refuse: alone in a request, they are written into the email itself. The state of the batch after
    that; None where it is no longer ours to send.
    """
    lease = courier.clock() + LEASE
    with courier.database.write() as connection:
        if not batches.keep(connection, batch, courier.owner, lease):
            return None
        batches.fail(connection, unmade)
        for delivery in apart:
            batches.split_off(connection, batch, [delivery], courier.owner, lease)
        if not anything_left:
            batches.settle(connection, batch, courier.owner, BatchState.FAILED)
    return BatchState.SENDING if anything_left else BatchState.FAILED


def _answer(mailer: Mailer, request: Request, committed: float, started: float) -> Answer:
    if started - committed > LATEST_START.total_seconds():
        return Answer(Verdict.UNCERTAIN, "the machine stood still before the request")
    try:
        return mailer.send(request)
    except Exception as error:  # noqa: BLE001  # whatever went wrong, the request may have been taken
        return Answer(Verdict.UNCERTAIN, f"the request ended in an error: {type(error).__name__}: {error}")


def _record(courier: Courier, begun: Delivered, attempt: int, answer: Answer, now: datetime) -> Delivered:
    """Record an answer. Where the batch is no longer ours to settle, whoever took it has the last word."""
    batch, count = begun.batch, begun.count
    state = _state(answer, left=count - len(answer.refused))
    wait = state is BatchState.RETRY
    not_before = again_at(batch, attempt, now, answer.wait) if wait else None
    with courier.database.write() as connection:
        settled = batches.settle(
            connection, batch, courier.owner, state, reason=answer.reason, message_id=answer.message_id,
            not_before=not_before,
        )  # fmt: skip
        if settled:
            batches.fail(connection, answer.refused)
        if settled and state is BatchState.ACCEPTED:
            enrolments.finish(connection, batch)
    return Delivered(
        batch,
        state if settled else BatchState.UNCERTAIN,
        count - len(answer.refused),
        begun.cancelled,
        begun.failed + len(answer.refused),
        requests=1,
        answer=answer,
    )


def _state(answer: Answer, left: int) -> BatchState:
    """The state of a batch after an answer: where some were refused, the others go out in another request."""
    if answer.verdict is Verdict.REFUSED_SOME:
        return BatchState.CLAIMED if left else BatchState.FAILED
    return {
        Verdict.ACCEPTED: BatchState.ACCEPTED,
        Verdict.WAIT: BatchState.RETRY,
        Verdict.HELD: BatchState.HELD,
        Verdict.UNCERTAIN: BatchState.UNCERTAIN,
    }[answer.verdict]
