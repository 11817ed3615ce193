"""The connection to SendGrid: what is taken for "never sent", and that no redirect is followed."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
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


def sent_to(host: str, *, timeout: float = 5) -> Answer:
    recipient = Recipient(1, "sample@example.com", "", {})
    request = Request(7, load(a_course("first")), "first", Email("A", "B", "C", (), "0123456789"), (recipient,), NOW)
    return SendGridMailer("SG.sample", host, lambda: NOW, timeout=timeout).send(request)


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


def test_a_yes_whose_body_breaks_off_is_one_if_it_has_its_number() -> None:
    with scripted(b"HTTP/1.1 202 Accepted\r\nX-Message-Id: abc\r\nContent-Length: 64\r\n\r\nhalf") as host:
        answer = sent_to(host)
    assert (answer.verdict, answer.message_id) == (Verdict.ACCEPTED, "abc")


YES = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"HTTP/1.1 202 Accepted\r\nContent-Length: 64\r\n\r\n", Verdict.UNCERTAIN),
        (b"HTTP/1.1 202 Accepted\r\nContent-Length: 64\r\n\r\nhalf", Verdict.UNCERTAIN),
        (b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nhalf", Verdict.UNCERTAIN),
        (b'HTTP/1.1 503 No\r\nContent-Length: 64\r\n\r\n{"err', Verdict.WAIT),
        (b'HTTP/1.1 400 No\r\nContent-Length: 64\r\n\r\n{"err', Verdict.HELD),
        (b"HTTP/1.1 400 No\r\n\r\n" + b"x" * 10_000_000, Verdict.HELD),
        (b"HTTP/1.1 101 Switching\r\n\r\n", Verdict.UNCERTAIN),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + YES, Verdict.ACCEPTED),
        (b"HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 103 Hints\r\nContent-Length: 9\r\n\r\n" + YES, Verdict.ACCEPTED),
        (b"HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 401 No\r\n\r\n", Verdict.HELD),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", Verdict.UNCERTAIN),
        (b"HTTP/1.1 20", Verdict.UNCERTAIN),
        (b"HTTP/1.1 two\r\n\r\n", Verdict.UNCERTAIN),
        (b"hello\r\n", Verdict.UNCERTAIN),
        (b"", Verdict.UNCERTAIN),
    ],
    ids=["nothing of it", "half", "half in chunks", "outage", "refusal", "endless", "other protocol", "go on first",
         "hints first", "hints before a refusal", "hints alone", "half a line", "no number", "no HTTP", "nothing"],
)  # fmt: skip
def test_an_answer_that_is_not_whole_counts_as_far_as_it_goes(answer: bytes, verdict: Verdict) -> None:
    with scripted(answer) as host:
        assert sent_to(host).verdict is verdict


def test_an_answer_that_does_not_come_leaves_it_open() -> None:
    with scripted(None) as host:
        answer = sent_to(host, timeout=0.2)
    assert (answer.verdict, answer.account) == (Verdict.UNCERTAIN, False)
    assert "timed out" in answer.reason


def test_a_request_that_breaks_off_on_its_way_was_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sender.mailers.sendgrid.encoded", lambda _: b" " * 30_000_000)  # more than sockets take in
    with scripted(b"", read=1000) as host:
        answer = sent_to(host)
    assert (answer.verdict, answer.account) == (Verdict.WAIT, True)
    assert "could not be sent to its end" in answer.reason


TOO_LONG = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
NO_KEY = 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 38\r\n\r\n{"errors": [{"message": "Not yours"}]}'
NAMES_ONE = '{"errors": [{"message": "No", "field": "personalizations.0.to"}]}'


@pytest.mark.parametrize("stays", [False, True], ids=["and closes", "and reads no more"])
@pytest.mark.parametrize(
    ("answer", "verdict", "account", "said"),
    [
        (NO_KEY, Verdict.HELD, True, "SENDGRID_API_KEY: Not yours."),
        (TOO_LONG, Verdict.HELD, False, "SendGrid refuses the request (413)."),
        ("HTTP/1.1 429 Slower\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n", Verdict.WAIT, True, "asks to wait"),
    ],
    ids=["the key", "too long", "a limit"],
)
def test_an_answer_before_the_whole_request_says_what_is_wrong_with_all(
    monkeypatch: pytest.MonkeyPatch, answer: str, verdict: Verdict, account: bool, said: str, stays: bool
) -> None:
    monkeypatch.setattr("sender.mailers.sendgrid.encoded", lambda _: b" " * 30_000_000)
    with scripted(answer.encode(), early=True, stays=stays) as host:
        found = sent_to(host, timeout=0.5)
    assert (found.verdict, found.account) == (verdict, account)
    assert said in found.reason


@pytest.mark.parametrize(
    "answer",
    [
        "HTTP/1.1 202 Accepted\r\nX-Message-Id: abc\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 64\r\n\r\nhalf",
        f"HTTP/1.1 400 Bad\r\nContent-Length: {len(NAMES_ONE)}\r\n\r\n{NAMES_ONE}",
        "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\n\r\n",
        "HTTP/1.1 40",
        "hello\r\n",
    ],
    ids=["a yes", "half", "names somebody", "about the batch", "a gateway's", "hints", "half a line", "no HTTP"],
)
def test_any_other_answer_before_the_whole_request_leaves_it_at_not_sent(
    monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr("sender.mailers.sendgrid.encoded", lambda _: b" " * 30_000_000)
    with scripted(answer.encode(), early=True, stays=True) as host:
        found = sent_to(host, timeout=0.5)
    assert (found.verdict, found.refused) == (Verdict.WAIT, {})
    assert "could not be sent to its end" in found.reason


@pytest.mark.parametrize(
    "answer", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 " + b"x" * 70_000, b"HTTP/1.1 200 Yes\r\nX: " + b"x" * 70_000, b""],
    ids=["no HTTP", "a line without end", "a header without end", "nothing"],
)  # fmt: skip
def test_a_proxy_that_does_not_answer_as_one_has_passed_nothing_on(
    monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    with scripted(answer, early=True) as proxy:
        monkeypatch.setenv("https_proxy", proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        found = sent_to("https://sendgrid.example.com")
    assert (found.verdict, found.account) == (Verdict.WAIT, True)
    assert found.reason.startswith("SendGrid cannot be reached: ")
    assert len(found.reason) < 100


def test_a_host_whose_name_is_none_makes_it_wait() -> None:
    assert sent_to("https://a..b").verdict is Verdict.WAIT


@contextmanager
def scripted(answer: bytes | None, *, read: int = 0, early: bool = False, stays: bool = False) -> Iterator[str]:
    """A server that reads a request, or so many bytes of it, and then says this, or nothing for as long as it lives.

    An `early` answer comes before the end of the request, and where it `stays` after that nothing is read or closed.
    """
    done = threading.Event()

    def serve() -> None:
        with suppress(OSError):  # the client had enough
            connection, _ = server.accept()
            with connection:
                body = -1
                heard = b""
                if early:
                    connection.recv(1000)
                    connection.sendall(answer or b"")
                    done.wait(5 if stays else 0)
                    return
                while body < 0 or len(heard) < body:
                    heard += connection.recv(read or 65536)
                    if read:
                        return
                    head, found, _ = heard.partition(b"\r\n\r\n")
                    length = re.search(rb"(?i)content-length: (\d+)", head)
                    body = len(head) + 4 + int(length[1]) if found and length else -1
                if answer is None:
                    connection.recv(1)
                else:
                    connection.sendall(answer)

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        done.set()
        thread.join()
