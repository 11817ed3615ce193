"""Settling at the beginning of a tick: what a process that is gone left behind, and what is to be tried again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from course.cadence import is_too_late
from sender.claim import LEASE
from sender.model import BatchState
from sender.owner import is_gone
from sender.sending import Sender
from sender.standing import slot_from
from sender.store import batches, enrolments, ledger
from sender.store.events import is_proven, prove_taken
from sender.store.standings import standing


def settle_abandoned(sender: Sender) -> int:
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


def take_up_retries(sender: Sender, now: datetime) -> int:
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
