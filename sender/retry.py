"""When to try a batch again: pure, from the attempts so far and what the far end asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(hours=1)
_MOST_ASKED_FOR = timedelta(days=1)


def again_at(batch: int, attempt: int, now: datetime, asked_for: timedelta | None = None) -> datetime:
    """The moment (UTC) of a batch's next try after `attempt` tries.

    Waits double from a minute to an hour, and up to a fifth more is added by the batch's number, so
    that batches refused together do not all come back together. What the far end asked for wins
    where it is longer, up to a day.

    >>> from datetime import UTC
    >>> again_at(1, 1, datetime(2026, 1, 1, tzinfo=UTC)) <= datetime(2026, 1, 1, 0, 1, 12, tzinfo=UTC)
    True
    """
    doublings = min(max(attempt - 1, 0), 10)
    own = min(_FIRST * (1 << doublings), _LONGEST)
    own += own * Random(batch * 1000 + attempt).random() / 5  # noqa: S311  # spreads load, guards nothing
    return now + (own if asked_for is None else max(own, min(asked_for, _MOST_ASKED_FOR)))
