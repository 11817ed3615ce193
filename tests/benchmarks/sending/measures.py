"""What is measured about sending, each beside what it is compared with, in one run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from sender.claim import claim
from sender.editions import EditionBook
from sender.store.database import open_database
from tests.benchmarks.sending import running
from tests.benchmarks.sending.peers import PEERS, peer
from tests.benchmarks.sending.school import FIRST, build
from tests.standin import StandinProcess

SECRET = "a secret of the benchmarks\n"


@dataclass(frozen=True, slots=True)
class Rates:
    """Recipients a second of each that sent the same lesson, a figure a round.

    Each is timed from its first row to its last answer; `whole` is ours once more, with the start of its process.
    """

    ours: list[float]
    whole: list[float]
    floor: list[float]
    others: dict[str, list[float]]

    @property
    def of_the_floor(self) -> float:
        """Ours as a part of the floor's, compared within each round."""
        return median(our / floor for our, floor in zip(self.ours, self.floor, strict=True))

    def times(self, other: str) -> float:
        """How many times as many as another sends, compared within each round."""
        return median(our / least for our, least in zip(self.ours, self.others[other], strict=True))


def rates(folder: Path, people: int, *, had: int, rounds: int, alone: int) -> Rates:
    """A lesson to `people`, by us and by the floor; to `alone` people by those who make one request a recipient."""
    school = _school(folder, people, had=had)
    found = Rates([], [], [], {"plain loop": [], **{name: [] for name in PEERS}})
    for _ in range(rounds):
        with running.standin(folder) as far_end:
            found.others["plain loop"].append(running.plain_loop(school, far_end, alone).told["rate"])
            for name in PEERS:
                found.others[name].append(peer(name, school, far_end, alone, folder).told["rate"])
            found.floor.append(running.floor(school, far_end).told["rate"])
            ticked = running.one_tick(_copied(folder, school), far_end)
            assert ticked.told["recipients"] == people, ticked.told
            found.ours.append(ticked.told["rate"])
            found.whole.append(people / sent(folder, school, far_end, people).seconds)
    return found


def sent(folder: Path, school: Path, far_end: StandinProcess, people: int, *, concurrency: int = 4) -> running.Run:
    """`dripcourse send` to everybody, on a copy of a database."""
    run = running.ours(_copied(folder, school), far_end, concurrency=concurrency)
    assert run.told["accepted"] == people, run.told
    return run


def claims(folder: Path, people: int, *, due: int, rounds: int) -> list[float]:
    """Milliseconds that each of some claims of `due` people takes, who are scattered among `people`."""
    school = _school(folder, people, due=due * rounds, over=rounds)
    with closing(open_database(f"sqlite:///{school}")) as database:
        book, taken = EditionBook(), []
        for minute in range(rounds):
            now = FIRST + timedelta(minutes=minute, seconds=30)
            began = perf_counter()
            made = claim(database, book, "bench", now, limit=4 * due, lease_from=datetime.now(UTC))
            taken.append((perf_counter() - began) * 1000)
            assert made.claimed == due, made
    return taken


def peaks(folder: Path, sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The kilobytes that a tick holds at its peak, by how many people it sends to."""
    for people in sizes:
        school = _school(folder, people)
        with running.standin(folder) as far_end:
            yield people, sent(folder, school, far_end, people).peak


def seconds_at(
    folder: Path, people: int, delays: Sequence[float], concurrency: int, rounds: int
) -> dict[float, list[float]]:
    """Seconds that a tick takes when each request takes so long."""
    school = _school(folder, people)
    found: dict[float, list[float]] = {delay: [] for delay in delays}
    for _ in range(rounds):
        for delay, taken in found.items():
            with running.standin(folder, delay=delay) as far_end:
                taken.append(sent(folder, school, far_end, people, concurrency=concurrency).seconds)
    return found


def _copied(folder: Path, school: Path) -> Path:
    copy = folder / "copy.db"
    for old in folder.glob("copy.db*"):
        old.unlink()
    shutil.copy(school, copy)
    copy.with_name("copy.db.secret").write_text(SECRET)
    return copy


def _school(folder: Path, people: int, *, had: int = 1, due: int | None = None, over: int = 1) -> Path:
    """A database, built once for each size."""
    file = folder / f"{people}-{had}-{due}.db"
    if not file.exists():
        build(file, people, had=had, due=due, over=over)
        file.with_name(f"{file.name}.secret").write_text(SECRET)
    return file
