"""Limits of time and memory for what this process works on: set in the child of `course.confined`, and nowhere else.

Time is what the process computes (CPU time), so that a busy or sleeping machine stops nothing that is well.
"""

from __future__ import annotations

import math
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType

from course.errors import CourseError, Place

SECONDS_FOR_EMAIL = 3.0
"""How long rendering one email may take: a hundred times what a long lesson takes."""

RULE = "render-limit"

_LEAST = 0.1
_TICK = 0.05
_AGAIN = 0.25  # what is raised where Python must ignore it, as in a `__del__`, is raised once more
_GRACE = 1.0
_BYTES = 1 if sys.platform == "darwin" else 1024  # in a unit of ru_maxrss


class OutOfTime(BaseException):
    """The time is up. Not an Exception: templates, and the libraries that they run through, catch those.

    `file` is what was worked on then, empty where that is not known.
    """

    def __init__(self, file: str = "") -> None:
        self.file = file
        super().__init__(file)


class EmailOutOfTime(OutOfTime):
    """The time for one email is up; for the others there is more."""


class PartOutOfTime(OutOfTime):
    """The time for one part of the work, such as what one rule does, is up; for the rest there is more."""


class OutOfMemoryError(MemoryError):
    """There was no memory left when `file` was worked on."""

    def __init__(self, file: str) -> None:
        self.file = file
        super().__init__(file)


def too_slow(place: Place | None) -> CourseError:
    """What is said of a place where the time was up."""
    return CourseError(
        f"{_what(place)} takes too long, and was stopped.",
        fix="Look for a loop within a loop, for one over a long text, and for what calls itself.",
        place=place,
        rule=RULE,
    )


def too_large(place: Place | None) -> CourseError:
    """What is said of a place where there was no memory left."""
    return CourseError(
        f"{_what(place)} needs too much memory, and was stopped.",
        fix="Look for a text or a list that is multiplied, or that grows with each turn of a loop.",
        place=place,
        rule=RULE,
    )


def place_of(error: OutOfTime | MemoryError) -> Place | None:
    """What was worked on when a limit was passed, with the line if that was in a template in the same file."""
    file = error.file if isinstance(error, OutOfTime | OutOfMemoryError) else ""
    raised = raised_at(error.__traceback__)
    if raised is not None and file in ("", raised.file):
        return raised
    return Place(file) if file else None


def raised_at(traceback: TracebackType | None) -> Place | None:
    """The innermost line of a template in a traceback (Jinja names templates in it as if they were files)."""
    place = None
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file.startswith(("lessons/", "theme/", "templates/email/", "course.toml")):
            # Jinja rewrites the tracebacks of Exceptions alone.
            template = traceback.tb_frame.f_globals.get("__jinja_template__")
            line = template.get_corresponding_lineno(traceback.tb_lineno) if template else traceback.tb_lineno
            place = Place(file, line)
        traceback = traceback.tb_next
    return place


def _what(place: Place | None) -> str:
    return "Rendering this" if place else "Something in this course"


@dataclass(slots=True)
class _Work:
    """What this process may use. Moments are the seconds that it will have computed since it was started."""

    told: Callable[[str], None]
    seconds_for_email: float
    peak: int
    parent: int = field(default_factory=os.getppid)
    end: float = math.inf
    file: str = ""
    in_email: bool = False
    end_of_email: float = math.inf
    end_of_part: float = math.inf
    left_for_email: float = 0.0

    def at(self, file: str) -> None:
        """Say what is worked on now, in case the process dies of it; empty for nothing in particular."""
        self.file = file
        self.told(file)

    @contextmanager
    def on(self, file: str) -> Iterator[None]:
        """Work on a file in the block, and then on what was worked on before."""
        before = self.file
        self.at(file)
        try:
            yield
        except OutOfMemoryError:
            raise
        except MemoryError as error:
            raise OutOfMemoryError(self.file).with_traceback(error.__traceback__) from None
        finally:
            self.at(before)

    def let_the_system_end_it(self) -> None:
        """Have the system end this process where it computes on in code that heeds no signal of Python's."""
        left = min(self.end, self.end_of_email, self.end_of_part) - _computed()
        # A limit of CPU time (RLIMIT_CPU) would be held against another account of it, which drifts off by seconds.
        signal.setitimer(signal.ITIMER_VIRTUAL, 0 if left == math.inf else max(left, 0) + _GRACE)


_work: _Work | None = None


def confine(*, memory: int, seconds_for_email: float, told: Callable[[str], None]) -> None:
    """Limit this process, for good, to `memory` bytes, and the rendering of each email to so many seconds.

    `told` is called with what is worked on, the file of each email that is begun, and with what is worked on when it is
    done, empty where that is nothing in particular. When the process that started this one is gone, this one ends.
    """
    global _work  # noqa: PLW0603  # the limits are the process's, as its signals are
    with suppress(ValueError, OSError):  # where the system cannot do it, `_look` looks after the memory
        _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CORE, 0)
    _work = _Work(told, seconds_for_email, _peak() + memory)
    signal.signal(signal.SIGPROF, _look)
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF, signal.SIGVTALRM})


@contextmanager
def for_call(seconds: float) -> Iterator[None]:
    """Let the block compute for so many seconds. Raises OutOfTime in the midst of it when they are over."""
    assert _work is not None
    _work.end = _computed() + seconds
    _work.left_for_email = _work.seconds_for_email
    _work.let_the_system_end_it()
    signal.setitimer(signal.ITIMER_PROF, _TICK, _TICK)
    try:
        with _work.on(""):
            yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        _work.in_email = False
        _work.end = _work.end_of_email = _work.end_of_part = math.inf
        _work.let_the_system_end_it()


@contextmanager
def for_email(place: str) -> Iterator[None]:
    """Let the block, which renders (or reads) an email of which most is in `place`, compute for as long as one may.

    Raises EmailOutOfTime in the midst of it. The next email has half as long then, but a tenth of the first: where a
    theme never ends, no email does. A block within a block has what that has left. Without `confine` there is no limit.
    """
    if _work is None or _work.in_email:
        yield
        return
    _work.in_email = True
    begun, end_of_part = _computed(), _work.end_of_part
    _work.end_of_part = math.inf
    _work.end_of_email = begun + _work.left_for_email
    _work.let_the_system_end_it()
    try:
        with _work.on(place):
            yield
    except EmailOutOfTime:
        _work.left_for_email = max(_work.left_for_email / 2, _work.seconds_for_email * _LEAST)
        raise
    finally:
        _work.in_email = False
        _work.end_of_email = math.inf
        _work.end_of_part = end_of_part + _computed() - begun
        _work.let_the_system_end_it()


@contextmanager
def for_part(seconds: float, place: str = "") -> Iterator[None]:
    """Let the block compute for so many seconds; the emails that are rendered in it do not count.

    Raises PartOutOfTime in the midst of it. `place` is what it works on, if on one file. Without `confine` there is no
    limit. A block stands in no other, and in no email.
    """
    if _work is None:
        yield
        return
    _work.end_of_part = _computed() + seconds
    _work.let_the_system_end_it()
    try:
        with _work.on(place):
            yield
    finally:
        _work.end_of_part = math.inf
        _work.let_the_system_end_it()


def at(place: str) -> None:
    """Say what is worked on from now on, up to the end of the block, in case the process dies of it."""
    if _work is not None:
        _work.at(place)


def _look(_signal: int, _frame: object) -> None:
    """Raise what says so where a limit is passed."""
    assert _work is not None
    if os.getppid() != _work.parent:
        os._exit(1)
    computed, peak = _computed(), _peak()
    if computed >= _work.end:
        _work.end = computed + _AGAIN
        raise OutOfTime(_work.file)
    if computed >= _work.end_of_email:
        _work.end_of_email = computed + _AGAIN
        raise EmailOutOfTime(_work.file)
    if computed >= _work.end_of_part:
        _work.end_of_part = computed + _AGAIN
        raise PartOutOfTime(_work.file)
    if peak > _work.peak:
        _work.peak = peak + peak // 4  # the peak stays, however much is given back
        raise MemoryError


def _computed() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES


def _limit(what: int, wanted: int) -> None:
    """Set a limit of the system's, as far as the one that is set for good allows."""
    unlimited = resource.RLIM_INFINITY
    _, most = resource.getrlimit(what)
    allowed = wanted if most == unlimited else most if wanted == unlimited else min(wanted, most)
    resource.setrlimit(what, (allowed, most))
