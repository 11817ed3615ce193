"""What a process and its confined child say to each other: pickled, each message after its length."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO

from course.errors import CourseError

_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True, slots=True)
class Import:
    """To the child: import these modules now. There is no answer."""

    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """To the child: call this."""

    function: Callable[..., object]
    args: tuple[object, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class At:
    """From the child: it works on a request, now on the file `place`, such as an email's; empty for none of them."""

    place: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """From the child: the function returned this."""

    result: object


@dataclass(frozen=True, slots=True)
class Refused:
    """From the child: the function raised this."""

    error: CourseError


@dataclass(frozen=True, slots=True)
class Broken:
    """From the child: the function raised what it should not, as this traceback tells."""

    traceback: str


def packed(message: object) -> bytes:
    """A message as bytes."""
    return pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)


def unpacked(content: bytes) -> object:
    """The message that was packed."""
    return pickle.loads(content)  # noqa: S301  # from our own other half, which has the same rights


def send(pipe: FileIO, content: bytes) -> None:
    """Write bytes to a pipe. Raises BrokenPipeError where nobody reads there any more."""
    rest = memoryview(_LENGTH.pack(len(content)) + content)
    while rest:
        rest = rest[pipe.write(rest) :]


def receive(pipe: FileIO) -> bytes | None:
    """The bytes that the other half wrote, or None where it is gone."""
    head = _read(pipe, _LENGTH.size)
    return None if head is None else _read(pipe, _LENGTH.unpack(head)[0])


def _read(pipe: FileIO, size: int) -> bytes | None:
    content = bytearray(size)
    rest = memoryview(content)
    while rest:
        count = pipe.readinto(rest)
        if not count:
            return None
        rest = rest[count:]
    return bytes(content)
