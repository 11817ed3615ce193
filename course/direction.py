"""Which way a language is written, and what plain text needs for lines to begin on the right side."""

from __future__ import annotations

import re
from itertools import pairwise
from unicodedata import bidirectional

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"})
_STRONG = frozenset({"L", "R", "AL"})
_MARK = "\N{RIGHT-TO-LEFT MARK}"
_INDENTED = re.compile(r"( {4}|> {4})")


def direction_of(language: str) -> str:
    """`ltr` or `rtl`, for a language tag (BCP 47)."""
    return "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def marked_lines(text: str) -> str:
    """Plain text of a language that is written from the right, with a mark before each line that does not show it.

    A mail program takes the direction of a line from its first letter: `a) …` would run from the left, and so would a
    line of signs below a heading. A line of Latin letters alone, such as an address, and one of code are left as
    they are, and so are signs below a heading in Latin letters.
    """
    lines = text.split("\n")
    return "\n".join(f"{_MARK}{line}" if _needs_mark(line, above) else line for above, line in pairwise(["", *lines]))


def _needs_mark(line: str, above: str) -> bool:
    if not line.strip() or _INDENTED.match(line):
        return False
    kinds = _kinds(line)
    if not kinds:
        return set(_kinds(above)) != {"L"}
    return kinds[0] == "L" and set(kinds) != {"L"}


def _kinds(line: str) -> list[str]:
    """Which way each letter of a line runs."""
    return [kind for kind in map(bidirectional, line) if kind in _STRONG]
