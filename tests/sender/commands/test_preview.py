"""`preview`, as a process: it prints its address first, sends tests through the mailer set, and stops cleanly."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from tests.course.preview.served import Answer, Seen, Served
from tests.sender.commands.conftest import Run
from tests.sender.operator import Operator
from tests.sender.stage import a_course, written

PATIENCE = 60.0
ADDRESS = "Preview at http://127.0.0.1:"


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """Somebody in a folder that holds a course, whose one setting is wrong."""
    written(tmp_path / "letters", a_course("one", welcome=True))
    return Operator(tmp_path, {"DRIPCOURSE_SECRET": "short"})


@contextmanager
def running(operator: Operator, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Served]]:
    """A preview that runs meanwhile; it is killed if it outlives a test's patience."""
    process = operator.start("preview", *arguments, "--no-browser")
    killer = Timer(PATIENCE, process.kill)
    killer.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(ADDRESS), (line, process.stderr and process.stderr.read())
        yield process, Served(operator.folder, int(line.removeprefix(ADDRESS).rstrip("/\n")))
    finally:
        killer.cancel()
        process.kill()
        process.communicate()


def test_the_address_comes_first_and_the_course_is_there(operator: Operator) -> None:
    with running(operator, "letters", "--port", "0") as (_, preview):
        page = preview.get()
        assert page.status == 200
        assert "About welcome" in page.text or "About one" in page.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_good_order_when_it_is_told_to(operator: Operator, number: int) -> None:
    with running(operator, "letters", "--port", "0") as (process, preview):
        assert preview.get().status == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (0, "")
        assert "Traceback" not in err


def test_a_port_that_is_taken_is_told_in_a_sentence(operator: Operator) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = operator.run("preview", "letters", "--port", port, "--no-browser", status=1).stderr
    assert f"Port {port} is already in use. Choose another with --port." in said


def test_a_folder_without_a_course_is_told_in_a_sentence(run: Run, tmp_path: Path) -> None:
    result = run("preview", "nowhere", "--no-browser", status=1)
    assert "nowhere" in result.stderr
    assert result.stdout == ""


def sent(preview: Served, addresses: str) -> Answer:
    return preview.send_test(addresses, query="lesson=one")


def test_a_test_goes_through_the_mailer_that_is_set(operator: Operator) -> None:
    right = Operator(operator.folder, {"DRIPCOURSE_OUTBOX": "tests"})
    with running(right, "letters", "--port", "0") as (_, preview):
        answer = sent(preview, "ann@example.com, bob@nowhere.123")
        assert "ann@example.com : sent." in Seen(answer).text
        assert "its domain ends in a number" in Seen(answer).text
    [file] = (operator.folder / "tests").iterdir()
    assert b"Subject: [Test] About one\r\n" in file.read_bytes()
    assert file.name.endswith("-one.eml")


def test_a_wrong_setting_keeps_nothing_from_being_looked_at_and_is_told_when_a_test_is_sent(
    operator: Operator,
) -> None:
    with running(operator, "letters", "--port", "0") as (_, preview):
        assert preview.get().status == 200
        answer = sent(preview, "ann@example.com")
        assert answer.status == 422
        assert "Nothing was sent. DRIPCOURSE_SECRET is too short" in Seen(answer).text
        assert not (operator.folder / "outbox").exists()


def test_a_setting_that_is_mended_meanwhile_holds_for_the_next_test(operator: Operator) -> None:
    unset = Operator(operator.folder)
    (operator.folder / ".env").write_text("DRIPCOURSE_MAILER=pigeon\n")
    with running(unset, "letters", "--port", "0") as (_, preview):
        assert "DRIPCOURSE_MAILER is pigeon" in Seen(sent(preview, "ann@example.com")).text
        (operator.folder / ".env").write_text("DRIPCOURSE_MAILER=folder\n")
        assert "ann@example.com : sent." in Seen(sent(preview, "ann@example.com")).text
