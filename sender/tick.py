"""One tick: settle what others left behind, take up what is to be tried again, then claim and deliver what is due."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread

from sender.claim import LEASE, claim
from sender.deliver import Delivered, deliver
from sender.errors import StoreError
from sender.joining import purge_pending
from sender.model import BatchState, Verdict
from sender.retry import again_at
from sender.sending import Sender, Tally
from sender.settling import settle_abandoned, take_up_retries
from sender.store import batches, enrolments, ledger

_log = logging.getLogger(__name__)
_CLAIM_AT_ONCE = 4000
_RENEW_EVERY_SECONDS = 20.0


def tick(sender: Sender, now: datetime, *, limit: int | None = None) -> Tally:
    """Do all that is due at `now` (UTC), at most `limit` deliveries of it.

    Sign-ups that nobody confirmed for too long are put away meanwhile; no tick has to be made for that alone.
    The next moment with something to do is in the tally. Raises StoreError where the database
    fails; whatever was committed before stays true.
    """
    tally = Tally()
    left = limit
    with _leases_renewed(sender):
        tally.uncertain += settle_abandoned(sender)
        tally.moved += take_up_retries(sender, now)
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
