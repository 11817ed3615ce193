"""`subscribers sync`: SendGrid's lists, fetched from the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sender.commands.conftest import Run
from tests.sender.stage import a_course, written
from tests.standin import SendGridStandin
from tests.standin.wire import Answer


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[SendGridStandin]:
    with SendGridStandin() as running:
        monkeypatch.setenv("SENDGRID_API_KEY", running.key)
        monkeypatch.setenv("DRIPCOURSE_SENDGRID_HOST", running.url)
        yield running


@pytest.fixture
def course(run: Run, tmp_path: Path) -> None:
    """A published course that ann, bob and cid take."""
    run("publish", written(tmp_path / "letters", a_course("one")), "--yes", status=0)
    people = "email\nann@example.com\nbob@example.com\ncid@example.com\n"
    run("subscribers", "import", "-", "--course", "letters", "--confirmed", text=people, status=0)


@pytest.mark.usefixtures("course")
def test_the_lists_are_fetched_and_told_as_json(standin: SendGridStandin, run_json: Callable[..., Any]) -> None:
    standin.suppressions.add("bounces", "ann@example.com", *(f"sample{number}@example.com" for number in range(600)))
    standin.suppressions.add("unsubscribes", "bob@example.com")
    standin.suppressions.add("blocks", "cid@example.com")
    expected = {"bounces": 601, "invalid_emails": 0, "spam_reports": 0, "unsubscribes": 1, "unreadable": 0}
    assert run_json("subscribers", "sync") == {**expected, "suppressed": 602, "ended": 2}
    assert run_json("subscribers", "sync") == {**expected, "suppressed": 0, "ended": 0}


@pytest.mark.usefixtures("course")
def test_the_lists_are_told_in_sentences(standin: SendGridStandin, run: Run) -> None:
    standin.suppressions.add("spam_reports", "ann@example.com", "nonsense")
    assert run("subscribers", "sync", status=0).stdout.splitlines() == [
        "At SendGrid: 0 bounces, 0 invalid emails, 2 spam reports, 0 unsubscribes.",
        "New here: 1 suppressed, 1 enrolments ended.",
        "1 entries are no address and were left out.",
    ]


@pytest.mark.usefixtures("course")
def test_an_error_is_a_sentence_and_what_was_fetched_is_kept(
    standin: SendGridStandin, run: Run, run_json: Callable[..., Any]
) -> None:
    standin.suppressions.add("bounces", "ann@example.com")
    standin.suppressions.refuse(None, Answer(429))
    assert "SendGrid asks to wait. Wait a minute." in run("subscribers", "sync", status=1).stderr
    assert run_json("subscribers", "sync")["suppressed"] == 0


@pytest.mark.usefixtures("course")
def test_without_a_key_it_says_so(run: Run) -> None:
    assert "SENDGRID_API_KEY is not set" in run("subscribers", "sync", status=1).stderr
