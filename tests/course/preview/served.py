"""Previews for tests: a course in a folder, shown over real HTTP on loopback, and what its answers say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from queue import Queue
from socket import SHUT_RDWR
from threading import Thread
from typing import TypeVar
from unittest.mock import patch
from urllib.parse import urlencode

from course.preview.desk import Desk
from course.preview.posting import Post
from course.preview.server import answering, listen
from tests.course.check.small import small_course, written

TODAY = date(2026, 3, 2)
"""A Monday."""

SECONDS = 30
T = TypeVar("T")


class Direct:
    """A worker that does all in this process, without limits, and gives way to nobody."""

    def call(self, function: Callable[..., T], *args: object) -> T:
        with patch("os.nice", return_value=19):
            return function(*args)

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Event:
    kind: str
    data: dict[str, int | str]


@dataclass(frozen=True)
class Served:
    """A preview that is shown at a port; its course is in `folder`."""

    folder: Path
    port: int

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, content.decode("utf-8", "replace"), named, content)

    def get(self, path: str = "/", **headers: str) -> Answer:
        return self.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def send_test(self, addresses: str, *, query: str = "", token: str | None = None, **headers: str) -> Answer:
        if token is None:
            token = Seen(self.get()).value_of("token")
        form = urlencode({"addresses": addresses, "query": query, "token": token})
        usual = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("POST", "/send-test", form.encode(), {**usual, **given})

    def save(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")


class Seen(HTMLParser):
    """A page as somebody would see it: its text, and the attributes of its elements."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._parts: list[str] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self._parts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._parts).split())

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [found for name, found in self.elements if name == tag and wanted.items() <= found.items()]

    def value_of(self, name: str) -> str:
        [found] = self.all("input", name=name)
        return found["value"]


@contextmanager
def served(folder: Path, files: dict[str, bytes] | None = None, post: Post | None = None) -> Iterator[Served]:
    """The preview of a course, by default the small one, that renders in this very process."""
    written(folder, small_course() if files is None else files)
    with listen(0) as listener, answering(Desk(folder, Direct(), Direct()), listener, today=lambda: TODAY, post=post):
        yield Served(folder, listener.getsockname()[1])


class Events:
    """The events that a preview tells, in order; waits for each as long as it takes, and half a minute at most."""

    hello: Event

    def __init__(self, answer: HTTPResponse) -> None:
        self._answer = answer
        self._queue: Queue[Event | None] = Queue()
        self._thread = Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        kind = ""
        try:
            while line := self._answer.readline().decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    self._queue.put(Event(kind, json.loads(value)))
        except OSError:
            pass
        self._queue.put(None)

    def next(self, kind: str) -> Event:
        """The next event of that kind; those before it are passed over."""
        while (event := self._queue.get(timeout=SECONDS)) is not None:
            if event.kind == kind:
                return event
        raise AssertionError(f"The events ended before one of the kind {kind}.")

    def join(self) -> None:
        """Wait until nothing is read any more."""
        self._thread.join(SECONDS)

    def ended(self) -> bool:
        """Whether there will be no more: waits for the end."""
        while self._queue.get(timeout=SECONDS) is not None:
            pass
        return True


@contextmanager
def events(preview: Served) -> Iterator[Events]:
    """The events of a preview from now on, the first of which, `hello`, has come."""
    connection = HTTPConnection("127.0.0.1", preview.port, timeout=SECONDS)
    connection.connect()
    hangs_up = connection.sock
    connection.request("GET", "/events")
    found = Events(connection.getresponse())
    try:
        found.hello = found.next("hello")
        yield found
    finally:
        with suppress(OSError):
            hangs_up.shutdown(SHUT_RDWR)
        found.join()
        connection.close()
