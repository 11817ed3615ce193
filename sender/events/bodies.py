"""The events in a webhook's body, parsed one by one as it is read, so that a large body is never in memory as a whole.

This is the standard library's parser on a window of the text. A parser made for streams would be its natural place, but
the one there is ends the process at a number of some thousands of digits.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from json import JSONDecodeError, JSONDecoder
from os import SEEK_END
from typing import IO, NoReturn, TypeAlias

_AT_ONCE = 64 * 1024
_LONGEST = 1024 * 1024
_SMALL = 1024 * 1024
_WHITE = " \t\n\r"
_BEHIND = re.compile(r"[ \t\n\r]*([,\]])[ \t\n\r]*")
_NO_ARRAY = "The body is no JSON array of events."
_BROKEN = "The body is no JSON: {} of its events could be read."
_TOO_LONG = "Event {} of the body has more than a million characters."

Thing: TypeAlias = Mapping[str, object] | None
"""The members of an event; or None for what stands in the place of one and is no object."""


class BodyError(ValueError):
    """A body is not what SendGrid sends; the message says in a sentence what is wrong."""


def things_in(body: IO[bytes]) -> Iterator[Thing]:
    """What stands in a body, which is read from its beginning.

    Raises BodyError where it is no JSON array, or breaks off; what stood before the fault has been given by then.
    """
    body.seek(0, SEEK_END)
    size = body.tell()
    body.seek(0)
    if size <= _SMALL and (found := _whole(body.read())) is not None:
        return iter(found)
    body.seek(0)
    return _one_by_one(_Window(body))


def _whole(content: bytes) -> list[Thing] | None:
    """The same at once, which is faster; None where there is anything wrong, which shows where the parts are read."""
    try:
        found = _DECODER.decode(content.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return [one if isinstance(one, dict) else None for one in found] if isinstance(found, list) else None


def _one_by_one(window: _Window) -> Iterator[Thing]:
    if window.sign() != "[":
        raise BodyError(_NO_ARRAY)
    window.at += 1
    number = 0
    ended = window.sign() == "]"
    window.at += ended
    while not ended:
        number += 1
        found, ended = window.value(number)
        yield found if isinstance(found, dict) else None
    if window.sign():
        raise BodyError(_BROKEN.format(number))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _number(digits: str) -> int | float:
    """A whole number; one of more digits than anything here has is read as Python reads fractions."""
    return int(digits) if len(digits) <= 20 else float(digits)


_DECODER = JSONDecoder(parse_constant=_refuse)
_decode = JSONDecoder(parse_constant=_refuse, parse_int=_number).raw_decode


class _Window:
    """A part of a text, from `at` on; more is read as it is used up.

    Bytes that are no UTF-8 become a sign that says so: a mail server's own words may hold some.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self.at = 0

    def sign(self) -> str:
        """The next sign that is no white space, to which this moves; empty at the end."""
        while self.at == len(self._text) or self._text[self.at] in _WHITE:
            if self.at < len(self._text):
                self.at += 1
            elif not self._more():
                break
        return self._text[self.at : self.at + 1]

    def value(self, number: int) -> tuple[object, bool]:
        """The value that begins here, and whether the array ends behind it; this moves behind both.

        Raises BodyError where there is none, or one of more than a million characters; `number` is its place.
        """
        while True:
            try:
                found, end = _decode(self._text, self.at)
                if behind := _BEHIND.match(self._text, end):
                    self.at = behind.end()
                    return found, behind[1] == "]"
            except JSONDecodeError:
                pass  # what is not whole yet looks like what is wrong
            except (ValueError, RecursionError) as error:
                raise BodyError(_BROKEN.format(number - 1)) from error
            if len(self._text) - self.at > _LONGEST:
                raise BodyError(_TOO_LONG.format(number))
            if not self._more():
                raise BodyError(_BROKEN.format(number - 1))

    def _more(self) -> bool:
        """Read on, and pass over white space; whether there was more."""
        part = self._file.read(_AT_ONCE)
        self._text = (self._text[self.at :] + self._decoder.decode(part, final=not part)).lstrip(_WHITE)
        self.at = 0
        return bool(part)
