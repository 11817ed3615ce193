"""How often a sign-up form may be sent: by one network, and for one address. This process alone remembers it.

The ledger keeps what matters beyond that, namely how many confirmations an address gets (`sender.joining`).
"""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass, field
from math import ceil

from limits import RateLimitItem, RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


@dataclass(frozen=True, slots=True)
class Gate:
    """Counts what comes in within the last hour. What was turned away does not count.

    An answer to a form takes `least_seconds`, so that how long it took says nothing about the address.
    """

    per_network: int = 60
    per_address: int = 5
    least_seconds: float = 0.25
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _limiter: MovingWindowRateLimiter = field(
        default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()), repr=False
    )

    def turns_away_network(self, network: str) -> int:
        """Count a request of a network: 0 where it may come in, else after how many seconds the next one may.

        Those of which the network is not known are not counted: they have nothing in common.
        """
        if not network:
            return 0
        return self._count(RateLimitItemPerHour(self.per_network, namespace="network"), network)

    def turns_away_address(self, email_key: str) -> int:
        """The same for an address (in compared form), of which a keyed hash is remembered."""
        hashed = hmac.digest(self._key, email_key.encode("utf-8", "surrogatepass"), "sha256").hex()
        return self._count(RateLimitItemPerHour(self.per_address, namespace="address"), hashed)

    def _count(self, limit: RateLimitItem, whose: str) -> int:
        if self._limiter.hit(limit, whose):
            return 0
        return max(1, ceil(self._limiter.get_window_stats(limit, whose).reset_time - time.time()))
