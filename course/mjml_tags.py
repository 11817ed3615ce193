"""The tags of MJML and of the HTML in it, and how the engine is given those of MJML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

SLOT = "`"
"""What the engine is given in place of whatever goes around it. No attribute that it is given holds one."""

NAME = r"[A-Za-z_][\w:.-]*"
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
"""The elements of HTML that hold nothing and have no closing tag."""
PICTURES = frozenset({"mj-image", "mj-carousel-image", "img"})
"""The elements that show a picture."""

_QUOTED = r""""[^"<]*"|'[^'<]*'"""
_TAG = re.compile(
    rf"/(?P<closed>{NAME})\s*>|"
    rf"(?P<opened>{NAME})(?P<attributes>(?:\s+{NAME}(?:\s*=\s*(?:{_QUOTED}))?)*)\s*(?P<empty>/?)>"
)
_ATTRIBUTE = re.compile(rf"({NAME})(?:\s*=\s*({_QUOTED}))?")
_BARE = re.compile(r"&(?!#\d+;|#[xX][0-9a-fA-F]+;|\w+;)")
_HOLDING = frozenset(
    {"mj-text", "mj-button", "mj-raw", "mj-table", "mj-style", "mj-title", "mj-preview", "mj-navbar-link",
     "mj-accordion-title", "mj-accordion-text", "mj-social-element"}
)  # fmt: skip
_RAW = frozenset({"style", "script"})
# What the engine only copies can go around it: as it copies, it corrupts what is not plain.
_COPIED = frozenset({"alt=", "href=", "src=", "title="})
_MAYBE_COPIED = re.compile(r"(?:alt|href|src|title)=")
_PLAIN = re.compile(r"[ -&(-\[\]-_a-~]*")


@dataclass(slots=True)  # not frozen: that takes three times as long to make, and an email may bring fifty
class Tag:
    """A well-written tag, which opens an element, closes one, or does neither, as `<br>` and `<mj-image … />` do.

    One of a picture without `alt` `lacks_alt`.
    """

    name: str
    opens: bool = False
    closes: bool = False
    lacks_alt: bool = False
    attributes: str = ""

    @property
    def mistake(self) -> tuple[str, str] | None:
        """What else is wrong with its attributes, and what to do about it."""
        if "&" in self.attributes and _BARE.search(self.attributes):
            return "A `&` stands by itself in an attribute.", "Write it as `&amp;`."
        if self.name == "mj-style" and "inline" in _names(self.attributes):
            return "The engine does not apply `inline` styles.", "Leave `inline` out."
        return None

    @property
    def is_mjml(self) -> bool:
        """Whether it is named like MJML's own; there may be no such element."""
        return self.name.startswith("mj-") or self.name == "mjml"

    @property
    def holds(self) -> bool:
        """Whether it opens an element of MJML that holds HTML or words, and no other element of MJML."""
        return self.opens and self.name in _HOLDING

    @property
    def raw(self) -> bool:
        """Whether no markup stands in what it opens."""
        return self.opens and self.name in _RAW

    @property
    def void(self) -> bool:
        """Whether HTML knows no closing tag for it."""
        return self.name.lower() in VOID

    def for_engine(self) -> tuple[str, tuple[str, ...]]:
        """The tag as the engine is given it, with a slot for each of the values that go around it."""
        if self.closes:
            return f"</{self.name}>", ()
        attributes, around = _for_engine(self.attributes) if self.attributes else ("", ())
        return f"<{self.name}{attributes}{'>' if self.opens else ' />'}", around


def tag_at(piece: str) -> tuple[Tag | None, str]:
    """The tag that a text begins with, its `<` left out, and what follows. None where there is no well-written one."""
    found = _TAG.match(piece)
    if found is None:
        return None, ""
    closed, name, attributes, empty = found.groups()
    if closed:
        tag = Tag(closed, closes=True)
    else:
        opens = not empty and name.lower() not in VOID
        lacks_alt = name in PICTURES and "alt" not in _names(attributes)
        tag = Tag(name, opens, False, lacks_alt, attributes)
    return tag, piece[found.end() :]


def bare_ampersand(text: str) -> int | None:
    """Where in a text the first `&` stands that begins no reference to a character, or None."""
    found = _BARE.search(text)
    return found.start() if found else None


def _names(attributes: str) -> set[str]:
    return {found[1] for found in _ATTRIBUTE.finditer(attributes)}


def _for_engine(attributes: str) -> tuple[str, tuple[str, ...]]:
    """Attributes as the engine is given them, and the values that go around it."""
    if "'" in attributes:
        attributes = _ATTRIBUTE.sub(_in_double_quotes, attributes)
    is_plain = _PLAIN.fullmatch(attributes)
    if is_plain and not _MAYBE_COPIED.search(attributes):
        return attributes, ()
    parts = attributes.replace(SLOT, "&#96;").split('"')
    around = []
    for at in range(1, len(parts), 2):
        if parts[at] and parts[at - 1].strip() in _COPIED:
            around.append(parts[at])
            parts[at] = SLOT
        elif not is_plain:
            parts[at] = _sheltered(parts[at])
    return '"'.join(parts), tuple(around)


def _in_double_quotes(found: re.Match[str]) -> str:
    name, quoted = found[1], found[2]
    return f'{name}="{quoted[1:-1].replace(chr(34), "&quot;")}"' if quoted else name


@lru_cache(maxsize=500)
def _sheltered(value: str) -> str:
    """A value in ASCII and without what the engine corrupts."""
    for sign, reference in (("\\", "&#92;"), ("\n", "&#10;"), ("\t", "&#9;")):
        value = value.replace(sign, reference)
    return value.encode("ascii", "xmlcharrefreplace").decode()
