"""One-click unsubscribes (RFC 8058) on loopback, beside a bare handler that does one SQLite write, in turn."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from itertools import count
from pathlib import Path
from statistics import median

from sender.editions import EditionBook
from sender.loaded import keep_loaded
from sender.roster import Row
from sender.store.database import open_database
from sender.tokens import Purpose, sign
from sender.web import Site, create_app
from sender.web.serving import address_of, listen, serving
from tests.benchmarks.posting import Posted
from tests.benchmarks.serving import floor, opened, post_all
from tests.sender.stage import SLOTS, Stage, a_course

ROUNDS = 10
CLICKS = 100
"""Clicks of a round: a person clicks once."""

CONNECTIONS = (1, 4)
SECRET = "a secret of a benchmark"
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}
BODY = b"List-Unsubscribe=One-Click"


class OneWrite:
    """Inserts a row."""

    def __init__(self, file: Path) -> None:
        self._connection = opened(file)
        self._connection.execute("CREATE TABLE left (id INTEGER PRIMARY KEY, how TEXT)")
        self._numbers = count(1)

    def write(self, body: bytes, _headers: Mapping[str, str]) -> None:
        self._connection.execute("INSERT INTO left VALUES (?, ?)", (next(self._numbers), body.decode()))


def a_stage(folder: Path, people: int) -> Stage:
    """A database in which so many people have been sent a lesson: deliveries 1 and on."""
    stage = Stage(open_database(f"sqlite:///{folder / 'ours.db'}"))
    stage.publish(a_course("one", "two"))
    stage.bring_in([Row(line, {"email": f"sample{line}@example.com"}) for line in range(people)])
    stage.tick(SLOTS[0])
    return stage


def clicks(first: int) -> list[Posted]:
    """The clicks of the people from `first` on, each at the address that their email's header holds."""
    tokens = (sign(Purpose.LEAVE, delivery, SECRET) for delivery in range(first, first + CLICKS))
    return [(f"/unsubscribe/{token}", BODY, HEADERS) for token in tokens]


def test_one_click(tmp_path: Path) -> None:
    """Prints clicks a second and their ratio; the aim is a half or more. It judges nothing but that all have left."""
    people = ROUNDS * CLICKS * len(CONNECTIONS)
    stage = a_stage(tmp_path, people)
    site = Site(stage.database, EditionBook(), (SECRET,), "http://127.0.0.1", lambda: SLOTS[1])
    figures: dict[int, list[tuple[float, float]]] = {connections: [] for connections in CONNECTIONS}
    first = count(1, CLICKS)
    with (
        floor("/unsubscribe/{token}", OneWrite(tmp_path / "least.db").write) as bare,
        listen("127.0.0.1", 0) as listener,
        serving(create_app(site), listener),
    ):
        keep_loaded()  # as `dripcourse run` does
        for _ in range(ROUNDS):
            for connections, found in figures.items():
                posted = clicks(next(first))
                found.append((post_all(bare, posted, connections), post_all(address_of(listener), posted, connections)))
    stage.database.close()
    with closing(opened(tmp_path / "ours.db")) as connection:
        [(left,)] = connection.execute("SELECT count(*) FROM enrolment WHERE ended_reason = 'unsubscribed'")
    print(f"\none click, {ROUNDS * CLICKS} people for each number of connections")
    for connections, found in figures.items():
        least, ours = (median(column) for column in zip(*found, strict=True))
        ratio = median(our / bare for bare, our in found)
        print(f"  over {connections}: a bare handler with one write {least:.0f} a second, ours {ours:.0f}, {ratio:.2f}")
    assert left == people
