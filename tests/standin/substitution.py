"""How SendGrid's substitution tags become one recipient's values, by each algorithm it might be using.

The documentation says what is replaced (subject, reply_to and content) but not how. What a sender relies on must hold
under all of these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import assert_never


class Substitution(StrEnum):
    """In which order tags are replaced."""

    ONE_PASS = "one-pass"
    """Read once from left to right: a value that spells a tag stays as it is."""
    SEQUENTIAL = "sequential"
    """One tag after another, in the order of the JSON: a value that spells a later tag is replaced again."""
    SEQUENTIAL_REVERSED = "sequential-reversed"
    """The same from the last tag to the first: JSON's own order promises nothing."""


def substitute(text: str, values: Mapping[str, str], how: Substitution) -> str:
    """`text` with each tag of `values` replaced by its value.

    >>> substitute("-a- -b-", {"-a-": "-b-", "-b-": "x"}, Substitution.ONE_PASS)
    '-b- x'
    >>> substitute("-a- -b-", {"-a-": "-b-", "-b-": "x"}, Substitution.SEQUENTIAL)
    'x x'
    >>> substitute("-a- -b-", {"-a-": "-b-", "-b-": "x"}, Substitution.SEQUENTIAL_REVERSED)
    '-b- x'
    """
    if not values:
        return text
    match how:
        case Substitution.ONE_PASS:
            return _any_of(tuple(values)).sub(lambda found: values[found.group()], text)
        case Substitution.SEQUENTIAL:
            tags = list(values)
        case Substitution.SEQUENTIAL_REVERSED:
            tags = list(values)[::-1]
        case _:
            assert_never(how)
    for tag in tags:
        text = text.replace(tag, values[tag])
    return text


@lru_cache(maxsize=64)
def _any_of(tags: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(tags, key=len, reverse=True)
    return re.compile("|".join(re.escape(tag) for tag in longest_first))
