"""One connection to SendGrid: it tells "never connected" and "never sent" from "no answer", and ends by a deadline.

A time-out of a socket counts from byte to byte, so a far end that sends one now and then could hold a thread for ever.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from functools import cache, partial
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import Any, cast

_CONNECT_SECONDS = 7.0
"""For each of the addresses that a name may have."""

_ALREADY_THERE_SECONDS = 0.2
"""How long an answer is looked for that came before its request went out whole. By so much a deadline may be passed."""

_INTERIM = range(102, 200)
"""Statuses that another answer comes after (RFC 9110, section 15.2): not after 101, and 100 is skipped anyway."""

_MOST_BYTES = 8 << 20
"""The most that an answer may have, with its headers. SendGrid's own stay well below a megabyte."""


class NeverConnectedError(OSError):
    """No connection came about, so nothing can have been taken."""


class UntrustedError(NeverConnectedError):
    """The far end could not prove who it is, or does not speak TLS."""


class NotSentError(OSError):
    """The request broke off before its end, so nothing can have been taken.

    `early` is the answer that was there by then, if one was: to be read at once.
    """

    def __init__(self, said: str, early: http.client.HTTPResponse | None = None) -> None:
        super().__init__(said)
        self.early = early


def reason_of(error: Exception) -> str:
    """What broke, in a few words."""
    return getattr(error, "strerror", None) or str(error) or "the connection was lost"


class _Deadline:
    """The moment at which an exchange ends, whatever has come of it; `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self._until = monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left. Raises TimeoutError where none are."""
        if (left := self._until - monotonic()) > 0:
            return left
        raise TimeoutError("timed out")


class Bounded(http.client.HTTPConnection):
    """A connection for one exchange, which ends `timeout` seconds after this was made, with the looking up of a name.

    That lasts as long as the machine's resolver says, but then nothing else begins.
    """

    def __init__(self, host: str, **options: Any) -> None:
        super().__init__(host, **options)
        self._deadline = deadline = _Deadline(options["timeout"])
        self._create_connection = self._dialled
        self.response_class = partial(_answer, deadline)  # type: ignore[assignment]  # whatever makes one will do

    def connect(self) -> None:
        try:
            super().connect()
            self._deadline.left()
        except (OSError, UnicodeError) as error:
            raise NeverConnectedError(reason_of(error)) from error
        except http.client.HTTPException as error:
            raise NeverConnectedError("what answers in the place of a proxy is none") from error

    def request(self, method: str, *given: Any, **named: Any) -> None:
        """Send a request. Raises NeverConnectedError, and NotSentError where it did not go out whole."""
        try:
            super().request(method, *given, **named)
        except NeverConnectedError:
            raise
        except OSError as error:
            raise NotSentError(reason_of(error), self._early(method)) from error

    def _early(self, method: str) -> http.client.HTTPResponse | None:
        """The answer that is there although its request broke off: who refuses a long one may not read it."""
        if self.sock is None:
            return None
        answer = _Answer(cast("socket.socket", _Timed(self.sock, _Deadline(_ALREADY_THERE_SECONDS))), method=method)
        try:
            answer.begin()
        except (OSError, ValueError, http.client.HTTPException):  # ValueError: TLS that is over
            answer.close()
            return None
        return answer

    def send(self, data: Any) -> None:
        """Send bytes, of which each part has what is left of the time, and not all of it anew."""
        if self.sock is None:
            self.connect()
        rest = memoryview(data)
        while rest:
            self.sock.settimeout(self._deadline.left())
            rest = rest[self.sock.send(rest) :]

    def _dialled(self, address: tuple[str, int], *_others: object) -> socket.socket:
        """The first connection that comes about with one of the addresses of a name."""
        failed: OSError | None = None
        for *_, spot in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            try:
                seconds = min(_CONNECT_SECONDS, self._deadline.left())
                connected = socket.create_connection((str(spot[0]), int(spot[1])), seconds)
                connected.settimeout(self._deadline.left())  # as much as the handshake of TLS may take
            except OSError as error:
                failed = error
            else:
                return connected
        raise failed or OSError("its name has no address")


class BoundedSecure(Bounded, http.client.HTTPSConnection):
    """The same within TLS, where the far end has to prove who it is."""

    def __init__(self, host: str, **options: Any) -> None:
        super().__init__(host, context=_trusted(), **options)

    def connect(self) -> None:
        try:
            super().connect()
        except NeverConnectedError as error:
            if isinstance(error.__cause__, ssl.SSLError):
                raise UntrustedError(str(error)) from error
            raise


@cache
def _trusted() -> ssl.SSLContext:
    """Whom this machine trusts, read once: that takes about as long as all else that a thousand emails need."""
    return ssl.create_default_context()


class _Answer(http.client.HTTPResponse):
    """The final answer to a request, whatever comes before it: http.client itself skips nothing but 100."""

    def begin(self) -> None:
        super().begin()
        while self.status in _INTERIM:
            self.headers = self.msg = None  # type: ignore[assignment]  # as before the first line was read
            super().begin()


def _answer(deadline: _Deadline, sock: socket.socket, **named: Any) -> http.client.HTTPResponse:
    return _Answer(cast("socket.socket", _Timed(sock, deadline)), **named)


class _Timed:
    """A socket, as far as an answer uses one: it makes a file of it."""

    def __init__(self, sock: socket.socket, deadline: _Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def makefile(self, *_mode: object) -> BufferedReader:
        """What comes, until the deadline."""
        return BufferedReader(_Incoming(self._sock, self._deadline))


class _Incoming(RawIOBase):
    """The bytes that come, until the deadline, and no more of them than an answer may have."""

    def __init__(self, sock: socket.socket, deadline: _Deadline) -> None:
        self._sock = sock
        self._bytes = sock.makefile("rb", buffering=0)  # keeps the socket open while this is
        self._deadline = deadline
        self._room = _MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._deadline.left())
        count = self._bytes.readinto(buffer) or 0
        self._room -= count
        if self._room < 0:
            raise OSError("the answer does not end")
        return count

    def close(self) -> None:
        self._bytes.close()
        super().close()
