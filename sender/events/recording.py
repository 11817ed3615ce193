"""Recording events: what is new of them is kept, moves its delivery on, and stops whoever must get no more email.

A chunk of events is one transaction: all of it is kept, with all that follows from it, or nothing. Nothing that follows
depends on the order of events, or is done twice: see `transitions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection

from sender.events.bodies import Thing
from sender.events.event import Event, read_event
from sender.events.transitions import is_stronger, strongest_reason
from sender.membership import CONFIRMED_HOW
from sender.model import BatchState, Outcome, Seen, Suppressed
from sender.store import events, proofs
from sender.store.database import Database
from sender.store.events import Delivery
from sender.store.suppressions import EVERYTHING, suppress_each

CHUNK = 1_000
"""The most events of one transaction."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many events a body held, how many of them were new, and how many things in it were no events."""

    events: int = 0
    new: int = 0
    odd: int = 0


def record(database: Database, things: Iterable[Thing], now: datetime) -> Recorded:
    """Record what a body holds, as SendGrid told it at `now` (UTC).

    Raises StoreError; what earlier chunks held is kept then, and known when the body comes again.
    """
    told, new, odd = 0, 0, 0
    left = iter(things)
    second = int(now.timestamp())
    while chunk := list(islice(left, CHUNK)):
        found = [read_event(one, second) for one in chunk if one is not None]
        told += len(found)
        odd += len(chunk) - len(found)
        with database.write() as connection:
            new += record_events(connection, found, now)
    return Recorded(told, new, odd)


def record_events(connection: Connection, told: Sequence[Event], now: datetime) -> int:
    """Record events, within a transaction that writes; how many of them were new."""
    by_id = {event.id: event for event in reversed(told)}  # of one that is told twice, the first
    # In one order, so that two transactions that tell the same do not wait for each other.
    new = [by_id[id_] for id_ in sorted(by_id.keys() - events.known(connection, by_id))]
    if not new:
        return 0
    deliveries = events.deliveries(connection, {event.delivery for event in new if event.delivery is not None})
    ours = [(event, deliveries[event.delivery]) for event in new if event.delivery in deliveries]
    rows = [
        (event.id, event.delivery if event.delivery in deliveries else None, event.meaning.type, event.second)
        for event in new
    ]
    events.add(connection, rows)
    _move_on(connection, ours)
    _settle(connection, ours)
    _stop(connection, [event for event in new if event.meaning.stops is not None], now)
    return len(new)


def _move_on(connection: Connection, ours: Sequence[tuple[Event, Delivery]]) -> None:
    """Write down what is known of deliveries now, where that is more than before."""
    more: dict[int, Seen] = {}
    for event, delivery in ours:
        seen = event.meaning.seen
        if seen is not None and is_stronger(seen, more.get(delivery.id, delivery.seen)):
            more[delivery.id] = seen
    events.set_seen(connection, more)


def _settle(connection: Connection, ours: Sequence[tuple[Event, Delivery]]) -> None:
    """Settle batches of which nobody knew whether they were taken: an event of one of their emails proves it.

    What was refused by name was in another request. What was cancelled, or waits for another slot in no batch, was
    taken as well, and nobody is to get it again. Where no request was made since for an email that was let go of
    another batch, those were taken as well that were let go with it, wherever they are by now.
    """
    told: dict[int, str] = {}
    lefts: dict[int, set[int | None]] = {}
    alone: set[int] = set()
    together: set[int | None] = set()
    for event, delivery in ours:
        if delivery.outcome == Outcome.FAILED:
            continue
        if delivery.batch is not None:
            told[delivery.batch] = told.get(delivery.batch) or event.message_id
            lefts.setdefault(delivery.batch, set()).add(delivery.left)
        else:
            together.add(delivery.left)
        if delivery.outcome == Outcome.CANCELLED or (delivery.batch is None and delivery.outcome is None):
            alone.add(delivery.id)
    for batch in events.unsettled(connection, told.keys()):
        if batch.state in proofs.UNSURE:
            proofs.prove(connection, batch.id, lefts[batch.id], (BatchState(batch.state),), told[batch.id])
        if not batch.began:
            together |= lefts[batch.id]
    together.discard(None)
    if alone or together:
        proofs.prove_each(connection, alone, together)


def _stop(connection: Connection, stopping: Sequence[Event], now: datetime) -> None:
    """Stop email to whom events say to, and end what they are on.

    An event names its delivery, or has no custom arg at all, as a bounce that comes days later; one with an arg that is
    no delivery of ours stops nobody. Only what names a delivery can be about a course. An unsubscribe that is older
    than somebody's latest confirmation was lifted by that, and stays so however late it is told.
    """
    if not stopping:
        return
    whose = events.whose(connection, {event.delivery for event in stopping if event.delivery is not None})
    named: list[tuple[str, int, Event]] = []
    for event in stopping:
        known = None if event.delivery is None else whose.get(event.delivery)
        if known is None and (event.named or not event.meaning.everywhere):
            continue
        key = event.email_key or (known and known.email_key)
        if key and event.meaning.stops is not None:
            scope = EVERYTHING if event.meaning.everywhere or known is None else known.course
            named.append((key, scope, event))
    lifted = events.latest_consents(connection, {key for key, _, event in named if _is_liftable(event)}, CONFIRMED_HOW)
    reasons: dict[tuple[str, int], list[Suppressed]] = {}
    for key, scope, event in named:
        if event.meaning.stops is not None and not (_is_liftable(event) and _is_before(event, lifted.get(key))):
            reasons.setdefault((key, scope), []).append(event.meaning.stops)
    stopped = {which: strongest_reason(why) for which, why in reasons.items()}
    suppress_each(connection, stopped, now)
    events.end(connection, stopped, now)


def _is_liftable(event: Event) -> bool:
    return event.meaning.stops is Suppressed.UNSUBSCRIBED


def _is_before(event: Event, confirmed_at: datetime | None) -> bool:
    return confirmed_at is not None and event.at < confirmed_at
