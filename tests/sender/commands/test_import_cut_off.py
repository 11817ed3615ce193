"""`dripcourse subscribers import` as a process that is killed or told to stop, and is then given once more."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from sender.people import AT_ONCE
from sender.store.database import open_database
from tests.sender.operator import Operator
from tests.sender.stage import Stage, a_course

TRANSACTIONS = 4
ROWS = TRANSACTIONS * AT_ONCE + AT_ONCE // 2
BAD = range(2, ROWS + 2, AT_ONCE)
"""The lines that hold no address: the first of each transaction, so that stderr tells each as soon as it is kept."""

IMPORT = ("subscribers", "import")
TERMS = ("--course", "letters", "--confirmed")
GOING_ON = "going on after line"


@pytest.fixture
def school(tmp_path: Path, migrated_file: Path) -> Operator:
    """A folder with a published course, and a list of people."""
    (tmp_path / "dripcourse.db").write_bytes(migrated_file.read_bytes())
    stage = Stage(open_database(f"sqlite:///{tmp_path / 'dripcourse.db'}"))
    stage.publish(a_course("one", "two"))
    stage.database.close()
    lines = ("nobody" if line in BAD else f"sample{line}@example.com" for line in range(2, ROWS + 2))
    (tmp_path / "people.csv").write_text("email\n" + "".join(f"{line}\n" for line in lines))
    return Operator(tmp_path)


def rows(school: Operator, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(school.folder / "dripcourse.db")) as connection:
        return connection.execute(statement).fetchall()


@contextmanager
def importing(school: Operator, transactions: int) -> Iterator[subprocess.Popen[str]]:
    """An import that has kept so many transactions, and is at one of those that follow."""
    with school.start(*IMPORT, "people.csv", *TERMS) as process:
        try:
            wait_for(process, f"line {BAD[transactions - 1]}:")
            yield process
        finally:
            process.kill()


def wait_for(process: subprocess.Popen[str], beginning: str) -> None:
    assert process.stderr is not None
    while line := process.stderr.readline():
        if line.startswith(beginning):
            return
    raise AssertionError(f"it ended before it said {beginning!r}")


def expect_the_whole(school: Operator, line: int) -> None:
    """The same command goes on after a line, and counts and leaves what one import would have."""
    again = school.run(*IMPORT, "people.csv", *TERMS, "--rejects", "rejects.csv")
    assert f"people.csv: {GOING_ON} {line} " in again.stderr
    assert again.stdout == f"{ROWS - len(BAD)} added, 0 updated, {len(BAD)} rejected, 0 suppressed.\n"
    assert rows(school, "SELECT count(*), count(DISTINCT email_key) FROM subscriber") == [(ROWS - len(BAD),) * 2]
    assert rows(school, "SELECT count(*), count(DISTINCT subscriber_id) FROM enrolment") == [(ROWS - len(BAD),) * 2]
    assert rows(school, "SELECT * FROM import_run") == []
    rejects = (school.folder / "rejects.csv").read_text("utf-8").splitlines()
    assert [int(row.partition(",")[0]) for row in rejects[1:]] == list(BAD)


def last_line(school: Operator) -> int:
    """After which line the import goes on that was cut off."""
    [(line,)] = rows(school, "SELECT line FROM import_run")
    assert rows(school, "SELECT count(*) FROM subscriber") == rows(school, "SELECT added FROM import_run")
    return int(line)


@pytest.mark.parametrize("transactions", [1, 2])
def test_one_that_is_killed_goes_on_where_it_stopped(school: Operator, transactions: int) -> None:
    with importing(school, transactions) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    line = last_line(school)
    assert line >= transactions * AT_ONCE + 1
    expect_the_whole(school, line)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_is_told_to_stop_says_how_to_go_on(school: Operator, number: signal.Signals) -> None:
    with importing(school, 1) as process, closing(sqlite3.connect(school.folder / "dripcourse.db")) as connection:
        connection.execute("BEGIN IMMEDIATE")  # nobody else writes until the signal has been sent
        process.send_signal(number)
        connection.rollback()
        out, err = process.communicate()
    line = last_line(school)
    assert (process.returncode, out) == (1, "")
    assert err.splitlines()[-1] == f"Error: The import was stopped. The same command goes on after line {line}."
    expect_the_whole(school, line)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_waits_for_rows_stops_at_once(school: Operator, number: signal.Signals) -> None:
    text = (school.folder / "people.csv").read_text()
    command = [*school._command((*IMPORT, "-", *TERMS))]
    with subprocess.Popen(
        command, cwd=school.folder, env=school._environment(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(text)
        process.stdin.flush()
        wait_for(process, f"line {BAD[TRANSACTIONS - 1]}:")
        process.send_signal(number)
        assert process.stderr is not None
        err = process.stderr.read()
        assert process.wait() == 1
    assert err == (
        "Error: The import was stopped. What was brought in stays; the same rows can be given again, and bring nobody"
        " in twice.\n"
    )
    assert rows(school, "SELECT count(*) FROM subscriber") == [(TRANSACTIONS * (AT_ONCE - 1),)]
    assert rows(school, "SELECT * FROM import_run") == []
