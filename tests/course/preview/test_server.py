"""Serving the preview: at which address, and until when."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from course.errors import CourseError
from course.preview import server
from course.preview.server import listen
from tests.architecture.source import ROOT
from tests.course.check.small import a_lesson, small_course, written
from tests.course.preview.served import SECONDS, Served, events

PROGRAM = """
import sys
from pathlib import Path
from course.preview.server import serve
serve(Path(sys.argv[1]), port=int(sys.argv[2]) if sys.argv[2] else None, browser=False)
"""


@contextmanager
def started(folder: Path, port: str = "0") -> Iterator[tuple[subprocess.Popen[str], Served]]:
    """The preview in a process of its own, once it has said where it is."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), port],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.fullmatch(r"Preview at http://127\.0\.0\.1:(\d+)/\n", said)
        assert found, said + (process.stderr.read() if process.stderr else "")
        yield process, Served(folder, int(found[1]))
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_and_at_once_though_somebody_listens(tmp_path: Path, number: signal.Signals) -> None:
    with started(written(tmp_path, small_course())) as (process, preview):
        assert preview.get("/email").status == 200
        with events(preview) as told:
            process.send_signal(number)
            assert told.ended()
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert out == ""
    assert err == "It follows every change that you save. Ctrl-C stops it.\n"


@pytest.mark.parametrize(
    "body",
    ["{% for a in 'x' * 9999 %}{% for b in 'x' * 9999 %}{{ a ~ b }}{% endfor %}{% endfor %}", "{{ 'x' * 10 ** 8 }}"],
)
def test_what_would_never_end_is_told_and_the_next_save_shown(tmp_path: Path, body: str) -> None:
    with started(written(tmp_path, small_course(a_lesson(body)))) as (_, preview), events(preview) as told:
        page = preview.get()
        assert "This email cannot be shown" in page.text
        assert "render-limit" in page.text
        assert "Gardens" in page.text
        assert "lessons/01-soil.md" in page.text
        for path, text in a_lesson("Well again.").items():
            preview.save(path, text)
        while "This email cannot be shown" in preview.get().text:
            told.next("changed")
        assert "Well again." in preview.get("/email").text


def test_a_subject_that_never_ends_leaves_the_calendar_and_the_emails(tmp_path: Path) -> None:
    endless = "{% for a in 'x' * 9999 %}{% for b in 'x' * 9999 %}{{ a ~ b }}{% endfor %}{% endfor %}"
    with started(written(tmp_path, small_course({"theme/confirm.subject": endless}))) as (_, preview):
        page = preview.get("/?track=field").text
    assert "Light for {{ subscriber.first_name }}" in page
    assert page.count("<iframe") == 4


def test_the_page_is_opened_in_a_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []

    def open_(address: str) -> None:
        opened.append(address)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(webbrowser, "open", open_)
    server.serve(written(tmp_path, small_course()), port=0, browser=True)
    assert capsys.readouterr().out == f"Preview at {opened[0]}\n"


def test_it_listens_on_this_machine_alone() -> None:
    with listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_answers_are_sent_without_delay() -> None:
    with listen(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP  # without which asyncio leaves TCP_NODELAY off


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The usual port, which something else uses."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = int(other.getsockname()[1])
        monkeypatch.setattr(server, "PORT", port)
        yield port


def test_a_port_that_was_asked_for_and_is_taken_is_an_error_that_says_so(taken: int) -> None:
    with pytest.raises(CourseError, match=rf"Port {taken} is already in use\. Choose another with --port\."):
        listen(taken)


def test_the_usual_port_gives_way_to_the_next_free_one(taken: int) -> None:
    with listen(None) as listener:
        assert taken < listener.getsockname()[1] < taken + 20


def test_ports_that_are_all_taken_are_an_error_too(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_MOST_TRIED", 1)
    with pytest.raises(CourseError, match="are all in use"):
        listen(None)


def test_a_folder_without_a_course_is_told_before_anything_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CourseError, match="no course"):
        server.serve(tmp_path, port=0, browser=False)
    assert capsys.readouterr().out == ""


def test_a_course_with_a_mistake_is_shown_with_it(tmp_path: Path) -> None:
    with started(written(tmp_path, small_course({"course.toml": "slug ="}))) as (_, preview):
        assert "course.toml:1" in preview.get().text
