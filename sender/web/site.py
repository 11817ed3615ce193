"""What the pages need to know of the installation that they belong to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sender.editions import EditionBook
from sender.links import Signer
from sender.signature import WebhookKey
from sender.store.database import Database
from sender.web.gate import Gate
from sender.web.peers import Network


@dataclass(frozen=True, slots=True)
class Site:
    """One installation. `secrets` sign links: the first signs, all verify. `clock` tells the time (UTC).

    `base_url` is the public address of the pages, without a slash at its end. Without `webhook_key`, SendGrid's
    verification key, no events are taken. `proxies` are believed when they say whose request they pass on, and `gate`
    counts who asks for courses.
    """

    database: Database
    book: EditionBook
    secrets: tuple[str, ...] = field(repr=False)
    base_url: str
    clock: Callable[[], datetime] = field(repr=False)
    webhook_key: WebhookKey | None = field(default=None, repr=False)
    proxies: tuple[Network, ...] = ()
    gate: Gate = field(default_factory=Gate)

    @property
    def signer(self) -> Signer:
        """What makes links into these pages."""
        return Signer(self.base_url, self.secrets[0])
