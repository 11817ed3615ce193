"""How fast emails may go out: a rate, and a warm-up from day to day. Pure, from what the store knows of the traffic.

The rate is a timetable: a request takes as long as its recipients need, and the next one begins when that is over. A
request is never more than a tenth of a second's worth, and the timetable runs slower than the rate by as much as one
request brings at once. So in any second, wherever it begins, no more recipients are written to than `rate` rounded up.

A day is a date in UTC. A clock that jumps back gives nobody a second budget for a day, and one that was far ahead does
not keep emails from going out until it was right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import ceil, floor

from sender.settings import WarmUp

MOST = 1_000_000_000
"""What stands for no limit, and the most that a warm-up comes to: it fits the column that counts."""

_PARTS = 10
_MICROSECONDS = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_DAY = timedelta(days=1)
_AHEAD = 60
_DAYS_AHEAD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the store knows of the requests to a mailer.

    `failures` came in a row, the latest for `reason`; no request is made until `closed_until` (UTC). By the rate, the
    next may begin at `free_at` (microseconds since 1970). Under a warm-up that began on `began_on`, `sent` recipients
    count for `day` (both dates in UTC).
    """

    failures: int = 0
    closed_until: datetime | None = None
    reason: str = ""
    free_at: int = 0
    began_on: date | None = None
    day: date | None = None
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Pacing:
    """How fast `mailer` may be asked: `rate` recipients a second at the most, and as a warm-up allows each day."""

    mailer: str = ""
    rate: Fraction | None = None
    warm_up: WarmUp | None = None

    @property
    def largest(self) -> int:
        """How many recipients one request may have."""
        return MOST if self.rate is None else max(1, floor(self.rate / _PARTS))

    @property
    def flow(self) -> Fraction:
        """How many recipients a second the timetable has, where there is a rate."""
        assert self.rate is not None
        return self.rate - self.largest + 1

    def budget(self, day: int) -> int:
        """How many recipients the warm-up allows on its day (0 is the first), where there is one."""
        assert self.warm_up is not None
        return min(self.warm_up.first << day // self.warm_up.every, MOST)


@dataclass(frozen=True, slots=True)
class Reserved:
    """A request of at most `count` recipients that may begin at `begins` (UTC), and the traffic with it."""

    traffic: Traffic
    count: int
    begins: datetime


def reserve(pacing: Pacing, traffic: Traffic, at: datetime, count: int, until: datetime) -> Reserved | None:
    """Reserve the next request for at most `count` recipients, of which there is one at least.

    None where none may begin from `at` to `until` (UTC); `free_from` then says when.

    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> first = reserve(Pacing(rate=Fraction(10)), Traffic(), at, 5, at)
    >>> first.count, first.traffic.free_at - first.begins.timestamp() * 1_000_000
    (1, 100000.0)
    """
    begins = _turn(pacing, traffic, at)
    count = min(count, pacing.largest)
    if pacing.warm_up is not None:
        traffic = _on(traffic, begins.date())
        count = min(count, _left(pacing, traffic, begins.date()))
    if begins > until or count < 1:
        return None
    if pacing.warm_up is not None:
        traffic = replace(traffic, sent=traffic.sent + count)
    if pacing.rate is not None:
        traffic = replace(traffic, free_at=_microseconds(begins) + ceil(count * _MICROSECONDS / pacing.flow))
    return Reserved(traffic, count, begins)


def given_back(traffic: Traffic, count: int, on: date) -> Traffic:
    """The traffic after all without `count` of the recipients reserved for a day: no email went to them."""
    return replace(traffic, sent=max(0, traffic.sent - count)) if traffic.day == on else traffic


def room(pacing: Pacing, traffic: Traffic, at: datetime, until: datetime) -> int:
    """How many recipients can be written to in requests that begin from `at` to `until` (UTC); `MOST` is no limit."""
    begins, found = _turn(pacing, traffic, at), MOST
    if pacing.rate is not None:
        seconds = Fraction(_microseconds(until) - _microseconds(begins), _MICROSECONDS)
        found = min(MOST, floor(seconds * pacing.flow) + pacing.largest) if seconds >= 0 else 0
    if pacing.warm_up is not None:
        found = min(found, _left(pacing, _on(traffic, begins.date()), begins.date()))
    return found


def free_from(pacing: Pacing, traffic: Traffic, at: datetime) -> datetime:
    """The first moment from `at` on (UTC) at which a request may begin, as far as rate and warm-up go."""
    begins = _turn(pacing, traffic, at)
    if pacing.warm_up is None or _left(pacing, _on(traffic, begins.date()), begins.date()):
        return begins
    return datetime.combine(begins.date() + _ONE_DAY, time(0), UTC)


def as_of(pacing: Pacing, traffic: Traffic, at: datetime) -> Traffic:
    """The traffic as it counts at a moment, to be kept: so a day of a wrong clock is taken for another one only once.

    Where no warm-up is set nothing counts, and whichever is set later begins with its first day.
    """
    if pacing.warm_up is None:
        return replace(traffic, began_on=None, day=None, sent=0)
    return traffic if traffic.day is None else _on(traffic, at.date())


def _turn(pacing: Pacing, traffic: Traffic, at: datetime) -> datetime:
    """When the next request's turn is. A timetable that reaches further ahead than any could is of a wrong clock."""
    if pacing.rate is None:
        return at
    longest = _AHEAD * _MICROSECONDS + ceil(pacing.largest * _MICROSECONDS / pacing.flow)
    ahead = traffic.free_at - _microseconds(at)
    return at + timedelta(microseconds=ahead) if 0 < ahead <= longest else at


def _on(traffic: Traffic, today: date) -> Traffic:
    """The traffic as it counts on a day.

    A day that is over counts no longer. One that lies ahead does, since the clock was wrong then or is now; what was
    sent on it is taken for today's where it lies so far ahead that nobody could wait for it.
    """
    began_on, day, sent = traffic.began_on, traffic.day, traffic.sent
    if began_on is None or began_on > today + _DAYS_AHEAD:
        began_on = today
    if day is None or day < today:
        day, sent = today, 0
    elif day > today + _DAYS_AHEAD:
        day = today
    return replace(traffic, began_on=began_on, day=day, sent=sent)


def _left(pacing: Pacing, traffic: Traffic, today: date) -> int:
    assert traffic.began_on is not None
    return max(0, pacing.budget(max(0, (today - traffic.began_on).days)) - traffic.sent)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
