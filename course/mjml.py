"""MJML → HTML: what the engine does not check is checked first, and what it would corrupt goes around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from mjml import mjml2html

from course import mjml_contents as contents
from course.errors import CourseError, Place
from course.marks import Marks
from course.mjml_contents import Mistake, MistakeError, UnclosedError
from course.mjml_parts import BODY, Part, keep, know, known, plain_part
from course.mjml_structure import StructureError, opened
from course.mjml_tags import SLOT, Tag, tag_at

__all__ = ["BODY", "compile_mjml"]

_UNMARKED = frozenset({"mjml", "mj-head", "mj-raw"})

_MOST_FRAMES = 128
_KNOWN_FRAMES: dict[str, _Frame] = {}

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


def _refused(said: str, numbered: str) -> StructureError:
    """What the engine says. The last tag before the position that it tells is meant."""
    found = _POSITION.search(said)
    number = numbered.count("<", 0, int(found[1]) + 1) - 1 if found else 0
    message = f"The MJML engine refuses it: {_POSITION.sub('', said).rstrip('.')}."
    return StructureError(Mistake(message, "Compare that part with a theme that works."), number)


def _restored(found: re.Match[str]) -> str:
    number = int(found[1]) if len(found[1]) <= len("1114111") else 0
    return chr(number) if 0xA0 < number < 0xD800 or 0xDFFF < number <= 0x10FFFF else found[0]


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
        parts = self._read()
        shape = "".join([part.shape for part in parts])
        frame = _KNOWN_FRAMES.get(shape)
        if frame is None:
            frame = self._frame(shape, parts)
            keep(_KNOWN_FRAMES, shape, frame, _MOST_FRAMES)
        return frame.filled(
            [one.replace(BODY, body) if part.has_body else one for part in parts for one in part.around]
        )

    def _read(self) -> Sequence[Part]:
        parts = self._glance()
        plain = [part for part in parts if part is not None]
        if len(plain) == len(parts) and not self._before.strip():
            return plain
        # What is plain has no remark in it, so most documents are never searched for one.
        if _REMARK in self._source:
            self._before, *self._pieces = _TAG.split(contents.without_remarks(self._source))
            parts = self._glance()
        if self._before.strip():
            raise self._error_at(contents.stray(self._before, ""), -1)
        return [part or self._part(self._pieces[at], at) for at, part in enumerate(parts)]

    def _glance(self) -> Sequence[Part | None]:
        """What each piece comes to, if that is known or seen at a glance. With marks, each is looked at closely."""
        if self._marks is not None:
            return [None] * len(self._pieces)
        return [known(piece) or plain_part(piece) for piece in self._pieces]

    def _frame(self, shape: str, tags: Sequence[Tag]) -> _Frame:
        try:
            left = opened(tags)
            if left:
                tag, at = left[-1]
                raise StructureError(contents.never_closed(tag.name), at)
            return _frame(shape)
        except StructureError as found:
            raise self._error_at(found.mistake, found.tag) from found

    def _part(self, piece: str, at: int) -> Part:
        """What a piece comes to that has to be looked at closely."""
        tag, words = tag_at(piece)
        if tag is None:
            raise self._error(contents.malformed(piece), at)
        if not tag.is_mjml:
            raise self._error(contents.unknown(tag.name), at)
        if tag.mistake:
            raise self._error(Mistake(*tag.mistake), at)
        part = Part(tag.name, tag.opens, tag.closes, tag.lacks_alt, tag.attributes, *tag.for_engine())
        if self._marks is not None:
            self._mark(part, self._marks, at)
        if words and not words.isspace():
            if not tag.holds:
                raise self._stray(words, at)
            part.hold(self._held(tag.name, words, at))
        if self._marks is None and _REMARK not in piece:
            know(piece, part)
        return part

    def _mark(self, part: Part, marks: Marks, at: int) -> None:
        """Put a mark at a tag: what stands in MJML's head makes no element, and has none."""
        if part.name == "mj-head":
            self._in_head = part.opens
        if part.closes or self._in_head or part.name in _UNMARKED:
            return
        before, css_class, behind = part.shape.partition(' css-class="')
        if css_class:
            part.shape = f"{before}{css_class}{SLOT} {behind}"
        else:
            before = f"<{part.name}"
            part.shape = f'{before} css-class="{SLOT}"{part.shape.removeprefix(before)}'
        first = before.count(SLOT)
        mark = marks.css_class(self._place_of(self._line(at)))
        part.around = (*part.around[:first], mark, *part.around[first:])

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
        left = self._opened(at + 1)
        return self._error_at(contents.stray(words, left[-1][0].name if left else ""), at, words)

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
            return opened(tag for tag in tags if tag and tag.is_mjml)
        except StructureError as found:
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
