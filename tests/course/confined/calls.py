"""What tests have a confined child call: kept apart from them, so that the child need not import pytest."""

from __future__ import annotations

import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from course.errors import CourseError, CourseErrors, Place
from course.limits import EmailOutOfTime, at, for_email, for_part

_held: list[object] = []
MISTAKE = CourseError("It is wrong.", fix="Mend it.", place=Place("lessons/01-soil.md", 7), rule="mjml")
OTHER = CourseError("So is this.", fix="And this.")


class OtherError(CourseError):
    """An error that carries more than others."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__("It is another.", fix="Mend it otherwise.")


def chatter() -> None:
    """Print in every way, and warn."""
    for stream in (sys.stdout, sys.stderr):
        stream.write("printed")
    os.write(1, b"written")
    os.write(2, b"written")
    warnings.warn("careful", stacklevel=1)


def raise_one() -> None:
    """Raise an error with all its parts."""
    raise MISTAKE


def raise_several() -> None:
    """Raise two errors in one."""
    raise CourseErrors((MISTAKE, OTHER))


def raise_another() -> None:
    """Raise an error of a kind of its own."""
    raise OtherError(7)


def loop() -> None:
    """Compute for ever, where Python heeds signals."""
    while True:
        pass


def loop_where_signals_are_swallowed() -> None:
    """Compute for ever, and take any Exception for one's own."""
    while True:
        with suppress(Exception):
            loop()


def loop_in_emails(count: int) -> list[float]:
    """Compute for ever in each of so many emails. Returns how long each computed, in seconds."""
    moments = [computed()]
    for number in range(count):
        with suppress(EmailOutOfTime), for_email(str(number)):
            loop()
        moments.append(computed())
    return [after - before for before, after in pairwise(moments)]


def computed() -> float:
    """How many seconds this process has computed."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def loop_for(place: str) -> None:
    """Compute for ever as the rendering of an email."""
    with for_email(place):
        loop()


def loop_deeply() -> int:
    """Compute for ever, where Python heeds no signal."""
    return sum(range(1 << 62))


def loop_deeply_for(place: str) -> int:
    """Do so as the rendering of an email."""
    with for_email(place):
        return loop_deeply()


def compute(seconds: float) -> int:
    """Compute for so long. Returns the number of the process."""
    end = computed() + seconds
    while computed() < end:
        pass
    return os.getpid()


def hoard() -> int:
    """Take more and more memory, as a template would."""
    hoarded: list[str] = []
    while True:
        hoarded.append("x" * 100_000 + str(len(hoarded)))


def hoard_for(place: str) -> int:
    """Take more and more memory as the rendering of an email."""
    with for_email(place):
        return hoard()


def hoard_unhindered() -> int:
    """Take more and more memory on a system that does not limit it."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    return hoard()


def die(number: int) -> None:
    """Die of a signal."""
    os.kill(os.getpid(), number)


def die_rendering(place: str, number: int) -> None:
    """Die of a signal in the rendering of an email."""
    with for_email(place):
        die(number)


def die_after_rendering(place: str, number: int) -> None:
    """Die of a signal when an email has been rendered."""
    with for_email(place):
        pass
    die(number)


def looking_over(place: str, end: Callable[[], object]) -> None:
    """End so while an email is looked over, which has been rendered anew for it."""
    with for_part(60):
        at(place)
        with for_email("lessons/02-light.md"):
            pass
        end()


def die_when_looked_over(place: str, number: int) -> None:
    """Die of a signal when an email has been looked over."""
    with for_part(60):
        at(place)
    die(number)


def checked_to_death(files: object, output: str) -> None:
    """Stand in for the check of a course of which a lesson ends the process."""
    die_rendering("lessons/01-soil.md", signal.SIGABRT)


def leave(status: int) -> None:
    """Leave as programs do."""
    raise SystemExit(status)


def wait(told: Path) -> None:
    """Say which process this is, and then neither compute nor return."""
    hold(told)
    while True:
        signal.pause()


def hold(told: Path) -> None:
    """Say which process this is, and keep the pipe open until it ends."""
    pipe = told.open("w")
    pipe.write(f"{os.getpid()}\n")
    pipe.flush()
    _held.append(pipe)


def hold_and_loop(told: Path) -> None:
    """Say which process this is, and compute for ever."""
    hold(told)
    loop()


def knows(module: str) -> bool:
    """Whether a module was imported here."""
    return module in sys.modules
