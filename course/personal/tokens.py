"""Tokens: what is printed into a text that is still to be parsed, for a subscriber's value or for an author's.

A token is made of letters and digits, so that Markdown and MJML leave it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

MARK = "dripc0urse"
"""What every token begins with, and nobody writes by chance."""

_SYMBOL = re.compile(MARK + r"([paq])((?:[0-9a-f]{2})+)x")
_VALUE = re.compile(MARK + r"v((?:[0-9a-f]{2})+)x")
_ANY = re.compile(MARK + r"[vpaq](?:[0-9a-f]{2})+x")
T = TypeVar("T")


class Spot(StrEnum):
    """What a symbol's token is printed into, by the letter that it carries."""

    TEXT = "p"
    ADDRESS = "a"
    ADDRESS_PART = "q"


def symbol_token(expression: str) -> str:
    """The token of an expression over a subscriber."""
    return f"{MARK}{Spot.TEXT}{expression.encode().hex()}x"


def value_token(text: str) -> str:
    """The token of a text that is not to be parsed."""
    data = text.encode("utf-8", "ignore")  # a lone surrogate is no character, and nothing can write it
    return f"{MARK}v{data.hex()}x" if data else ""


def is_one_token(text: str) -> bool:
    """Whether a text is a token and nothing else."""
    return _ANY.fullmatch(text) is not None


def has_symbols(text: str) -> bool:
    """Whether a symbol was printed into `text`."""
    return _SYMBOL.search(text) is not None


def replace_symbols(text: str, replacement: Callable[[Spot, str], str]) -> str:
    """`text` with each symbol's token replaced by what `replacement` says for its spot and expression."""
    return _SYMBOL.sub(lambda found: replacement(Spot(found[1]), _decoded(found[2])), text)


def replace_values(text: str, written: Callable[[str], str]) -> str:
    """`text` with the tokens of printed values replaced by the values, each as `written` writes it."""
    return _VALUE.sub(lambda found: written(_decoded(found[1])), text)


def in_pieces(text: str, plainly: Callable[[str], T], symbolically: Callable[[str], T]) -> list[T]:
    """A text taken apart at its symbols: what `plainly` makes of the text between, `symbolically` of an expression."""
    made: list[T] = []
    end = 0
    for found in _SYMBOL.finditer(text):
        if found.start() > end:
            made.append(plainly(text[end : found.start()]))
        made.append(symbolically(_decoded(found[2])))
        end = found.end()
    return [*made, plainly(text[end:])] if end < len(text) else made


def in_address(address: str) -> str:
    """An address with its symbols marked as such: one at the start is the address, any other a part of it."""

    def marked(found: re.Match[str]) -> str:
        spot = Spot.ADDRESS if not address[: found.start()].strip() else Spot.ADDRESS_PART
        return f"{MARK}{spot}{found[2]}x"

    return _SYMBOL.sub(marked, address)


def _decoded(digits: str) -> str:
    return bytes.fromhex(digits).decode("utf-8", "replace")
