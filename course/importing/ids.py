"""Ids for what a document says: by the time stamp, or by the heading and a number; they are what lessons cite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from course.importing.document import Block, Document, Section
from course.importing.note import one_line
from course.slugs import slug_words

OPENING = "Opening"
"""The locator of what stands before the first heading."""

# Words that tell no heading from another; `be`, `have`, `no` and `what` do, and stay.
_LITTLE_WORDS = frozenset(
    {
        "a", "an", "the", "and", "or", "of", "is", "are", "for", "in", "on", "to", "with", "into", "between", "from",
        "by", "your", "our", "their",
    }
)  # fmt: skip
_MOST_WORDS = 4
_LONGEST_NUMBER = 10


@dataclass(frozen=True, slots=True)
class Numbered:
    """A block of a document: its section (as the section's place among them, and its heading), and its id.

    `stem` is what the id is made of: the time stamp, or the heading's words.
    """

    block: Block
    section: int
    heading: str
    stem: str
    id: str


def numbered(document: Document) -> tuple[Numbered, ...]:
    """The blocks of a document, in order, each with the id that it has when it is imported for the first time."""
    ids, found, headed = Ids(), list[Numbered](), 0
    for place, section in enumerate(_readable(document.sections)):
        headed += bool(section.heading)
        slug = heading_slug(section.heading, headed)
        for block in section.blocks:
            stem = f"t-{block.stamp.replace(':', '-')}" if block.stamp else slug
            found.append(Numbered(block, place, section.heading, stem, ids.fresh(stem, stamped=bool(block.stamp))))
    return tuple(found)


def heading_slug(heading: str, number: int) -> str:
    """Up to four words of a heading, without those that tell nothing; `section-NUMBER` where it has no Latin letter."""
    if not heading:
        return OPENING.lower()
    found = slug_words(heading)
    if not any(sign.isalpha() for word in found for sign in word):
        return f"section-{number}"
    telling = [word for word in found if word not in _LITTLE_WORDS]
    return "-".join((telling or found)[:_MOST_WORDS])


class Ids:
    """Gives out ids, none twice and none of those `taken`."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._last: Counter[str] = Counter()
        for id in self._taken:
            stem, _, number = id.rpartition("-")
            if stem and number.isdecimal() and len(number) < _LONGEST_NUMBER:
                self._last[stem] = max(self._last[stem], int(number))

    def fresh(self, stem: str, *, stamped: bool) -> str:
        """The next id of a stem: `t-00-51-54`, then `t-00-51-54-2`; or `opening-1`, then `opening-2`.

        Numbers go on after the highest there is, so that an id that was given up never comes to mean another passage.
        """
        if stamped and stem not in self._taken:
            self._taken.add(stem)
            return stem
        number = max(self._last[stem], 1 if stamped else 0) + 1
        while f"{stem}-{number}" in self._taken:
            number += 1
        self._last[stem] = number
        self._taken.add(f"{stem}-{number}")
        return f"{stem}-{number}"


def _readable(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Sections whose headings a note can hold: on one line, and none empty after the first."""
    named: list[Section] = []
    for number, section in enumerate(sections):
        headed = any(one.heading for one in named)
        heading = one_line(section.heading) or (f"Section {number}" if headed or section.heading else "")
        named.append(Section(heading, section.blocks))
    return tuple(named)
