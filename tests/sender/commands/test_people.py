"""`dripcourse subscribers list` and `show`: who there is, and what became of every email to them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.sender.commands.conftest import Run, run_here
from tests.sender.stage import a_course, written

RunJson = Callable[..., Any]
FIRST, SECOND = "2031-03-04T08:00", "2031-03-06T08:00"
PEOPLE = "email,first_name,timezone,role\nann@example.com,Sample,Europe/Berlin,expert\nBob@example.com,,,\n"


def sql(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect("dripcourse.db")) as connection, connection:
        return connection.execute(statement, values).fetchall()


@pytest.fixture
def people(run: Run, published: Path) -> None:
    """Ann and Bob, who begin a course on a Tuesday."""
    start = ("--confirmed", "--start", "2031-03-04")
    run("subscribers", "import", "-", "--course", "letters", *start, text=PEOPLE, status=0)


@pytest.fixture
def two_courses(run: Run, people: None, tmp_path: Path) -> None:
    """Ann on a second course as well."""
    run("publish", written(tmp_path / "notes", a_course("uno", slug="notes")), "--yes", status=0)
    run("subscribers", "import", "-", "--course", "notes", text="email\nann@example.com\n", status=0)


def test_list_prints_people_with_their_courses_as_one_document(run_json: RunJson, two_courses: None) -> None:
    letters = {"course": "letters", "track": "everyone", "status": "active", "ended_reason": None}
    [ann, bob] = run_json("subscribers", "list")
    assert (ann["id"], ann["email"], [one["course"] for one in ann["enrolments"]]) == (
        1, "ann@example.com", ["letters", "notes"],
    )  # fmt: skip
    assert bob == {
        "id": 2, "email": "Bob@example.com",
        "enrolments": [{**letters, "next_due_at": "2031-03-04T08:00:00+00:00"}],
    }  # fmt: skip


def test_list_is_told_a_person_a_line(run: Run, two_courses: None) -> None:
    sql("UPDATE enrolment SET next_due_at = NULL, status = 'ended', ended_reason = 'bounced' WHERE id = 2")
    sql("UPDATE enrolment SET next_due_at = NULL WHERE id = 3")
    assert run("subscribers", "list", status=0).stdout.splitlines() == [
        "1  ann@example.com  letters/everyone active, next 2031-03-04 07:00 UTC; notes/everyone pending",
        "2  Bob@example.com  letters/everyone ended (bounced)",
    ]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], {1: ["letters", "notes"], 2: ["letters"]}),
        (["--course", "notes"], {1: ["notes"]}),
        (["--course", "letters"], {1: ["letters"], 2: ["letters"]}),
        (["--status", "pending"], {1: ["notes"]}),
        (["--status", "active"], {1: ["letters"], 2: ["letters"]}),
        (["--course", "letters", "--status", "pending"], {}),
        (["--limit", "1"], {1: ["letters", "notes"]}),
    ],
)
def test_list_shows_whom_it_is_asked_for(
    run_json: RunJson, two_courses: None, options: list[str], found: dict[int, list[str]]
) -> None:
    listed = run_json("subscribers", "list", *options)
    assert {one["id"]: [place["course"] for place in one["enrolments"]] for one in listed} == found


def test_list_says_what_a_limit_left_out(run: Run, people: None) -> None:
    assert run("subscribers", "list", "--limit", "1", status=0).stderr == "There are more; --limit left them out.\n"
    assert run("subscribers", "list", "--limit", "2", status=0).stderr == ""


def test_list_of_nobody_is_an_empty_document(run: Run, run_json: RunJson, published: Path) -> None:
    assert run_json("subscribers", "list") == []
    assert run("subscribers", "list", status=0).output == ""


def test_list_shows_nobody_who_was_erased(run: Run, run_json: RunJson, people: None) -> None:
    run("subscribers", "erase", "1", "--yes", status=0)
    assert [one["id"] for one in run_json("subscribers", "list")] == [2]
    assert run_json("subscribers", "list", "--course", "letters", "--status", "ended") == []


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--course", "leters"], 1, "There is no published course `leters`. Published are: `letters`."),
        (["--status", "gone"], 2, "'gone' is not one of 'pending', 'active', 'paused', 'finished', 'ended'"),
        (["--limit", "0"], 2, "0 is not in the range"),
    ],
)
def test_list_refuses_what_there_is_not(run: Run, people: None, options: list[str], status: int, said: str) -> None:
    result = run("subscribers", "list", *options, status=status)
    assert said in result.stderr
    assert result.stdout == ""


def test_commands_before_any_course_say_so(run: Run) -> None:
    for command in (["list"], ["show", "1"], ["export", "1"], ["pause", "1"], ["erase", "1", "--yes"]):
        assert "There is no database dripcourse.db yet." in run("subscribers", *command, status=1).stderr


def test_show_prints_a_person_and_every_email_as_one_document(run: Run, run_json: RunJson, people: None) -> None:
    run("send", "--now", FIRST, status=0)
    sql("UPDATE delivery SET seen = 'opened' WHERE enrolment_id = 1")
    shown = run_json("subscribers", "show", "ann@example.com")
    [enrolment] = shown.pop("enrolments")
    [delivery] = enrolment.pop("deliveries")
    created = shown.pop("created_at")
    assert created == enrolment.pop("created_at")
    assert created.endswith("+00:00")
    assert shown == {
        "id": 1, "email": "ann@example.com", "first_name": "Sample", "last_name": "", "timezone": "Europe/Berlin",
        "attributes": {"role": "expert"}, "erased_at": None, "suppressed": [],
    }  # fmt: skip
    assert enrolment == {
        "id": 1, "course": "letters", "track": "everyone", "status": "active", "ended_reason": None,
        "next_due_at": "2031-03-06T07:00:00+00:00", "resume_on": None, "overrides": {},
        "start_at": "2031-03-03T23:00:00+00:00", "ended_at": None,
    }  # fmt: skip
    assert delivery == {
        "id": 1, "kind": "lesson", "lesson": "one", "occasion": 0, "resent": False, "state": "accepted",
        "slot_at": "2031-03-04T07:00:00+00:00", "seen": "opened", "reason": None, "batch": 1,
    }  # fmt: skip


def test_show_tells_what_a_person_chose_and_how_they_ended(run: Run, run_json: RunJson, people: None) -> None:
    sql("UPDATE enrolment SET overrides = ?, status = 'paused', resume_on = '2031-05-01' WHERE id = 1",
        json.dumps({"at": "19:00"}))  # fmt: skip
    [enrolment] = run_json("subscribers", "show", "1")["enrolments"]
    assert (enrolment["status"], enrolment["resume_on"], enrolment["overrides"]) == (
        "paused", "2031-05-01", {"at": "19:00"},
    )  # fmt: skip
    run("subscribers", "unsubscribe", "2", status=0)
    shown = run_json("subscribers", "show", "2")
    assert (shown["enrolments"][0]["status"], shown["enrolments"][0]["ended_reason"]) == ("ended", "unsubscribed")
    assert shown["suppressed"] == [{"course": "letters", "reasons": ["unsubscribed"]}]


def test_show_is_told_in_lines(run: Run, people: None) -> None:
    run("send", "--now", FIRST, status=0)
    sql("UPDATE delivery SET seen = 'delivered' WHERE enrolment_id = 1")
    sql("UPDATE enrolment SET overrides = ? WHERE id = 1", json.dumps({"at": "19:00"}))
    assert run("subscribers", "show", "ann@example.com", status=0).stdout.splitlines() == [
        "1, ann@example.com, Sample, Europe/Berlin",
        "  role: expert",
        "letters/everyone active, next 2031-03-06 07:00 UTC",
        "  chose at: 19:00",
        "  2031-03-04 07:00 UTC  one: accepted, delivered (delivery 1).",
    ]


def test_show_tells_why_an_email_did_not_go_and_what_is_suppressed(run: Run, people: None) -> None:
    run("send", "--now", FIRST, status=0)
    sql("UPDATE delivery SET outcome = 'failed', reason = 'no such mailbox' WHERE enrolment_id = 2")
    run("subscribers", "unsubscribe", "2", "--everything", status=0)
    lines = run("subscribers", "show", "2", status=0).stdout.splitlines()
    assert lines[1:] == [
        "Suppressed for everything: unsubscribed.",
        "letters/everyone ended (unsubscribed)",
        "  2031-03-04 08:00 UTC  one: failed (delivery 2). no such mailbox",
    ]


@pytest.mark.parametrize("who", ["2", "bob@example.com", "BOB@EXAMPLE.COM", " Bob@example.com "])
def test_a_person_is_found_by_id_or_by_address_however_it_is_written(run_json: RunJson, people: None, who: str) -> None:
    assert run_json("subscribers", "show", who)["email"] == "Bob@example.com"


@pytest.mark.parametrize("who", ["3", "0", "9" * 40, "nobody@example.com", "nobody", "", "٢", "a@b@c", "1; --"])
@pytest.mark.parametrize("command", [["show"], ["export"], ["pause"], ["resume"], ["unsubscribe"], ["erase", "--yes"]])
def test_nobody_is_a_sentence(people: None, command: list[str], who: str) -> None:
    result = run_here("subscribers", *command, who, status=1)
    assert result.stderr.startswith(f"Error: There is nobody `{who}`. ")
    assert result.stdout == ""


def test_a_person_who_was_erased_is_shown_without_anything_but_figures(
    run: Run, run_json: RunJson, people: None
) -> None:
    run("send", "--now", FIRST, status=0)
    run("subscribers", "erase", "1", "--yes", status=0)
    shown = run_json("subscribers", "show", "1")
    assert (shown["email"], shown["first_name"], shown["attributes"]) == (None, "", {})
    assert shown["erased_at"] is not None
    assert [one["state"] for one in shown["enrolments"][0]["deliveries"]] == ["accepted"]
    assert run("subscribers", "show", "1", status=0).stdout.startswith("1, erased\n")
