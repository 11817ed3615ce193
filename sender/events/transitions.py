"""What an event of SendGrid's means: a table from its types to what is known of an email, and to who is stopped.

What is known only ever grows: of two facts the stronger stays (`Seen` has their order). So events may come in any
order, and any number of times, and what is known in the end is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sender.model import Seen, Suppressed


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an event means.

    `type` is what it is kept as, `seen` what it tells of the email, and `stops` why its address gets no more:
    of any course, or of its own alone.
    """

    type: str
    seen: Seen | None = None
    stops: Suppressed | None = None
    everywhere: bool = True


_TABLE = {
    one.type: one
    for one in (
        Meaning("processed", Seen.PROCESSED),
        Meaning("deferred", Seen.DEFERRED),
        Meaning("delivered", Seen.DELIVERED),
        Meaning("bounce", Seen.BOUNCED, Suppressed.BOUNCED),
        Meaning("blocked", Seen.BLOCKED),
        Meaning("dropped", Seen.DROPPED),
        Meaning("open", Seen.OPENED),
        Meaning("machine_open", Seen.MACHINE_OPENED),
        Meaning("click", Seen.CLICKED),
        Meaning("spamreport", Seen.COMPLAINED, Suppressed.COMPLAINED),
        Meaning("unsubscribe", Seen.UNSUBSCRIBED, Suppressed.UNSUBSCRIBED),
        Meaning("group_unsubscribe", Seen.UNSUBSCRIBED, Suppressed.UNSUBSCRIBED, everywhere=False),
        Meaning("group_resubscribe"),  # SendGrid's own list says so; only our own confirmation lifts anything
        Meaning("account_status_change"),
    )
}
CERTAIN = {name: meaning for name, meaning in _TABLE.items() if name not in {"bounce", "dropped", "open"}}
"""The types that mean the same whatever else an event tells."""

_DROPPED_FOR = {
    # The reasons that SendGrid gives for not even trying an address. All others are about the email or the account.
    "bounced address": Suppressed.BOUNCED,
    "invalid": Suppressed.BOUNCED,
    "spam reporting address": Suppressed.COMPLAINED,
    "unsubscribed address": Suppressed.UNSUBSCRIBED,
}
_RANK: dict[str, int] = {seen: rank for rank, seen in enumerate(Seen)}
_REASONS = tuple(Suppressed)
_TYPE = re.compile(r"[a-z0-9_-]{1,40}")
_UNKNOWN = "unknown"


def meaning_of(event: str, kind: str, reason: str, *, by_machine: bool) -> Meaning:
    """What an event means, by its name, its `type`, its `reason`, and whether a machine opened the email.

    A bounce is hard unless its `type` says otherwise ("blocked", "expired"). What SendGrid may come to tell later is
    kept, and means nothing.
    """
    if event == "bounce" and kind not in {"", "bounce"}:
        event = "blocked"
    if event == "open" and by_machine:
        event = "machine_open"
    if event == "dropped":
        return Meaning("dropped", Seen.DROPPED, _DROPPED_FOR.get(reason.strip().rstrip(".").lower()))
    return _TABLE.get(event) or Meaning(event if _TYPE.fullmatch(event) else _UNKNOWN)


def is_stronger(seen: Seen, known: str | None) -> bool:
    """Whether what an event tells takes the place of what was known before, which may be nothing."""
    return known is None or _RANK[seen] > _RANK.get(known, -1)


def strongest_reason(reasons: Iterable[Suppressed]) -> Suppressed:
    """The reason that stands for several: one that can be lifted gives way to one that cannot."""
    return max(reasons, key=_REASONS.index)
