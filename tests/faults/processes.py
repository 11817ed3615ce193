"""Senders as processes that can be killed at any moment: each is forked from one that has everything imported."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from time import monotonic
from typing import Any

PATIENCE = 60.0
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["dotenv", "sender.commands.send", "sender.mailers.sendgrid", "sender.tick", __name__])


@dataclass(frozen=True, slots=True)
class How:
    """How a sender is troubled: with `calls` it kills itself (SIGKILL) when it has called so many functions.

    With `offsets` the machine's clock, as it sees it, is off by each in turn at every look. With `room` the
    kernel refuses whatever it writes beyond so many bytes of a file, the write-ahead log among them.
    """

    calls: int | None = None
    offsets: tuple[timedelta, ...] = ()
    room: int | None = None


HOW = How()
NEVER = sys.maxsize
"""More functions than any sender calls: it only counts them."""


@dataclass
class Sending:
    """One `dripcourse send` in a process of its own, which has begun."""

    process: ForkServerProcess
    out: Path
    began: float = field(default_factory=monotonic)

    def kill_after(self, seconds: float) -> None:
        """Kill it (SIGKILL) once it has run for so long, unless it has ended by then."""
        self.process.join(timeout=max(0.0, self.began + seconds - monotonic()))
        self.process.kill()
        self.process.join(PATIENCE)

    def ended(self) -> None:
        """Wait until it has ended, in whatever way."""
        self.process.join(PATIENCE)
        assert not self.process.is_alive()

    @property
    def calls(self) -> int:
        """How many functions it had called when it ended by itself."""
        return int(self.out.with_suffix(".calls").read_text())

    def done(self, *statuses: int) -> dict[str, Any]:
        """Wait until it ends by itself; what it told as JSON. An exit status that is not 0, or one of these, fails."""
        self.process.join(PATIENCE)
        assert self.process.exitcode in (statuses or (0,)), self.said
        told = self.out.read_text("utf-8")
        return json.loads(told) if told.strip() else {}

    @property
    def said(self) -> str:
        """What it said on stderr."""
        return self.out.with_suffix(".err").read_text("utf-8")


@contextmanager
def sending(
    folder: Path, settings: Mapping[str, str], *arguments: str, how: How = HOW, name: str = "told"
) -> Iterator[Sending]:
    """Start `dripcourse send` in a folder; it is no longer there when the block ends."""
    out = folder / f"{name}.json"
    heard, began = _FORKING.Pipe(duplex=False)
    command = ["dripcourse", "send", "--format", "json", *arguments]
    process = _FORKING.Process(target=_send, args=(folder, dict(settings), command, how, out, began))
    process.start()
    try:
        began.close()
        heard.recv()
        yield Sending(process, out)
    finally:
        heard.close()
        if process.is_alive():
            process.kill()
        process.join(PATIENCE)
        process.close()


def _send(folder: Path, settings: Mapping[str, str], command: list[str], how: How, out: Path, began: Any) -> None:
    os.chdir(folder)
    os.environ.update(settings)
    for number, file in ((1, out), (2, out.with_suffix(".err"))):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.argv = command
    if how.offsets:
        _set_clock(how.offsets)
    if how.room is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (how.room, how.room))
    from sender.cli import main

    began.send(None)
    if how.calls is None:
        main()
    else:
        _counted(main, how.calls, out.with_suffix(".calls"))


def _counted(main: Callable[[], None], last: int, count: Path) -> None:
    """Run it until it has called `last` functions, in whichever thread: then it kills itself."""
    numbers = itertools.count(1)

    def called(_frame: object, event: str, _argument: object) -> None:
        if event == "call" and next(numbers) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(called)
    sys.setprofile(called)
    try:
        main()
    finally:
        sys.setprofile(None)
        count.write_text(str(next(numbers)))


def _set_clock(offsets: Sequence[timedelta]) -> None:
    import sender.commands.send as command

    off = itertools.cycle(offsets)
    vars(command)["clock"] = lambda: datetime.now(UTC) + next(off)
