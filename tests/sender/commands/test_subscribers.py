"""`dripcourse subscribers import`: what went in, what did not, and why."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sender.errors import StoreError
from sender.store import subscribers
from tests.sender.commands.conftest import Run

RunJson = Callable[..., Any]
PEOPLE = "email,first_name\nann@example.com,Ann\nnobody,No\nbob@example.com,Bob\nann@example.com,Again\n"
IMPORT = ("subscribers", "import")

pytestmark = pytest.mark.usefixtures("published")


@pytest.fixture
def file() -> Path:
    Path("people.csv").write_text(PEOPLE)
    return Path("people.csv")


def test_json_has_the_four_counts_and_nothing_else(run_json: RunJson, file: Path) -> None:
    assert run_json(*IMPORT, file, "--course", "letters") == {
        "added": 2, "updated": 0, "rejected": 2, "suppressed": 0,
    }  # fmt: skip
    assert run_json(*IMPORT, file, "--course", "letters") == {
        "added": 0, "updated": 2, "rejected": 2, "suppressed": 0,
    }  # fmt: skip


def test_the_counts_and_the_rows_left_out_are_told(run: Run, file: Path) -> None:
    result = run(*IMPORT, file, "--course", "letters", status=0)
    assert result.stdout == "2 added, 0 updated, 2 rejected, 0 suppressed.\n"
    lines = result.stderr.splitlines()
    assert lines[0].startswith("line 3: `nobody` is not an email address")
    assert lines[1] == "line 5: the address already stands in line 2"


def test_many_rows_left_out_are_told_in_short(run: Run) -> None:
    result = run(*IMPORT, "-", "--course", "letters", text="email\n" + "x\n" * 50, status=1)
    assert len(result.stderr.splitlines()) == 21
    assert result.stderr.splitlines()[-1] == "… and 30 more; --rejects FILE lists them all."


def test_the_rows_left_out_are_written_to_a_file(run: Run, file: Path) -> None:
    file.write_bytes(PEOPLE.encode() + b"ren\xe9@example.com\n" + b'"a,b"@example.com,=1+1\n')
    run(*IMPORT, file, "--course", "letters", "--rejects", "rejects.csv", status=0)
    with Path("rejects.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["line"], row["email"]) for row in rows][:2] == [("3", "nobody"), ("5", "ann@example.com")]
    assert [row["line"] for row in rows] == ["3", "5", "6", "7"]
    assert all(row["reason"] for row in rows)


def test_the_people_s_own_file_is_not_written_over(run: Run, file: Path) -> None:
    Path("again.csv").symlink_to(file)
    for rejects in (file, "again.csv"):
        assert (
            "the file of the people" in run(*IMPORT, file, "--course", "letters", "--rejects", rejects, status=2).stderr
        )
    assert file.read_text() == PEOPLE


def test_a_file_of_rejects_that_cannot_be_written_is_told_first(run: Run, file: Path, run_json: RunJson) -> None:
    assert "nowhere" in run(*IMPORT, file, "--course", "letters", "--rejects", "nowhere/x.csv", status=2).stderr
    assert run_json(*IMPORT, file, "--course", "letters")["added"] == 2


def test_standard_input_is_read(run_json: RunJson) -> None:
    assert run_json(*IMPORT, "-", "--course", "letters", text=PEOPLE)["added"] == 2


def test_a_dry_run_says_so_and_writes_nothing(run: Run, run_json: RunJson, file: Path) -> None:
    result = run(*IMPORT, file, "--course", "letters", "--dry-run", status=0)
    assert result.stdout == "2 added, 0 updated, 2 rejected, 0 suppressed (nothing was written).\n"
    assert run_json(*IMPORT, file, "--course", "letters")["added"] == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no column `email` (its columns: none)"),
        (b"address,name\nann@example.com,Ann\n", "no column `email` (its columns: address, name)"),
        (b"email,Email\n", "two columns `email`"),
        ("email\nann@example.com\n".encode("utf-16"), "Save it as CSV in UTF-8."),
    ],
    ids=["empty", "no email", "twice", "UTF-16"],
)
def test_a_file_that_is_no_list_of_people_is_told(run: Run, content: bytes, said: str) -> None:
    result = run(*IMPORT, "-", "--course", "letters", text=content, status=1)
    assert said in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(("text", "status"), [("email\n", 0), ("email\nx\n", 1), ("email\nx\nann@example.com\n", 0)])
def test_it_fails_only_where_there_were_rows_and_none_could_be_taken(run: Run, text: str, status: int) -> None:
    run(*IMPORT, "-", "--course", "letters", text=text, status=status)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--course", "leters"], "There is no published course `leters`. Published are: `letters`."),
        (["--course", "letters", "--track", "x"], "no track `x`. The tracks are: everyone."),
    ],
)
def test_what_is_not_there_is_told_and_what_is_there_is_named(run: Run, options: list[str], said: str) -> None:
    assert said in run(*IMPORT, "-", *options, text=PEOPLE, status=1).stderr


def test_a_cohort_begins_on_its_day(run: Run, run_json: RunJson, file: Path) -> None:
    run(*IMPORT, file, "--course", "letters", "--confirmed", "--start", "2031-03-04", status=0)
    assert run_json("status")["next_due_at"] == "2031-03-04T08:00:00+00:00"
    assert run_json("status")["courses"][0]["enrolments"]["active"] == 2


def test_without_confirmed_they_are_asked_first(run: Run, run_json: RunJson, file: Path) -> None:
    run(*IMPORT, file, "--course", "letters", status=0)
    assert run_json("status")["courses"][0]["enrolments"]["pending"] == 2
    assert run_json("send")["accepted"] == 2
    assert sorted(path.name.partition("-")[2] for path in Path("outbox").glob("*.eml")) == ["confirm.eml"] * 2


def test_no_bar_is_shown_where_there_is_no_terminal(run: Run, file: Path) -> None:
    assert "Importing" not in run(*IMPORT, file, "--course", "letters", status=0).output


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch, run: Run, file: Path) -> str:
    """An import of ten people, two at a time, during which the disk is full; what it said on stderr."""
    file.write_text("email\nnobody\n" + "".join(f"sample{number}@example.com\n" for number in range(9)))
    monkeypatch.setattr("sender.people.AT_ONCE", 2)
    enrol, calls = subscribers.enrol, iter(range(10))

    def give_up(*arguments: Any) -> None:
        if next(calls) == 2:
            raise StoreError("The disk is full.", fix="Make room.")
        enrol(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr("sender.store.subscribers.enrol", give_up)
        return run(*IMPORT, file, "--course", "letters", status=1).stderr


def test_what_was_cut_off_says_how_to_go_on(cut_off: str) -> None:
    assert cut_off.splitlines()[1:] == [
        "The same command goes on after line 5.", "Error: The disk is full. Make room.",
    ]  # fmt: skip


def test_the_same_command_says_where_it_goes_on_and_counts_the_whole(run: Run, file: Path, cut_off: str) -> None:
    result = run(*IMPORT, file, "--course", "letters", "--rejects", "rejects.csv", status=0)
    assert result.stdout == "9 added, 0 updated, 1 rejected, 0 suppressed.\n"
    lines = result.stderr.splitlines()
    assert lines[0].startswith("people.csv: going on after line 5 of an import that was cut off on 2")
    assert lines[1:] == ["… and 1 more; --rejects FILE lists them all."]
    with Path("rejects.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["line"] for row in csv.DictReader(stream)] == ["2"]
    with closing(sqlite3.connect("dripcourse.db")) as connection:
        assert connection.execute("SELECT count(*) FROM import_run").fetchall() == [(0,)]


def test_a_file_that_was_changed_meanwhile_begins_again(run: Run, file: Path, cut_off: str) -> None:
    file.write_text(file.read_text() + "more@example.com\n")
    result = run(*IMPORT, file, "--course", "letters", status=0)
    assert result.stdout == "7 added, 3 updated, 1 rejected, 0 suppressed.\n"
    assert "going on" not in result.stderr


def test_standard_input_begins_again(run: Run, file: Path, cut_off: str) -> None:
    result = run(*IMPORT, "-", "--course", "letters", text=file.read_bytes(), status=0)
    assert result.stdout == "6 added, 3 updated, 1 rejected, 0 suppressed.\n"
    assert "going on" not in result.stderr
