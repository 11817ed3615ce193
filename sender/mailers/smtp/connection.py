"""One connection to an SMTP server, over which messages are handed in one after another (RFC 5321)."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BufferedReader, RawIOBase
from socket import IPPROTO_TCP, TCP_NODELAY, gethostname, socket
from time import monotonic
from typing import Any

from sender.mailers.smtp.conversation import Stage, Stop, StoppedError
from sender.mailers.smtp.server import Server

_CONNECT_SECONDS = 7.0
"""For each of the addresses that a name may have."""

_QUIT_SECONDS = 2.0
_LONGEST_TEXT = 300
_FULL_NAME = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_YES, _GO_AHEAD = range(200, 300), range(354, 355)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message with its envelope: both addresses as they stand in the commands."""

    sender: str
    recipient: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when (by `monotonic`) a message must be handed over, and until when its answer must have come."""

    handed_over: float
    answered: float


class Connection:
    """A connection on which the server has said that it is ready. One thread at a time uses it.

    Everything here raises StoppedError where the server does not say yes, or says nothing. `is_open` is whether
    another message can be tried on it, `idle_since` (by `monotonic`) when it last began one.
    """

    def __init__(self, server: Server, tls: ssl.SSLContext, until: float) -> None:
        self.is_open, self.idle_since = True, 0.0
        self._begun = False
        self._client = _connected(server, tls, until)
        try:
            with self._at(Stage.GREETING):
                self._introduce(server, tls)
            if server.user:
                with self._at(Stage.LOGIN):
                    self._client.login(server.user, server.password)
        except StoppedError:
            self.close()
            raise

    def carry(self, letter: Letter, deadline: Deadline) -> None:
        """Hand a letter over, and have the server's yes."""
        self.idle_since = monotonic()
        client, options = self._client, self._options(letter)
        self.is_open = False  # until it is known how this ends
        client.until = deadline.handed_over
        with self._at(Stage.SENDER, letter):
            if self._begun:
                _agreed(client.rset())
            self._begun = True
            _agreed(client.mail(letter.sender, options))
        with self._at(Stage.RECIPIENT, letter):
            _agreed(client.rcpt(letter.recipient))
        with self._at(Stage.CONTENT, letter):
            _agreed(client.docmd("DATA"), _GO_AHEAD)
            client.send(re.sub(rb"(?m)^\.", b"..", letter.content))  # RFC 5321, section 4.5.2
        client.until = deadline.answered
        with self._at(Stage.END, letter):
            client.send(b".\r\n")
            _agreed(client.getreply())
        self._begun, self.is_open = False, True

    def close(self) -> None:
        """Take leave, without waiting for what the server says to that."""
        with suppress(OSError):
            if self.is_open:
                self._client.until = monotonic() + _QUIT_SECONDS
                self._client.putcmd("QUIT")
        self.is_open = False
        self._client.close()

    def _introduce(self, server: Server, tls: ssl.SSLContext) -> None:
        """Greet, and encrypt where the server can. Without that no password goes to another machine."""
        client = self._client
        client.local_hostname = _own_name(client.sock)
        client.ehlo_or_helo_if_needed()
        if server.tls:
            return
        if client.has_extn("starttls"):
            client.starttls(context=tls)
            client.ehlo_or_helo_if_needed()
        elif server.user and not server.is_here:
            said = (
                "it offers no encryption, without which the password is not sent. Try smtps:// in DRIPCOURSE_SMTP_URL"
            )
            raise StoppedError(Stop(Stage.PROVING, 0, said))

    def _options(self, letter: Letter) -> list[str]:
        """What is said of a message whose headers or envelope are not ASCII (RFC 6531)."""
        if letter.content.isascii() and letter.sender.isascii():
            return []
        if not self._client.has_extn("smtputf8"):
            stage = Stage.RECIPIENT if letter.sender.isascii() else Stage.SENDER
            raise StoppedError(Stop(stage, 0, "an address has letters that it does not know (it offers no SMTPUTF8)"))
        return ["BODY=8BITMIME", "SMTPUTF8"]

    @contextmanager
    def _at(self, stage: Stage, letter: Letter | None = None) -> Iterator[None]:
        """Turn whatever stops the conversation within the block into a StoppedError."""
        try:
            yield
        except (OSError, ValueError) as error:
            stop = _stop(stage, error, letter)
            is_cut = self._client.sock is None  # the standard library cuts what it cannot read, and calls it a refusal
            stop = Stop(stage, None, stop.text) if is_cut else stop
            self.is_open = not stop.ends_the_connection
            raise StoppedError(stop) from None


class _Client(smtplib.SMTP):
    """The standard library's client, in which nothing is waited for beyond `until` (by `monotonic`)."""

    def __init__(self, until: float, host: str, port: int, **options: Any) -> None:
        self.until = until
        # An empty name, to be replaced: the library would ask a name server for one, and wait.
        super().__init__(host, port, local_hostname="", timeout=min(_CONNECT_SECONDS, self.left()), **options)
        assert self.sock is not None
        self.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)

    def left(self) -> float:
        """The seconds that are left. Raises TimeoutError where none are."""
        if (left := self.until - monotonic()) > 0:
            return left
        raise TimeoutError("timed out")

    def send(self, s: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(self.left())
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = BufferedReader(_Replies(self))
        return super().getreply()


class _EncryptedClient(_Client, smtplib.SMTP_SSL):
    """The same, in TLS from the first byte on."""


class _Replies(RawIOBase):
    """What the server sends."""

    def __init__(self, client: _Client) -> None:
        self._client = client

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        sock = self._client.sock
        assert sock is not None
        sock.settimeout(self._client.left())
        return sock.recv_into(buffer)


def _connected(server: Server, tls: ssl.SSLContext, until: float) -> _Client:
    stage = Stage.CONNECTING
    try:
        if server.tls:
            return _EncryptedClient(until, server.host, server.port, context=tls)
        return _Client(until, server.host, server.port)
    except (OSError, ValueError) as error:
        if isinstance(error, smtplib.SMTPException):
            stage = Stage.GREETING
        raise StoppedError(_stop(stage, error)) from None


def _agreed(reply: tuple[int, bytes], wanted: Container[int] = _YES) -> None:
    if reply[0] not in wanted:
        raise smtplib.SMTPResponseException(*reply)


def _stop(stage: Stage, error: OSError | ValueError, letter: Letter | None = None) -> Stop:
    """What stopped the conversation at a stage. Of a refused log-in only the number is told: the text may repeat it."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = _readable(error.smtp_error, letter)
        if stage is Stage.LOGIN:
            found = _STATUS.match(text)
            text = found[0] if found else ""
        return Stop(stage, error.smtp_code, text)
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return Stop(Stage.PROVING, None, error.strerror or "its TLS cannot be understood")
    if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
        return Stop(stage, 0, "it offers no way to log in that is known here")
    cause = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else error
    if isinstance(cause, OSError):
        return Stop(stage, None, cause.strerror or str(cause))
    return Stop(stage, None, "the connection was closed")


def _readable(said: bytes | str, letter: Letter | None) -> str:
    """A reply as one line without the recipient's address, which is nobody else's business."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    if letter is not None:
        line = re.sub(re.escape(letter.recipient), "the address", line, flags=re.IGNORECASE)
    return " ".join(line.split())[:_LONGEST_TEXT]


def _own_name(connected: socket | None) -> str:
    """What this machine calls itself: its full name, or the address that it speaks from (section 4.1.3)."""
    if _FULL_NAME.fullmatch(name := gethostname()):
        return name
    assert connected is not None
    address = str(connected.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
