"""A threaded server on loopback that knows which connections are open, and can close them all."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from tests.standin.wire import Answer, Connection, Head, NotHttpError

LOOPBACK: Final = "127.0.0.1"
_JOIN_SECONDS: Final = 5.0

Exchange = Callable[[Head, Connection], bool]
"""Answers one request; returns whether the connection may be used for another."""


class LoopbackServer(socketserver.ThreadingTCPServer):
    """Serves `exchange` on 127.0.0.1, a thread a connection; port 0 means any that is free."""

    allow_reuse_address = True
    daemon_threads = True
    # Connections wait here while the accepting thread is busy: a burst must not be refused.
    request_queue_size = 1024

    def __init__(self, port: int, exchange: Exchange) -> None:
        self.exchange = exchange
        self._open: set[socket.socket] = set()
        self._conversations: list[threading.Thread] = []
        self._changed = threading.Condition()
        super().__init__((LOOPBACK, port), _Conversation)
        self._acceptor = threading.Thread(target=self.serve_forever, args=(0.02,), name="standin", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Begins to accept connections, in a thread of its own."""
        self._acceptor.start()

    def stop(self) -> None:
        """Stops accepting, cuts every open connection and waits for its thread."""
        self.shutdown()
        self._acceptor.join()
        with self._changed:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):  # its own thread, or the client, was faster
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._conversations:
            thread.join(_JOIN_SECONDS)
        self.server_close()

    def wait_until_only(self, count: int, timeout: float) -> bool:
        """Waits until at most `count` connections are open; False after `timeout` seconds.

        Connections are accepted in the order in which they were made: whoever asks over a connection of its own has
        every earlier one counted.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            return self._changed.wait_for(lambda: len(self._open) <= count, deadline - time.monotonic())

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hands an accepted connection to a thread, counting it first."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        with self._changed:
            self._open.add(request)
        thread.start()
        # Only the accepting thread comes here, and `stop` reads the list when that one has ended.
        self._conversations = [each for each in self._conversations if each.is_alive()] + [thread]

    def shutdown_request(self, request: Any) -> None:
        """Closes a connection; overridden to stop counting it, and to let a reset be a reset."""
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()
        self.close_request(request)


class _Conversation(socketserver.StreamRequestHandler):
    """One connection, from the first request to the last."""

    server: LoopbackServer
    rbufsize = 1 << 16
    disable_nagle_algorithm = True

    def handle(self) -> None:
        connection = Connection(self.request, self.rfile)
        try:
            while True:
                try:
                    head = connection.read_head()
                except NotHttpError:
                    connection.send(Answer(400), keep_alive=False)
                    return
                if head is None or not self.server.exchange(head, connection):
                    return
        except (ConnectionError, TimeoutError):
            return  # the client has gone: that is its business
