"""MJML → HTML: what the engine does not check is checked first, and what it would corrupt goes around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

from mjml import mjml2html

from course import mjml_contents as contents
from course.errors import CourseError, Place
from course.marks import Marks
from course.mjml_contents import Mistake, MistakeError, UnclosedError
from course.mjml_tags import SLOT, Tag, known_tag, tag_at

_IN_COLUMN = frozenset(
    {"mj-text", "mj-button", "mj-image", "mj-divider", "mj-spacer", "mj-table", "mj-raw", "mj-social", "mj-navbar",
     "mj-accordion", "mj-carousel"}
)  # fmt: skip
_IN_BODY = frozenset({"mj-section", "mj-wrapper", "mj-hero", "mj-raw"})
_CHILDREN: dict[str, frozenset[str]] = {
    "": frozenset({"mjml"}),
    "mjml": frozenset({"mj-head", "mj-body"}),
    "mj-head": frozenset({"mj-attributes", "mj-breakpoint", "mj-font", "mj-preview", "mj-style", "mj-title", "mj-raw"}),
    "mj-body": _IN_BODY,
    "mj-wrapper": frozenset({"mj-section", "mj-hero", "mj-raw"}),
    "mj-section": frozenset({"mj-column", "mj-group", "mj-raw"}),
    "mj-group": frozenset({"mj-column", "mj-raw"}),
    "mj-column": _IN_COLUMN,
    "mj-hero": _IN_COLUMN,
    "mj-social": frozenset({"mj-social-element", "mj-raw"}),
    "mj-navbar": frozenset({"mj-navbar-link", "mj-raw"}),
    "mj-accordion": frozenset({"mj-accordion-element", "mj-raw"}),
    "mj-accordion-element": frozenset({"mj-accordion-title", "mj-accordion-text", "mj-raw"}),
    "mj-carousel": frozenset({"mj-carousel-image"}),
}
_KNOWN = frozenset().union(*_CHILDREN.values(), _CHILDREN)
_CHILDREN["mj-attributes"] = _KNOWN | {"mj-all", "mj-class"}
_UNMARKED = frozenset({"mjml", "mj-head", "mj-raw"})

# A lesson's body is put in after compiling, so the variants of a lesson mostly share their MJML.
_MOST_KNOWN = 128
_KNOWN_HTML: dict[str, str] = {}

_TAG = re.compile(r"<(/?mj(?:ml|-)[^<>]*)>")
_REFERENCE = re.compile(r"&#(\d+);")
_POSITION = re.compile(r" in root template at position (\d+):\d+")


def compile_mjml(source: str, place_of: Callable[[int], Place], marks: Marks | None = None) -> str:
    """The HTML of an MJML document.

    `place_of` tells, for a line of `source` counted from 1, the template's file and line. With `marks`, elements of
    the HTML carry them; see `course.marks`. Raises CourseError for the first tag that is unknown, misplaced, not closed
    or not well written, for what the engine would get wrong without a word, and for what it refuses itself.
    """
    if marks is None and (known := _KNOWN_HTML.get(source)) is not None:
        return known
    html = _Reading(source, place_of, marks).html()
    if marks is None:
        while len(_KNOWN_HTML) >= _MOST_KNOWN:
            _KNOWN_HTML.pop(next(iter(_KNOWN_HTML)), None)
        _KNOWN_HTML[source] = html
    return html


class _StructureError(Exception):
    """A mistake among MJML's own elements, and the number of the tag where it has been found."""

    def __init__(self, mistake: Mistake, tag: int) -> None:
        super().__init__(mistake.message)
        self.mistake = mistake
        self.tag = tag


@dataclass(frozen=True, slots=True)
class _Frame:
    """The engine's HTML around its slots: one text more than there are slots, each of which tells what it is for."""

    texts: tuple[str, ...]
    slots: tuple[int, ...]

    def filled(self, around: Sequence[str]) -> str:
        parts = [""] * (len(self.texts) + len(self.slots))
        parts[::2] = self.texts
        parts[1::2] = [around[slot] for slot in self.slots]
        return "".join(parts)


@lru_cache(maxsize=_MOST_KNOWN)
def _frame(shape: str) -> _Frame:
    """What the engine makes of a shape. Most lessons of a course have one of a few."""
    opened = _opened(shape)
    if opened:
        tag, number = opened[-1]
        raise _StructureError(contents.never_closed(tag.name), number)
    # The engine moves some slots, repeats some and leaves some out, so each holds its number.
    first, *others = shape.split(SLOT)
    numbered = first + "".join(f"{SLOT}{number}{SLOT}{other}" for number, other in enumerate(others))
    try:
        html = mjml2html(numbered, fonts={}, disable_comments=True)
    except ValueError as error:
        raise _refused(str(error), numbered) from error
    parts = _REFERENCE.sub(_restored, html).split(SLOT)
    return _Frame(tuple(parts[::2]), tuple(map(int, parts[1::2])))


def _refused(said: str, numbered: str) -> _StructureError:
    """What the engine says. The last tag before the position that it tells is meant."""
    found = _POSITION.search(said)
    number = numbered.count("<", 0, int(found[1]) + 1) - 1 if found else 0
    message = f"The MJML engine refuses it: {_POSITION.sub('', said).rstrip('.')}."
    return _StructureError(Mistake(message, "Compare that part with a theme that works."), number)


def _restored(found: re.Match[str]) -> str:
    number = int(found[1]) if len(found[1]) <= len("1114111") else 0
    return chr(number) if 0xA0 < number < 0xD800 or 0xDFFF < number <= 0x10FFFF else found[0]


def _opened(shape: str) -> list[tuple[Tag, int]]:
    """The elements that are open at the end of a shape: the tag of each, and its number.

    Raises _StructureError for the first tag that does not belong where it stands.
    """
    opened: list[tuple[Tag, int]] = []
    for number, piece in enumerate(shape.split("<")[1:]):
        tag, _ = tag_at(piece)
        assert tag is not None
        mistake = _misplaced(tag, opened[-1][0] if opened else None)
        if mistake is not None:
            raise _StructureError(mistake, number)
        if tag.opens:
            opened.append((tag, number))
        elif tag.closes:
            opened.pop()
    return opened


def _misplaced(tag: Tag, parent: Tag | None) -> Mistake | None:
    name, within = tag.name, parent.name if parent else ""
    if tag.closes:
        return None if name == within else contents.closing_nothing(name, within)
    children = _CHILDREN.get(within, frozenset())
    if name in children:
        return contents.without_alt(name) if tag.lacks_alt and within != "mj-attributes" else None
    if parent is not None and parent.holds:
        return contents.misplaced(name, within)
    if name not in _KNOWN:
        return contents.unknown(name)
    where = f"inside `<{within}>`" if within else "outside `<mjml>`"
    fix = f"There may stand: {', '.join(sorted(children)) or 'nothing'}."
    return Mistake(f"`<{name}>` cannot stand {where}.", fix)


class _Reading:
    """Reads an MJML document once, in parts: every other one is an MJML element's tag, without its `<` and `>`.

    The tag `at` is counted from 0; the words behind it go up to the next.
    """

    def __init__(self, source: str, place_of: Callable[[int], Place], marks: Marks | None) -> None:
        self._parts = _TAG.split(contents.without_remarks(source))
        self._place_of = place_of
        self._marks = marks
        self._in_head = False
        self._shape: list[str] = []
        self._around: list[str] = []

    def html(self) -> str:
        """The document's HTML."""
        self._read()
        try:
            frame = _frame("".join(self._shape))
        except _StructureError as found:
            raise self._structure_error(found) from found
        return frame.filled(self._around)

    def _read(self) -> None:
        before, *parts = self._parts
        if before.strip():
            raise self._error(contents.stray(before, ""), 0)
        for at, (written, words) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
            tag = known_tag(written)
            if tag is None:
                tag, words = self._tag(written, words, at)
            self._around += tag.around
            self._shape.append(tag.shape)
            if self._marks is not None:
                self._mark(tag, self._marks, at)
            if tag.mistake:
                raise self._error(Mistake(*tag.mistake), 2 * at + 1)
            if words and not words.isspace():
                if not tag.holds:
                    raise self._stray(words, at)
                self._shape.append(SLOT)
                self._around.append(self._held(tag.name, words, at))

    def _tag(self, written: str, words: str, at: int) -> tuple[Tag, str]:
        """A tag that is not known yet, and the words behind it."""
        tag, words = tag_at(f"{written}>{words}")  # the first `>` may stand in a value
        if tag is None:
            raise self._error(contents.malformed(written), 2 * at + 1)
        if not tag.shape:
            raise self._error(contents.unknown(tag.name), 2 * at + 1)
        return tag, words

    def _held(self, holder: str, words: str, at: int) -> str:
        mark = None if self._marks is None else self._marking(self._marks, 2 * at + 2)
        try:
            return contents.held(holder, words, mark)
        except MistakeError as found:
            raise self._error(found.mistake, 2 * at + 2) from found
        except UnclosedError as left:
            raise self._unclosed(left, holder, at) from left

    def _marking(self, marks: Marks, part: int) -> Callable[[int], str]:
        return lambda lines: marks.attribute(self._place_of(self._lines[part] + lines))

    def _mark(self, tag: Tag, marks: Marks, at: int) -> None:
        """Give the tag that was taken last its mark: what stands in MJML's head makes no element, and has none."""
        if tag.name == "mj-head":
            self._in_head = tag.opens
        if tag.closes or self._in_head or tag.name in _UNMARKED:
            return
        before, css_class, behind = tag.shape.partition(' css-class="')
        if css_class:
            self._shape[-1] = f"{before}{css_class}{SLOT} {behind}"
        else:
            before = f"<{tag.name}"
            self._shape[-1] = f'{before} css-class="{SLOT}"{tag.shape.removeprefix(before)}'
        mark = marks.css_class(self._place_of(self._lines[2 * at + 1]))
        self._around.insert(len(self._around) - len(tag.around) + before.count(SLOT), mark)

    def _stray(self, words: str, at: int) -> CourseError:
        opened = self._opened()
        return self._error(contents.stray(words, opened[-1][0].name if opened else ""), 2 * at + 2)

    def _unclosed(self, left: UnclosedError, holder: str, at: int) -> CourseError:
        """What is said where a tag of MJML's, or the document's end, follows while an element of HTML is open."""
        following = 2 * at + 3
        if following == len(self._parts):
            return self._error(contents.never_closed(left.name, left.lines), 2 * at + 2)
        tag, _ = tag_at(f"{self._parts[following]}>{self._parts[following + 1]}")
        if tag is None:
            return self._error(contents.malformed(self._parts[following]), following)
        if tag.closes:
            return self._error(contents.closing_nothing(tag.name, left.name), following)
        return self._error(contents.misplaced(tag.name, holder), following)

    def _opened(self) -> list[tuple[Tag, int]]:
        try:
            return _opened("".join(self._shape))
        except _StructureError as found:
            raise self._structure_error(found) from found

    def _structure_error(self, found: _StructureError) -> CourseError:
        return self._at(found.mistake, 2 * found.tag + 1)

    def _error(self, mistake: Mistake, part: int) -> CourseError:
        """A mistake in a part, as an error. Raises one for an earlier mistake in the structure."""
        self._opened()
        return self._at(mistake, part)

    def _at(self, mistake: Mistake, part: int) -> CourseError:
        place = self._place_of(self._lines[min(part, len(self._lines) - 1)] + mistake.lines)
        return CourseError(mistake.message, fix=mistake.fix, place=place, rule="mjml")

    @cached_property
    def _lines(self) -> Sequence[int]:
        """The line in which each part begins."""
        return list(accumulate((part.count("\n") for part in self._parts[:-1]), initial=1))
