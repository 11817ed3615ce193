"""One event of SendGrid's, read from its JSON: whatever stands there, it becomes something that can be kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from sender.addresses import AddressError, checked_address, email_key
from sender.events.transitions import CERTAIN, Meaning, meaning_of
from sender.model import DELIVERY_ARG

_ID = re.compile(r"[!-~]{1,120}")  # a longer one would not fit an index of PostgreSQL's
_DELIVERY = re.compile(r"[1-9][0-9]{0,18}")
_LARGEST_DELIVERY = 2**63 - 1
_LATEST = 253_402_300_800  # the end of the year 9999, in Unix seconds


class Event(NamedTuple):
    """An event. `second` is the Unix second at which it happened, and not after the one at which it was read.

    `delivery` is what its custom arg names, if that can be one. `members` are all that was told, of which the rest is
    read where it is needed. A tuple, since a body brings a thousand.
    """

    id: str
    meaning: Meaning
    second: int
    delivery: int | None
    members: Mapping[str, object]

    def __repr__(self) -> str:
        """Without its address: what is logged tells of nobody."""
        return f"Event({self.id!r}, {self.meaning.type!r}, delivery={self.delivery})"

    @property
    def at(self) -> datetime:
        """When it happened (UTC)."""
        return datetime.fromtimestamp(self.second, UTC)

    @property
    def named(self) -> bool:
        """Whether it has our custom arg at all: one that names no delivery is not taken for ours by its address."""
        return self.members.get(DELIVERY_ARG) is not None

    @property
    def email_key(self) -> str | None:
        """The event's address in compared form, or None where it has none that can be compared."""
        try:
            return email_key(checked_address(_text(self.members, "email")))
        except (AddressError, ValueError):
            return None

    @property
    def message_id(self) -> str:
        """The id of the request that its email went out with: what stands before the first dot of the email's own."""
        first = _text(self.members, "sg_message_id").partition(".")[0]
        return first if _ID.fullmatch(first) else ""


def read_event(members: Mapping[str, object], now: int) -> Event:
    """The event that a JSON object tells of at a Unix second; never raises, whatever stands in it."""
    get = members.get
    id_, name, second = get("sg_event_id"), get("event"), get("timestamp")
    certain = CERTAIN.get(name) if isinstance(name, str) else None
    return Event(
        id_ if isinstance(id_, str) and _ID.fullmatch(id_) else _other_id(members),
        certain or _meaning(members),
        second if type(second) is int and 0 < second <= now else _other_second(second, now),
        _delivery(get(DELIVERY_ARG)),
        members,
    )


def _text(members: Mapping[str, object], name: str) -> str:
    value = members.get(name)
    return value if isinstance(value, str) else ""


def _meaning(members: Mapping[str, object]) -> Meaning:
    machine = members.get("sg_machine_open")
    texts = (_text(members, name) for name in ("event", "type", "reason"))
    return meaning_of(*texts, by_machine=machine is True or machine == "true")


def _other_id(members: Mapping[str, object]) -> str:
    """An id that can be kept: one that is long, or no plain text, stands as its hash.

    An event without one gets one from what it says, the same each time that it is told.
    """
    if given := _text(members, "sg_event_id"):
        return f"sha256-{_hash(given)}"
    plain = [(name, repr(value)) for name, value in members.items() if not isinstance(value, dict | list)]
    return f"made-{_hash(repr(sorted(plain)))}"


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _other_second(value: object, now: int) -> int:
    """When it happened: not in the future, whatever a clock elsewhere says, and `now` where nothing sensible stands."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 11:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST:
        return now
    return min(int(value), now)


def _delivery(value: object) -> int | None:
    """The delivery that a custom arg names, or None where it can be none: a test's, or another program's."""
    if isinstance(value, str) and _DELIVERY.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= _LARGEST_DELIVERY else None
