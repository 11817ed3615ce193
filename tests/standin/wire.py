"""HTTP/1.1 as far as the stand-in needs it: a request in, an answer out, over one connection.

It is written out rather than left to `http.server` because an answer must also be able to go wrong byte by byte, and
because parsing headers there costs more than all the rest of a small request.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BufferedIOBase
from typing import Final
from urllib.parse import parse_qsl, urlsplit

MAX_HEAD_LINE: Final = 65_536
MAX_HEADERS: Final = 200
_CHUNK: Final = 1 << 20


class NotHttpError(Exception):
    """The client sent something that is not an HTTP/1.1 request with a Content-Length."""


@dataclass(frozen=True, slots=True)
class Head:
    """A request's line and headers (names in lower case); `length` is the body's size in bytes."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    length: int
    keep_alive: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body and headers beside those that every answer has."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


class Connection:
    """One client's connection: reads requests, writes answers, and can end badly on demand."""

    def __init__(self, sock: socket.socket, reader: BufferedIOBase) -> None:
        self._socket = sock
        self._reader = reader

    def read_head(self) -> Head | None:
        """The next request's head, or None when the client has gone; raises NotHttpError."""
        line = self._reader.readline(MAX_HEAD_LINE)
        if not line.endswith(b"\n"):
            return None
        parts = line.decode("latin-1").split()
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            raise NotHttpError(line)
        headers = self._read_headers()
        if headers is None:
            return None
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal():
            raise NotHttpError(line)
        address = urlsplit(parts[1])
        return Head(
            method=parts[0],
            path=address.path,
            query=dict(parse_qsl(address.query)),
            headers=headers,
            length=int(length),
            keep_alive=parts[2] != "HTTP/1.0" and headers.get("connection", "").lower() != "close",
        )

    def _read_headers(self) -> dict[str, str] | None:
        headers: dict[str, str] = {}
        for _ in range(MAX_HEADERS):
            line = self._reader.readline(MAX_HEAD_LINE)
            if line in (b"\r\n", b"\n"):
                return headers
            if not line.endswith(b"\n"):
                return None
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon:
                raise NotHttpError(line)
            headers[name.strip().lower()] = value.strip()
        raise NotHttpError(b"too many headers")

    def read_body(self, head: Head) -> bytes | None:
        """The request's body, or None when the client went away in the middle of it."""
        if head.headers.get("expect", "").lower() == "100-continue":
            self._socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._reader.read(head.length) if head.length else b""
        return body if len(body) == head.length else None

    def discard_body(self, head: Head) -> None:
        """Reads the body away, so that the client gets to the answer instead of a broken pipe."""
        left = head.length
        while left > 0:
            read = len(self._reader.read(min(left, _CHUNK)))
            left = left - read if read else 0

    def send(self, answer: Answer, *, keep_alive: bool) -> None:
        """Writes the whole answer in one piece."""
        self._socket.sendall(_head_of(answer, keep_alive=keep_alive) + answer.body)

    def send_half(self, answer: Answer) -> None:
        """Writes the head and the first half of the body; an empty body is announced as one of 64 bytes."""
        whole = answer.body or b" " * 64
        announced = Answer(answer.status, whole, answer.headers, answer.content_type)
        self._socket.sendall(_head_of(announced, keep_alive=False) + whole[: len(whole) // 2])

    def send_garbage(self) -> None:
        """Writes bytes that no HTTP client can read as an answer."""
        self._socket.sendall(b"\x00\xffthis is no HTTP\r\n\x7f\r\n\r\n")

    def reset(self) -> None:
        """Makes the coming close a reset (RST), as of a machine or a proxy that went away."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _head_of(answer: Answer, *, keep_alive: bool) -> bytes:
    lines = [
        f"HTTP/1.1 {answer.status} {_reason(answer.status)}",
        "Server: standin",
        f"Content-Length: {len(answer.body)}",
        f"Connection: {'keep-alive' if keep_alive else 'close'}",
    ]
    if answer.body:
        lines.append(f"Content-Type: {answer.content_type}")
    lines.extend(f"{name}: {value}" for name, value in answer.headers.items())
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
