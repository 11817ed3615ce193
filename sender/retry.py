"""When to try a batch again: pure, from the attempts so far and what the far end asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(hours=1)


def again_at(batch: int, attempt: int, now: datetime, asked_for: datetime | None = None) -> datetime:
    """The moment (UTC) of a batch's next try after `attempt` tries, at least a second from `now`.

    Waits double from a minute to an hour, and a fifth of that is spread by the batch's number, so
    that batches refused together do not all come back together. What the far end asked for wins
    where it is later, up to a day.

    >>> from datetime import UTC
    >>> again_at(1, 1, datetime(2026, 1, 1, tzinfo=UTC)) <= datetime(2026, 1, 1, 0, 1, 12, tzinfo=UTC)
    True
    """
    doublings = min(max(attempt - 1, 0), 10)
    doubled = min(_FIRST * (1 << doublings), _LONGEST)
    spread = Random(batch * 1000 + attempt).random() / 5  # noqa: S311  # spreads load, guards nothing
    own = now + doubled + doubled * spread
    if asked_for is None:
        return own
    return max(own, min(asked_for, now + timedelta(days=1)))
