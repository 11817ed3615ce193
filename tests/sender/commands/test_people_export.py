"""`dripcourse subscribers export`: one person's data, and a course's people as a file that an import takes again."""

from __future__ import annotations

import csv
import json
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.sender.commands.conftest import Run
from tests.sender.stage import a_course, written

RunJson = Callable[..., Any]
PEOPLE = (
    "email,first_name,timezone,role\nann@example.com,=HYPERLINK(1),Europe/Berlin,expert\n"
    "+bob@example.com,Bob,,\ncid@example.com,\"O'Sample\",,\n"
)  # fmt: skip
EXPORT = ("subscribers", "export")


@pytest.fixture(autouse=True)
def people(run: Run, published: Path) -> None:
    """Three people, who begin a course on a Tuesday."""
    start = ("--confirmed", "--start", "2031-03-04")
    run("subscribers", "import", "-", "--course", "letters", *start, text=PEOPLE, status=0)


def rows(file: str = "people.csv") -> list[list[str]]:
    with Path(file).open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_a_course_s_people_are_written_as_a_list(run: Run) -> None:
    result = run(*EXPORT, "--course", "letters", "--out", "people.csv", status=0)
    assert (result.stdout, result.stderr) == ("", "3 people of letters written to people.csv.\n")
    assert rows() == [
        ["email", "first_name", "last_name", "timezone", "role"],
        ["ann@example.com", "'=HYPERLINK(1)", "", "Europe/Berlin", "expert"],
        ["'+bob@example.com", "Bob", "", "", ""],
        ["cid@example.com", "O'Sample", "", "", ""],
    ]


def test_an_import_takes_the_list_again_as_the_same_people(run: Run, run_json: RunJson, tmp_path: Path) -> None:
    run(*EXPORT, "--course", "letters", "--out", "people.csv", status=0)
    run("publish", written(tmp_path / "notes", a_course("uno", slug="notes")), "--yes", status=0)
    done = run_json("subscribers", "import", "people.csv", "--course", "notes")
    assert done == {"added": 0, "updated": 3, "rejected": 0, "suppressed": 0}
    run(*EXPORT, "--course", "notes", "--status", "pending", "--out", "again.csv", status=0)
    assert rows("again.csv") == rows()
    assert run_json("subscribers", "show", "1")["first_name"] == "=HYPERLINK(1)"


def test_json_says_how_many_were_written_and_where(run_json: RunJson) -> None:
    assert run_json(*EXPORT, "--course", "letters", "--out", "people.csv") == {
        "course": "letters", "exported": 3, "file": "people.csv",
    }  # fmt: skip


def test_a_list_goes_to_stdout_where_it_is_asked_for_there(run: Run) -> None:
    result = run(*EXPORT, "--course", "letters", "--out", "-", "--format", "json", status=0)
    assert result.stdout.splitlines()[0] == "email,first_name,last_name,timezone,role"
    assert result.stderr == "3 people of letters written.\n"


def test_who_left_is_not_in_the_list_and_who_is_wanted_can_be_said(run: Run) -> None:
    run("subscribers", "unsubscribe", "1", status=0)
    run("subscribers", "pause", "2", status=0)
    for options, found in (([], [2, 3]), (["--status", "paused"], [2]), (["--status", "ended"], []),
                           (["--status", "paused", "--status", "active"], [2, 3])):  # fmt: skip
        run(*EXPORT, "--course", "letters", "--out", "people.csv", *options, status=0)
        names = {"ann@example.com": 1, "'+bob@example.com": 2, "cid@example.com": 3}
        assert [names[row[0]] for row in rows()[1:]] == found


def test_the_list_is_for_its_owner_s_eyes_and_replaces_one_that_is_there(run: Run) -> None:
    Path("people.csv").write_text("something else")
    run(*EXPORT, "--course", "letters", "--out", "people.csv", status=0)
    assert stat.S_IMODE(Path("people.csv").stat().st_mode) == 0o600
    assert len(rows()) == 4


@pytest.mark.parametrize("out", ["nowhere/people.csv", "letters"])
def test_a_file_that_cannot_be_written_is_a_sentence(run: Run, out: str) -> None:
    result = run(*EXPORT, "--course", "letters", "--out", out)
    assert result.exit_code in {1, 2}
    assert out in result.stderr
    assert [path.name for path in Path().iterdir() if path.name.startswith(".people")] == []


def test_a_list_that_could_not_be_written_leaves_what_was_there(run: Run) -> None:
    Path("people.csv").write_text("something else")
    with closing(sqlite3.connect("dripcourse.db")) as connection, connection:
        connection.execute("ALTER TABLE suppression RENAME TO elsewhere")
        connection.execute("INSERT INTO key VALUES ('suppression', x'00')")
    assert "no such table" in run(*EXPORT, "--course", "letters", "--out", "people.csv", status=1).stderr
    assert Path("people.csv").read_text() == "something else"
    assert list(Path().glob(".people.csv.*")) == []


def test_all_that_is_held_about_a_person_is_one_document(run: Run) -> None:
    run("send", "--now", "2031-03-04T08:00", status=0)
    document = json.loads(run(*EXPORT, "ann@example.com", status=0).stdout)
    assert document["subscriber"]["email"] == "ann@example.com"
    assert document["enrolments"][0]["emails"][0]["lesson"] == "one"
    assert json.loads(run(*EXPORT, "1", "--format", "json", status=0).stdout) == document
    run(*EXPORT, "1", "--out", "ann.json", status=0)
    assert json.loads(Path("ann.json").read_text()) == document


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name one person, or a course with --course."),
        (["1", "--course", "letters"], "Name one person, or a course with --course."),
        (["--course", "letters"], "Name the file to write with --out; `-` is stdout."),
        (["1", "--status", "active"], "--status goes with --course."),
        (["--course", "letters", "--out", "x.csv", "--status", "gone"], "'gone' is not one of"),
    ],
)
def test_wrong_use_is_told(run: Run, arguments: list[str], said: str) -> None:
    assert said in run(*EXPORT, *arguments, status=2).stderr


def test_a_course_that_there_is_not_is_told_and_nothing_is_written(run: Run) -> None:
    assert "There is no published course" in run(*EXPORT, "--course", "x", "--out", "x.csv", status=1).stderr
    assert not Path("x.csv").exists()
