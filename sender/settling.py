"""Settling at the beginning of a tick: what a process that is gone left behind, and what is to be tried again.

Of a request whose answer was never recorded nobody knows whether it was taken, until events tell. Where they come, and
none of it has come for longer than they take, it was not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from course.cadence import is_too_late
from sender.claim import LEASE
from sender.editions import EditionBook, lost_with_its_edition
from sender.errors import EditionError
from sender.model import BatchState, EnrolmentStatus
from sender.owner import is_gone
from sender.recipients import gone, made_anew
from sender.sending import Sender
from sender.standing import slot_from
from sender.store import anew, batches, enrolments, ledger, proofs
from sender.store.addressees import addressees
from sender.store.anew import MadeOf
from sender.store.standings import standings_among

_AT_ONCE = 50
"""How many batches are settled, or taken up again, in one transaction: others want to write meanwhile."""

_UNSETTLED = (BatchState.UNCERTAIN, BatchState.RETRY)

_LONGEST_LEASE = timedelta(hours=1)
"""A lease that ends later is of a clock that was wrong, and is over.

If it is ours that is wrong nothing is lost by that: whoever had a batch does not begin it any more, and of what has
begun the answer still tells.
"""

_ENOUGH = 4000
"""How many deliveries are taken up again before others are claimed and sent, confirmations among them."""


_NOT_ANEW = (
    "The live edition does not make this email. Install the version of dripcourse that published it, or drop this one."
)
"""Why something is held that was made by an edition that is lost."""


def settle_abandoned(sender: Sender) -> int:
    """Take over what a process that is gone had claimed; what it was sending is uncertain. How many deliveries are.

    No request is under way when a tick begins, so what this very process left in `sending` was cut off as well. What a
    repeatable mailer was carrying is carried again, but by such a one alone: the settings may name another by now.
    """
    uncertain = []
    at = sender.clock()
    with sender.database.write() as connection:
        for found in batches.under_way(connection, str(sender.owner)):
            expired = found.lease_until is not None and not at <= found.lease_until <= at + _LONGEST_LEASE
            ours = found.owner == str(sender.owner)
            if not (expired or ours or is_gone(found.owner, sender.owner)):
                continue
            if found.state is BatchState.CLAIMED:
                batches.take_over(connection, found, str(sender.owner), at + LEASE)
            elif found.repeatable and sender.mailer.repeatable:
                batches.send_again(connection, found, str(sender.owner), at + LEASE)
            else:
                proofs.hold_still(connection, found.id)
                if batches.give_up(connection, found):
                    uncertain.append(found.id)
        taken = _accept_told(connection, uncertain)  # no other event may come
        return batches.open_count(connection, [one for one in uncertain if one not in taken])


def settle_uncertain(sender: Sender, now: datetime) -> None:
    """Settle the uncertain batches of which events would have come by `now`: what was not taken is tried again.

    No request is made, so it is done for courses that are held as well. The tally counts such a batch as what becomes
    of it when it is taken up.
    """
    while True:
        with sender.database.read() as connection:
            ids = ledger.overdue_events(connection, now, _AT_ONCE)
        if not ids:
            return
        with sender.database.write() as connection:
            taken = _accept_told(connection, ids)
            ledger.give_back(connection, [one for one in ids if one not in taken])


@dataclass(frozen=True, slots=True)
class TakenUp:
    """How many deliveries were claimed again, and how many lessons were moved to another slot of their readers'."""

    claimed: int
    moved: int


def take_up_retries(sender: Sender, now: datetime, most: int | None = None) -> TakenUp:
    """Claim again what is to be tried again.

    What is moved are the lessons that are too late by now, and those that a later one has overtaken: no reader gets two
    in one slot. What events have proved meanwhile is not sent again. Where `most` is given, no more
    deliveries than that are claimed: what remains of a batch stays as it is. Otherwise it stops after some thousands.
    """
    claimed, moved, found = 0, 0, True
    while found and claimed < (_ENOUGH if most is None else most):
        with sender.database.write() as connection:
            ids = ledger.retries_due(connection, now, _AT_ONCE if most is None else 1, ours=True)
            taken = _accept_told(connection, ids)
            made_of = anew.made_of(connection, ids)
            for one in ids:
                if one not in taken:
                    left = None if most is None else most - claimed
                    again = _take_up_or_hold(sender, connection, one, made_of[one], now, left)
                    claimed, moved = claimed + again.claimed, moved + again.moved
        found = bool(ids)
    return TakenUp(claimed, moved)


def _accept_told(connection: Connection, ids: list[int]) -> set[int]:
    """Call those batches accepted of which an event has told, as far as it proves them; in which nothing is left."""
    told = proofs.told_among(connection, ids)
    return {batch for batch, lefts in told.items() if proofs.prove(connection, batch, lefts, _UNSETTLED)}


def _take_up_or_hold(
    sender: Sender, connection: Connection, batch: int, made: MadeOf, now: datetime, most: int | None
) -> TakenUp:
    """Claim a batch again, or have the live edition make its emails anew where the one that they are of is lost.

    It is held where the live one cannot be read: by that it is too late or not.
    """
    try:
        if why := lost_with_its_edition(connection, sender.book, made):
            return _take_up_anew(sender, connection, batch, made, why, now, most)
        return _take_up(sender, connection, batch, now, most)
    except EditionError as error:
        ledger.hold(connection, batch, str(error))
        sender.tell(str(error))
        return TakenUp(0, 0)


def _take_up(sender: Sender, connection: Connection, batch: int, now: datetime, most: int | None) -> TakenUp:
    """Claim a batch again, or as much of it as `most`, without the lessons that are not to go out now."""
    late = [one for one in ledger.lessons_in(connection, batch) if _is_to_wait(sender, connection, one, now)]
    waiting = {one.delivery for one in late}
    left = [one for one in batches.open_deliveries(connection, batch) if one not in waiting]
    owner, lease_until = str(sender.owner), sender.clock() + LEASE
    if late:
        proofs.let_go(connection, batch, waiting, of_all=not left)
        give_slots(connection, sender.book, [one.enrolment for one in late if one.next_due_at is None], now)
    if late and not left:
        ledger.empty(connection, batch)
    elif most is not None and len(left) > most:
        left = left[:most]
        batches.split_off(connection, batch, left, owner, lease_until)
    else:
        ledger.reclaim(connection, batch, owner, lease_until)
    return TakenUp(len(left), len(late))


def _take_up_anew(
    sender: Sender, connection: Connection, batch: int, made: MadeOf, why: str, now: datetime, most: int | None
) -> TakenUp:
    """Claim a batch again as `_take_up` does, with the emails that the live edition makes: a batch for each variant.

    They are let go of for that, so that an event still proves what was taken of the batch before, for all who were in
    it. Where the live edition has no such lesson for somebody, theirs waits for their next slot, in which a claim
    decides about it. Any other email is held.
    """
    owner, lease_until = str(sender.owner), sender.clock() + LEASE
    lessons = {one.delivery: one for one in ledger.lessons_in(connection, batch)}
    waiting = {id_ for id_, one in lessons.items() if _is_to_wait(sender, connection, one, now)}
    everybody = addressees(connection, batch, made.kind)
    absent = gone(connection, made.kind, [one for one in everybody if one.delivery not in waiting], now)
    batches.cancel(connection, absent)
    people = [one for one in everybody if one.delivery not in absent and one.delivery not in waiting]
    groups: defaultdict[int | None, list[int]] = defaultdict(list)
    for one in people[:most]:
        groups[made_anew(connection, sender.book, made, one)].append(one.delivery)
    unmade = groups.pop(None, [])
    waiting.update(id_ for id_ in unmade if id_ in lessons)
    new = {
        anew.succeed(connection, batch, variant, ids, owner, lease_until): ids
        for variant, ids in groups.items() if variant is not None
    }  # fmt: skip
    leaving = waiting.union(*new.values())
    proofs.let_go(connection, batch, leaving, of_all=len(leaving) + len(absent) == len(everybody))
    give_slots(connection, sender.book, [lessons[id_].enrolment for id_ in waiting], now)
    claimed = sum(anew.take_in(connection, one, ids) for one, ids in new.items())
    if held := [id_ for id_ in unmade if id_ not in lessons]:
        _hold_some(sender, connection, batch, held, f"{why} {_NOT_ANEW}")
    elif not batches.open_deliveries(connection, batch):
        ledger.empty(connection, batch)
    return TakenUp(claimed, len(waiting))


def _hold_some(sender: Sender, connection: Connection, batch: int, deliveries: list[int], reason: str) -> None:
    """Hold deliveries of a batch that is to be tried again: in it, unless others remain in it."""
    sender.tell(reason)
    if len(batches.open_deliveries(connection, batch)) == len(deliveries):
        ledger.hold(connection, batch, reason)
        return
    owner = str(sender.owner)
    apart = batches.split_off(connection, batch, deliveries, owner, sender.clock() + LEASE)
    batches.hold(connection, apart, owner, reason)


def _is_to_wait(sender: Sender, connection: Connection, one: ledger.Again, now: datetime) -> bool:
    course = sender.book.edition(connection, one.edition).course
    return one.overtaken or is_too_late(course.cadence, one.slot_at, now)


def give_slots(connection: Connection, book: EditionBook, ids: Sequence[int], now: datetime) -> None:
    """Make those enrolments due from `now` on for which something waits, where they are not: each in its next slot.

    Whoever is paused goes on by themselves, and whoever is to confirm is asked at once.
    """
    moments = []
    for one in standings_among(connection, ids):
        if one.next_due_at is None and one.status is EnrolmentStatus.ACTIVE:
            moments.append((one.id, slot_from(book.edition(connection, one.edition).course, one, now)))
        elif one.next_due_at is None and one.status is EnrolmentStatus.PENDING:
            moments.append((one.id, now))
    enrolments.set_due(connection, moments)
