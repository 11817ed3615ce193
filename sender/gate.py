"""The gate: whether and when a batch may begin, by the rate, the warm-up and the circuit breaker. One for each tick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from threading import Condition

from sqlalchemy import Connection

from sender import breaker
from sender.claim import LEASE
from sender.deliver import Delivered
from sender.model import Verdict
from sender.pacing import MOST, Reserved, Traffic, as_of, free_from, given_back, reserve, room
from sender.sending import Sender
from sender.store import batches, traffic

SPAN = timedelta(seconds=50)
"""How long a tick goes on under a rate: the next one sees what has fallen due meanwhile."""

_AHEAD = timedelta(seconds=5)
"""How much is claimed at once under a rate. Whatever comes first, such as a confirmation, waits for that at most."""


@dataclass(frozen=True, slots=True)
class _Passage:
    """Leave for a batch to begin: with so many recipients `reserved` for `begins` (UTC), and first of all on trial."""

    begins: datetime
    reserved: int = 0
    trial: bool = False


class Gate:
    """Lets the batches of a tick at `now` (UTC) through, or not. Used by several threads at once.

    What it goes by stands in the store, where other processes find it and change it too. Without a rate and a warm-up,
    and while no request fails, it asks the store only when something is to be claimed.
    """

    def __init__(self, sender: Sender, now: datetime) -> None:
        self._sender = sender
        self._pacing = sender.pacing
        self._now = now
        self._started = sender.elapsed()
        self._turn = Condition()
        self._trying = False
        self._known = self._read()

    def moment(self) -> datetime:
        """The tick's moment, and what has passed since then."""
        return self._now + timedelta(seconds=self._sender.elapsed() - self._started)

    @property
    def is_open(self) -> bool:
        """Whether the mailer may be asked, as far as this process knows."""
        return self._trying or breaker.closed_until(self._known, self.moment()) is None

    def room(self) -> int:
        """How many recipients may be claimed now, besides those that are; `MOST` where there is no limit."""
        found = self._allowed(_AHEAD)
        if as_of(self._pacing, self._known, self.moment()) != self._known:
            self._count_anew()
        if found in {0, MOST}:
            return found
        with self._sender.database.read() as connection:
            mine = batches.claimed_by(connection, str(self._sender.owner))
            return max(0, found - batches.open_count(connection, mine))

    def allowance(self) -> int:
        """How many recipients a whole tick could write to; `MOST` where there is no limit."""
        return self._allowed(SPAN)

    def carried(self, batch: int, deliver: Callable[[int], Delivered]) -> Delivered | None:
        """Deliver a claimed batch as soon as it may begin; None where it may not in this tick, and stays claimed.

        One that is larger than may go out at once is split. Raises what `deliver` raises, and StoreError.
        """
        passage = self._entered(batch)
        if passage is None:
            return None
        delivered = None
        try:
            if self._waited(passage):
                delivered = deliver(batch)
                self._learn(passage, delivered)
            else:
                self._learn(passage, None)
        finally:
            if passage.trial:
                self._end_trial()
        return delivered

    def opens_at(self) -> datetime | None:
        """From when on (UTC, whole seconds) batches may begin again; None where nothing keeps them from it.

        Under a rate that is never before this tick is over: what it left is for the next.
        """
        at = self.moment()
        opens = breaker.opens_at(self._pacing, self._read(), at)
        return opens if opens is not None or self._pacing.rate is None else breaker.whole(at)

    def told(self) -> str:
        """Why batches may not begin now, for an operator; empty where there is no more to it than the rate."""
        known, at = self._read(), self.moment()
        until = breaker.closed_until(known, at)
        if until is not None:
            return breaker.told(known, until)
        if self._pacing.warm_up is None or free_from(self._pacing, known, at).date() == at.date():
            return ""
        return f"The warm-up allows no more than the {known.sent} recipients of today. It goes on at midnight UTC."

    def _count_anew(self) -> None:
        with self._turn, self._sender.database.write() as connection:
            known = traffic.locked(connection, self._pacing.mailer)
            self._known = as_of(self._pacing, known, self.moment())
            traffic.keep(connection, self._pacing.mailer, self._known)

    def _allowed(self, span: timedelta) -> int:
        with self._turn:
            self._turn.wait_for(lambda: not self._trying)
            self._known = known = self._read()
            at = self.moment()
            if breaker.closed_until(known, at) is not None:
                return 0
            found = room(self._pacing, known, at, min(at + span, self._until(at)))
            return min(found, breaker.TRIAL_SIZE) if breaker.wants_trial(known, at) else found

    def _until(self, at: datetime) -> datetime:
        """The latest moment at which a request of this tick may begin, seen from another moment of it."""
        return at if self._pacing.rate is None else self._now + SPAN

    def _entered(self, batch: int) -> _Passage | None:
        """Leave for a batch. Whoever asks during a trial waits for what becomes of it."""
        with self._turn:
            self._turn.wait_for(lambda: not self._trying)
            at = self.moment()
            if self._sender.stop.is_set() or breaker.closed_until(self._known, at) is not None:
                return None
            unpaced = self._pacing.rate is None and self._pacing.warm_up is None
            if unpaced and self._known.closed_until is None:
                return _Passage(at)
            passage = self._reserved(batch, at)
            self._trying = passage is not None and passage.trial
            return passage

    def _reserved(self, batch: int, at: datetime) -> _Passage | None:
        """Reserve a batch's turn, or as much of it as is allowed: the rest becomes batches of its own."""
        with self._sender.database.write() as connection:
            self._known = known = traffic.locked(connection, self._pacing.mailer)
            if breaker.closed_until(known, at) is not None:
                return None
            trial = breaker.wants_trial(known, at)
            if not batches.is_to_send(connection, batch, str(self._sender.owner)):
                return None
            waiting = batches.open_deliveries(connection, batch)
            wanted = breaker.TRIAL_SIZE if trial else max(1, min(len(waiting), self._sender.mailer.largest))
            found = reserve(self._pacing, known, at, wanted, self._until(at))
            if found is None:
                return None
            self._split(connection, batch, waiting, found)
            reserved = breaker.on_trial(found.traffic, at) if trial else found.traffic
            traffic.keep(connection, self._pacing.mailer, reserved)
        return _Passage(found.begins, found.count, trial)

    def _waited(self, passage: _Passage) -> bool:
        """Wait until a batch's turn has come; whether it still may begin."""
        sender = self._sender
        seconds = (passage.begins - self.moment()).total_seconds()
        stopped = sender.pause(sender.stop, seconds) if seconds > 0 else sender.stop.is_set()
        return not stopped and (passage.trial or self.is_open)

    def _learn(self, passage: _Passage, delivered: Delivered | None) -> None:
        """Keep what became of a request, where that changes anything: for all processes."""
        answer, used = None, 0
        if delivered is not None and delivered.answer is not None:
            answer = delivered.answer
            used = delivered.count if answer.verdict in {Verdict.ACCEPTED, Verdict.UNCERTAIN} else 0
        at = self._now + timedelta(seconds=floor(self._sender.elapsed() - self._started))
        spare = 0 if self._pacing.warm_up is None else max(0, passage.reserved - used)

        def becomes(known: Traffic) -> Traffic:
            judged = breaker.judged(known, answer, at, trial=passage.trial)
            return given_back(judged, spare, passage.begins.date())

        with self._turn:
            if passage.trial or spare or becomes(self._known) != self._known:
                with self._sender.database.write() as connection:
                    self._known = becomes(traffic.locked(connection, self._pacing.mailer))
                    traffic.keep(connection, self._pacing.mailer, self._known)

    def _end_trial(self) -> None:
        with self._turn:
            self._trying = False
            self._turn.notify_all()

    def _split(self, connection: Connection, batch: int, waiting: list[int], found: Reserved) -> None:
        """Split what may not begin at once off a batch, into batches that each may."""
        sender, size = self._sender, min(self._pacing.largest, self._sender.mailer.largest)
        for start in range(found.count, len(waiting), size):
            lease = sender.clock() + LEASE
            batches.split_off(connection, batch, waiting[start : start + size], str(sender.owner), lease)

    def _read(self) -> Traffic:
        with self._sender.database.read() as connection:
            return traffic.read(connection, self._pacing.mailer)
