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
from sender.editions import EditionBook, lost_with_its_edition
from sender.errors import EditionError
from sender.links import Signer
from sender.mailers import Mailer
from sender.model import Answer, BatchState, Request, Verdict, fits
from sender.recipients import Fill, Mail, filler, gone, recipients, with_own_tags
from sender.retry import again_at
from sender.store import anew, batches, enrolments, proofs
from sender.store.addressees import Addressee, addressees
from sender.store.database import Database

LATEST_START = timedelta(seconds=30)
"""A request that has not begun this long after `sending` was committed is not made: it may have been given up on."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a batch: its state, how many of its deliveries are in it, and how many ended apart.

    `requests` is 0 or 1. `reason` says why there was none, where somebody should know.
    """

    batch: int
    state: BatchState | None
    count: int = 0
    cancelled: int = 0
    failed: int = 0
    requests: int = 0
    answer: Answer | None = None
    reason: str = ""


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
    try:
        begun = _begin(courier, batch, now)
    except EditionError as error:
        return _unread(courier, batch, str(error), now)
    if isinstance(begun, Delivered):
        return begun
    request, delivered = _request(courier, begun, now)
    if request is None:
        return delivered
    answer = _answer(courier, request, begun, monotonic())
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
    lease_until: datetime


def _begin(courier: Courier, batch: int, now: datetime) -> _Begun | Delivered:
    """Commit that the batch is being sent, and leave out whoever has left since the claim; or why there is nothing to.

    What each one's values are is worked out after that: nobody else can write meanwhile, and there may be a thousand.
    """
    lease_until = courier.clock() + LEASE
    with courier.database.write() as connection:
        mailer = courier.mailer
        begun = batches.begin(
            connection, batch, courier.owner, now, lease_until, told=mailer.told, repeatable=mailer.repeatable
        )
        if begun is None:
            return Delivered(batch, None)
        edition, kind, label, email = courier.book.email(connection, begun.variant)
        everybody = addressees(connection, batch, kind)
        people = _unproven(connection, batch, everybody)
        if everybody and not people:
            return Delivered(batch, BatchState.ACCEPTED, len(everybody))
        absent = gone(connection, kind, people, now)
        batches.cancel(connection, absent)
        if done := [one.enrolment for one in people if one.needless]:
            enrolments.finish(connection, ids=done)
        staying = [one for one in people if one.delivery not in absent] if absent else people
        if not staying:
            batches.settle(connection, batch, courier.owner, BatchState.CANCELLED)
            return Delivered(batch, BatchState.CANCELLED, cancelled=len(absent))
        mail = Mail(edition, kind, email, courier.signer)
        fill = filler(connection, mail, courier.book.edition(connection, begun.edition), staying, now)
    return _Begun(batch, begun.attempt, label, mail, staying, len(absent), fill, monotonic(), lease_until)


def _unread(courier: Courier, batch: int, reason: str, now: datetime) -> Delivered:
    """Hold a batch that was not begun, since the edition that its email is of, or the live one, cannot be read.

    What the live one makes anew is taken up again for that, and is not counted before.
    """
    with courier.database.write() as connection:
        if why := _why_anew(courier, connection, batch):
            back = anew.give_back(connection, batch, courier.owner, why, now)
            return Delivered(batch, BatchState.RETRY if back else None)
        proofs.hold_still(connection, batch)
        if not batches.hold(connection, batch, courier.owner, reason):
            return Delivered(batch, None)
        count = batches.open_count(connection, [batch])
        if _is_told(connection, batch, BatchState.HELD):
            return Delivered(batch, BatchState.ACCEPTED, count)
        return Delivered(batch, BatchState.HELD, count, reason=reason)


def _why_anew(courier: Courier, connection: Connection, batch: int) -> str:
    """Why the live edition has to make the emails of a batch anew; empty where it does not have to, or cannot."""
    made = anew.made_of(connection, [batch])[batch]
    try:
        return lost_with_its_edition(connection, courier.book, made)
    except EditionError:
        return ""


def _unproven(connection: Connection, batch: int, people: list[Addressee]) -> list[Addressee]:
    """Those of a batch of whom no event proves that an earlier request was taken, whatever its answer said.

    The others are accepted: where nobody is left, the batch is.
    """
    lefts = {one.left for one in people if one.told}
    if not lefts:
        return people
    if proofs.prove(connection, batch, lefts, (BatchState.SENDING,), wait=True):
        return []
    return [one for one in people if one.left not in lefts]


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
    email, shared = with_own_tags(begun.mail.email, shared)
    request = Request(begun.batch, begun.mail.edition.course, begun.label, email, tuple(shared), now)
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


def _answer(courier: Courier, request: Request, begun: _Begun, started: float) -> Answer:
    """The mailer's answer to a request, which is not made where it is too late for that.

    What has passed is known in two ways: a clock that nobody sets may stand still while the machine sleeps.
    """
    late = started - begun.committed > LATEST_START.total_seconds()
    if late or courier.clock() > begun.lease_until:
        return Answer(Verdict.UNCERTAIN, "the machine stood still before the request")
    try:
        return courier.mailer.send(request)
    except Exception as error:  # noqa: BLE001  # whatever went wrong, the request may have been taken
        return Answer(Verdict.UNCERTAIN, f"the request ended in an error: {type(error).__name__}: {error}")


def _record(courier: Courier, begun: Delivered, attempt: int, answer: Answer, now: datetime) -> Delivered:
    """Record an answer. Where the batch is no longer ours to settle, whoever took it has the last word."""
    batch, count = begun.batch, begun.count
    state = _state(answer, left=count - len(answer.refused))
    wait = state is BatchState.RETRY
    not_before = again_at(batch, attempt, now, answer.wait) if wait else None
    with courier.database.write() as connection:
        if state in proofs.UNSURE or answer.refused:
            proofs.hold_still(connection, batch)
        settled = batches.settle(
            connection, batch, courier.owner, state, reason=answer.reason, message_id=answer.message_id,
            not_before=not_before,
        )  # fmt: skip
        if settled:
            batches.fail(connection, answer.refused)
        if settled and state is BatchState.ACCEPTED:
            enrolments.finish(connection, batch)
        elif settled and state in proofs.UNSURE and _is_told(connection, batch, state):
            state = BatchState.ACCEPTED
    return Delivered(
        batch,
        state if settled else BatchState.UNCERTAIN,
        count - len(answer.refused),
        begun.cancelled,
        begun.failed + len(answer.refused),
        requests=1,
        answer=answer,
    )


def _is_told(connection: Connection, batch: int, state: BatchState) -> bool:
    """Whether events that came meanwhile prove that the batch was taken: then it is accepted."""
    lefts = proofs.told_among(connection, [batch]).get(batch)
    return lefts is not None and proofs.prove(connection, batch, lefts, (state,))


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
