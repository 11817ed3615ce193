"""`run`, as a process: it serves the pages, sends what is due, and stops cleanly when it is told to."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer

import pytest

from tests.sender.web.sample import ROOT, SECRET, School, a_school, get, links_in, post
from tests.standin import SendGridStandin, Step

PATIENCE = 30.0


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """A school in whose folder `run` can be started; its clock shows what the machine's does."""
    with a_school(tmp_path) as school:
        school.now = datetime.now(UTC)
        yield school


class Running:
    """A process of `run` that prints its address; it is killed if it outlives the test's patience."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.address = self._read(process.stdout).removeprefix("dripcourse: ").strip()
        self.log: list[str] = []

    def wait_for(self, text: str) -> str:
        """The first line of the log that holds a text."""
        while text not in (line := self._read(self.process.stderr)):
            self.log.append(line)
            assert line, f"it ended before it said {text!r}: {self.log}"
        self.log.append(line)
        return line

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to stop, and wait; its exit status."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        self.log += err.splitlines(keepends=True)
        assert out == ""
        return self.process.returncode

    @staticmethod
    def _read(stream: object) -> str:
        return str(stream.readline())  # type: ignore[attr-defined]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "sender", "run", *arguments]


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    own = {"PYTHONPATH": str(ROOT), "DRIPCOURSE_DATABASE": f"sqlite:///{folder}/school.db", "DRIPCOURSE_SECRET": SECRET}
    return {**os.environ, **own, **settings}


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Running]:
    process = subprocess.Popen(
        command("--port", "0"), cwd=folder, env=environment(folder, settings), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    watch = Timer(PATIENCE, process.kill)
    watch.start()
    with process:
        try:
            yield Running(process)
        finally:
            watch.cancel()
            process.kill()


def test_it_serves_its_pages_and_stops_when_told(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        assert run.address.startswith("http://127.0.0.1:")
        answer = get(f"{run.address}/healthz")
        assert (answer.status, json.loads(answer.text)["status"]) == (200, "ok")
        assert run.stop() == 0
    assert (tmp_path / "school.db").is_file()


def test_an_interrupt_from_the_keyboard_stops_it_as_cleanly(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        get(f"{run.address}/healthz")
        assert run.stop(signal.SIGINT) == 0


def test_it_sends_what_is_due(school: School) -> None:
    school.enrol(1, confirmed=True)
    with running(school.folder) as run:
        assert run.wait_for("tick:").endswith("INFO sender.commands.run: tick: 1 claimed, 1 accepted, 1 requests\n")
        (message,) = school.emails()
        assert message["To"].addresses[0].addr_spec == "sample001@example.com"
        assert run.stop() == 0


def test_its_pages_act_on_the_emails_it_sends(school: School) -> None:
    school.enrol(1)
    with running(school.folder) as run:
        run.wait_for("tick:")
        (link,) = [link for link in links_in(school.emails()[0]) if "/confirm/" in link]
        assert post(link.replace("http://127.0.0.1:8000", run.address)).status == 200
        assert run.stop() == 0
    assert school.ask("SELECT status FROM enrolment") == [("active",)]


def test_a_request_under_way_is_finished_and_recorded(school: School) -> None:
    school.enrol(1, confirmed=True)
    with SendGridStandin() as standin:
        standin.script(Step(gate="slow"))
        settings = {"SENDGRID_API_KEY": standin.key, "DRIPCOURSE_SENDGRID_HOST": standin.url}
        with running(school.folder, **settings) as run:
            standin.wait_for_requests(1)
            assert school.ask("SELECT state FROM batch") == [("sending",)]
            run.process.send_signal(signal.SIGTERM)
            run.wait_for("stopping")
            standin.gate("slow").set()
            assert run.stop() == 0
    assert school.ask("SELECT state FROM batch") == [("accepted",)]


def test_no_request_begins_after_it_was_told_to_stop(school: School) -> None:
    school.enrol(1)
    school.enrol(2, confirmed=True)
    with SendGridStandin() as standin:
        standin.script(Step(gate="slow"))
        settings = {
            "SENDGRID_API_KEY": standin.key, "DRIPCOURSE_SENDGRID_HOST": standin.url, "DRIPCOURSE_CONCURRENCY": "1",
        }  # fmt: skip
        with running(school.folder, **settings) as run:
            standin.wait_for_requests(1)
            run.process.send_signal(signal.SIGTERM)
            run.wait_for("stopping")
            standin.gate("slow").set()
            assert run.stop() == 0
        assert standin.requests == 1
    assert school.ask("SELECT state FROM batch ORDER BY id") == [("accepted",), ("claimed",)]


def test_a_tick_that_fails_is_told_and_ends_nothing(school: School) -> None:
    school.ask("ALTER TABLE batch RENAME TO elsewhere")
    with running(school.folder) as run:
        line = run.wait_for("the tick failed")
        assert "no such table: batch" in line
        assert get(f"{run.address}/healthz").status == 200
        assert run.stop() == 0
    assert "Traceback" not in "".join(run.log)


def test_a_defect_in_a_tick_is_one_line_and_ends_nothing(school: School) -> None:
    school.enrol(1, confirmed=True)
    school.ask("UPDATE variant SET placeholders = '[[1]]'")
    with running(school.folder) as run:
        assert "Traceback" in (line := run.wait_for("ValueError"))
        assert " ERROR apscheduler.executors.default: " in line
        assert get(f"{run.address}/healthz").status == 200
        assert run.stop() == 0
    assert [line for line in run.log if not line[:4].isdecimal()] == []


def test_a_port_in_use_is_a_sentence(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            command("--port", str(port)), cwd=tmp_path, env=environment(tmp_path, {}), capture_output=True, text=True,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    fix = "Stop what uses it, or choose another with --port."
    assert done.stderr == f"Error: Port {port} of 127.0.0.1 is already in use. {fix}\n"


def test_a_host_of_another_machine_is_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        command("--host", "192.0.2.1", "--port", "0"), cwd=tmp_path, env=environment(tmp_path, {}),
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "Error: Port 0 of 192.0.2.1 cannot be listened at. Choose another with --host and --port.\n"


def test_its_log_is_one_line_each_and_tells_ids_alone(school: School) -> None:
    school.enrol(1, confirmed=True)
    with running(school.folder) as run:
        run.wait_for("tick:")
        post(school.links(1)["unsubscribe"].replace("http://127.0.0.1:8000", run.address))
        assert run.stop() == 0
    assert any("enrolment 1 was left" in line for line in run.log)
    assert [line for line in run.log if not line[:4].isdecimal()] == []
    tokens = [link.rpartition("/")[2] for link in school.links(1).values()]
    assert [line for line in run.log for part in (*tokens, "@example.com") if part in line] == []
