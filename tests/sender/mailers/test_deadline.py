"""An exchange with SendGrid ends by its deadline, however slowly the far end reads or answers, and without an end."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest

from sender.errors import SenderError
from sender.mailers.sendgrid import SendGridMailer, connection
from sender.mailers.sendgrid.suppressions import SendGridLists, SuppressionList
from sender.model import Answer, Verdict
from tests.sender.mailers.letters import a_request, sample

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
DEADLINE = 0.3
PATIENCE = 5.0
YES = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: abc\r\nContent-Length: 4\r\n\r\n"


@contextmanager
def far_end(
    pieces: Iterable[bytes], *, pause: float = 0.0, reads: int | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """A server that says piece after piece with pauses (seconds) between; where `reads` is given, it reads so slowly.

    It goes on for `PATIENCE` at the most: who waits for the end of it gets one.
    """
    gone = Event()

    def serve() -> None:
        until = monotonic() + PATIENCE
        with suppress(OSError):  # the client had enough
            accepted, _ = server.accept()
            with tls.wrap_socket(accepted, server_side=True) if tls else accepted as peer:
                while reads is not None and monotonic() < until:
                    if not peer.recv(reads):
                        return
                    gone.wait(pause)
                peer.recv(1 << 20)
                for piece in pieces:
                    if monotonic() > until:
                        return
                    peer.sendall(piece)
                    if pause:
                        gone.wait(pause)

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        thread = Thread(target=serve)
        thread.start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.getsockname()[1]}"
        gone.set()
        thread.join()


def one_by_one(text: bytes) -> list[bytes]:
    return [text[place : place + 1] for place in range(len(text))]


def sent_to(host: str) -> tuple[Answer, float]:
    began = monotonic()
    answer = SendGridMailer("SG.sample", host, lambda: NOW, timeout=DEADLINE).send(a_request(sample(1)))
    return answer, monotonic() - began


@pytest.mark.parametrize(
    "pieces",
    [
        one_by_one(YES.replace(b"abc", b"a" * 400)),
        repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
        repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        [b"HTTP/1.1 20", *repeat(b"", 10_000)],
    ],
    ids=["one byte at a time", "go on, for ever", "hints, for ever", "half a line"],
)
def test_an_answer_that_does_not_come_to_its_end_by_then_leaves_it_open(pieces: Iterable[bytes]) -> None:
    with far_end(pieces, pause=0.01) as host:
        answer, seconds = sent_to(host)
    assert answer.verdict is Verdict.UNCERTAIN
    assert "timed out" in answer.reason
    assert seconds < DEADLINE + 1


def test_a_yes_whose_body_trickles_is_one_by_then() -> None:
    with far_end([YES, *one_by_one(b"x" * 3), *repeat(b"", 10_000)], pause=0.01) as host:
        answer, seconds = sent_to(host)
    assert (answer.verdict, answer.message_id) == (Verdict.ACCEPTED, "abc")
    assert seconds < DEADLINE + 1


def test_a_far_end_that_does_not_read_to_the_end_by_then_took_nothing(
    monkeypatch: pytest.MonkeyPatch, tls: ssl.SSLContext, certificate: Path
) -> None:
    """In TLS each record would have the whole time anew."""
    trusting = ssl.create_default_context(cafile=str(certificate))
    trusting.check_hostname = False
    monkeypatch.setattr(connection, "_trusted", lambda: trusting)
    monkeypatch.setattr("sender.mailers.sendgrid.encoded", lambda _: b" " * 30_000_000)  # more than sockets take in
    with far_end([], pause=0.01, reads=1 << 16, tls=tls) as host:
        answer, seconds = sent_to(host)
    assert (answer.verdict, answer.account) == (Verdict.WAIT, True)
    assert "could not be sent to its end" in answer.reason
    assert seconds < DEADLINE + 1


def test_a_refusal_before_the_whole_request_is_heard_through_tls_as_well(
    monkeypatch: pytest.MonkeyPatch, tls: ssl.SSLContext, certificate: Path
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    trusting.check_hostname = False
    monkeypatch.setattr(connection, "_trusted", lambda: trusting)
    monkeypatch.setattr("sender.mailers.sendgrid.encoded", lambda _: b" " * 30_000_000)
    no = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    with far_end([no, *repeat(b"", 100)], pause=0.01, tls=tls) as host:
        answer, seconds = sent_to(host)
    assert (answer.verdict, answer.account) == (Verdict.HELD, True)
    assert "SENDGRID_API_KEY" in answer.reason
    assert seconds < DEADLINE + 1


def test_a_far_end_that_never_shakes_hands_got_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with far_end([], pause=0.01, reads=1) as host:
        answer, seconds = sent_to(host.replace("http", "https"))
    assert answer.verdict is Verdict.WAIT
    assert "cannot be reached" in answer.reason
    assert seconds < DEADLINE + 1


def test_a_name_that_is_looked_up_for_too_long_is_not_asked_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 1.0])
    monkeypatch.setattr(connection, "monotonic", lambda: next(clock, 1.0))
    answer, _ = sent_to("http://127.0.0.1:9")
    assert answer.verdict is Verdict.WAIT
    assert "timed out" in answer.reason


def test_of_several_addresses_the_next_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    found = socket.getaddrinfo

    def both(_host: str, port: int, *rest: object, **named: object) -> list[object]:
        return [*found("127.0.0.1", 9, type=socket.SOCK_STREAM), *found("127.0.0.1", port, type=socket.SOCK_STREAM)]

    with far_end([YES, b"done"]) as host:
        monkeypatch.setattr(socket, "getaddrinfo", both)
        answer, _ = sent_to(host.replace("127.0.0.1", "sendgrid.example.com"))
    assert answer.verdict is Verdict.ACCEPTED


def test_a_list_of_suppressions_without_an_end_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_MOST_BYTES", 1 << 20)
    head = b"HTTP/1.1 200 OK\r\n\r\n["
    with (
        far_end([head, *repeat(b" " * 65536, 100_000)]) as host,
        pytest.raises(SenderError, match="did not answer to the end: the answer does not end"),
    ):
        list(SendGridLists("SG.key", host, timeout=60).pages(SuppressionList.BOUNCES))


@pytest.mark.parametrize("location", ["http://[oops", "https://a b/", "file:///etc/passwd", "\xe9"])
def test_a_redirect_is_held_wherever_it_leads(location: str) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    with far_end([head.encode("latin-1")]) as host:
        answer, _ = sent_to(host)
    assert (answer.verdict, answer.account) == (Verdict.HELD, True)
    assert answer.reason.startswith("The request is sent elsewhere.")
    with far_end([head.encode("latin-1")]) as host, pytest.raises(SenderError, match="redirects elsewhere"):
        list(SendGridLists("SG.key", host, timeout=5).pages(SuppressionList.BOUNCES))
