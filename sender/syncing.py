"""Syncing: SendGrid's suppression lists become ours, the second line behind its events, which may be lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sender.addresses import AddressError, checked_address, email_key
from sender.mailers.sendgrid.suppressions import SuppressionList
from sender.model import Suppressed
from sender.store import events
from sender.store.database import Database
from sender.store.suppressions import EVERYTHING, suppress_each

_REASONS = {
    SuppressionList.BOUNCES: Suppressed.BOUNCED,
    SuppressionList.INVALID_EMAILS: Suppressed.BOUNCED,
    SuppressionList.SPAM_REPORTS: Suppressed.COMPLAINED,
    SuppressionList.UNSUBSCRIBES: Suppressed.UNSUBSCRIBED,
}


class Lists(Protocol):
    """Where suppression lists are fetched from."""

    def pages(self, name: SuppressionList) -> Iterator[list[str]]:
        """The addresses of a list, some at a time. Raises SenderError."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of it: addresses by list, how many of them changed anything here, and how many enrolments ended.

    `unreadable` are entries that are no address: nothing could be sent there either.
    """

    fetched: Mapping[SuppressionList, int]
    suppressed: int
    ended: int
    unreadable: int

    def as_json(self) -> dict[str, int]:
        """The counts by name, for `subscribers sync --format json`."""
        counts = {str(name): self.fetched.get(name, 0) for name in SuppressionList}
        return {**counts, "suppressed": self.suppressed, "ended": self.ended, "unreadable": self.unreadable}


def sync(database: Database, lists: Lists, now: datetime, told: Callable[[SuppressionList, int], None]) -> Synced:
    """Stop all email to whom SendGrid sends nothing any more, at `now` (UTC); `told` hears of each page.

    A page is one transaction, and doing it again changes nothing, so one that breaks off is simply run again.
    Raises SenderError where SendGrid or the database fails.
    """
    fetched: Counter[SuppressionList] = Counter()
    suppressed = ended = unreadable = 0
    for name, reason in _REASONS.items():
        for page in lists.pages(name):
            stopped = {(key, EVERYTHING): reason for key in _keys(page)}
            unreadable += sum(1 for address in page if _key(address) is None)
            with database.write() as connection:
                suppressed += suppress_each(connection, stopped, now)
                ended += events.end(connection, stopped, now)
            fetched[name] += len(page)
            told(name, len(page))
    return Synced(fetched, suppressed, ended, unreadable)


def _keys(page: Iterable[str]) -> set[str]:
    return {key for key in map(_key, page) if key is not None}


def _key(address: str) -> str | None:
    try:
        return email_key(checked_address(address))
    except (AddressError, ValueError):
        return None
