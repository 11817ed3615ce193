"""Signed bodies of a thousand events on loopback, beside the least that could be done with them, in turn in one run."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from sender.editions import EditionBook
from sender.loaded import keep_loaded
from sender.roster import Row
from sender.signature import WebhookKey
from sender.store.database import open_database
from sender.web import Site, create_app
from sender.web.serving import address_of, listen, serving
from sender.web.webhook import LARGEST_BODY
from tests.benchmarks.posting import Posted
from tests.benchmarks.serving import floor, opened, parsed, post_all, resident_kilobytes
from tests.sender.stage import SLOTS, Stage, a_course
from tests.standin.webhook import PATH, EventWebhook, an_event, body_of

PEOPLE = 1_000
ROUNDS = 10
BODIES = 8
"""Bodies of a round."""

MANY = 400
"""Bodies for the look at memory."""

KINDS = ("processed", "delivered", "open", "click", "bounce", "deferred", "spamreport", "unsubscribe")
SHARES = (330, 325, 205, 100, 15, 20, 2, 3)
NOW = SLOTS[1]
SENDER = EventWebhook()
COLUMNS = "id TEXT PRIMARY KEY, delivery_id INTEGER, type TEXT NOT NULL, at INTEGER NOT NULL"


def a_body(number: int) -> bytes:
    """A thousand events as SendGrid mixes them, each of another delivery, with all that it sends along."""
    kinds = [kind for kind, share in zip(KINDS, SHARES, strict=True) for _ in range(share)]
    return body_of(
        an_event(
            kinds[(place + number * 7) % PEOPLE], f"sample{place}@example.com", number * PEOPLE + place,
            dripcourse_delivery=str(place + 1), ip="192.0.2.1", tls=1, response="250 2.0.0 OK",
            useragent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", type="blocked",
        )
        for place in range(PEOPLE)
    )  # fmt: skip


def signed(numbers: range) -> list[Posted]:
    bodies = [a_body(number) for number in numbers]
    return [(PATH, body, SENDER.signed(body, int(NOW.timestamp()))) for body in bodies]


def a_stage(folder: Path) -> Stage:
    """A database in which a thousand people have been sent a lesson: deliveries 1 to 1000."""
    stage = Stage(open_database(f"sqlite:///{folder / 'ours.db'}"))
    stage.publish(a_course("one", "two"))
    stage.bring_in([Row(line, {"email": f"sample{line}@example.com"}) for line in range(PEOPLE)])
    stage.tick(SLOTS[0])
    return stage


class Least:
    """Verifies, parses, and inserts all events of a body at once."""

    def __init__(self, file: Path) -> None:
        self._connection = opened(file)
        self._connection.execute(f"CREATE TABLE event ({COLUMNS})")
        key = load_der_public_key(b64decode(SENDER.public_key))
        assert isinstance(key, ec.EllipticCurvePublicKey)
        self._key = key

    def write(self, body: bytes, headers: Mapping[str, str]) -> None:
        signature = b64decode(headers["x-twilio-email-event-webhook-signature"])
        self._key.verify(
            signature, headers["x-twilio-email-event-webhook-timestamp"].encode() + body, ec.ECDSA(SHA256())
        )
        rows = [
            (event["sg_event_id"], event["dripcourse_delivery"], event["event"], event["timestamp"])
            for event in parsed(body)
        ]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO event VALUES (?, ?, ?, ?)", rows)
        self._connection.execute("COMMIT")


@contextmanager
def ours_served(stage: Stage) -> Iterator[str]:
    """The address of our own application."""
    key = WebhookKey(SENDER.public_key)
    site = Site(stage.database, EditionBook(), ("x" * 16,), "http://127.0.0.1", lambda: NOW, webhook_key=key)
    with listen("127.0.0.1", 0) as listener, serving(create_app(site), listener):
        keep_loaded()  # as `dripcourse run` does
        yield address_of(listener)
    stage.database.close()


def test_bodies_of_a_thousand_events(tmp_path: Path) -> None:
    """Prints bodies a second and their ratio; the aim is a third or more. It judges nothing but that all is kept."""
    ours: list[float] = []
    least: list[float] = []
    with floor(PATH, Least(tmp_path / "least.db").write) as bare, ours_served(a_stage(tmp_path)) as address:
        for round_ in range(ROUNDS):
            posted = signed(range(round_ * BODIES, (round_ + 1) * BODIES))
            least.append(post_all(bare, posted, 1))
            ours.append(post_all(address, posted, 1))
    with closing(opened(tmp_path / "ours.db")) as connection:
        [(kept,)] = connection.execute("SELECT count(*) FROM event")
    ratio = median(our / bare for our, bare in zip(ours, least, strict=True))
    print(f"\nwebhook, signed bodies of {PEOPLE} events, {len(posted[0][1]) // 1024} kB each, one after the other")
    print(f"  verify, parse and one bulk insert behind a bare handler: {median(least):.1f} bodies a second")
    print(f"  ours: {median(ours):.1f} bodies a second, {ratio:.2f} of that")
    assert kept == ROUNDS * BODIES * PEOPLE


def test_memory_over_many_bodies(tmp_path: Path) -> None:
    """Prints how much memory the process of the pages holds, over many bodies and over the largest there can be."""
    program = "from tests.benchmarks.test_webhook import over_many; over_many()"
    environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    figures = json.loads(done.stdout)
    print(f"\nwebhook, memory of the process that serves and posts, over {MANY} bodies of {PEOPLE} events:")
    print("  " + ", ".join(f"{kilobytes / 1024:.0f} MB" for kilobytes in figures["many"]))
    print("  over bodies of 16 MB: " + ", ".join(f"{kilobytes / 1024:.0f} MB" for kilobytes in figures["large"]))
    assert len(figures["many"]) == 10


def over_many() -> None:
    """In a process of its own: serve, post, and print how much memory is held after each tenth."""
    figures: dict[str, list[int]] = {"many": [], "large": []}
    with ours_served(a_stage(Path())) as address:
        for tenth in range(10):
            for number in range(tenth * MANY // 10, (tenth + 1) * MANY // 10):
                post_all(address, signed(range(number, number + 1)), 1)
            figures["many"].append(resident_kilobytes())
        for number in range(5):
            body = a_large_body(MANY + 100 * number)
            post_all(address, [(PATH, body, SENDER.signed(body, int(NOW.timestamp())))], 1)
            figures["large"].append(resident_kilobytes())
    print(json.dumps(figures))


def a_large_body(first: int) -> bytes:
    """A body of nearly 16 MB."""
    parts: list[bytes] = []
    while sum(map(len, parts)) + len(parts) < LARGEST_BODY:
        parts.append(a_body(first + len(parts)).strip()[1:-1])
    return b"[" + b",".join(parts[:-1]) + b"]"
