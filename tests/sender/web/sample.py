"""A published course with sample people on a real database, and a plain client for its pages."""

from __future__ import annotations

import http.client
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

from course.folder import Files, read_files
from sender.editions import Edition, EditionBook
from sender.links import Signer
from sender.mailers.folder import FolderMailer
from sender.model import DeliveryKind
from sender.owner import this_process
from sender.people import Importer, Joining
from sender.publishing import publish
from sender.roster import Row
from sender.sending import Sender, Tally
from sender.store.database import Database, open_database
from sender.tick import tick
from sender.web import Site, create_app
from sender.web.gate import Gate
from sender.web.peers import Network
from sender.web.serving import address_of, listen, serving

ROOT = Path(__file__).parents[3]
SECRET = "sample-secret-for-tests"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday, a day before the bundled course's first lesson can go out."""


def product_path() -> dict[str, bytes]:
    """The files of the bundled course."""
    return dict(read_files(ROOT / "course" / "product_path"))


@dataclass
class School:
    """An installation with a clock that stands still until `now` is set."""

    folder: Path
    database: Database
    book: EditionBook
    base_url: str = "http://127.0.0.1:8000"
    now: datetime = NOW
    gate: Gate = field(default_factory=lambda: Gate(least_seconds=0.0))
    proxies: tuple[Network, ...] = ()
    secrets: tuple[str, ...] = (SECRET,)

    def publish(self, files: Files | None = None) -> Edition:
        return publish(self.database, files or product_path(), self.now)

    def enrol(
        self, *numbers: int, course: str = "product-path", confirmed: bool = False, start: date | None = None,
        **fields: str,
    ) -> None:  # fmt: skip
        """Import "Sample 001" and the like, by their numbers."""
        importer = Importer(self.database, Joining(course, start=start, confirmed=confirmed), self.now)
        rows = [
            Row(
                number,
                {
                    "email": f"sample{number:03d}@example.com",
                    "first_name": "Sample",
                    "last_name": f"{number:03d}",
                    **fields,
                },
            )
            for number in numbers
        ]
        assert list(importer.take(rows)) == []

    @property
    def signer(self) -> Signer:
        return Signer(self.base_url, self.secrets[0])

    @property
    def sender(self) -> Sender:
        outbox = FolderMailer(self.folder / "outbox")
        return Sender(self.database, outbox, self.signer, this_process(), lambda: self.now, book=self.book)

    @property
    def site(self) -> Site:
        place = (self.database, self.book, self.secrets, self.base_url)
        return Site(*place, lambda: self.now, proxies=self.proxies, gate=self.gate)

    def tick(self) -> Tally:
        return tick(self.sender, self.now)

    def links(self, delivery: int) -> dict[str, str]:
        """Every link there can be for a delivery, by name."""
        kinds = (DeliveryKind.CONFIRM, DeliveryKind.ACCESS, DeliveryKind.ADDRESS)
        return {name: link for kind in kinds for name, link in self.signer.links(delivery, kind).items()}

    def emails(self) -> list[EmailMessage]:
        """What was sent, in the order of the deliveries."""
        paths = sorted((self.folder / "outbox").glob("*.eml"))
        return [message_from_bytes(path.read_bytes(), policy=default) for path in paths]

    def ask(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Whatever SQL says, past all of our own queries."""
        with closing(sqlite3.connect(self.folder / "school.db")) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def everything(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table."""
        tables = self.ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {str(name): sorted(self.ask(f'SELECT * FROM "{name}"'), key=repr) for (name,) in tables}  # noqa: S608


@contextmanager
def a_school(folder: Path) -> Iterator[School]:
    """A school with the bundled course published."""
    (folder / "school.db").write_bytes(_published())
    database = open_database(f"sqlite:///{folder}/school.db")
    try:
        yield School(folder, database, EditionBook())
    finally:
        database.close()


@contextmanager
def served(school: School) -> Iterator[None]:
    """Serves a school's pages on loopback, at what is then its base address."""
    with listen("127.0.0.1", 0) as listener:
        school.base_url = address_of(listener)
        with serving(create_app(school.site), listener):
            yield


@cache
def _published() -> bytes:
    """The database after publishing the bundled course, which takes longest of all."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/school.db")
        try:
            publish(database, product_path(), NOW)
        finally:
            database.close()
        return (Path(folder) / "school.db").read_bytes()


def links_in(message: EmailMessage) -> list[str]:
    """Every web address in an email: in its headers, its text and its HTML."""
    text, html = (part.get_content() for part in message.iter_parts() if isinstance(part, EmailMessage))
    header = str(message.get("List-Unsubscribe", ""))
    found = re.findall(r"https?://[^\s<>\"']+", f"{header} {text} {unescape(html)}")
    return sorted({address.rstrip(".,)") for address in found})


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


def request(
    method: str, url: str, body: bytes | Iterator[bytes] | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One request, as a program makes it that follows no redirect and keeps no cookies."""
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)) as connection:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(
            method, path, body, dict(headers or {}), encode_chunked=body is not None and not isinstance(body, bytes)
        )
        response = connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, response.read())


def get(url: str) -> Answer:
    return request("GET", url)


def post(url: str, body: bytes = b"List-Unsubscribe=One-Click") -> Answer:
    return request("POST", url, body, {"Content-Type": "application/x-www-form-urlencoded"})


def policy_of(answer: Answer) -> dict[str, str]:
    """What an answer's policy allows a browser, by directive."""
    parts = (part.partition(" ") for part in answer.headers["content-security-policy"].split("; "))
    return {name: sources for name, _, sources in parts}


def words(answer: Answer) -> str:
    """What is to be read in a page's main part."""
    [main] = re.findall(r"<main.*?>(.*)</main>", answer.text, re.DOTALL)
    return said(str(main))


def said(html: str) -> str:
    """What some HTML says, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
