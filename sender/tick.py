"""One tick: settle what others left behind, take up what is to be tried again, then claim and deliver what is due."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from threading import Event, Thread

from sqlalchemy import Connection

from course.cadence import is_too_late
from sender.claim import LEASE, claim
from sender.deliver import Courier, Delivered, deliver
from sender.editions import EditionBook
from sender.errors import StoreError
from sender.joining import purge_pending
from sender.links import Signer
from sender.mailers import Mailer
from sender.model import BatchState, Verdict
from sender.owner import Owner, is_gone
from sender.retry import again_at
from sender.standing import slot_from
from sender.store import batches, enrolments, ledger
from sender.store.database import Database
from sender.store.events import is_proven, prove_taken
from sender.store.standings import standing

_log = logging.getLogger(__name__)
_CLAIM_AT_ONCE = 4000
_RENEW_EVERY_SECONDS = 20.0


@dataclass(slots=True)
class Tally:
    """What one tick did, in deliveries (`requests`: in requests). `next_due_at` is when there is more to do (UTC)."""

    claimed: int = 0
    accepted: int = 0
    retry: int = 0
    held: int = 0
    failed: int = 0
    cancelled: int = 0
    uncertain: int = 0
    moved: int = 0
    requests: int = 0
    next_due_at: datetime | None = None

    def as_json(self) -> dict[str, int | str | None]:
        """The tally by name, for `send --format json`."""
        counts = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "next_due_at"}
        return {**counts, "next_due_at": None if self.next_due_at is None else self.next_due_at.isoformat()}


@dataclass(frozen=True, slots=True)
class Sender:
    """What a tick needs. `clock` tells the machine's own time (UTC); `stop` ends a tick between two requests.

    `reasons` collects what the mailer said where it was not yes, for an operator to read.
    """

    database: Database
    mailer: Mailer
    signer: Signer
    owner: Owner
    clock: Callable[[], datetime] = field(repr=False)
    concurrency: int = 4
    stop: Event = field(default_factory=Event)
    book: EditionBook = field(default_factory=EditionBook)
    reasons: list[str] = field(default_factory=list)

    @property
    def courier(self) -> Courier:
        """What delivering needs of it."""
        return Courier(self.database, self.book, self.mailer, self.signer, str(self.owner), self.clock)


def tick(sender: Sender, now: datetime, *, limit: int | None = None) -> Tally:
    """Do all that is due at `now` (UTC), at most `limit` deliveries of it.

    Sign-ups that nobody confirmed for too long are put away meanwhile; no tick has to be made for that alone.
    The next moment with something to do is in the tally. Raises StoreError where the database
    fails; whatever was committed before stays true.
    """
    tally = Tally()
    left = limit
    with _leases_renewed(sender):
        tally.uncertain += _settle_abandoned(sender)
        tally.moved += _take_up_retries(sender, now)
        if purged := purge_pending(sender.database, now):
            _log.info("%d sign-ups that nobody confirmed were put away", purged)
        going = True
        while going and left != 0 and not sender.stop.is_set():
            ready = _ready(sender, left)
            if ready:
                going, sent = _deliver_all(sender, ready, now, tally)
                left = None if left is None else max(0, left - sent)
            else:
                going = _claim(sender, now, tally, left)
        if left == 0:
            _put_back(sender, now)
    with sender.database.read() as connection:
        tally.next_due_at = ledger.next_moment(connection, now)
    return tally


def due_count(sender: Sender, now: datetime, limit: int) -> int:
    """How many emails a tick at `now` would send, at most `limit`; nothing is written."""
    with sender.database.read() as connection:
        again = sum(len(batches.open_deliveries(connection, one)) for one in ledger.retries_due(connection, now))
        return min(limit, again + len(enrolments.due(connection, now, limit)))


def _ready(sender: Sender, left: int | None) -> list[int]:
    """The batches to send now, at most `left` deliveries of them: one that holds more is split."""
    with sender.database.read() as connection:
        claimed = batches.claimed_by(connection, str(sender.owner))
    if left is None or not claimed:
        return claimed
    ready = []
    with sender.database.write() as connection:
        for batch in claimed:
            if left <= 0:
                break
            deliveries = batches.open_deliveries(connection, batch)
            if len(deliveries) > left:
                lease = sender.clock() + LEASE
                batches.split_off(connection, batch, deliveries[left:], str(sender.owner), lease)
            left -= len(deliveries)
            ready.append(batch)
    return ready


def _put_back(sender: Sender, now: datetime) -> None:
    """Leave what the limit kept from being sent to the next tick, whoever makes it."""
    with sender.database.write() as connection:
        state, reason = BatchState.RETRY, "left over by --limit"
        batches.settle_claimed(connection, str(sender.owner), state, reason=reason, not_before=now)


def _claim(sender: Sender, now: datetime, tally: Tally, left: int | None) -> bool:
    """Claim the next few thousand, at most `left`; whether that found anything to do."""
    most = _CLAIM_AT_ONCE if left is None else min(left, _CLAIM_AT_ONCE)
    claimed = claim(sender.database, sender.book, str(sender.owner), now, limit=most, lease_from=sender.clock())
    tally.claimed += claimed.claimed
    tally.moved += claimed.moved
    tally.failed += len(claimed.unmade)
    sender.reasons.extend(claimed.unmade)
    return bool(claimed.batches or claimed.unmade) or claimed.more


def _deliver_all(sender: Sender, ready: list[int], now: datetime, tally: Tally) -> tuple[bool, int]:
    """Deliver batches, several at once; whether to go on, and how many deliveries were in requests.

    What concerns the account stops all that are left.
    """
    halted = Event()

    def carry(batch: int) -> Delivered | None:
        if halted.is_set() or sender.stop.is_set():
            return None
        delivered = deliver(sender.courier, batch, now)
        if delivered.answer is not None and delivered.answer.account:
            halted.set()
        return delivered

    with ThreadPoolExecutor(sender.concurrency) as pool:
        results = [result for result in pool.map(carry, ready) if result is not None]
    for result in results:
        _count(sender, tally, result)
    sent = sum(result.count + result.failed for result in results if result.requests)
    if not halted.is_set():
        return any(result.state is not None for result in results), sent
    _hold_back(sender, results, now, tally)
    return False, sent


def _count(sender: Sender, tally: Tally, result: Delivered) -> None:
    tally.cancelled += result.cancelled
    tally.failed += result.failed
    tally.requests += result.requests
    if result.answer is not None and result.answer.verdict is not Verdict.ACCEPTED:
        sender.reasons.append(result.answer.reason)
    if result.state in {BatchState.ACCEPTED, BatchState.RETRY, BatchState.HELD, BatchState.UNCERTAIN}:
        setattr(tally, result.state, getattr(tally, result.state) + result.count)


def _hold_back(sender: Sender, results: list[Delivered], now: datetime, tally: Tally) -> None:
    """Give the batches that are left the state of the one that stopped the tick: requests would fare alike."""
    result = next(one for one in results if one.answer is not None and one.answer.account)
    assert result.answer is not None
    state = BatchState.HELD if result.answer.verdict is Verdict.HELD else BatchState.RETRY
    not_before = again_at(0, 1, now, result.answer.wait) if state is BatchState.RETRY else None
    with sender.database.write() as connection:
        left = batches.settle_claimed(
            connection, str(sender.owner), state, reason=result.answer.reason, not_before=not_before
        )
        count = batches.open_count(connection, left)
    setattr(tally, state, getattr(tally, state) + count)


def _settle_abandoned(sender: Sender) -> int:
    """Take over what a process that is gone had claimed; what it was sending is uncertain. How many deliveries are.

    No request is under way when a tick begins, so what this very process left in `sending` was cut off as well.
    """
    uncertain = []
    at = sender.clock()
    with sender.database.write() as connection:
        for found in batches.under_way(connection, str(sender.owner)):
            expired = found.lease_until is not None and found.lease_until < at
            ours = found.owner == str(sender.owner)
            if not (expired or ours or is_gone(found.owner, sender.owner)):
                continue
            if found.state is BatchState.CLAIMED:
                batches.take_over(connection, found, str(sender.owner), at + LEASE)
            elif getattr(sender.mailer, "repeatable", False):
                batches.send_again(connection, found, str(sender.owner), at + LEASE)
            elif batches.give_up(connection, found) and not _proven(connection, found.id):
                uncertain.append(found.id)
        return batches.open_count(connection, uncertain)


def _proven(connection: Connection, batch: int) -> bool:
    """Whether events have told already of a batch that was given up: then it was taken, and no other event may come."""
    proven = is_proven(connection, batch) and prove_taken(connection, batch)
    if proven:
        enrolments.finish(connection, batch)
    return proven


def _take_up_retries(sender: Sender, now: datetime) -> int:
    """Claim again what is to be tried again. A lesson that is too late by now waits for its next slot; how many do."""
    moved = 0
    with sender.database.write() as connection:
        for batch in ledger.retries_due(connection, now):
            late = [one for one in ledger.lessons_in(connection, batch) if _too_late(sender, connection, one, now)]
            _put_off(sender, connection, late, now)
            moved += len(late)
            if late and not batches.open_count(connection, [batch]):
                ledger.empty(connection, batch)
            else:
                ledger.reclaim(connection, batch, str(sender.owner), sender.clock() + LEASE)
    return moved


def _too_late(sender: Sender, connection: Connection, one: ledger.Overdue, now: datetime) -> bool:
    return is_too_late(sender.book.edition(connection, one.edition).course.cadence, one.slot_at, now)


def _put_off(sender: Sender, connection: Connection, late: list[ledger.Overdue], now: datetime) -> None:
    ledger.unbatch(connection, [one.delivery for one in late])
    for one in late:
        stands = standing(connection, one.enrolment) if one.next_due_at is None else None
        if stands is not None:
            course = sender.book.edition(connection, one.edition).course
            enrolments.set_due(connection, [(one.enrolment, slot_from(course, stands, now))])


@contextmanager
def _leases_renewed(sender: Sender) -> Iterator[None]:
    """Renew the leases of what this process holds while the block runs."""
    done = Event()

    def renew() -> None:
        while not done.wait(_RENEW_EVERY_SECONDS):
            try:
                with sender.database.write() as connection:
                    batches.renew(connection, str(sender.owner), sender.clock() + LEASE)
            except StoreError as error:
                _log.warning("the leases could not be renewed: %s", error)

    thread = Thread(target=renew, name="leases", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
