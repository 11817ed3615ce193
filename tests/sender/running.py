"""The parts of `run` as processes: started in the folder of a school, listened to, and told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

from tests.sender.web.sample import ROOT, SECRET

PATIENCE = 30.0


class Running:
    """A process that goes on until it is told to stop; it is killed if it outlives the test's patience."""

    def __init__(self, process: subprocess.Popen[str], *, serves: bool) -> None:
        self.process = process
        self.address = self._read(process.stdout).removeprefix("dripcourse: ").strip() if serves else ""
        self.log: list[str] = []

    def wait_for(self, text: str) -> str:
        """The first line of the log that holds a text."""
        while text not in (line := self._read(self.process.stderr)):
            self.log.append(line)
            assert line, f"it ended before it said {text!r}: {self.log}"
        self.log.append(line)
        return line

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to stop, and wait; its exit status."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        self.log += err.splitlines(keepends=True)
        assert out == ""
        return self.process.returncode

    @staticmethod
    def _read(stream: object) -> str:
        return str(stream.readline())  # type: ignore[attr-defined]


def command(*arguments: str) -> list[str]:
    """A command of dripcourse, as a process of its own."""
    return [sys.executable, "-W", "error", "-m", "sender", *arguments]


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of such a process: the school in `folder`, and further settings."""
    own = {"PYTHONPATH": str(ROOT), "DRIPCOURSE_DATABASE": f"sqlite:///{folder}/school.db", "DRIPCOURSE_SECRET": SECRET}
    return {**os.environ, **own, **settings}


@contextmanager
def running(folder: Path, part: str = "run", **settings: str) -> Iterator[Running]:
    """`run` in the folder of a school, or another part of it: `web`, `scheduler`. A port is any that is free."""
    serves = part != "scheduler"
    process = subprocess.Popen(
        command(part, *(("--port", "0") if serves else ())), cwd=folder, env=environment(folder, settings),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    watch = Timer(PATIENCE, process.kill)
    watch.start()
    with process:
        try:
            yield Running(process, serves=serves)
        finally:
            watch.cancel()
            process.kill()
