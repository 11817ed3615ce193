"""`run`, `web` and `scheduler` as processes: they serve the pages, send what is due, and stop cleanly when told to."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sender.running import PATIENCE, command, environment, running
from tests.sender.web.sample import School, a_school, get, links_in, post, request
from tests.standin import SendGridStandin, Step


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """A school in whose folder `run` can be started; its clock shows what the machine's does."""
    with a_school(tmp_path) as school:
        school.now = datetime.now(UTC)
        yield school


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
    school.ask("UPDATE enrolment SET overrides = '['")
    with running(school.folder) as run:
        assert "Traceback" in (line := run.wait_for("JSONDecodeError"))
        assert " ERROR apscheduler.executors.default: " in line
        assert get(f"{run.address}/healthz").status == 200
        assert run.stop() == 0
    assert [line for line in run.log if not line[:4].isdecimal()] == []


@pytest.mark.parametrize("part", ["run", "web"])
def test_a_port_in_use_is_a_sentence(tmp_path: Path, part: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            command(part, "--port", str(port)), cwd=tmp_path, env=environment(tmp_path, {}), capture_output=True,
            text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    fix = "Stop what uses it, or choose another with --port."
    assert done.stderr == f"Error: Port {port} of 127.0.0.1 is already in use. {fix}\n"


def test_a_host_of_another_machine_is_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        command("run", "--host", "192.0.2.1", "--port", "0"), cwd=tmp_path, env=environment(tmp_path, {}),
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


def test_it_believes_the_proxies_that_are_named(school: School) -> None:
    with running(school.folder, "web", DRIPCOURSE_PROXIES="127.0.0.0/8") as web:

        def ask(network: str) -> int:
            kind = {"Content-Type": "application/json", "X-Forwarded-For": network}
            return request("POST", f"{web.address}/courses/product-path/join", b"{}", kind).status

        assert {ask("198.51.100.1") for _ in range(60)} == {422}
        assert [ask(network) for network in ("198.51.100.1", "198.51.100.2")] == [429, 422]
        assert web.stop() == 0


def test_the_pages_alone_act_on_emails_and_send_none(school: School) -> None:
    school.enrol(1)
    with running(school.folder, "web") as web:
        link = school.links(1)["confirm"].replace("http://127.0.0.1:8000", web.address)
        assert get(link).status == 404
        school.tick()
        assert post(link).status == 200
        assert school.ask("SELECT status FROM enrolment") == [("active",)]
        assert web.stop() == 0
    assert not any("tick:" in line for line in web.log)
    assert len(school.emails()) == 1


def test_the_scheduler_alone_sends_what_is_due_and_listens_nowhere(school: School) -> None:
    school.enrol(1, confirmed=True)
    with running(school.folder, "scheduler") as scheduler:
        scheduler.wait_for("sending what falls due, every 15 seconds")
        assert scheduler.wait_for("tick:").endswith(": tick: 1 claimed, 1 accepted, 1 requests\n")
        assert scheduler.stop() == 0
    assert len(school.emails()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("part", ["web", "scheduler"])
def test_each_part_stops_when_told(tmp_path: Path, part: str, number: signal.Signals) -> None:
    with running(tmp_path, part) as process:
        process.wait_for("INFO")
        assert process.stop(number) == 0
    assert process.log[-1].endswith(": stopping: what is under way is finished, and nothing else begins\n")
    assert [line for line in process.log if not line[:4].isdecimal()] == []


def test_the_scheduler_finishes_and_records_a_request_under_way(school: School) -> None:
    school.enrol(1, confirmed=True)
    with SendGridStandin() as standin:
        standin.script(Step(gate="slow"))
        settings = {"SENDGRID_API_KEY": standin.key, "DRIPCOURSE_SENDGRID_HOST": standin.url}
        with running(school.folder, "scheduler", **settings) as scheduler:
            standin.wait_for_requests(1)
            scheduler.process.send_signal(signal.SIGTERM)
            scheduler.wait_for("stopping")
            standin.gate("slow").set()
            assert scheduler.stop() == 0
    assert school.ask("SELECT state FROM batch") == [("accepted",)]


def test_a_scheduler_whose_mailer_is_not_set_up_does_not_begin(tmp_path: Path) -> None:
    done = subprocess.run(
        command("scheduler"), cwd=tmp_path, env=environment(tmp_path, {"DRIPCOURSE_MAILER": "sendgrid"}),
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: SENDGRID_API_KEY is not set.")
    assert list(tmp_path.iterdir()) == []


def test_the_pages_need_no_mailer(tmp_path: Path) -> None:
    with running(tmp_path, "web", DRIPCOURSE_MAILER="sendgrid") as web:
        assert get(f"{web.address}/healthz").status == 200
        assert web.stop() == 0
