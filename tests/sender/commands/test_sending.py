"""`send`, `status`, `hold`, `release` and `migrate`: what they print, and how they end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sender.store.tables import SCHEMA_VERSION
from tests.sender.commands.conftest import Run

RunJson = Callable[..., Any]
TALLY = {"claimed", "accepted", "retry", "held", "failed", "cancelled", "uncertain", "moved", "requests"}
STATES = {"claimed", "sending", "accepted", "retry", "held", "failed", "cancelled", "uncertain"}


@pytest.fixture
def due(run: Run, published: Path) -> str:
    """Two people whose first lesson is due at the moment given."""
    people = "email\nann@example.com\nbob@example.com\n"
    run(
        "subscribers",
        "import",
        "-",
        "--course",
        "letters",
        "--confirmed",
        "--start",
        "2031-03-04",
        text=people,
        status=0,
    )
    return "2031-03-04T08:00"


def test_send_prints_the_counts_as_one_document(run_json: RunJson, due: str) -> None:
    sent = run_json("send", "--now", due)
    assert set(sent) == {*TALLY, "next_due_at"}
    assert {name: sent[name] for name in TALLY if sent[name]} == {"claimed": 2, "accepted": 2, "requests": 1}
    assert sent["next_due_at"] == "2031-03-06T08:00:00+00:00"


def test_a_second_send_sends_nothing(run: Run, run_json: RunJson, due: str) -> None:
    run("send", "--now", due, status=0)
    again = run_json("send", "--now", due)
    assert not any(again[name] for name in TALLY)
    assert len(list(Path("outbox").glob("*.eml"))) == 2


def test_send_says_what_it_did_in_a_sentence(run: Run, due: str) -> None:
    assert run("send", "--now", "2031-03-01").stdout == "Nothing was due; next at 2031-03-04 08:00 UTC.\n"
    assert run("send", "--now", due).stdout == "2 claimed, 2 accepted, 1 requests; next at 2031-03-06 08:00 UTC.\n"
    assert run("send", "--now", "2031-03-06T08:00").stdout.endswith("; nothing more to come.\n")


@pytest.mark.parametrize("now", ["2031-03-04T08:00", "2031-03-04 08:00:00", "2031-03-04T09:00+01:00",
                                 "2031-03-04T08:00Z", "2031-03-04T03:00-05:00"])  # fmt: skip
def test_a_moment_without_an_offset_is_utc(run_json: RunJson, due: str, now: str) -> None:
    assert run_json("send", "--now", now)["accepted"] == 2


def test_send_takes_no_more_than_its_limit_and_says_that_there_is_more(run_json: RunJson, due: str) -> None:
    sent = run_json("send", "--now", due, "--limit", "1")
    assert (sent["claimed"], sent["next_due_at"]) == (1, "2031-03-04T08:00:00+00:00")
    assert run_json("send", "--now", due, "--limit", "0")["claimed"] == 0


def test_a_dry_run_sends_nothing(run: Run, run_json: RunJson, due: str) -> None:
    assert run("send", "--now", due, "--dry-run").stdout == "2 would be sent.\n"
    assert run_json("send", "--now", due, "--dry-run", "--limit", "1")["claimed"] == 1
    assert run_json("send", "--now", due, "--dry-run")["next_due_at"] == f"{due}:00+00:00"
    assert run_json("send", "--now", due)["accepted"] == 2


def test_a_mailer_without_its_key_is_told(run: Run, due: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIPCOURSE_MAILER", "sendgrid")
    assert "SENDGRID_API_KEY is not set." in run("send", "--now", due, status=1).stderr


def test_an_outbox_that_cannot_be_made_is_told(run: Run, due: str) -> None:
    Path("outbox").write_text("a file")
    assert "DRIPCOURSE_OUTBOX" in run("send", "--now", due, status=1).stderr


def test_status_prints_counts_by_state_as_one_document(run: Run, run_json: RunJson, due: str) -> None:
    run("send", "--now", due, "--limit", "1", status=0)
    found = run_json("status")
    assert set(found) == {*STATES, "next_due_at", "courses", "open", "waiting", "mailer"}
    assert {state: found[state] for state in STATES if found[state]} == {"accepted": 1}
    assert found["courses"] == [
        {
            "slug": "letters",
            "held": False,
            "enrolments": {"pending": 0, "active": 2, "paused": 0, "finished": 0, "ended": 0},
            "unreadable": "",
        }
    ]
    assert found["open"] == []


def test_status_is_told_in_lines(run: Run, due: str) -> None:
    assert run("status", status=0).stdout.splitlines() == [
        "letters: 2 active", "Deliveries: none yet.", "Next due: 2031-03-04 08:00 UTC.",
    ]  # fmt: skip


def test_a_strict_status_fails_while_something_needs_a_person(
    run: Run, due: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("status", "--strict", status=0)
    import sqlite3
    from contextlib import closing

    run("send", "--now", due, "--limit", "1", status=0)
    with closing(sqlite3.connect("dripcourse.db", isolation_level=None)) as connection:
        connection.execute("UPDATE batch SET state = 'held', reason = 'a bad key'")
    assert "1 held. a bad key" in run("status", "--strict", status=1).stdout
    run("status", status=0)


def test_a_held_course_is_not_sent_until_it_is_released(run: Run, run_json: RunJson, due: str) -> None:
    assert run("hold", "letters", status=0).stdout == "Held: letters.\n"
    assert "letters (held): 2 active" in run("status").stdout
    assert run_json("status")["courses"][0]["held"] is True
    held = run_json("send", "--now", due)
    assert (held["claimed"], held["next_due_at"]) == (0, None)
    assert run("release", "--all", status=0).stdout.startswith("Released: every course")
    assert run_json("send", "--now", due)["accepted"] == 2


@pytest.mark.parametrize("command", ["hold", "release"])
def test_a_course_that_is_not_there_cannot_be_held(run: Run, published: Path, command: str) -> None:
    assert "There is no published course `leters`." in run(command, "leters", status=1).stderr


def test_migrate_makes_a_database_and_leaves_one_that_is_in_order(run: Run, published: Path) -> None:
    before = Path("dripcourse.db").read_bytes()
    assert f"The database is at schema {SCHEMA_VERSION}." in run("migrate", status=0).stdout
    assert Path("dripcourse.db").read_bytes() == before
    Path("dripcourse.db").unlink()
    run("migrate", status=0)
    run("status", status=0)
