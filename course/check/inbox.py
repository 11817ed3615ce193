"""What an inbox shows of an email before it is opened, and how much room that takes."""

from __future__ import annotations

import unicodedata

from course.check.page import Page

LONG_NAME = 20
"""So many characters a printed value takes at the most: hardly a first name has more, and one that has is no fault."""


def width(text: str) -> int:
    """How many characters wide a text is shown: ideographs count twice, marks above and below others do not count.

    >>> width("Soil"), width("土"), width("e\\u0301")
    (4, 2, 1)
    """
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def shown_width(page: Page, shown: str, unfilled: str) -> int:
    """How wide a text is for the reader of a page, given what it was before it was filled."""
    printed = [one.tag for one in page.placeholders for _ in range(unfilled.count(one.tag))]
    own = width(unfilled) - sum(map(len, printed))
    return min(width(shown), own + LONG_NAME * len(printed))


def is_the_same_for_all(page: Page, unfilled: str) -> bool:
    """Whether no reader's value is printed into a text."""
    return not any(one.tag in unfilled for one in page.placeholders)
