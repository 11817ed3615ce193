"""Work on what authors wrote, done in a child process with limits of time and memory.

A template can loop for ever or make a text of gigabytes. In the child that ends as a CourseError with the template's
line; what cannot be stopped there ends the child, and the next call has a new one. The limits keep the machine well.
What a template may see and do is kept by the sandbox of `course.templating`.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from types import TracebackType
from typing import Self, TypeVar, cast

from course.confined.messages import At, Broken, Import, Refused, Request, Returned, packed, unpacked
from course.confined.process import Process, signal_name
from course.errors import CourseError, Place
from course.folder.course_file import FILE
from course.limits import RULE, SECONDS_FOR_EMAIL, too_slow

__all__ = ["MEMORY", "SECONDS", "Confined"]

MEMORY = 1 << 30
"""How many bytes of memory the child may have, its program among them."""

SECONDS = 60.0
"""How long a call may compute."""

T = TypeVar("T")


class Confined:
    """Calls functions in a child process, one after the other, from whatever threads.

    The child is started when it is first needed, may have `memory` bytes, and may compute for `seconds_for_email` to
    render one email. One that neither computes nor answers is ended `grace` seconds after twice the time of its call.
    """

    def __init__(
        self, *, memory: int = MEMORY, seconds_for_email: float = SECONDS_FOR_EMAIL, grace: float = 5.0
    ) -> None:
        self._memory = memory
        self._seconds_for_email = seconds_for_email
        self._grace = grace
        self._lock = Lock()
        self._process: Process | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def start(self, *modules: str) -> None:
        """Start the child and have it import these modules meanwhile, so that its first answer comes sooner."""
        with self._lock:
            self._send(packed(Import(modules)))

    def call(self, function: Callable[..., T], *args: object, seconds: float = SECONDS) -> T:
        """What a function returns for these arguments. It is one of a module; arguments and result can be pickled.

        Raises CourseError and CourseErrors as it does; CourseError with the rule `render-limit` where it would compute
        for more than `seconds` or needs too much memory; RuntimeError for anything else that it raises.
        """
        request = packed(Request(function, args, seconds))
        with self._lock:
            try:
                answer = self._answer(request, seconds * 2 + self._grace)
            except BaseException:
                self._end()  # it may still be at work
                raise
        if isinstance(answer, Refused):
            raise answer.error
        if isinstance(answer, Broken):
            raise RuntimeError(f"What was called in a child process failed there:\n{answer.traceback}")
        assert isinstance(answer, Returned)
        return cast("T", answer.result)

    def close(self) -> None:
        """End the child. A call that another thread waits for fails, and so do later ones, with RuntimeError."""
        self._closed = True
        if (process := self._process) is not None:
            process.kill()
        with self._lock:
            self._end()

    def _answer(self, request: bytes, patience: float) -> object:
        place: Place | None = None
        begun = False
        for _ in range(2):  # a child that was ended from outside before it began is no reason to give up
            process = self._send(request)
            try:
                while (content := process.receive(patience)) is not None:
                    message = unpacked(content)
                    if not isinstance(message, At):
                        return message
                    begun, place = True, Place(message.place) if message.place else None
            except TimeoutError:
                raise too_slow(place) from None
            status = self._end()
            if begun:
                raise self._died(status, place)
        raise RuntimeError(f"The child process could not begin ({signal_name(status)}).")

    def _send(self, message: bytes) -> Process:
        """Send a message to the child, or to a new one where there is none any more."""
        if self._process is not None:
            try:
                self._process.send(message)
            except BrokenPipeError:
                self._end()
            else:
                return self._process
        if self._closed:
            raise RuntimeError("No calls can be made any more: it is closed.")
        self._process = Process(memory=self._memory, seconds_for_email=self._seconds_for_email)
        with suppress(BrokenPipeError):  # the answer will tell
            self._process.send(message)
        return self._process

    def _died(self, status: int, place: Place | None) -> CourseError:
        if self._closed:
            raise RuntimeError("It was closed in the middle of a call.")
        if status == -signal.SIGVTALRM:
            return too_slow(place)
        return CourseError(
            f"{'Rendering this' if place else 'Something in this course'} ended the process ({signal_name(status)}).",
            fix="Look for something unusually large, or nested unusually deep"
            + ("." if place else "; or take out what you changed last, and run this again."),
            place=place or Place(FILE),
            rule=RULE,
        )

    def _end(self) -> int:
        """End the child, if there is one. Returns its exit status."""
        process, self._process = self._process, None
        return 0 if process is None else process.close()
