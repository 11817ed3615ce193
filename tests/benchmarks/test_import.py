"""`subscribers import` as its own process, beside the least that could be done with the same rows, in one run.

`IMPORT_ROWS=10000,100000,1000000 make bench` (or `pytest -s tests/benchmarks/test_import.py`) measures lists of other
lengths than the two that are measured unless asked; a million rows take some minutes.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sender.model import Suppressed
from sender.people import AT_ONCE
from sender.store.database import connect, migrate, open_database
from sender.store.suppressions import EVERYTHING, suppress_each
from tests.benchmarks.rosters import DECLARED, FIRST, write_roster
from tests.sender.postgresql import cluster
from tests.sender.stage import MONDAY, Stage, a_course

ROOT = Path(__file__).parents[2]
SIZES = tuple(map(int, os.environ.get("IMPORT_ROWS", "10000,100000").split(",")))


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a process: how long it took, and of that on a core, the most memory that it held, what it printed.

    Where others are at work on the machine, the time on a core is what says how it would be without them.
    """

    seconds: float
    busy: float
    kilobytes: int
    printed: str


MEASURE = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
if done.returncode:
    sys.exit(done.stderr)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss, done.stdout]))
"""
"""A small process from which the measured one is started: Linux counts what the one held that it came from."""


def timed(program: Sequence[str], folder: Path, **environment: str) -> Run:
    """Run a program of Python's to its end."""
    command = (sys.executable, "-I", "-S", "-c", MEASURE, sys.executable, *program)
    own = {"PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(command, cwd=folder, env=own, stdout=subprocess.PIPE, text=True, check=True)
    return Run(*json.loads(done.stdout))


def ours(folder: Path, url: str) -> Run:
    """The command, told to print its counts."""
    command = ("-m", "sender", "subscribers", "import", "people.csv", "--course", "letters", "--confirmed")
    return timed((*command, "--format", "json"), folder, DRIPCOURSE_DATABASE=url)


def least(folder: Path) -> Run:
    """The same rows by the csv module and sqlite3 alone, unlooked at."""
    return timed(("-m", "tests.benchmarks.inserting", str(AT_ONCE)), folder)


def prepared(folder: Path, url: str) -> None:
    """A database in which the course is published, and some addresses are suppressed."""
    stage = Stage(open_database(url))
    stage.publish(a_course("one", "two", tables=DECLARED))
    with stage.database.write() as connection:
        stopped = {(f"gone{number}@mail.example", EVERYTHING): Suppressed.BOUNCED for number in range(1000)}
        suppress_each(connection, {**stopped, (FIRST, EVERYTHING): Suppressed.BOUNCED}, MONDAY)
    stage.database.close()


def said(run: Run, rows: int) -> str:
    """Rows a second, how long it took and how long on a core, and the most memory."""
    rate = f"{rows / run.seconds:,.0f} rows a second ({run.seconds:.1f} s, {run.busy:.1f} s on a core)"
    return f"{rate}, at most {run.kilobytes / 1024:.0f} MB"


@pytest.mark.parametrize("rows", SIZES)
def test_import(tmp_path: Path, rows: int) -> None:
    """Prints rows a second; the aim is 8,000, and the same memory however many. It judges only that all are there."""
    write_roster(tmp_path / "people.csv", rows)
    for file in ("ours.db", "least.db"):
        prepared(tmp_path, f"sqlite:///{tmp_path / file}")
    bare, own = least(tmp_path), ours(tmp_path, f"sqlite:///{tmp_path / 'ours.db'}")
    counts = json.loads(own.printed)
    print(f"\nimport of {rows:,} rows, {(tmp_path / 'people.csv').stat().st_size / 1e6:.1f} MB")
    print(f"  csv and the same inserts by sqlite3 alone: {said(bare, rows)}")
    print(f"  ours: {said(own, rows)}, {bare.seconds / own.seconds:.2f} of that; {counts}")
    again = ours(tmp_path, f"sqlite:///{tmp_path / 'ours.db'}")
    print(f"  ours, the same list again: {said(again, rows)}")
    assert sum(counts.values()) == rows
    with sqlite3.connect(tmp_path / "ours.db") as connection:
        assert connection.execute("SELECT count(*) FROM enrolment").fetchone() == (counts["added"],)
    connection.close()


def test_import_into_postgresql(tmp_path: Path) -> None:
    """Prints the same for PostgreSQL, which is not made to wait for its disk here."""
    rows = min(SIZES[-1], 100_000)
    write_roster(tmp_path / "people.csv", rows)
    with cluster() as server:
        url = server.format("postgres")
        database = connect(url)
        migrate(database)
        database.close()
        prepared(tmp_path, url)
        own, again = ours(tmp_path, url), ours(tmp_path, url)
    counts = json.loads(own.printed)
    print(f"\nimport of {rows:,} rows into PostgreSQL: {said(own, rows)}; {counts}")
    print(f"  the same list again: {said(again, rows)}")
    assert sum(counts.values()) == rows
