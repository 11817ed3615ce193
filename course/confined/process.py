"""The child process as its parent sees it: started, spoken to, and ended."""

from __future__ import annotations

import math
import os
import select
import signal
import subprocess
import sys
from fcntl import F_DUPFD_CLOEXEC, fcntl
from io import FileIO

from course.confined.messages import receive, send

# The path is the parent's: modules are never looked for in the present folder, which may be an author's.
_PROGRAM = """
import sys
given, sys.path[:] = sys.argv[1:5], sys.argv[5:]
from course.confined.child import serve
serve(int(given[0]), int(given[1]), int(given[2]), float(given[3]))
"""
_STANDARD_ERROR = 2
_STEP = 0.5


class Process:
    """A child process with two pipes to it. It says nothing on the terminal, and ends when this process is gone."""

    def __init__(self, *, memory: int, seconds_for_email: float) -> None:
        reads, ours = _pipe()
        theirs, writes = _pipe()
        self._requests, self._answers = FileIO(ours, "w"), FileIO(theirs, "r")
        given = (str(reads), str(writes), str(memory), str(seconds_for_email))
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, *given, *sys.path],
                pass_fds=(reads, writes),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except BaseException:
            self._close_pipes()
            raise
        finally:
            os.close(reads)
            os.close(writes)

    def send(self, content: bytes) -> None:
        """Send a message. Raises BrokenPipeError where the child is gone."""
        send(self._requests, content)

    def receive(self, patience: float) -> bytes | None:
        """The next message, or None where the child is gone; TimeoutError where none comes in so many seconds.

        Time in which this process was stopped does not count.
        """
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        for _ in range(math.ceil(patience / _STEP)):
            if poll.poll(min(patience, _STEP) * 1000):
                return receive(self._answers)
        raise TimeoutError

    def kill(self) -> None:
        """End the child, whatever it does; another thread that waits for a message finds it gone."""
        self._process.kill()

    def close(self) -> int:
        """End the child and let go of it. Returns its exit status; one below 0 is that of the signal that ended it."""
        self._process.kill()
        self._close_pipes()
        return self._process.wait()

    def _close_pipes(self) -> None:
        self._requests.close()
        self._answers.close()


def _pipe() -> tuple[int, int]:
    """A pipe of which no end is taken for standard input or output, where one of those is closed."""
    ends = os.pipe()
    if min(ends) > _STANDARD_ERROR:
        return ends
    try:
        reads, writes = (fcntl(end, F_DUPFD_CLOEXEC, _STANDARD_ERROR + 1) for end in ends)
    finally:
        for end in ends:
            os.close(end)
    return reads, writes


def signal_name(status: int) -> str:
    """What ended a process, by its exit status, in words."""
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"
