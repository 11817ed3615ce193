"""One event of SendGrid's, read from its JSON: whatever stands there, it becomes something that can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from sender.addresses import AddressError, checked_address, email_key
from sender.events.transitions import Meaning, meaning_of
from sender.model import DELIVERY_ARG

_LONGEST_ID = 120  # a longer one would not fit an index of PostgreSQL's
_LARGEST_DELIVERY = 2**63 - 1
_LATEST = 253_402_300_800  # the end of the year 9999, in Unix seconds


class Event(NamedTuple):
    """An event. `at` is UTC and not after the moment at which it was read.

    `delivery` is what its custom arg names, if that can be one; `named` is whether it has such an arg at all, so that
    one which names no delivery is not taken for ours by its address. A tuple, since a body brings a thousand.
    """

    id: str
    meaning: Meaning
    at: datetime
    delivery: int | None
    named: bool
    message: str
    address: str

    def __repr__(self) -> str:
        """Without its address: what is logged tells of nobody."""
        return f"Event({self.id!r}, {self.meaning.type!r}, delivery={self.delivery})"

    @property
    def email_key(self) -> str | None:
        """The event's address in compared form, or None where it has none that can be compared."""
        try:
            return email_key(checked_address(self.address))
        except (AddressError, ValueError):
            return None

    @property
    def message_id(self) -> str:
        """The id of the request that its email went out with: what stands before the first dot of the email's own."""
        first = self.message.partition(".")[0]
        return first if _is_plain(first) else ""


def read_event(members: Mapping[str, object], now: datetime) -> Event:
    """The event that a JSON object tells of; never raises, whatever stands in it."""
    get = members.get
    machine, id_, named = get("sg_machine_open"), get("sg_event_id"), get(DELIVERY_ARG)
    by_machine = machine is True or machine == "true"
    return Event(
        _id(id_) if isinstance(id_, str) and id_ else _made_id(members),
        meaning_of(_text(get("event")), _text(get("type")), _text(get("reason")), by_machine=by_machine),
        _moment(get("timestamp"), now),
        _delivery(named),
        named is not None,
        _text(get("sg_message_id")),
        _text(get("email")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _is_plain(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_ID and text.isascii() and text.isprintable() and " " not in text


def _id(given: str) -> str:
    """An id as it can be kept: one that is long, or no plain text, stands as its hash."""
    return given if _is_plain(given) else f"sha256-{_hash(given)}"


def _made_id(members: Mapping[str, object]) -> str:
    """An id for an event without one, the same each time that it is told."""
    plain = [(name, repr(value)) for name, value in members.items() if not isinstance(value, dict | list)]
    return f"made-{_hash(repr(sorted(plain)))}"


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _moment(value: object, now: datetime) -> datetime:
    """When it happened: not in the future, whatever a clock elsewhere says, and `now` where nothing sensible stands."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 11:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST:
        return now
    return min(datetime.fromtimestamp(int(value), UTC), now)


def _delivery(value: object) -> int | None:
    """The delivery that a custom arg names, or None where it can be none: a test's, or another program's."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 < value <= _LARGEST_DELIVERY else None
    text = _text(value)
    if not (text.isdecimal() and text.isascii() and len(text) <= 19 and text[0] != "0"):
        return None
    return int(text) if int(text) <= _LARGEST_DELIVERY else None
