"""The stand-in itself: SendGrid's mail endpoint and suppression lists on loopback, with a journal, a script, gates."""

from __future__ import annotations

import http.client
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from tests.standin import suppressions
from tests.standin.addresses import recipients_of
from tests.standin.answers import answer_to
from tests.standin.arrival import Arrived, arrivals
from tests.standin.control import Control
from tests.standin.journal import Entry, Journal, times_taken
from tests.standin.limits import MAX_REQUEST_BYTES
from tests.standin.openapi import MailSendDescription
from tests.standin.script import MAX_WAIT, Fault, Moment, Rule, Script, Step
from tests.standin.server import LOOPBACK, LoopbackServer
from tests.standin.substitution import Substitution
from tests.standin.suppressions import SuppressionLists
from tests.standin.verdict import Verdict, judge
from tests.standin.wire import Answer, Connection, Head

DEFAULT_KEY: Final = "SG.a-key-for-the-stand-in"
MAIL_SEND: Final = "/v3/mail/send"
_NOT_TAKEN: Final = frozenset({Fault.DROP_BEFORE, Fault.EMPTY, Fault.GARBAGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a stand-in is set up; `port` 0 is any free one.

    `journal` is the file to write to (None: in memory), `fsync` makes each line reach the disk before its answer.
    `keep_bodies=False` journals addresses and custom args only: for large runs. `quick` skips the limits that look into
    each personalization. `openapi` is the path of SendGrid's description, to validate each request against as well.
    `default` is what happens to a request that no script says anything about. `clock` gives Unix seconds (UTC), for the
    journal and for `send_at`.
    """

    port: int = 0
    key: str = DEFAULT_KEY
    journal: Path | None = None
    fsync: bool = True
    keep_bodies: bool = True
    quick: bool = False
    openapi: Path | None = None
    substitution: Substitution = Substitution.ONE_PASS
    default: Step = field(default_factory=Step)
    clock: Callable[[], float] = time.time


class SendGridStandin:
    """A server that takes mail as SendGrid does and keeps it.

    Use it as a context manager: it listens from entering to leaving. All methods may be called from any thread.
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self._journal = Journal(self.options.journal, fsync=self.options.fsync)
        path = self.options.openapi
        self._description = None if path is None else MailSendDescription(path)
        self._server = LoopbackServer(self.options.port, self._exchange)
        self._control = Control(self)
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._number = self._journal.last_number()
        self._handled = 0
        self._script = Script(default=self.options.default)
        self._gates: dict[str, threading.Event] = {}
        self.suppressions = SuppressionLists()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """What to give the client as its host: no path, no slash at the end."""
        return f"http://{LOOPBACK}:{self._server.port}"

    @property
    def key(self) -> str:
        """The only API key it accepts."""
        return self.options.key

    def start(self) -> None:
        """Begins to answer."""
        self._server.start()

    def close(self) -> None:
        """Opens every gate, cuts every connection and closes the journal's file; in-memory entries stay readable."""
        self._stopping.set()
        self._open_all_gates()
        self._server.stop()
        self._journal.close()

    def script(self, *steps: Step, rules: Sequence[Rule] = (), default: Step | None = None) -> None:
        """Replaces the script: `steps` one a request, then the first of `rules` that applies, then `default`."""
        self.use(Script(steps, rules, self.options.default if default is None else default))

    def use(self, script: Script) -> None:
        """Replaces the script by one made elsewhere."""
        with self._changed:
            self._script = script

    def reset(self) -> None:
        """Forgets journal, script, counts, gates and suppression lists; held requests are let go first."""
        self._open_all_gates()
        self.suppressions.clear()
        with self._changed:
            self._journal.clear()
            self._script = Script(default=self.options.default)
            self._gates.clear()
            self._number = self._handled = 0

    def gate(self, name: str) -> threading.Event:
        """The gate of that name, shut until somebody sets it; it then stays open. None is shut after `close`."""
        with self._changed:
            gate = self._gates.setdefault(name, threading.Event())
            if self._stopping.is_set():
                gate.set()
            return gate

    def wait_for_requests(self, count: int, timeout: float = 10.0) -> None:
        """Waits until `count` requests in all have been dealt with: answered, cut off, or waiting as a step says.

        Whatever they put into the journal is there by then. Raises TimeoutError after `timeout` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._handled >= count, timeout):
                raise TimeoutError(f"{self._handled} of {count} requests came within {timeout} s")

    def wait_until_disconnected(self, timeout: float = 10.0) -> None:
        """Waits until no client is connected: after one was killed, when all it had sent has been dealt with.

        Raises TimeoutError after `timeout` seconds.
        """
        # Asked over HTTP, so that connections still waiting to be accepted come before the question.
        connection = http.client.HTTPConnection(LOOPBACK, self._server.port, timeout=timeout + 5.0)
        try:
            connection.request("GET", f"/_standin/disconnected?timeout={timeout}")
            response = connection.getresponse()
            response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise TimeoutError(f"a client was still connected after {timeout} s")

    @property
    def requests(self) -> int:
        """How many requests have been dealt with, in the sense of `wait_for_requests`."""
        with self._changed:
            return self._handled

    @property
    def journal(self) -> Journal:
        """Everything that was read to its end."""
        return self._journal

    def entries(self) -> list[Entry]:
        """The journal as a list."""
        return list(self._journal.entries())

    def arrived(self, address: str | None = None, *, how: Substitution | None = None) -> list[Arrived]:
        """What is in the inboxes, or in one of them, in the order of arrival; `how` overrides the options' algorithm.

        Raises LookupError when the stand-in keeps no bodies.
        """
        if not self.options.keep_bodies:
            raise LookupError("this stand-in keeps no bodies: it knows who got mail, not what stands in it")
        return [each for each in self._arrivals(how) if address is None or each.to == address]

    def times_taken(self, custom_arg: str) -> Counter[str]:
        """How often each value of `custom_arg` went out; more than once is a duplicate."""
        return times_taken(self._journal.entries(), custom_arg)

    def only_connected(self, count: int, timeout: float) -> bool:
        """Whether within `timeout` seconds no more than `count` connections are open."""
        return self._server.wait_until_only(count, timeout)

    def _arrivals(self, how: Substitution | None) -> Iterator[Arrived]:
        algorithm = self.options.substitution if how is None else how
        for entry in self._journal.entries():
            if entry.taken and entry.payload is not None and entry.message_id is not None:
                yield from arrivals(
                    entry.payload, message_id=entry.message_id, request_number=entry.number, how=algorithm
                )

    def _exchange(self, head: Head, connection: Connection) -> bool:
        if head.path.startswith("/_standin/"):
            return self._control.exchange(head, connection)
        if head.path.startswith(suppressions.PREFIX) and head.method == "GET":
            connection.discard_body(head)
            connection.send(self.suppressions.answer(head, self.key), keep_alive=head.keep_alive)
            return head.keep_alive
        if head.path != MAIL_SEND or head.method != "POST":
            connection.discard_body(head)
            connection.send(Answer(405 if head.path == MAIL_SEND else 404), keep_alive=head.keep_alive)
            return head.keep_alive
        with self._changed:
            self._number += 1
            number, script = self._number, self._script
        return self._take(number, script.next(), head, connection)

    def _take(self, number: int, step: Step, head: Head, connection: Connection) -> bool:
        """One mail request from its head to its answer; nothing is answered that is not in the journal."""
        if step.fault is Fault.DROP_BEFORE:
            connection.reset()
            self._count()
            return False
        body: bytes | None = None
        if head.length < MAX_REQUEST_BYTES:
            body = connection.read_body(head)
            if body is None:
                return False
        else:
            connection.discard_body(head)
        if step.wait is Moment.BEFORE_TAKING:
            self._pause(step)
        entry, answer = self._decide(number, step, self._judge(head, body))
        keep = self.options.keep_bodies and entry.payload is not None
        self._journal.write(entry, body if keep else None)
        if step.wait is Moment.AFTER_TAKING:
            self._pause(step)
        return _reply(connection, step, answer, keep_alive=head.keep_alive and body is not None)

    def _judge(self, head: Head, body: bytes | None) -> Verdict:
        return judge(
            head.headers,
            body,
            key=self.options.key,
            now=self.options.clock(),
            quick=self.options.quick,
            description=self._description,
        )

    def _decide(self, number: int, step: Step, own: Verdict) -> tuple[Entry, Answer]:
        """The journal's entry and the client's answer: SendGrid's `own` verdict, unless the step has another."""
        refusal = step.refusal(own.payload)
        told = own
        if refusal is not None and step.status is not None:
            told = Verdict(step.status, (refusal,), own.payload)
        taken = told.taken and step.fault not in _NOT_TAKEN if step.taken is None else step.taken and own.taken
        message_id = secrets.token_urlsafe(16) if taken else None
        silent = step.fault in _NOT_TAKEN or step.fault is Fault.DROP_AFTER
        entry = Entry(
            number=number,
            at=datetime.fromtimestamp(self.options.clock(), UTC).isoformat(),
            status=None if silent else told.status,
            taken=taken,
            message_id=message_id,
            fault=None if step.fault is None else str(step.fault),
            errors=tuple(error.as_json() for error in told.errors),
            recipients=recipients_of(own.payload),
            payload=own.payload,
        )
        return entry, answer_to(told, message_id, step.headers)

    def _count(self) -> None:
        with self._changed:
            self._handled += 1
            self._changed.notify_all()

    def _pause(self, step: Step) -> None:
        """Counts the request, then waits as the step says."""
        # Before counting: whoever waited for the request to be held may at once open, reset or close.
        gate = None if step.gate is None else self.gate(step.gate)
        self._count()
        if step.delay:
            self._stopping.wait(step.delay)
        if gate is not None:
            gate.wait(MAX_WAIT)

    def _open_all_gates(self) -> None:
        with self._changed:
            gates = list(self._gates.values())
        for gate in gates:
            gate.set()


def _reply(connection: Connection, step: Step, answer: Answer, *, keep_alive: bool) -> bool:
    """Sends the answer, whole or as the step spoils it; returns whether the connection goes on."""
    match step.fault:
        case None:
            connection.send(answer, keep_alive=keep_alive)
            return keep_alive
        case Fault.DROP_AFTER:
            connection.reset()
        case Fault.HALF_BODY:
            connection.send_half(answer)
        case Fault.GARBAGE:
            connection.send_garbage()
    return False
