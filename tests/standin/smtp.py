"""A stand-in for an SMTP server: on loopback, keeps what it takes, and can go wrong at any point of a conversation."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import struct
import threading
from base64 import b64encode
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from io import BufferedReader
from typing import Any, Final, Self

_TAKEN: Final = "250 2.0.0 Ok: taken"
_REPLIES: Final = {
    "GREETING": "220 stand-in ready", "HELO": "250 stand-in", "STARTTLS": "220 go ahead", "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok", "DATA": "354 go ahead", "END": _TAKEN, "RSET": "250 2.0.0 Ok", "QUIT": "221 bye",
}  # fmt: skip


class Fault(Enum):
    """What can happen in place of a reply. At END, the message was not taken unless the fault says so."""

    DROP = auto()
    """The connection is reset."""
    DROP_TAKEN = auto()
    """The message is taken, then the connection is reset."""
    TRICKLE = auto()
    """A reply goes on and on, a line at a time, until the client goes."""
    SILENCE = auto()
    """Nothing is said until the stand-in is closed, or the client goes."""
    HOLD = auto()
    """The message is taken; its reply comes when the gate is opened."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken, with its envelope, and the number of the connection that it came over."""

    sender: str
    recipient: str
    content: bytes = field(repr=False)
    connection: int


class SmtpStandin:
    """Use it as a context manager: it listens from entering to leaving.

    `heard` has every command of every connection (verb in capitals), `taken` every message. `login` is the user and
    password that it asks for, `tls` a context to offer STARTTLS with, or with `encrypted` to begin with. It takes
    `most` messages on one connection. Its `gate` is shut until it is set.
    """

    def __init__(
        self, *, extensions: Sequence[str] = ("8BITMIME",), login: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None, encrypted: bool = False, most: int | None = None,
    ) -> None:  # fmt: skip
        self.extensions, self.login, self.tls, self.encrypted, self.most = extensions, login, tls, encrypted, most
        self.taken: list[Taken] = []
        self.heard: list[str] = []
        self.connections = 0
        self.gate = threading.Event()
        self.held = threading.Semaphore(0)
        self.lock = threading.Lock()
        self._script: defaultdict[str, deque[str | Fault]] = defaultdict(deque)
        self._always: dict[str, str | Fault] = {}
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.cut()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """What to set DRIPCOURSE_SMTP_URL to."""
        return f"smtp://127.0.0.1:{self.port}"

    def say(self, command: str, *replies: str | Fault) -> None:
        """Give these replies, one after the other, to the next of a command.

        GREETING is said on connecting, CONTENT (a fault only) happens in the middle of a message, END follows it.
        """
        self._script[command].extend(replies)

    def always_say(self, command: str, reply: str | Fault) -> None:
        """Give this reply whenever the script has no other."""
        self._always[command] = reply

    def reply_to(self, command: str) -> str | Fault:
        """The next reply to a command, which is then used up."""
        with self.lock:
            waiting = self._script[command]
            return waiting.popleft() if waiting else self._always.get(command, _REPLIES.get(command, ""))

    def wait_until_held(self, count: int, timeout: float = 30.0) -> None:
        """Wait until that many messages more were taken whose reply is held."""
        for _ in range(count):
            assert self.held.acquire(timeout=timeout), "no message came"


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = True
    request_queue_size = 256

    def __init__(self, standin: SmtpStandin) -> None:
        self.standin = standin
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Conversation)

    def cut(self) -> None:
        """End every conversation."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that goes away in the middle is what these tests are about."""


class _Conversation(socketserver.BaseRequestHandler):
    server: _Server

    def setup(self) -> None:
        self.standin = self.server.standin
        self.socket: socket.socket = self.request
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.standin.lock:
            self.standin.connections += 1
            self.number = self.standin.connections
        self.sender = self.recipient = ""
        self.count = 0

    def handle(self) -> None:
        if self.standin.encrypted:
            self._encrypt()
        self.reader: BufferedReader = self.socket.makefile("rb")
        going = self._say("GREETING")
        while going and (line := self.reader.readline()):
            command, _, rest = line.decode().rstrip("\r\n").partition(" ")
            text = f"{command.upper()} {rest}".rstrip()
            with self.standin.lock:
                self.standin.heard.append(text)
            going = self._obey(command.upper(), text)

    def finish(self) -> None:
        if self.socket is not self.request:
            self.socket.close()

    def _obey(self, command: str, text: str) -> bool:
        """Answer one command; whether the conversation goes on."""
        match command:
            case "EHLO":
                return self._extensions()
            case "STARTTLS":
                return self._say("STARTTLS") and self._encrypt()
            case "AUTH":
                return self._authenticate(text)
            case "MAIL":
                self.count += 1
                if self.standin.most is not None and self.count > self.standin.most:
                    self._write("421 4.7.0 too many messages on this connection")
                    return False
                self.sender = text.partition("<")[2].partition(">")[0]
            case "RCPT":
                self.recipient = text.partition("<")[2].partition(">")[0]
            case "DATA":
                reply = self.standin.reply_to("DATA")
                return self._say_this(reply) and (reply != _REPLIES["DATA"] or self._take())
        return self._say(command) and command != "QUIT"

    def _extensions(self) -> bool:
        reply = self.standin.reply_to("EHLO")
        if reply:
            return self._say_this(reply)
        offered = [*self.standin.extensions]
        if self.standin.tls and not isinstance(self.socket, ssl.SSLSocket):
            offered.append("STARTTLS")
        if self.standin.login:
            offered.append("AUTH PLAIN")
        lines = ["stand-in", *offered]
        self._write("\r\n".join(f"250{'-' if line is not lines[-1] else ' '}{line}" for line in lines))
        return True

    def _authenticate(self, text: str) -> bool:
        reply = self.standin.reply_to("AUTH")
        wanted = b64encode("\0".join(["", *(self.standin.login or ())]).encode()).decode()
        right = text == f"AUTH PLAIN {wanted}"
        return self._say_this(reply or ("235 2.7.0 Welcome" if right else "535 5.7.8 Not accepted"))

    def _take(self) -> bool:
        """Read a message to its end, and say whether it was taken."""
        fault = self.standin.reply_to("CONTENT")
        lines = []
        while (line := self.reader.readline()) != b".\r\n":
            if isinstance(fault, Fault):
                return self._say_this(fault)
            if not line:
                return False
            lines.append(line.removeprefix(b"."))
        reply = self.standin.reply_to("END")
        if reply in {Fault.DROP_TAKEN, Fault.HOLD} or (isinstance(reply, str) and reply.startswith("250")):
            with self.standin.lock:
                self.standin.taken.append(Taken(self.sender, self.recipient, b"".join(lines), self.number))
        return self._say_this(reply)

    def _say(self, command: str) -> bool:
        return self._say_this(self.standin.reply_to(command) or "502 5.5.2 what?")

    def _say_this(self, reply: str | Fault) -> bool:
        match reply:
            case Fault.DROP | Fault.DROP_TAKEN:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.reader.close()
                self.socket.close()
                return False
            case Fault.TRICKLE:
                while not self.standin.gate.wait(0.02):
                    self._write("250-more")
                return False
            case Fault.SILENCE:
                self.reader.read()
                return False
            case Fault.HOLD:
                self.standin.held.release()
                self.standin.gate.wait(30)
                self._write(_TAKEN)
                return True
        self._write(str(reply))
        return not str(reply).startswith("421")

    def _write(self, text: str) -> None:
        self.socket.sendall(f"{text}\r\n".encode())

    def _encrypt(self) -> bool:
        assert self.standin.tls is not None
        self.socket = self.standin.tls.wrap_socket(self.socket, server_side=True)
        self.reader = self.socket.makefile("rb")
        return True
