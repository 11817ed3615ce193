"""The parts that an MJML document consists of: what the engine is given of each, and what goes around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar

from course.mjml_contents import is_plain
from course.mjml_tags import PICTURES, SLOT, Tag, bare_ampersand
from course.personal.tokens import MARK

BODY = f"{MARK}slot"
"""What stands for a lesson's body in MJML: that is HTML already, and goes around the engine as it is."""

# Without the body, most of a lesson's MJML stands in the course's other lessons as well.
_MOST_PIECES = 1_000
_LONGEST_PIECE = 8_000
_KNOWN_PIECES: dict[str, Part] = {}
T = TypeVar("T")

# A tag as most people write it, of which the engine is given every value as it is, or all but one address or title.
_VALUE = r"[ !#-&(-;=-\[\]-_a-~]*+"
_KEPT = rf"""(?:\s+(?!(?:alt|href|inline|src|title)=)[a-z][a-z-]*+="{_VALUE}")*+"""
_PLAIN_TAG = re.compile(
    r"(/mj(?:ml|-[a-z-]+))>|"
    rf"""(mj(?:ml|-[a-z-]+))({_KEPT})(?:(\s+(?:href|src|title)=")([^"<`]++)("{_KEPT}))?\s*+(/?)>"""
)


@dataclass(slots=True)
class Part(Tag):
    """A tag of MJML with what stands behind it, up to the next one.

    The engine is given `shape`, with a slot for each value in `around`; one may have a lesson's body in it.
    """

    shape: str = ""
    around: tuple[str, ...] = ()
    has_body: bool = False

    def hold(self, words: str) -> None:
        """Add what its element holds: it goes around the engine as well."""
        self.shape += SLOT
        self.around = (*self.around, words)
        self.has_body = BODY in words


known = _KNOWN_PIECES.get
"""The part that is written so, its `<` left out, where such a one has been read."""


def keep(made: dict[str, T], key: str, one: T, most: int) -> None:
    """Keep something that was made, and what else was made before while there is not too much of it."""
    if len(made) >= most:
        made.clear()
    made[key] = one


def know(piece: str, part: Part) -> None:
    """Know from now on what a piece comes to."""
    if len(piece) <= _LONGEST_PIECE:
        keep(_KNOWN_PIECES, piece, part, _MOST_PIECES)


def plain_part(piece: str) -> Part | None:
    """What a piece comes to that is plain, as most are; it is known from then on. None for any other, right or wrong.

    Whatever this gives, a close look would give as well.
    """
    part = _plain(piece)
    if part is not None:
        know(piece, part)
    return part


def _plain(piece: str) -> Part | None:
    found = _PLAIN_TAG.match(piece)
    if found is None:
        return None
    closing, name, attributes, before, value, behind, empty = found.groups()
    words = piece[found.end() :]
    if closing:
        return None if words and not words.isspace() else Part(closing[1:], False, True, False, "", f"<{closing}>")
    if "&" in found[0] and bare_ampersand(found[0]) is not None:
        return None
    around: tuple[str, ...] = ()
    if value:
        attributes, around = f"{attributes}{before}{SLOT}{behind}", (value,)
    shape = f"<{name}{attributes} />" if empty else f"<{name}{attributes}>"
    part = Part(name, not empty, False, name in PICTURES, "", shape, around)
    if words and not words.isspace():
        if not part.holds or not is_plain(name, words):
            return None
        part.hold(words)
    return part
