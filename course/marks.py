"""Marks in an email's HTML that tell which line of a course's files each element comes from.

They are put in for whoever checks or shows an email, never in one that is sent. An element of the Markdown, or of HTML
in a template, has the attribute `data-from`; an element that the MJML engine makes has the class `from-NUMBER`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from course.errors import Place

ATTRIBUTE = "data-from"
_CLASS = re.compile(r"(?:^|\s)from-(\d+)(?=\s|$)")
_WRITTEN = re.compile(rf' {ATTRIBUTE}="\d+"')


class Marks:
    """Numbers the places that marks stand for."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._numbers: dict[Place, int] = {}

    def number(self, place: Place) -> int:
        """The number that marks of a place carry."""
        if place not in self._numbers:
            self._numbers[place] = len(self._places)
            self._places.append(place)
        return self._numbers[place]

    def attribute(self, place: Place) -> str:
        """The mark of an element whose attributes are ours to write, with a space before it."""
        return f' {ATTRIBUTE}="{self.number(place)}"'

    def css_class(self, place: Place) -> str:
        """The mark of an element that the MJML engine writes."""
        return f"from-{self.number(place)}"

    @property
    def places(self) -> Sequence[Place]:
        """What each number stands for."""
        return tuple(self._places)


def number_in(attribute: str | None, css_class: str | None) -> int | None:
    """The number that an element's mark carries, given its `data-from` and its `class`, or None where it has none."""
    if attribute is not None:
        return int(attribute)
    found = _CLASS.search(css_class) if css_class else None
    return int(found[1]) if found else None


def without_attributes(html: str) -> str:
    """HTML as it is without the marks that `Marks.attribute` wrote."""
    return _WRITTEN.sub("", html)
