"""One tick: settle what others left behind, take up what is to be tried again, then claim and deliver what is due."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread

from sender.carrying import Carrier
from sender.claim import LARGEST_BATCH, LEASE, claim
from sender.deliver import Delivered
from sender.editions import unreadable
from sender.errors import StoreError
from sender.gate import Gate
from sender.joining import purge_pending
from sender.model import BatchState, Verdict
from sender.pacing import MOST
from sender.sending import Sender, Tally
from sender.settling import settle_abandoned, settle_uncertain, take_up_retries
from sender.store import batches, due, ledger

_log = logging.getLogger(__name__)
_CLAIM_AT_ONCE = 4000
_RENEW_EVERY_SECONDS = 20.0
_NO_TURN = "its turn has not come (DRIPCOURSE_RATE)"
_HELD = "its course is held"


def tick(sender: Sender, now: datetime, *, limit: int | None = None) -> Tally:
    """Do all that is due at `now` (UTC), at most `limit` deliveries of it.

    Sign-ups that nobody confirmed for too long are put away meanwhile; no tick has to be made for that alone.
    The next moment with something to do is in the tally. Raises StoreError where the database
    fails; whatever was committed before stays true.
    """
    tally, gate = Tally(), Gate(sender, now)
    sender.unreadable.clear()  # what was mended since is read again
    with _leases_renewed(sender):
        tally.uncertain += settle_abandoned(sender)
        settle_uncertain(sender, now)
        if purged := purge_pending(sender.database, now):
            _log.info("%d sign-ups that nobody confirmed were put away", purged)
        left = _carry_all(sender, gate, now, tally, limit)
        opens_at = gate.opens_at()
        if opens_at is not None:
            tally.retry += _put_back(sender, gate.told() or _NO_TURN, now)
        elif left == 0:
            _put_back(sender, "left over by --limit", now)
    tally.next_due_at = _next_moment(sender, gate, now)
    if opens_at is not None and tally.next_due_at == opens_at:
        sender.tell(*filter(None, [gate.told()]))
    return tally


def foreseen(sender: Sender, now: datetime, limit: int) -> Tally:
    """How many emails a tick at `now` would claim, at most `limit`, and when there is something to do.

    Nothing is written.
    """
    gate = Gate(sender, now)
    most = min(limit, gate.allowance())
    with sender.database.read() as connection:
        sender.unreadable.update(unreadable(connection, sender.book))
        sender.tell(*sender.unreadable.values())
        again = sum(len(batches.open_deliveries(connection, one)) for one in ledger.retries_due(connection, now))
        claimed = min(most, again + due.free_count(connection, now, most, sender.unreadable))
    return Tally(claimed=claimed, next_due_at=_next_moment(sender, gate, now))


def _next_moment(sender: Sender, gate: Gate, now: datetime) -> datetime | None:
    """The next moment with something to do that the gate lets be done."""
    opens_at = gate.opens_at()
    with sender.database.read() as connection:
        found = ledger.next_moment(connection, now, sender.unreadable)
    return found if opens_at is None or found is None else max(found, opens_at)


def _carry_all(sender: Sender, gate: Gate, now: datetime, tally: Tally, limit: int | None) -> int | None:
    """Claim and deliver until nothing is due, or the gate is shut; what is left of the limit then.

    The next few thousand are claimed while requests are under way, but no more than will soon be wanted.
    """
    left, more = limit, True
    reserved: dict[int, int] = {}
    with Carrier(sender.courier, gate, now, sender.concurrency, sender.stop) as carrier:
        while True:
            if carrier.goes_on and carrier.room > 0:
                ready = _ready(sender, carrier, left)
                for batch in ready:
                    carrier.submit(batch)
                reserved |= ready
                left = None if left is None else left - sum(ready.values())
                if ready:
                    continue
                if more and left != 0:
                    more = _claim(sender, gate, now, tally, left)
                    continue
            if carrier.is_idle:
                break
            for batch, result in carrier.completed():
                left = None if left is None else left + reserved.pop(batch) - _sent(result)
                _count(sender, tally, result)
            more = more or carrier.is_idle  # whoever waited for what has come out may be due by now
    return left


def _ready(sender: Sender, carrier: Carrier, left: int | None) -> dict[int, int]:
    """The batches to submit now, at most `left` deliveries of them (one that holds more is split), with their sizes.

    Without a limit nobody asks for the sizes: they are 0.
    """
    with sender.database.read() as connection:
        claimed = batches.claimed_by(connection, str(sender.owner), carrier.most)
    wanted = [batch for batch in claimed if not carrier.awaits(batch)][: carrier.room]
    if left is None or not wanted:
        return dict.fromkeys(wanted, 0)
    ready: dict[int, int] = {}
    with sender.database.write() as connection:
        for batch in wanted:
            if left <= 0:
                break
            if not batches.is_to_send(connection, batch, str(sender.owner)):
                continue
            deliveries = batches.open_deliveries(connection, batch)
            if len(deliveries) > left:
                lease = sender.clock() + LEASE
                batches.split_off(connection, batch, deliveries[left:], str(sender.owner), lease)
            ready[batch] = min(left, len(deliveries))
            left -= ready[batch]
    return ready


def _put_back(sender: Sender, reason: str, now: datetime) -> int:
    """Leave what was claimed and has not begun to a later tick, whoever makes it; how many deliveries that are.

    When that may begin is for the gate to say, which an operator can open.
    """
    owner, state = str(sender.owner), BatchState.RETRY
    with sender.database.write() as connection:
        left = batches.settle_claimed(connection, owner, state, reason=_HELD, not_before=now, of_held=True)
        left += batches.settle_claimed(connection, owner, state, reason=reason, not_before=now)
        return batches.open_count(connection, left)


def _claim(sender: Sender, gate: Gate, now: datetime, tally: Tally, left: int | None) -> bool:
    """Claim the next few thousand, at most `left` and what the gate has room for; whether that found anything to do.

    What is to be tried again comes first. Where room is short, half of it is for that, so that neither waits for all of
    the other.
    """
    space = gate.room()
    if not space:
        return False
    again = take_up_retries(sender, now, None if space == MOST else (space + 1) // 2)
    tally.moved += again.moved
    if again.claimed >= space:
        return True
    space -= again.claimed
    most = min(_CLAIM_AT_ONCE, space) if left is None else min(left, _CLAIM_AT_ONCE, space)
    claimed = claim(
        sender.database, sender.book, str(sender.owner), now, limit=most, lease_from=sender.clock(),
        largest=min(LARGEST_BATCH, sender.mailer.largest), without=sender.unreadable,
    )  # fmt: skip
    tally.claimed += claimed.claimed
    tally.moved += claimed.moved
    tally.failed += len(claimed.unmade)
    sender.unreadable.update(claimed.unreadable)
    sender.tell(*claimed.unmade, *claimed.unreadable.values())
    return bool(again.claimed or claimed.batches or claimed.unmade) or claimed.more


def _sent(result: Delivered | None) -> int:
    """How many deliveries of a batch count against a limit: those in a request, but for what goes out in another."""
    if result is None or not result.requests:
        return 0
    return result.failed if result.state is BatchState.CLAIMED else result.count + result.failed


def _count(sender: Sender, tally: Tally, result: Delivered | None) -> None:
    if result is None:
        return
    tally.cancelled += result.cancelled
    tally.failed += result.failed
    tally.requests += result.requests
    if result.answer is not None and result.answer.verdict is not Verdict.ACCEPTED:
        sender.tell(result.answer.reason)
    if result.reason:
        sender.tell(result.reason)
    if result.state in {BatchState.ACCEPTED, BatchState.RETRY, BatchState.HELD, BatchState.UNCERTAIN}:
        setattr(tally, result.state, getattr(tally, result.state) + result.count)


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
