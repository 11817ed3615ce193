"""MJML → HTML: what the engine does not check is checked first, and what it would corrupt goes around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TypeVar

from mjml import mjml2html

from course import mjml_contents as contents
from course.errors import CourseError, Place
from course.marks import Marks
from course.mjml_contents import Mistake, MistakeError, UnclosedError
from course.mjml_tags import SLOT, Tag, tag_at
from course.personal.tokens import MARK

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

BODY = f"{MARK}slot"
"""What stands for a lesson's body in MJML: that is HTML already, and goes around the engine as it is."""

# Without the body, most of a lesson's MJML stands in the course's other lessons as well.
_MOST_FRAMES = 128
_KNOWN_FRAMES: dict[str, _Frame] = {}
_MOST_PIECES = 1_000
_LONGEST_PIECE = 8_000
_KNOWN_PIECES: dict[str, Tag] = {}
_NOT_KNOWN = Tag("")
T = TypeVar("T")

_REMARK = "<!--"
_TAG = re.compile(r"<(?=/?mj(?:ml|-))")
_REFERENCE = re.compile(r"&#(\d+);")
_POSITION = re.compile(r" in root template at position (\d+):\d+")


def compile_mjml(source: str, place_of: Callable[[int], Place], marks: Marks | None = None, body: str = BODY) -> str:
    """The HTML of an MJML document.

    `place_of` tells, for a line of `source` counted from 1, the template's file and line. With `marks`, elements of
    the HTML carry them; see `course.marks`. `body` takes the place of BODY in what elements hold. Raises CourseError
    for the first tag that is unknown, misplaced, not closed or not well written, for what the engine would get wrong
    without a word, and for what it refuses itself.
    """
    return _Reading(source, place_of, marks).html(body)


def _keep(known: dict[str, T], key: str, made: T, most: int) -> None:
    if len(known) >= most:
        known.clear()
    known[key] = made


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


def _frame(shape: str) -> _Frame:
    """What the engine makes of a shape. Most lessons of a course have one of a few."""
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


def _opened(tags: Iterable[Tag]) -> list[tuple[Tag, int]]:
    """The elements that are open behind all the tags: what opened each, and its number.

    Raises _StructureError for the first tag that does not belong where it stands.
    """
    opened: list[tuple[Tag, int]] = []
    for number, tag in enumerate(tags):
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
    """Reads an MJML document once, in pieces, each of which begins behind the `<` of an MJML element's tag.

    `at` is the number of one, counted from 0, and of its tag; `words` are what stands in it behind the tag.
    """

    def __init__(self, source: str, place_of: Callable[[int], Place], marks: Marks | None) -> None:
        self._source = source
        self._before, *self._pieces = _TAG.split(source)
        self._place_of = place_of
        self._marks = marks
        self._in_head = False

    def html(self, body: str) -> str:
        """The document's HTML."""
        tags = self._read()
        shape = "".join([tag.shape for tag in tags])
        frame = _KNOWN_FRAMES.get(shape)
        if frame is None:
            frame = self._frame(shape, tags)
            _keep(_KNOWN_FRAMES, shape, frame, _MOST_FRAMES)
        held = [tag.around if not tag.has_body else [one.replace(BODY, body) for one in tag.around] for tag in tags]
        return frame.filled([value for values in held for value in values])

    def _read(self) -> list[Tag]:
        known = _KNOWN_PIECES if self._marks is None else {}
        tags = [known.get(piece, _NOT_KNOWN) for piece in self._pieces]
        new = [at for at, tag in enumerate(tags) if tag is _NOT_KNOWN]
        if any("!" in piece and _REMARK in piece for piece in [self._before, *[self._pieces[at] for at in new]]):
            self._before, *self._pieces = _TAG.split(contents.without_remarks(self._source))
            tags, new = [_NOT_KNOWN] * len(self._pieces), list(range(len(self._pieces)))
        if self._before.strip():
            raise self._error_at(contents.stray(self._before, ""), -1)
        for at in new:
            tags[at] = self._tag(self._pieces[at], at)
        return tags

    def _frame(self, shape: str, tags: Sequence[Tag]) -> _Frame:
        try:
            opened = _opened(tags)
            if opened:
                tag, at = opened[-1]
                raise _StructureError(contents.never_closed(tag.name), at)
            return _frame(shape)
        except _StructureError as found:
            raise self._error_at(found.mistake, found.tag) from found

    def _tag(self, piece: str, at: int) -> Tag:
        """A tag that is not known yet; what it holds is among what goes around the engine, and has a slot as well."""
        tag, words = tag_at(piece)
        if tag is None:
            raise self._error(contents.malformed(piece), at)
        if not tag.shape:
            raise self._error(contents.unknown(tag.name), at)
        if self._marks is not None:
            tag = self._marked(tag, self._marks, at)
        if tag.mistake:
            raise self._error(Mistake(*tag.mistake), at)
        if words and not words.isspace():
            if not tag.holds:
                raise self._stray(words, at)
            held = self._held(tag.name, words, at)
            tag = tag.given(tag.shape + SLOT, (*tag.around, held), has_body=BODY in held)
        if self._marks is None and len(piece) <= _LONGEST_PIECE and _REMARK not in piece:
            _keep(_KNOWN_PIECES, piece, tag, _MOST_PIECES)
        return tag

    def _marked(self, tag: Tag, marks: Marks, at: int) -> Tag:
        """A tag with its mark: what stands in MJML's head makes no element, and has none."""
        if tag.name == "mj-head":
            self._in_head = tag.opens
        if tag.closes or self._in_head or tag.name in _UNMARKED:
            return tag
        before, css_class, behind = tag.shape.partition(' css-class="')
        if css_class:
            shape = f"{before}{css_class}{SLOT} {behind}"
        else:
            before = f"<{tag.name}"
            shape = f'{before} css-class="{SLOT}"{tag.shape.removeprefix(before)}'
        first = before.count(SLOT)
        mark = marks.css_class(self._place_of(self._line(at)))
        return tag.given(shape, (*tag.around[:first], mark, *tag.around[first:]))

    def _held(self, holder: str, words: str, at: int) -> str:
        mark = None if self._marks is None else self._marking(self._marks, words, at)
        try:
            return contents.held(holder, words, mark)
        except MistakeError as found:
            raise self._error(found.mistake, at, words) from found
        except UnclosedError as left:
            raise self._unclosed(left, holder, words, at) from left

    def _marking(self, marks: Marks, words: str, at: int) -> Callable[[int], str]:
        first = self._line(at, words)
        return lambda lines: marks.attribute(self._place_of(first + lines))

    def _stray(self, words: str, at: int) -> CourseError:
        opened = self._opened(at + 1)
        return self._error_at(contents.stray(words, opened[-1][0].name if opened else ""), at, words)

    def _unclosed(self, left: UnclosedError, holder: str, words: str, at: int) -> CourseError:
        """What is said where a tag of MJML's, or the document's end, follows while an element of HTML is open."""
        self._opened(at + 1)
        if at + 1 == len(self._pieces):
            return self._error_at(contents.never_closed(left.name, left.lines), at, words)
        following = self._pieces[at + 1]
        tag, _ = tag_at(following)
        if tag is None:
            return self._error_at(contents.malformed(following), at + 1)
        if tag.closes:
            return self._error_at(contents.closing_nothing(tag.name, left.name), at + 1)
        return self._error_at(contents.misplaced(tag.name, holder), at + 1)

    def _error(self, mistake: Mistake, at: int, words: str = "") -> CourseError:
        """A mistake in a tag, or in the words behind it, as an error. Raises one for an earlier mistake in the tags."""
        self._opened(at + 1)
        return self._error_at(mistake, at, words)

    def _opened(self, before: int) -> list[tuple[Tag, int]]:
        """The elements that are open before a tag. Raises what says so where one is misplaced."""
        tags = (tag_at(piece)[0] for piece in self._pieces[:before])
        try:
            return _opened(tag for tag in tags if tag and tag.shape)
        except _StructureError as found:
            raise self._error_at(found.mistake, found.tag) from found

    def _error_at(self, mistake: Mistake, at: int, words: str = "") -> CourseError:
        place = self._place_of(self._line(at, words) + mistake.lines)
        return CourseError(mistake.message, fix=mistake.fix, place=place, rule="mjml")

    def _line(self, at: int, words: str = "") -> int:
        """The line in which a tag begins, or the words behind it. Number -1 is what stands before all tags."""
        within = self._pieces[at].removesuffix(words).count("\n") if words else 0
        return self._lines[min(at, len(self._pieces) - 1) + 1] + within

    @cached_property
    def _lines(self) -> Sequence[int]:
        """The line in which each piece begins; the first is that of what stands before all tags."""
        return list(accumulate((piece.count("\n") for piece in (self._before, *self._pieces[:-1])), initial=1))
