"""Patterns for whole lines, written one a line so that they can be read."""

from __future__ import annotations

import re


def any_of(lines: str) -> re.Pattern[str]:
    """A pattern that matches what one of `lines` does, in capitals or not; each line is a regular expression.

    >>> bool(any_of("read more\\nshare this (?:page|post)").fullmatch("Share this post"))
    True
    """
    parts = (line.strip() for line in lines.strip().splitlines())
    return re.compile("|".join(f"(?:{part})" for part in parts if part), re.IGNORECASE)
