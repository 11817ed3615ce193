"""The stand-in as a process of its own: its address, its pages, and what is left when somebody is killed."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.standin import StandinProcess, read_journal
from tests.standin import script as steps
from tests.standin.process import PROJECT
from tests.standin.sample import address, mail, post

CLIENT = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.standin.sample import mail, post
post(sys.argv[2], mail(3))
"""


def test_it_prints_its_address_takes_mail_and_stops_on_sigterm(tmp_path: Path) -> None:
    process = StandinProcess(tmp_path / "journal.jsonl")
    process.start()
    assert process.url.startswith("http://127.0.0.1:")
    assert post(process.url, mail(2)).status == 202
    assert process.stop() == 0
    assert [recipient.address for recipient in process.entries()[0].recipients] == [address(1), address(2)]


def test_it_is_scripted_and_asked_over_http(process: StandinProcess) -> None:
    process.script(steps.credits_spent(), every=[(3, steps.broken())], default=steps.slow(0.01))
    assert [post(process.url, mail()).status for _ in range(3)] == [401, 202, 500]
    process.wait_for_requests(3)
    assert process.requests == 3
    assert process.times_taken("drip_delivery") == {"1": 1}
    assert process.arrived(address(1))[0].subject == "Lesson 1 for Sample 001"
    assert process.arrived("nobody@example.com") == []
    process.reset()
    assert (process.requests, process.entries()) == (0, [])


def test_its_journal_page_holds_what_the_file_holds(process: StandinProcess) -> None:
    post(process.url, mail())
    connection = http.client.HTTPConnection(process.url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/_standin/journal")
    page = json.loads(connection.getresponse().read())
    connection.close()
    lines = [json.loads(line) for line in process.journal_path.read_bytes().splitlines()]
    assert page == {"requests": 1, "entries": lines}
    assert page["entries"][0]["payload"] == mail()


def test_a_mistake_in_a_request_to_its_pages_is_told(process: StandinProcess) -> None:
    for path, body in (("script", b'{"steps": [{"code": 1}]}'), ("script", b"{"), ("open", b"")):
        response = post(process.url, body, path=f"/_standin/{path}")
        assert response.status == 400
        assert "error" in json.loads(response.body)
    assert post(process.url, b"", path="/_standin/other").status == 404


def test_waiting_over_http_ends_too(process: StandinProcess) -> None:
    with pytest.raises(TimeoutError):
        process.wait_for_requests(1, timeout=0.05)


def test_a_client_killed_while_it_waits_has_had_its_mail_taken(process: StandinProcess) -> None:
    process.script(steps.held("door"))
    client = subprocess.Popen([sys.executable, "-c", CLIENT, str(PROJECT), process.url])
    process.wait_for_requests(1)
    client.kill()
    client.wait()
    assert process.times_taken("drip_delivery") == {"1": 1, "2": 1, "3": 1}
    process.open_gate("door")
    process.wait_until_disconnected()
    assert post(process.url, mail()).status == 202


def test_a_journal_survives_the_stand_in_and_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with StandinProcess(path) as first:
        post(first.url, mail())
        assert first.kill() != 0
    with StandinProcess(path, "--no-bodies", "--no-fsync", "--quick") as second:
        post(second.url, mail())
    entries = list(read_journal(path))
    assert [entry.number for entry in entries] == [1, 2]
    assert [entry.payload is None for entry in entries] == [False, True]


def test_its_options_can_be_given_on_the_command_line(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"steps": [{"status": 503}]}')
    arguments = ("--script", str(script), "--delay", "0.01", "--substitution", "sequential")
    with StandinProcess(tmp_path / "journal.jsonl", *arguments, key="SG.other") as process:
        assert post(process.url, mail(), key="SG.other").status == 503
        payload = mail()
        payload["personalizations"][0]["substitutions"] = {"-name0-": "-name1-", "-name1-": "again"}
        assert post(process.url, payload, key="SG.other").status == 202
        assert post(process.url, mail()).status == 401
        assert process.arrived()[0].text == "Dear again"


def test_sigterm_ends_it_even_with_a_request_held(process: StandinProcess) -> None:
    process.script(steps.held("never opened"))

    def client() -> None:
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            raise ConnectionError if post(process.url, mail()).status == 202 else AssertionError

    thread = threading.Thread(target=client)
    thread.start()
    process.wait_for_requests(1)
    assert process.stop() == 0
    thread.join()


def test_a_port_that_is_taken_is_no_start(process: StandinProcess, tmp_path: Path) -> None:
    port = process.url.rpartition(":")[2]
    with pytest.raises(RuntimeError, match="did not start"):
        StandinProcess(tmp_path / "other.jsonl", "--port", port).start()
