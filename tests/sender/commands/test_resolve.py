"""`resolve`, and what `status`, `hold` and `release` say and do about what is open."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.sender.commands.conftest import Run

RunJson = Callable[..., Any]
DECISIONS = ("--accepted", "--send-again", "--drop")
NOW = "2031-03-04T08:00"


def change(statement: str) -> None:
    """Change rows behind the back of the commands, as what an operator finds in the morning."""
    with closing(sqlite3.connect("dripcourse.db", isolation_level=None)) as connection:
        connection.execute(statement)


@pytest.fixture
def sent(run: Run, published: Path) -> None:
    """The first of two lessons has been sent to two people, in batch 1."""
    options = ("--course", "letters", "--confirmed", "--start", "2031-03-04")
    run("subscribers", "import", "-", *options, text="email\nann@example.com\nbob@example.com\n", status=0)
    run("send", "--now", NOW, status=0)


@pytest.fixture
def uncertain(sent: None) -> None:
    """Nobody knows whether they were taken."""
    change("UPDATE batch SET state = 'uncertain', reason = 'no answer came back'")


@pytest.mark.parametrize(
    ("decision", "state", "said"),
    [
        ("--accepted", "accepted", "Batch 1, letters, one: 2 accepted.\n"),
        ("--send-again", "retry", "Batch 1, letters, one: 2 will be sent again, with the next tick.\n"),
        ("--drop", "cancelled", "Batch 1, letters, one: 2 dropped.\n"),
    ],
)
def test_a_decision_is_done_and_told_and_a_strict_status_is_clean(
    run: Run, run_json: RunJson, uncertain: None, decision: str, state: str, said: str
) -> None:
    run("status", "--strict", status=1)
    assert run("resolve", "1", decision, status=0).stdout == said
    run("status", "--strict", status=0)
    assert run_json("status")[state] == 2


def test_it_is_told_as_one_document(run_json: RunJson, uncertain: None) -> None:
    assert run_json("resolve", "1", "--send-again") == {
        "batch": 1, "course": "letters", "email": "one", "state": "retry", "deliveries": 2, "course_held": False,
    }  # fmt: skip
    assert run_json("send", "--now", NOW)["accepted"] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("1",), ("1", "--accepted", "--drop"), ("1", *DECISIONS), ("--drop",), ("one", "--drop"), ("1", "2", "--drop"),
        ("-1", "--drop"), ("", "--drop"), ("1.5", "--drop"), ("letters/one/two", "--drop"), ("letters/", "--drop"),
    ],
)  # fmt: skip
def test_whatever_is_no_decision_about_something_is_wrong_use(
    run: Run, uncertain: None, arguments: tuple[str, ...]
) -> None:
    run("resolve", *arguments, status=2)
    run("status", "--strict", status=1)


@pytest.mark.parametrize("number", ["2", "0", "9223372036854775807", "9" * 40])
@pytest.mark.parametrize("decision", DECISIONS)
def test_a_batch_that_is_not_there_is_told(run: Run, uncertain: None, number: str, decision: str) -> None:
    assert "There is no batch" in run("resolve", number, decision, status=1).stderr


def test_what_was_accepted_is_told_with_what_can_be_done(run: Run, sent: None) -> None:
    told = run("resolve", "1", "--send-again", status=1)
    assert told.stderr == (
        "Error: Batch 1 was accepted, and nothing of it failed."
        " `dripcourse subscribers resend` sends somebody a lesson once more.\n"
    )
    assert told.stdout == ""


def test_of_a_held_course_it_is_said_what_it_waits_for(run: Run, run_json: RunJson, uncertain: None) -> None:
    run("hold", "letters", status=0)
    assert "once the course is released: `dripcourse release letters`" in run("resolve", "1", "--send-again").stdout
    lines = run("status", status=0).stdout.splitlines()
    assert lines[-1] == "  Since 2031-03-04 08:00 UTC. Waits for `dripcourse release letters`."
    assert run_json("status")["open"][0]["again_at"] is None


def test_what_could_not_be_made_is_named_by_its_course_and_email(run: Run, run_json: RunJson, sent: None) -> None:
    change("UPDATE delivery SET batch_id = NULL, outcome = 'failed', reason = 'no such word' WHERE id = 2")
    (found,) = run_json("status", "--strict", status=1)["open"]
    assert (found["batch"], found["email"], found["state"], found["deliveries"]) == (None, "one", "failed", 1)
    assert "`dripcourse resolve letters/one --send-again`" in found["to_do"]
    assert "In no batch, letters, one: 1 failed. no such word\n" in run("status").stdout
    assert "was never made" in run("resolve", "letters/one", "--accepted", status=1).stderr
    assert run_json("resolve", "letters/one", "--send-again")["batch"] is None
    told = run("status", "--strict", status=0).stdout
    assert "Of those to be tried again, 1 wait for their readers' next slots." in told
    assert run_json("status")["waiting"] == 1
    assert "There is no email `one`" in run("resolve", "letters/one", "--drop", status=1).stderr


def test_status_says_since_when_and_what_to_do(run: Run, run_json: RunJson, uncertain: None) -> None:
    lines = run("status", status=0).stdout.splitlines()
    decide = "`dripcourse resolve 1 --accepted`, `--send-again` or `--drop`."
    assert lines[-2:] == [
        "Batch 1, letters, one: 2 uncertain. no answer came back",
        f"  Since 2031-03-04 08:00 UTC. Its events settle it, or you: {decide}",
    ]
    (found,) = run_json("status")["open"]
    assert (found["batch"], found["since"], found["again_at"]) == (1, "2031-03-04T08:00:00+00:00", None)


def test_status_tells_what_failed_alone_in_a_batch_that_was_accepted(run: Run, run_json: RunJson, sent: None) -> None:
    change("UPDATE delivery SET outcome = 'failed', reason = 'no address' WHERE id = 2")
    assert "Batch 1, letters, one: 1 failed. no address\n" in run("status", "--strict", status=1).stdout
    assert run_json("resolve", "1", "--drop")["deliveries"] == 1
    assert run_json("status", "--strict")["open"] == []


def test_status_tells_of_what_is_held_to_mend_and_release_it(run: Run, sent: None) -> None:
    change("UPDATE batch SET state = 'held', reason = 'the key is wrong'")
    assert "Mend it, then `dripcourse release letters`; or decide: " in run("status").stdout
    assert "1 held batches" in run("release", "letters", status=0).stdout
    assert "Tried again with the next tick." in run("status", "--strict", status=0).stdout


def test_what_needs_somebody_comes_first(run_json: RunJson, run: Run, uncertain: None) -> None:
    change(
        "INSERT INTO batch (course_id, variant_id, state, owner)"
        " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
        " SELECT course_id, variant_id, 'retry', owner FROM batch, n"
    )
    found = run_json("status")["open"]
    assert (len(found), found[0]["batch"], found[0]["state"]) == (200, 1, "uncertain")
    assert found[1]["batch"] == 301


def test_release_has_a_mailer_asked_again_that_was_left_alone(run: Run, run_json: RunJson, uncertain: None) -> None:
    change("DELETE FROM traffic")
    change(
        "INSERT INTO traffic (mailer, failures, closed_until, reason) VALUES"
        " ('folder', 3, strftime('%s', 'now') + 3000, 'the disk is full.')"
    )
    assert "No request is made until 2" in run("status").stdout
    assert run_json("status")["mailer"]["reason"] == "the disk is full."
    assert "The mailer is asked again with the next tick." in run("release", "letters", status=0).stdout
    assert run_json("status")["mailer"]["closed_until"] is None
    assert run_json("status")["uncertain"] == 2


def test_status_tells_of_rate_and_warm_up(
    run: Run, run_json: RunJson, sent: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Rate" not in run("status").stdout
    monkeypatch.setenv("DRIPCOURSE_RATE", "2.5")
    monkeypatch.setenv("DRIPCOURSE_WARM_UP", "500:2d")
    told = run("status").stdout
    assert "Rate: 2.5 a second.\nWarm-up: 0 of 500 recipients on 20" in told
    mailer = run_json("status")["mailer"]
    assert (mailer["rate"], mailer["warm_up"]["budget"]) == (2.5, 500)
