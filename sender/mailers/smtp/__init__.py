"""The SMTP mailer: a message for each person, over connections that are kept for the next."""

from __future__ import annotations

import ssl
from threading import Lock
from time import monotonic

from sender.mailers import Mailer
from sender.mailers.message import mailbox, message, message_id
from sender.mailers.smtp.answers import meaning
from sender.mailers.smtp.connection import Connection, Deadline, Letter
from sender.mailers.smtp.conversation import StoppedError
from sender.mailers.smtp.server import Server, server_at
from sender.model import Answer, Request, Verdict

TIMEOUT_SECONDS = 25.0
"""How long a message may take with its answer. Shorter than a batch's lease, so that nobody takes it for abandoned."""

_FOR_HANDING_OVER = 0.6
"""How much of that is for everything before the message's end, which can be repeated."""

_IDLE_SECONDS = 10.0
"""A connection that nobody used for so long may be gone, which costs a wait to find out: a new one is sooner there."""


class SmtpMailer(Mailer):
    """Sends through the server at `url`. Raises SettingError where that is none.

    A request is one message, so that the ledger knows of each whether it was begun. `timeout` is in seconds.
    """

    largest = 1
    told = False

    def __init__(self, url: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._server = server_at(url)
        self._tls = _tls(self._server)
        self._timeout = timeout
        self._idle: list[Connection] = []
        self._lock = Lock()

    def send(self, request: Request) -> Answer:
        """Send one message."""
        (recipient,) = request.recipients
        try:
            sender, to = mailbox(request.course.sender.address), mailbox(recipient.address)
            letter = Letter(sender, to, message(request, recipient))
        except ValueError as error:
            return Answer(Verdict.REFUSED_SOME, str(error), refused={recipient.delivery: str(error)})
        now = monotonic()
        try:
            self._carry(letter, Deadline(now + self._timeout * _FOR_HANDING_OVER, now + self._timeout))
        except StoppedError as error:
            return meaning(error.stop, recipient.delivery)
        return Answer(Verdict.ACCEPTED, message_id=message_id(request, recipient))

    def close(self) -> None:
        """Close the connections that nobody is using."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _carry(self, letter: Letter, deadline: Deadline) -> None:
        """Hand a letter over, on a new connection where the fault may be that of a used one."""
        if (used := self._idle_connection()) is not None:
            try:
                self._carry_on(used, letter, deadline)
            except StoppedError as error:
                if not error.stop.may_be_the_connection:
                    raise
            else:
                return
        self._carry_on(Connection(self._server, self._tls, deadline.handed_over), letter, deadline)

    def _carry_on(self, connection: Connection, letter: Letter, deadline: Deadline) -> None:
        try:
            connection.carry(letter, deadline)
        finally:
            if connection.is_open:
                with self._lock:
                    self._idle.append(connection)
            else:
                connection.close()

    def _idle_connection(self) -> Connection | None:
        """The connection that was used last, if it can still be; those that lay idle for too long are closed."""
        with self._lock:
            found = self._idle.pop() if self._idle else None
        if found is None or monotonic() - found.idle_since < _IDLE_SECONDS:
            return found
        found.close()
        self.close()  # the others have lain idle for longer still
        return None


def _tls(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not server.must_prove_itself:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
