"""Serving an application: listening at an address, and answering there until told to stop."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from starlette.applications import Starlette
from uvicorn import Config, Server

from sender.errors import SenderError

_LAST_ANSWERS_SECONDS = 5
_BACKLOG = 128
_REASONS = {
    errno.EADDRINUSE: ("is already in use", "Stop what uses it, or choose another with --port."),
    errno.EACCES: ("may not be used by this user", "Choose one from 1024 on with --port."),
}


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 is any that is free. Raises SenderError where that cannot be."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return _listening(family, address)
    except OSError as error:
        fault, fix = _REASONS.get(error.errno or 0, ("cannot be listened at", "Choose another with --host and --port."))
        raise SenderError(f"Port {port} of {host} {fault}.", fix=fix) from error


def _listening(family: int, address: tuple[Any, ...]) -> socket.socket:
    """A listener that names its protocol.

    asyncio lets small answers go at once only on a socket that says it is TCP: each would wait some 40 ms otherwise.
    """
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def address_of(listener: socket.socket) -> str:
    """The web address of a socket that listens."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def serving(application: Starlette, listener: socket.socket) -> Iterator[Thread]:
    """Answer requests in a thread, which this yields, while the block runs; then finish those under way.

    Nothing is logged of a request: its address may hold a token.
    """
    config = Config(
        application, loop="asyncio", http="h11", ws="none", lifespan="off", log_config=None, log_level="warning",
        access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
    )  # fmt: skip
    server = Server(config)
    thread = Thread(target=server.run, args=([listener],), name="web")
    thread.start()
    try:
        yield thread
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
