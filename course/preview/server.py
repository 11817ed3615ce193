"""Serving the preview on this machine until it is told to stop."""

from __future__ import annotations

import errno
import os
import signal
import socket
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread
from types import FrameType

import click
from uvicorn import Config, Server

from course.confined import Confined
from course.errors import CourseError
from course.folder import has_course, read_files
from course.preview.application import create_app
from course.preview.desk import Desk
from course.preview.posting import Post

PORT = 8765
"""Where the preview is found, unless another port is asked for or this one is taken."""

SECONDS_FOR_EMAIL = 2.0
"""How long an email may take to render before its author is told that it never ends, in seconds of computing."""

_HOST = "127.0.0.1"
_MOST_TRIED = 20
_LOOK_SECONDS = 0.1
_LAST_ANSWERS_SECONDS = 3
_REASONS = {
    errno.EADDRINUSE: "is already in use",
    errno.EACCES: "may not be used by this user",
}


def serve(folder: Path, *, port: int | None = None, browser: bool = True, post: Post | None = None) -> None:
    """Show the course in `folder` on a page of this machine alone, until Ctrl-C or SIGTERM.

    Prints the page's address first and, if wanted, opens it in a browser. Without a `port` it is the first free one
    from 8765 on; 0 is any. `post` sends tests; without it the page has no form for that. Raises CourseError where there
    is no course, or the port cannot be used.
    """
    if not has_course(folder):
        read_files(folder)  # which says so
    with listen(port) as listener, _stopped_by_signals() as stopped:
        address = f"http://{_HOST}:{listener.getsockname()[1]}/"
        click.echo(f"Preview at {address}")
        click.echo("It follows every change that you save. Ctrl-C stops it.", err=True)
        with serving(folder, listener, post=post) as thread:
            if browser:
                Thread(target=webbrowser.open, args=(address,), daemon=True).start()
            while not stopped() and thread.is_alive():
                thread.join(_LOOK_SECONDS)  # and not for good: a signal's handler needs this thread


def listen(port: int | None) -> socket.socket:
    """A socket that listens on loopback; see `serve` for the port. Raises CourseError where that cannot be."""
    for number in range(PORT, PORT + _MOST_TRIED) if port is None else [port]:
        try:
            return _listening(number)
        except OSError as error:
            if port is None and error.errno == errno.EADDRINUSE:
                continue
            fault = _REASONS.get(error.errno or 0, f"cannot be listened at: {error.strerror}")
            raise CourseError(f"Port {number} {fault}.", fix="Choose another with --port.") from error
    last = PORT + _MOST_TRIED - 1
    raise CourseError(f"The ports from {PORT} to {last} are all in use.", fix="Choose another with --port.")


def _listening(port: int) -> socket.socket:
    # Named as TCP, which `create_server` leaves open: asyncio sends without delay only over what is. Otherwise each
    # answer on a connection that is kept would wait 40 ms for its second half.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener


@contextmanager
def serving(folder: Path, listener: socket.socket, *, post: Post | None = None) -> Iterator[Thread]:
    """Show the course in `folder` while the block runs, from a thread, which this yields."""
    with _worker() as shower, _worker() as checker:
        shower.start("course.preview.showing")
        with answering(Desk(folder.resolve(), shower, checker), listener, today=date.today, post=post) as thread:
            yield thread


@contextmanager
def answering(
    desk: Desk, listener: socket.socket, *, today: Callable[[], date], post: Post | None = None
) -> Iterator[Thread]:
    """Show what is on a desk while the block runs, from a thread, which this yields; then let go of who listens."""
    server = _Server(create_app(desk, port=listener.getsockname()[1], today=today, post=post), desk)
    thread = Thread(target=server.run, args=([listener],), name="preview")
    thread.start()
    try:
        yield thread
    finally:
        server.should_exit = True
        thread.join()


def _worker() -> Confined:
    return Confined(seconds_for_email=SECONDS_FOR_EMAIL)


class _Server(Server):
    """A server whose open event streams end when it is told to stop: it would wait for them otherwise."""

    def __init__(self, application: object, desk: Desk) -> None:
        super().__init__(
            Config(
                application, loop="asyncio", http="h11", ws="none", lifespan="on", log_config=None,  # type: ignore[arg-type]
                log_level="warning", access_log=False, server_header=False, proxy_headers=False,
                timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
            )
        )  # fmt: skip
        self._desk = desk

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._desk.stop()
        await super().shutdown(sockets)


@contextmanager
def _stopped_by_signals() -> Iterator[Callable[[], bool]]:
    """Whether SIGTERM or SIGINT has come since."""
    came: list[int] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
