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
_MAYBE_COPIED = re.compile(r"(?:alt|href|src|title)=")
_PLAIN = re.compile(r"[ -&(-\[\]-_a-~]*")

_HREF = ' href="'
_ANY = "~any~"  # stands for whatever address

_MOST_KNOWN = 2_000
_LONGEST_KNOWN = 1_000
_KNOWN: dict[str, Tag] = {}


@dataclass(slots=True)  # not frozen: that takes three times as long to make, and an email may bring eighty new ones
class Tag:
    """A well-written tag, which opens an element, closes one, or does neither, as `<br>` and `<mj-image … />` do.

    What is wrong with its attributes, and what to do about it, is its `mistake`. One of HTML is `plain` where there is
    none, and where HTML knows it as it is written; in a `raw` element stands no markup. One of MJML has a `shape`, in
    which the engine is given it, with a slot for each value in `around`; what `holds` holds no other MJML element, and
    `has_body` where a lesson's body is to be put into a value.
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
    has_body: bool = False

    def given(self, shape: str, around: tuple[str, ...], *, has_body: bool = False) -> Tag:
        """The same tag, but given to the engine in another shape, with other values around it."""
        return Tag(
            self.name, self.opens, self.closes, self.mistake, self.lacks_alt, self.plain, self.raw, self.void,
            self.holds, shape, around, has_body,
        )  # fmt: skip


known_tag = _KNOWN.get
"""The tag that is written so between its `<` and its `>`, where such a one has been read."""


def tag_at(piece: str) -> tuple[Tag | None, str]:
    """The tag that a text begins with, its `<` left out, and what follows. None where there is no well-written one."""
    written, end, behind = piece.partition(">")
    if end:
        tag = known_tag(written)
        if tag is None and _HREF in written:
            tag = _tag_with_address(written)
        if tag is not None:
            return tag, behind
    found = _TAG.match(piece)
    if found is None:
        return None, ""
    tag = _tag(found)
    if found.end() == len(written) + 1:  # else a `>` stands in a value
        _know(written, tag)
    return tag, piece[found.end() :]


def _tag_with_address(written: str) -> Tag | None:
    """A tag with an address in `href`. Lessons write the same ones with others, so it is known without it."""
    before, _, behind = written.partition(_HREF)
    address, quote, behind = behind.partition('"')
    if not address or not quote or "'" in before or "<" in address or SLOT in address or _ANY in written:
        return None
    if "&" in address and _BARE.search(address):
        return None
    alike = f'{before}{_HREF}{_ANY}"{behind}'
    tag = known_tag(alike)
    if tag is None:
        found = _TAG.fullmatch(f"{alike}>")
        if found is None:
            return None
        tag = _tag(found)
        if _ANY in tag.shape:  # the engine is given it, as behind a name without a value
            return None
        _know(alike, tag)
    if not tag.around:
        return tag
    return tag.given(tag.shape, tuple([address if value == _ANY else value for value in tag.around]))


def _know(written: str, tag: Tag) -> None:
    if len(written) < _LONGEST_KNOWN:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[written] = tag


def bare_ampersand(text: str) -> int | None:
    """Where in a text the first `&` stands that begins no reference to a character, or None."""
    found = _BARE.search(text)
    return found.start() if found else None


def _tag(found: re.Match[str]) -> Tag:
    closed, name, written, empty = found.groups()
    if closed:
        return Tag(closed, False, True, shape=f"</{closed}>" if _is_mjml(closed) else "")
    void = name.lower() in _VOID
    opens = not empty and not void
    mistake = None
    if "&" in written and _BARE.search(written):
        mistake = "A `&` stands by itself in an attribute.", "Write it as `&amp;`."
    lacks_alt = name in _PICTURES and "alt" not in _names(written)
    if not _is_mjml(name):
        plain = (opens or void) and not mistake and not lacks_alt
        return Tag(name, opens, False, mistake, lacks_alt, plain, opens and name in _RAW, void)
    if name == "mj-style" and "inline" in _names(written):
        mistake = "The engine does not apply `inline` styles.", "Leave `inline` out."
    attributes, around = _for_engine(written) if written else ("", ())
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
