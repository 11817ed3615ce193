"""Delivering: a claimed batch goes to the mailer, and the ledger learns what became of it.

The order is what makes a lesson arrive at most once: `sending` is committed before the request
begins, and a batch whose answer was not recorded is uncertain and not sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import Connection

from course.errors import CourseError
from course.personal.placeholders import Email, salted_afresh, tag_values
from sender.arrivals import schedules
from sender.claim import LEASE
from sender.editions import Edition, EditionBook
from sender.links import Signer
from sender.mailers import Mailer
from sender.model import (
    OF_THE_COURSE,
    TO_ANOTHER,
    Answer,
    BatchState,
    DeliveryKind,
    EnrolmentStatus,
    Recipient,
    Request,
    Suppressed,
    Verdict,
    fits,
)
from sender.notices import expired
from sender.retry import again_at
from sender.store import batches, enrolments
from sender.store.batches import Addressee, Begun
from sender.store.database import Database
from sender.store.suppressions import suppressed

LATEST_START = timedelta(seconds=30)
"""A request that has not begun this long after `sending` was committed is not made: it may have been given up on."""

_FOR_GOOD = frozenset({Suppressed.BOUNCED, Suppressed.COMPLAINED})
"""What stops even an email that somebody asked for a moment ago."""

_ACTIVE, _PENDING = frozenset({EnrolmentStatus.ACTIVE}), frozenset({EnrolmentStatus.PENDING})
_EXPECTED = {**dict.fromkeys(OF_THE_COURSE, _ACTIVE), DeliveryKind.CONFIRM: _PENDING}
"""How whoever gets an email of a kind stands on the course; one of another kind goes to anybody."""

RESENT_TO = frozenset({EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED, EnrolmentStatus.FINISHED})
"""How whoever gets an email of the course once more, from an operator, may stand on it."""

_LEFT = {
    EnrolmentStatus.PAUSED: "paused",
    EnrolmentStatus.ENDED: "left the course",
    EnrolmentStatus.FINISHED: "finished the course",
    EnrolmentStatus.PENDING: "has not confirmed",
    EnrolmentStatus.ACTIVE: "has already confirmed",
}


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
    if begun.request is None:
        return begun.delivered
    started = monotonic()
    answer = _answer(courier.mailer, begun.request, begun.committed, started)
    return _record(courier, begun, answer, now)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A batch that is being sent, or why there is nothing to send: then `request` is None."""

    delivered: Delivered
    request: Request | None = None
    attempt: int = 0
    committed: float = 0.0


def _begin(courier: Courier, batch: int, now: datetime) -> _Begun:
    """Commit that the batch is being sent; leave out whoever has left since the claim."""
    at = courier.clock()
    with courier.database.write() as connection:
        begun = batches.begin(connection, batch, courier.owner, at, at + LEASE)
        if begun is None:
            return _Begun(Delivered(batch, None))
        edition, kind, label, email = courier.book.email(connection, begun.variant)
        people = batches.addressees(connection, batch)
        gone = _gone(connection, kind, people, now)
        batches.cancel(connection, gone)
        staying = [one for one in people if one.delivery not in gone]
        days = _schedules(courier, connection, begun, edition, staying, now)
        recipients, unmade = _recipients(courier.signer, edition, kind, email, staying, days)
        batches.fail(connection, unmade)
        if not recipients:
            state = BatchState.FAILED if unmade else BatchState.CANCELLED
            batches.settle(connection, batch, courier.owner, state)
            return _Begun(Delivered(batch, state, cancelled=len(gone), failed=len(unmade)))
        shared = _without_oversized(courier, connection, recipients, begun, at)
        request = _request(begun, edition, label, email, shared, now)
    delivered = Delivered(batch, BatchState.SENDING, len(request.recipients), len(gone), len(unmade))
    return _Begun(delivered, request, begun.attempt, monotonic())


def _gone(connection: Connection, kind: DeliveryKind, people: list[Addressee], now: datetime) -> dict[int, str]:
    """Who is not to get the email after all, and why: they left, paused, were erased or suppressed since the claim."""
    keys = [one.email_key for one in people if one.email_key]
    stopped = suppressed(connection, keys, people[0].course) if people else {}
    stopping = frozenset(Suppressed) if kind in OF_THE_COURSE else _FOR_GOOD
    gone = {}
    for one in people:
        if one.email_key is None:
            gone[one.delivery] = "erased"
        elif not stopping.isdisjoint(stopped.get(one.email_key, ())):
            gone[one.delivery] = "suppressed"
        elif expired(kind, one.slot_at, now):
            gone[one.delivery] = "its link is no longer good"
        elif kind in _EXPECTED and one.status not in (RESENT_TO if one.resent else _EXPECTED[kind]):
            gone[one.delivery] = _LEFT[one.status]
    return gone


def _schedules(
    courier: Courier, connection: Connection, begun: Begun, edition: Edition, people: list[Addressee], now: datetime
) -> dict[int, dict[str, str]]:
    """When the next email comes to each, by enrolment: it will be one of the edition that is live by then."""
    live = courier.book.edition(connection, begun.edition)
    return schedules(connection, live, edition.course.language, [one.ahead for one in people], now)


def _recipients(
    signer: Signer, edition: Edition, kind: DeliveryKind, email: Email, people: list[Addressee],
    days: Mapping[int, Mapping[str, str]],
) -> tuple[list[Recipient], dict[int, str]]:  # fmt: skip
    """The people of a request with their values, and why whose values cannot be worked out: only they go without."""
    recipients, unmade = [], {}
    for one in people:
        try:
            recipients.append(_recipient(signer, edition, kind, email, one, days[one.ahead.enrolment]))
        except CourseError as error:
            unmade[one.delivery] = str(error)
    return recipients, unmade


def _request(
    begun: Begun, edition: Edition, label: str, email: Email, recipients: list[Recipient], now: datetime
) -> Request:
    fresh = salted_afresh(email, [one.values for one in recipients])
    if fresh is not email:
        tags = {old.tag: new.tag for old, new in zip(email.placeholders, fresh.placeholders, strict=True)}
        recipients = [_retagged(one, tags) for one in recipients]
    return Request(begun.id, edition.course, label, fresh, tuple(recipients), now)


def _without_oversized(
    courier: Courier, connection: Connection, recipients: list[Recipient], begun: Begun, at: datetime
) -> list[Recipient]:
    """The recipients without those whose values SendGrid would refuse: each of them goes into a batch of their own.

    Alone in a request, a person's values are written into the email itself.
    """
    shared = [one for one in recipients if fits(one)] or recipients[:1]
    kept = {one.delivery for one in shared}
    for one in recipients:
        if one.delivery not in kept:
            batches.split_off(connection, begun.id, [one.delivery], courier.owner, at + LEASE)
    return shared


def _recipient(
    signer: Signer, edition: Edition, kind: DeliveryKind, email: Email, one: Addressee, schedule: Mapping[str, str]
) -> Recipient:
    links = signer.links(one.delivery, kind)
    of_the_course = kind in OF_THE_COURSE
    reader = edition.reader(one.fields, links, schedule if of_the_course else {})
    values = tag_values(email, edition.renderer.expressions, reader)
    name = "" if kind in TO_ANOTHER else one.name
    return Recipient(one.delivery, one.email, name, values, links["unsubscribe"] if of_the_course else "")


def _retagged(one: Recipient, tags: dict[str, str]) -> Recipient:
    values = {tags[tag]: value for tag, value in one.values.items()}
    return Recipient(one.delivery, one.address, one.name, values, one.leave)


def _answer(mailer: Mailer, request: Request, committed: float, started: float) -> Answer:
    if started - committed > LATEST_START.total_seconds():
        return Answer(Verdict.UNCERTAIN, "the machine stood still before the request")
    return mailer.send(request)


def _record(courier: Courier, begun: _Begun, answer: Answer, now: datetime) -> Delivered:
    """Record an answer. Where the batch is no longer ours to settle, whoever took it has the last word."""
    batch, count = begun.delivered.batch, begun.delivered.count
    state = _state(answer, left=count - len(answer.refused))
    wait = state is BatchState.RETRY
    not_before = again_at(batch, begun.attempt, now, answer.wait) if wait else None
    with courier.database.write() as connection:
        batches.fail(connection, answer.refused)
        settled = batches.settle(
            connection, batch, courier.owner, state, reason=answer.reason, message_id=answer.message_id,
            not_before=not_before,
        )  # fmt: skip
        if settled and state is BatchState.ACCEPTED:
            enrolments.finish(connection, batch)
    return Delivered(
        batch,
        state if settled else BatchState.UNCERTAIN,
        count - len(answer.refused),
        begun.delivered.cancelled,
        begun.delivered.failed + len(answer.refused),
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
