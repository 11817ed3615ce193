"""What operators do for people: `pause`, `resume`, `unsubscribe`, `resend`, `change-address` and `erase`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sender.commands.conftest import Run
from tests.sender.stage import a_course, written

RunJson = Callable[..., Any]
PEOPLE = "subscribers"
FIRST, SECOND = "2031-03-04T08:00", "2031-03-06T08:00"
ACTS = (["pause"], ["resume"], ["unsubscribe"], ["resend", "one"], ["change-address", "new@example.com"],
        ["erase", "--yes"])  # fmt: skip


def act(command: list[str], who: str) -> list[str]:
    """A command line of one of the acts: WHO comes first."""
    return [PEOPLE, command[0], who, *command[1:]]


def emails() -> list[str]:
    return sorted(path.name for path in Path("outbox").glob("*.eml"))


def enrolments() -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect("dripcourse.db")) as connection:
        return connection.execute("SELECT * FROM enrolment").fetchall()


@pytest.fixture(autouse=True)
def people(run: Run, published: Path) -> None:
    """Ann and Bob, who begin a course on a Tuesday."""
    text = "email\nann@example.com\nbob@example.com\n"
    start = ("--confirmed", "--start", "2031-03-04")
    run(PEOPLE, "import", "-", "--course", "letters", *start, text=text, status=0)


@pytest.fixture
def two_courses(run: Run, tmp_path: Path) -> None:
    """Ann on a second course as well."""
    run("publish", written(tmp_path / "notes", a_course("one", "two", slug="notes")), "--yes", status=0)
    start = ("--confirmed", "--start", "2031-03-04")
    run(PEOPLE, "import", "-", "--course", "notes", *start, text="email\nann@example.com\n", status=0)


def today() -> date:
    return datetime.now(UTC).date()


def test_a_pause_lasts_until_it_is_ended(run: Run, run_json: RunJson) -> None:
    assert run_json(PEOPLE, "pause", "ann@example.com") == {
        "id": 1, "course": "letters", "track": "everyone", "status": "paused", "ended_reason": None,
        "next_due_at": None, "resume_on": None,
    }  # fmt: skip
    assert run_json("send", "--now", FIRST)["accepted"] == 1
    resumed = run_json(PEOPLE, "resume", "ann@example.com")
    assert (resumed["status"], resumed["next_due_at"]) == ("active", "2031-03-04T08:00:00+00:00")
    assert run_json("send", "--now", FIRST)["accepted"] == 1


def test_a_pause_until_a_day_ends_with_the_first_slot_from_then_on(run_json: RunJson) -> None:
    until = today() + timedelta(days=40)
    paused = run_json(PEOPLE, "pause", "1", "--until", until)
    assert (paused["status"], paused["resume_on"]) == ("paused", until.isoformat())
    assert paused["next_due_at"] >= until.isoformat()


def test_acts_are_told_in_a_sentence(run: Run) -> None:
    until = today() + timedelta(days=40)
    told = run(PEOPLE, "pause", "1", "--until", until, status=0).stdout
    assert told.startswith(f"1 (ann@example.com): letters/everyone paused until {until}, next 20")
    assert run(PEOPLE, "pause", "1", status=0).stdout == "1 (ann@example.com): letters/everyone paused.\n"
    assert run(PEOPLE, "resume", "1", status=0).stdout.startswith("1 (ann@example.com): letters/everyone active, next")
    told = run(PEOPLE, "change-address", "1", "eve@example.com", status=0).stdout
    assert told == "Emails to 1 (ann@example.com) go to eve@example.com from now on.\n"
    assert run(PEOPLE, "unsubscribe", "1", status=0).stdout == "1 (eve@example.com) has left letters.\n"
    assert run(PEOPLE, "unsubscribe", "1", status=0).stdout == "1 (eve@example.com) has left letters, as before.\n"
    assert (
        run(PEOPLE, "unsubscribe", "2", "--everything", status=0).stdout == "2 (bob@example.com) has left everything.\n"
    )
    assert run(PEOPLE, "erase", "1", "--yes", status=0).stdout == "Person 1 is erased.\n"


@pytest.mark.parametrize("until", ["2020-01-01", "2999-01-01"])
def test_a_pause_until_a_day_that_cannot_be_is_told_with_those_that_can(run: Run, until: str) -> None:
    before = enrolments()
    assert (
        "A pause cannot last until that day. Choose one from 20"
        in run(PEOPLE, "pause", "1", "--until", until, status=1).stderr
    )
    assert enrolments() == before
    run(PEOPLE, "pause", "1", "--until", "soon", status=2)


def test_who_has_not_paused_cannot_go_on(run: Run) -> None:
    told = run(PEOPLE, "resume", "1", status=1).stderr
    assert told == "Error: 1 (ann@example.com) is active on letters. That can be done for who is paused.\n"


def test_who_has_left_cannot_pause(run: Run) -> None:
    run(PEOPLE, "unsubscribe", "1", status=0)
    assert "1 (ann@example.com) is ended on letters." in run(PEOPLE, "pause", "1", status=1).stderr


def test_unsubscribing_ends_the_course_and_an_import_does_not_bring_them_back(run_json: RunJson) -> None:
    assert run_json(PEOPLE, "unsubscribe", "ann@example.com") == {
        "id": 1, "course": "letters", "everything": False, "ended": 1,
    }  # fmt: skip
    assert run_json(PEOPLE, "unsubscribe", "1")["ended"] == 0
    assert run_json("send", "--now", FIRST)["accepted"] == 1
    again = run_json(PEOPLE, "import", "-", "--course", "letters", "--confirmed", text="email\nann@example.com\n")
    assert again == {"added": 0, "updated": 0, "rejected": 0, "suppressed": 1}


def test_unsubscribing_from_one_of_two_courses_leaves_the_other(run: Run, run_json: RunJson, two_courses: None) -> None:
    run(PEOPLE, "unsubscribe", "1", "--course", "notes", status=0)
    shown = run_json(PEOPLE, "show", "1")["enrolments"]
    assert [(one["course"], one["status"]) for one in shown] == [("letters", "active"), ("notes", "ended")]
    run(PEOPLE, "pause", "1", status=0)  # only one is left that could be meant


def test_unsubscribing_from_everything_ends_all_and_holds_for_every_course(
    run_json: RunJson, two_courses: None
) -> None:
    assert run_json(PEOPLE, "unsubscribe", "1", "--everything") == {
        "id": 1, "course": None, "everything": True, "ended": 2,
    }  # fmt: skip
    assert run_json(PEOPLE, "show", "1")["suppressed"] == [{"course": None, "reasons": ["unsubscribed"]}]


def test_one_course_and_everything_at_once_is_wrong_use(run: Run) -> None:
    assert (
        "Name one course, or say --everything."
        in run(PEOPLE, "unsubscribe", "1", "--course", "letters", "--everything", status=2).stderr
    )


@pytest.mark.parametrize("command", [["pause"], ["unsubscribe"], ["resend", "one"]], ids=lambda one: one[0])
def test_somebody_on_several_courses_is_asked_about(run: Run, two_courses: None, command: list[str]) -> None:
    run("send", "--now", FIRST, status=0)
    before = enrolments()
    told = run(*act(command, "1"), status=2).stderr
    assert "1 (ann@example.com) is on several courses: letters (active), notes (active)." in told
    assert "Name one with --course." in told
    assert enrolments() == before
    run(*act(command, "1"), "--course", "letters", status=0)


@pytest.mark.parametrize("command", [["pause"], ["resume"], ["unsubscribe"], ["resend", "one"]], ids=lambda one: one[0])
def test_a_course_that_they_are_not_on_is_told_with_those_they_are(run: Run, command: list[str]) -> None:
    told = run(*act(command, "1"), "--course", "notes", status=1).stderr
    assert told == ("Error: 1 (ann@example.com) has never been on the course `notes`. Theirs: letters (active).\n")


@pytest.mark.parametrize("command", ACTS, ids=lambda one: one[0])
def test_nothing_can_be_done_for_who_was_erased(run: Run, command: list[str]) -> None:
    run(PEOPLE, "erase", "1", "--yes", status=0)
    assert "Person 1 was erased." in run(*act(command, "1"), status=1).stderr


def test_a_lesson_is_sent_once_more_with_the_next_tick(run: Run, run_json: RunJson) -> None:
    run("send", "--now", FIRST, status=0)
    before = enrolments()
    assert run_json(PEOPLE, "resend", "ann@example.com", "one") == {
        "id": 1, "course": "letters", "lesson": "one", "delivery": 3, "held": False,
    }  # fmt: skip
    told = run(PEOPLE, "resend", "1", "one", status=0).stdout
    assert told == "`one` goes to 1 (ann@example.com) once more with the next tick: delivery 4.\n"
    assert run_json("send", "--now", FIRST)["accepted"] == 2
    assert [int(name.partition("-")[0]) for name in emails()] == [1, 2, 3, 4]
    assert enrolments() == before
    [enrolment] = run_json(PEOPLE, "show", "1")["enrolments"]
    assert {(one["id"], one["occasion"], one["resent"]) for one in enrolment["deliveries"]} == {
        (1, 0, False), (3, 1, True), (4, 2, True),
    }  # fmt: skip
    assert "  one: accepted, sent again (delivery 3)." in run(PEOPLE, "show", "1", status=0).stdout


def test_a_lesson_of_a_held_course_waits_and_says_so(run: Run) -> None:
    run("send", "--now", FIRST, status=0)
    run("hold", "letters", status=0)
    assert "once more when the course is released" in run(PEOPLE, "resend", "1", "one", status=0).stdout


@pytest.mark.parametrize(
    ("lesson", "said"),
    [("two", "`two` has not been sent to them yet."), ("three", "There is no lesson `three` in letters.")],
)
def test_what_cannot_be_sent_again_is_told(run: Run, lesson: str, said: str) -> None:
    run("send", "--now", FIRST, status=0)
    assert said in run(PEOPLE, "resend", "1", lesson, status=1).stderr


def test_who_left_is_not_sent_anything_again(run: Run) -> None:
    run("send", "--now", FIRST, status=0)
    run(PEOPLE, "unsubscribe", "1", status=0)
    assert "Person 1 has left it: letters." in run(PEOPLE, "resend", "1", "one", status=1).stderr


def test_emails_go_to_the_new_address(run: Run, run_json: RunJson) -> None:
    assert run_json(PEOPLE, "change-address", "1", "Eve@example.com") == {"id": 1, "email": "Eve@example.com"}
    run("send", "--now", FIRST, status=0)
    to = {line for path in Path("outbox").glob("*.eml") for line in path.read_text().splitlines() if line[:3] == "To:"}
    assert to == {"To: Eve@example.com", "To: bob@example.com"}
    assert run_json(PEOPLE, "show", "eve@example.com")["id"] == 1
    run(PEOPLE, "show", "ann@example.com", status=1)


@pytest.mark.parametrize(
    ("new", "said"), [("nobody", "is not an email address"), ("bob@example.com", "is another subscriber's")]
)
def test_an_address_that_cannot_be_theirs_is_told(run: Run, run_json: RunJson, new: str, said: str) -> None:
    assert said in run(PEOPLE, "change-address", "1", new, status=1).stderr
    assert run_json(PEOPLE, "show", "1")["email"] == "ann@example.com"


def test_erasing_is_asked_about_first(run: Run, run_json: RunJson) -> None:
    assert "Nobody is here to say yes. Add --yes." in run(PEOPLE, "erase", "1", status=2).stderr
    assert run_json(PEOPLE, "show", "1")["email"] == "ann@example.com"
    assert run_json(PEOPLE, "erase", "ann@example.com", "--yes") == {"id": 1, "erased": True}
    assert run_json("send", "--now", FIRST)["accepted"] == 1
    assert "There is nobody `ann@example.com`." in run(PEOPLE, "show", "ann@example.com", status=1).stderr


@pytest.mark.parametrize("command", ACTS, ids=lambda one: one[0])
def test_a_command_without_a_person_is_wrong_use(run: Run, command: list[str]) -> None:
    run(PEOPLE, command[0], status=2)


def test_help_names_every_command(run: Run) -> None:
    said = run(PEOPLE, "--help", status=0).stdout
    for name in (
        "import",
        "list",
        "show",
        "export",
        "pause",
        "resume",
        "unsubscribe",
        "resend",
        "change-address",
        "erase",
    ):
        assert f"\n  {name} " in said
