"""Where a course cannot be read, commands say so in a sentence and do what they can; publishing it again mends it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.sender.commands.conftest import Run
from tests.sender.commands.test_sending import RunJson

DUE = "2031-03-04T08:00"
SAID = "The course `letters` cannot be sent or shown: its edition"


@pytest.fixture
def damaged(run: Run, published: Path) -> Path:
    """A course with two people, one of whom was sent its first lesson, and that was damaged then."""
    options = ("--course", "letters", "--confirmed", "--start", "2031-03-04")
    run("subscribers", "import", "-", *options, text="email\nann@example.com\nbob@example.com\n", status=0)
    run("send", "--now", DUE, "--limit", "1", status=0)
    with closing(sqlite3.connect("dripcourse.db")) as connection, connection:
        where = "WHERE hash = (SELECT hash FROM edition_file WHERE path = 'course.toml')"
        connection.execute(f"UPDATE content SET bytes = ? {where}", (b'slug = "letters"\n',))  # noqa: S608  # constants
    return published


def test_send_does_what_it_can_says_what_it_cannot_and_ends_with_1(run: Run, damaged: Path) -> None:
    for more in ((), ("--dry-run",)):
        done = run("send", "--now", DUE, *more, "--format", "json", status=1)
        assert json.loads(done.stdout)["claimed"] == 0
        assert json.loads(done.stdout)["next_due_at"] is None
        assert SAID in done.stderr
        assert "Publish the course again" in done.stderr


def test_status_tells_of_it(run: Run, run_json: RunJson, damaged: Path) -> None:
    told = run("status", status=0).stdout
    assert "letters: 2 active" in told
    assert SAID in told
    (course,) = run_json("status")["courses"]
    assert course["unreadable"].startswith(SAID)
    run("status", "--strict", status=1)


def test_people_are_shown_exported_taken_off_and_erased(run: Run, run_json: RunJson, damaged: Path) -> None:
    assert len(run_json("subscribers", "list")) == 2
    assert run_json("subscribers", "show", "ann@example.com")["enrolments"][0]["course"] == "letters"
    (place,) = run_json("subscribers", "export", "ann@example.com")["enrolments"]
    assert (place["course"], place["title"], len(place["emails"])) == ("letters", None, 1)
    run("subscribers", "export", "--course", "letters", "--out", "people.csv", status=0)
    run("subscribers", "unsubscribe", "ann@example.com", status=0)
    run("subscribers", "erase", "bob@example.com", "--yes", status=0)
    run("hold", "letters", status=0)
    run("release", "letters", status=0)


@pytest.mark.parametrize(
    "arguments", [("pause", "ann@example.com"), ("resend", "ann@example.com", "one"),
                  ("import", "-", "--course", "letters")],
    ids=["pause", "resend", "import"],
)  # fmt: skip
def test_what_needs_the_course_says_why_it_cannot_be_done(run: Run, damaged: Path, arguments: tuple[str, ...]) -> None:
    said = run("subscribers", *arguments, text="email\ncid@example.com\n", status=1).stderr
    assert SAID in said


def test_publishing_it_again_mends_it(run: Run, run_json: RunJson, damaged: Path) -> None:
    told = run("publish", damaged, "--yes", status=0).stderr
    assert "The live edition of letters, which 2 people are taking, cannot be read." in told
    assert run_json("send", "--now", DUE)["accepted"] == 1
    assert run_json("status")["courses"][0]["unreadable"] == ""
