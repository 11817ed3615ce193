"""What the pages need to know of the installation that they belong to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sender.editions import EditionBook
from sender.links import Signer
from sender.store.database import Database


@dataclass(frozen=True, slots=True)
class Site:
    """One installation. `secrets` sign links: the first signs, all verify. `clock` tells the time (UTC).

    `base_url` is the public address of the pages, without a slash at its end.
    """

    database: Database
    book: EditionBook
    secrets: tuple[str, ...] = field(repr=False)
    base_url: str
    clock: Callable[[], datetime] = field(repr=False)

    @property
    def signer(self) -> Signer:
        """What makes links into these pages."""
        return Signer(self.base_url, self.secrets[0])
