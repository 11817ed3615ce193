"""The connection to SendGrid: what is taken for "never sent", and that no redirect is followed."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from course.folder import load
from course.personal.placeholders import Email
from sender.mailers.sendgrid import SendGridMailer
from sender.model import Answer, Recipient, Request, Verdict
from tests.sender.stage import a_course

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)


class Server(HTTPServer):
    """Answers each request with `status` and keeps its method, path and key."""

    status = 202
    location = ""
    body = b""
    seen: list[tuple[str, str, str | None]]


class Handler(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        assert isinstance(self.server, Server)
        self.server.seen.append((self.command, self.path, self.headers["Authorization"]))
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_POST = do_GET = _answer  # the names that http.server looks for

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving(status: int, *, location: str = "", body: bytes = b"") -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.status, server.location, server.body, server.seen = status, location, body, []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sent_to(host: str) -> Answer:
    recipient = Recipient(1, "sample@example.com", "", {})
    request = Request(7, load(a_course("first")), "first", Email("A", "B", "C", (), "0123456789"), (recipient,), NOW)
    return SendGridMailer("SG.sample", host, lambda: NOW, timeout=5).send(request)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_held_and_not_followed(status: int) -> None:
    with serving(status, location="/elsewhere") as server:
        answer = sent_to(f"http://127.0.0.1:{server.server_port}")
    assert (answer.verdict, answer.account) == (Verdict.HELD, True)
    assert server.seen == [("POST", "/v3/mail/send", "Bearer SG.sample")]


def test_a_page_in_the_place_of_an_answer_is_no_yes() -> None:
    with serving(200, body=b"<html>please log in</html>") as server:
        assert sent_to(f"http://127.0.0.1:{server.server_port}").verdict is Verdict.UNCERTAIN


def test_a_port_that_nobody_listens_at_makes_it_wait() -> None:
    answer = sent_to("http://127.0.0.1:9")
    assert (answer.verdict, answer.account) == (Verdict.WAIT, True)


def test_a_name_that_cannot_be_looked_up_makes_it_wait() -> None:
    assert sent_to("https://nowhere.invalid").verdict is Verdict.WAIT


def test_no_way_there_makes_it_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_arguments: object, **_named: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("socket.create_connection", unreachable)
    answer = sent_to("http://127.0.0.1:9")
    assert answer.verdict is Verdict.WAIT
    assert "Network is unreachable" in answer.reason


def test_a_far_end_that_speaks_no_tls_is_held() -> None:
    with serving(202) as server:
        answer = sent_to(f"https://127.0.0.1:{server.server_port}")
    assert (answer.verdict, answer.account) == (Verdict.HELD, True)
    assert server.seen == []


def test_a_certificate_that_cannot_be_trusted_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    def untrusted(*_arguments: object, **_named: object) -> None:
        raise ssl.SSLCertVerificationError("certificate verify failed")

    monkeypatch.setattr("socket.create_connection", untrusted)
    answer = sent_to("https://127.0.0.1:9")
    assert answer.verdict is Verdict.HELD
    assert "certificate" in answer.reason
