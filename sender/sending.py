"""What a tick works with, and what it tells of its work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from threading import Event
from time import monotonic

from sender.deliver import Courier
from sender.editions import EditionBook
from sender.links import Signer
from sender.mailers import Mailer
from sender.owner import Owner
from sender.pacing import Pacing
from sender.store.database import Database

_MOST_REASONS = 100
_AND_MORE = "There are more reasons than these; `dripcourse status` has that of each batch."


@dataclass(slots=True)
class Tally:
    """What one tick did, in deliveries (`requests`: in requests). `next_due_at` is when there is more to do (UTC)."""

    claimed: int = 0
    accepted: int = 0
    retry: int = 0
    held: int = 0
    failed: int = 0
    cancelled: int = 0
    uncertain: int = 0
    moved: int = 0
    requests: int = 0
    next_due_at: datetime | None = None

    def as_json(self) -> dict[str, int | str | None]:
        """The tally by name, for `send --format json`."""
        counts = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "next_due_at"}
        return {**counts, "next_due_at": None if self.next_due_at is None else self.next_due_at.isoformat()}


@dataclass(frozen=True, slots=True)
class Sender:
    """What a tick needs. `clock` tells the machine's own time (UTC); `stop` ends a tick between two requests.

    `elapsed` counts seconds from anywhere, and `pause` lets some pass, or returns true where `stop` is set before.
    `reasons` collects what the mailer said where it was not yes, for an operator to read, and `unreadable` by course
    why a tick left its people out: its edition cannot be read.
    """

    database: Database
    mailer: Mailer
    signer: Signer
    owner: Owner
    clock: Callable[[], datetime] = field(repr=False)
    concurrency: int = 4
    stop: Event = field(default_factory=Event)
    book: EditionBook = field(default_factory=EditionBook)
    reasons: list[str] = field(default_factory=list)
    unreadable: dict[int, str] = field(default_factory=dict)
    pacing: Pacing = field(default_factory=Pacing)
    elapsed: Callable[[], float] = field(default=monotonic, repr=False)
    pause: Callable[[Event, float], bool] = field(default=Event.wait, repr=False)

    def tell(self, *reasons: str) -> None:
        """Collect reasons, each once, and so many at the most that somebody would read them."""
        for reason in reasons:
            if len(self.reasons) < _MOST_REASONS and reason not in self.reasons:
                self.reasons.append(reason if len(self.reasons) < _MOST_REASONS - 1 else _AND_MORE)

    @property
    def courier(self) -> Courier:
        """What delivering needs of it."""
        return Courier(self.database, self.book, self.mailer, self.signer, str(self.owner), self.clock)
