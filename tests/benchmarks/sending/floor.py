"""The floor: the same rows read, the same bytes serialised and posted by as many threads, with no ledger.

Run as `python -m tests.benchmarks.sending.floor DATABASE URL KEY THREADS`; prints the recipients a second as JSON.
"""

from __future__ import annotations

import hmac
import json
import sqlite3
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from html import escape
from http.client import HTTPConnection
from pathlib import Path
from threading import BoundedSemaphore, local
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import orjson

from tests.benchmarks.sending.school import NOW

BASE_URL = "http://127.0.0.1:8000"
PURPOSES = {
    "unsubscribe": ("unsubscribe", "leave"),
    "preferences": ("preferences", "learn"),
    "view": ("lessons", "learn"),
    "quiz": ("quiz", "learn"),
}
ROWS = """
SELECT enrolment.id, email, first_name, last_name, zone, attributes
FROM enrolment JOIN subscriber ON subscriber.id = enrolment.subscriber_id
WHERE enrolment.next_due_at <= ? AND enrolment.id > ? ORDER BY enrolment.id LIMIT 1000
"""


def main() -> None:
    """Sends the lesson that is due to everybody who is due, and writes nothing down."""
    file, url, key, threads = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    with closing(sqlite3.connect(file)) as connection, ThreadPoolExecutor(threads) as pool:
        lesson, secret = Lesson(connection), _secret(file)
        posts, room = Posts(url, key), BoundedSemaphore(2 * threads)
        began, sent, posted = perf_counter(), 0, []
        for rows in _due(connection):
            room.acquire()
            posted.append(pool.submit(posts.post, lesson, rows, secret))
            posted[-1].add_done_callback(lambda _: room.release())
            sent += len(rows)
        size = sum(one.result() for one in posted)
        took = perf_counter() - began
    print(json.dumps({"recipients": sent, "seconds": took, "rate": sent / took, "bytes": size}))


class Lesson:
    """The email that is due, as it stands in the database, and its tags."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        found = "SELECT subject, html, text, placeholders FROM variant WHERE kind = 'lesson' ORDER BY id LIMIT 1"
        subject, html, text, placeholders = connection.execute(found).fetchone()
        self.tags = [tuple(one) for one in json.loads(placeholders)]
        self.body: dict[str, Any] = {
            "from": {"email": "course@example.com", "name": "The Product Path"},
            "subject": subject,
            "content": [{"type": "text/plain", "value": text}, {"type": "text/html", "value": html}],
            "tracking_settings": {
                "subscription_tracking": {"enable": False},
                "click_tracking": {"enable": False, "enable_text": False},
                "open_tracking": {"enable": False},
            },
            "categories": ["dripcourse-product-path"],
        }

    def written(self, rows: Sequence[Sequence[Any]], secret: bytes) -> bytes:
        """The request that brings it to some people."""
        return orjson.dumps({**self.body, "personalizations": [self._personalization(row, secret) for row in rows]})

    def _personalization(self, row: Sequence[Any], secret: bytes) -> dict[str, Any]:
        number, email, first, last, zone, _ = row
        links = _links(number, secret)
        values = {"subscriber.first_name": first or "there", "schedule.next_day": _next_day(zone), **links}
        written = {tag: escape(values[name]) if where in "ha" else values[name] for tag, name, where in self.tags}
        return {
            "to": [{"email": email, "name": f"{first} {last}".strip()}],
            "custom_args": {"dripcourse_delivery": str(number)},
            "substitutions": written,
            "headers": {
                "List-Unsubscribe": f"<{links['links.unsubscribe']}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        }


class Posts:
    """One connection a thread, kept open."""

    def __init__(self, url: str, key: str) -> None:
        self._host = urlsplit(url).netloc
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._own = local()

    def post(self, lesson: Lesson, rows: Sequence[Sequence[Any]], secret: bytes) -> int:
        """Send the lesson to some people; the bytes that this took."""
        if not hasattr(self._own, "connection"):
            self._own.connection = HTTPConnection(self._host, timeout=60)
        body = lesson.written(rows, secret)
        self._own.connection.request("POST", "/v3/mail/send", body, self._headers)
        response = self._own.connection.getresponse()
        said = response.read()
        if response.status != 202:
            raise SystemExit(f"{response.status}: {said[:300]!r}")
        return len(body)


def _due(connection: sqlite3.Connection) -> Iterator[list[Sequence[Any]]]:
    last = 0
    while rows := connection.execute(ROWS, (int(NOW.timestamp()), last)).fetchall():
        last = rows[-1][0]
        yield rows


def _links(number: int, secret: bytes) -> Mapping[str, str]:
    signed = {purpose: _signed(purpose, number, secret) for purpose in ("leave", "learn")}
    return {f"links.{name}": f"{BASE_URL}/{path}/{signed[purpose]}" for name, (path, purpose) in PURPOSES.items()}


def _signed(purpose: str, number: int, secret: bytes) -> str:
    digest = hmac.digest(secret, f"{purpose}:{number}".encode(), "sha256")
    return f"{number}.{urlsafe_b64encode(digest[:16]).rstrip(b'=').decode()}"


@cache
def _next_day(_zone: str) -> str:
    return "Thursday 5 March"


def _secret(file: Path) -> bytes:
    return file.with_name(f"{file.name}.secret").read_bytes().strip()


if __name__ == "__main__":
    main()
