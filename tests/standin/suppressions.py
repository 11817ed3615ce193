"""SendGrid's suppression lists: `GET /v3/suppression/LIST?limit=…&offset=…`, the newest first, at most 500 a page."""

from __future__ import annotations

import json
import threading
from typing import Final

from tests.standin.wire import Answer, Head

PREFIX: Final = "/v3/suppression/"
LISTS: Final = ("bounces", "blocks", "spam_reports", "invalid_emails", "unsubscribes")
LARGEST_PAGE: Final = 500
_FIRST: Final = 1_770_000_000
_REASONS: Final = {
    "bounces": {"reason": "550 5.1.1 there is no such user", "status": "5.1.1"},
    "blocks": {"reason": "550 5.7.1 too busy", "status": "4.0.0"},
    "invalid_emails": {"reason": "Mail domain mentioned in email address is unknown"},
    "spam_reports": {"ip": "192.0.2.1"},
    "unsubscribes": {},
}


class SuppressionLists:
    """The lists of one account; safe for many threads.

    `asked` holds the list, limit and offset of each request that was answered with a page.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._addresses: dict[str, list[str]] = {name: [] for name in LISTS}
        self._refusals: list[Answer] = []
        self.asked: list[tuple[str, int, int]] = []

    def add(self, name: str, *addresses: str) -> None:
        """Puts addresses on a list. Raises KeyError for a list that there is not."""
        with self._lock:
            self._addresses[name].extend(addresses)

    def refuse(self, *answers: Answer | None) -> None:
        """Gives the coming requests these answers, one each, whatever they ask; None stands for a page."""
        with self._lock:
            self._refusals.extend(Answer(0) if answer is None else answer for answer in answers)

    def clear(self) -> None:
        """Empties everything."""
        with self._lock:
            self._addresses = {name: [] for name in LISTS}
            self._refusals.clear()
            self.asked.clear()

    def answer(self, head: Head, key: str) -> Answer:
        """The answer to a request for a list from whoever has this key."""
        with self._lock:
            refusal = self._refusals.pop(0) if self._refusals else Answer(0)
        if refusal.status:
            return refusal
        if head.headers.get("authorization") != f"Bearer {key}":
            return _refusal(401, "The provided authorization grant is invalid, expired, or revoked")
        name = head.path.removeprefix(PREFIX)
        if name not in LISTS:
            return _refusal(404, "not found")
        limit, offset = head.query.get("limit", str(LARGEST_PAGE)), head.query.get("offset", "0")
        if not (limit.isdecimal() and offset.isdecimal() and 0 < int(limit) <= LARGEST_PAGE):
            return _refusal(400, "limit must be between 1 and 500")
        return self._page(name, int(limit), int(offset))

    def _page(self, name: str, limit: int, offset: int) -> Answer:
        with self._lock:
            self.asked.append((name, limit, offset))
            dated = [(_FIRST + number, address) for number, address in enumerate(self._addresses[name])]
        newest = dated[::-1][offset : offset + limit]
        page = [{"created": created, "email": address, **_REASONS[name]} for created, address in newest]
        return Answer(200, json.dumps(page).encode("ascii"))


def _refusal(status: int, message: str) -> Answer:
    return Answer(status, json.dumps({"errors": [{"field": None, "message": message}]}).encode("ascii"))
