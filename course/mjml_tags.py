"""The tags of MJML and of the HTML in it, each read once however often it stands in a course's emails."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

SLOT = "`"
"""What the engine is given in place of whatever goes around it. No attribute that it is given holds one."""

NAME = r"[A-Za-z_][\w:.-]*"
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
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)  # fmt: skip
_PICTURES = frozenset({"mj-image", "mj-carousel-image", "img"})
# What the engine only copies can go around it: as it copies, it corrupts what is not plain.
_COPIED = frozenset({"alt=", "href=", "src=", "title="})
_PLAIN = re.compile(r"[ -&(-\[\]-_a-~]*")

_MOST_KNOWN = 2_000
_LONGEST_KNOWN = 1_000
_KNOWN: dict[str, Tag] = {}


@dataclass(frozen=True, slots=True)
class Tag:
    """A well-written tag, which opens an element, closes one, or does neither, as `<br>` and `<mj-image … />` do.

    What is wrong with its attributes, and what to do about it, is its `mistake`. One of HTML is `plain` where there is
    none, and where HTML knows it as it is written; in a `raw` element stands no markup. One of MJML has a `shape`, in
    which the engine is given it, with a slot for each value in `around`; what `holds` holds no other MJML element.
    """

    name: str
    opens: bool = False
    closes: bool = False
    mistake: tuple[str, str] | None = None
    lacks_alt: bool = False
    plain: bool = False
    raw: bool = False
    void: bool = False
    holds: bool = False
    shape: str = ""
    around: tuple[str, ...] = ()


known_tag = _KNOWN.get
"""The tag that is written so between its `<` and its `>`, where such a one has been read."""


def tag_at(piece: str) -> tuple[Tag | None, str]:
    """The tag that a text begins with, its `<` left out, and what follows. None where there is no well-written one."""
    written, end, behind = piece.partition(">")
    tag = known_tag(written)
    if tag is not None and end:
        return tag, behind
    found = _TAG.match(piece)
    if found is None:
        return None, ""
    tag = _tag(found)
    if found.end() == len(written) + 1 <= _LONGEST_KNOWN:  # else a `>` stands in a value
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[written] = tag
    return tag, piece[found.end() :]


def bare_ampersand(text: str) -> int | None:
    """Where in a text the first `&` stands that begins no reference to a character, or None."""
    found = _BARE.search(text)
    return found.start() if found else None


def _tag(found: re.Match[str]) -> Tag:
    closed, name, written, empty = found.group("closed", "opened", "attributes", "empty")
    if closed:
        return Tag(closed, closes=True, shape=f"</{closed}>" if _is_mjml(closed) else "")
    void = name.lower() in _VOID
    opens = not empty and not void
    mistake = None
    if name == "mj-style" and "inline" in _names(written):
        mistake = "The engine does not apply `inline` styles.", "Leave `inline` out."
    elif "&" in written and _BARE.search(written):
        mistake = "A `&` stands by itself in an attribute.", "Write it as `&amp;`."
    lacks_alt = name in _PICTURES and "alt" not in _names(written)
    if not _is_mjml(name):
        plain = (opens or void) and not mistake and not lacks_alt
        return Tag(name, opens, False, mistake, lacks_alt, plain, opens and name in _RAW, void)
    attributes, around = _for_engine(written)
    shape = f"<{name}{attributes}>" if opens else f"<{name}{attributes} />"
    return Tag(name, opens, False, mistake, lacks_alt, holds=opens and name in _HOLDING, shape=shape, around=around)


def _is_mjml(name: str) -> bool:
    return name.startswith("mj-") or name == "mjml"


def _names(attributes: str) -> set[str]:
    return {found[1] for found in _ATTRIBUTE.finditer(attributes)}


def _for_engine(attributes: str) -> tuple[str, tuple[str, ...]]:
    """Attributes as the engine is given them, and the values that go around it."""
    if "'" in attributes:
        attributes = _ATTRIBUTE.sub(_in_double_quotes, attributes)
    is_plain = _PLAIN.fullmatch(attributes)
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
