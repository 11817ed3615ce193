"""A claim, which is its author's own Markdown → Markdown that can stand in a lesson, with its citation.

Blocks and inline marks stay. What would break the lesson is kept from it: Jinja, citations and pictures that are not
there, headings, link definitions (they would hold for the whole lesson), and a code fence that is never closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from course.check.rule import Checked
from course.check.rules.unreachable_picture import pictures_as_text
from course.errors import CourseError, Place
from course.fences import fenced_lines
from course.folder import Files
from course.model import Course, Lesson, LessonKind
from course.outline.headings import without_headings
from course.outline.linking import linked
from course.outline.passages import Uncited
from course.outline.reading import Definition, Reading, leaves
from course.outline.wording import SENTENCE_END, fit, markdown, one_line, plain, spoken
from course.pictures import Pictures, pictures_in

_JINJA = re.compile(r"\{(?=[{%#])")
# Where an empty group is, a backslash may go.
_TAG = re.compile(r"()<(?=[A-Za-z/!?])")
_PICTURE = re.compile(r"!()\[(?:[^\[\]\\]|\\.)*()\]")
_OPENING_PICTURE = re.compile(r"!()\[")
_CITATION = re.compile(r"\[()@")
_STAND_IN = " \ufdd0"  # `fit` leaves no such sign in a text
_ANY_DRAFT = "lessons/draft.md"


class Claims:
    """Takes claims over into the lessons of one course."""

    def __init__(self, course: Course, files: Files) -> None:
        self._course, self._files = course, files
        self._pictures = Pictures(files)
        self._reading = Reading(course)
        self._links: dict[str, dict[str, Definition]] = {}

    def markdown(self, one: Uncited) -> str:
        """The claim of a passage, with a citation of it; empty where there is no claim."""
        if not one_line(one.passage.claim):
            return ""
        cited = (one.source.slug, one.passage.id)
        text = self._cited(self._harmless(self._by_itself(one)), cited)
        if cited in self._reading.citations(text):
            return text
        return self._cited(markdown(one.passage.claim), cited)  # lists within lists, deeper than is read

    def plain(self, one: Uncited) -> str:
        """What is read of the first paragraph of a passage's claim, on one line."""
        return plain(spoken(self._reading.first_paragraph(self._by_itself(one))))

    def _harmless(self, text: str) -> str:
        read = self._reading
        text = without_headings(read, text)
        text = _marked(text, _TAG, lambda before, after: read.shown(before) == read.shown(after))
        text = self._without_jinja(text)  # first, since `check` does not look for pictures in Jinja
        text = _with_less(text, _PICTURE, self._lost_pictures)
        text = _with_less(text, _OPENING_PICTURE, self._lost_pictures)  # of one with brackets in its words
        return _with_less(text, _CITATION, read.unresolved)

    def _by_itself(self, one: Uncited) -> str:
        """The claim as Markdown that needs nothing around it, and to which nothing around it happens."""
        claim = self._reading.closed(fit(one.passage.claim).strip())
        return linked(self._reading, claim, self._links_of(one))

    def _links_of(self, one: Uncited) -> dict[str, Definition]:
        """The link definitions of all claims of a passage's source: they may stand together at its end."""
        if one.source.slug not in self._links:
            claims = (self._reading.closed(fit(passage.claim)) for passage in one.source.passages if passage.claim)
            self._links[one.source.slug] = self._reading.definitions("\n\n".join(claims))
        return self._links[one.source.slug]

    def _lost_pictures(self, text: str) -> int:
        """How many pictures of a text an email would not show."""
        if "![" not in text:
            return 0
        place = Place(_ANY_DRAFT)
        lesson = Lesson("draft", LessonKind.LESSON, 1, "", "", "", text, place, 1)
        checked = Checked(replace(self._course, lessons=(lesson,), welcome=None, closing=None), self._files)
        # Two parsers, since `check` takes an address for one that an email takes for text, and the other way about.
        shown = [
            str(token.attrGet("src") or "") for token in leaves(self._reading.tokens(text)) if token.type == "image"
        ]
        addresses = [*shown, *(one.address for one in pictures_in(lesson))]
        return sum(map(self._is_lost, addresses)) + len(list(pictures_as_text(checked)))

    def _is_lost(self, address: str) -> bool:
        try:
            self._pictures.find(address, _ANY_DRAFT)
        except CourseError:
            return True
        return False

    def _without_jinja(self, text: str) -> str:
        r"""The text without Jinja: `{\{`, and where that would be seen, a brace that Jinja prints.

        A fence, which Jinja leaves alone, stays as it is.
        """
        code = fenced_lines(text)
        for found in reversed(list(_JINJA.finditer(text))):
            if text.count("\n", 0, found.start()) in code:
                continue
            before, after = text[: found.end()], text[found.end() :]
            escaped = f"{before}\\{after}"
            unseen = self._reading.shown(escaped) == self._reading.shown(text)
            text = escaped if unseen else before[:-1] + '{{"{"}}' + after
        return text

    def _cited(self, text: str, cited: tuple[str, str]) -> str:
        """The text with a citation at the end of its last paragraph or item of a list, or else on a line of its own."""
        before = self._reading.citations(text)
        if cited in before:
            return text
        citation = f"[@{cited[0]}#{cited[1]}]"
        for head, end in _endings(text) if self._reading.ends_in_words(text) else ():
            cited_text = f"{head} {citation}{end}"
            as_before = self._reading.shown(f"{head}{_STAND_IN}{end}", without=_STAND_IN) == self._reading.shown(text)
            if as_before and self._reading.citations(cited_text) == [*before, cited]:
                return cited_text
        return f"{text}\n\n{citation}".lstrip("\n")


def _endings(text: str) -> Iterator[tuple[str, str]]:
    """The text before its full stop, and that; then the text, and nothing."""
    end = SENTENCE_END.search(text)
    if end and end.start():
        yield text[: end.start()], end[0]
    yield text, ""


def _marked(text: str, spot: re.Pattern[str], may: Callable[[str, str], bool]) -> str:
    """The text with a backslash at each spot where it may have one."""
    for found in reversed(list(spot.finditer(text))):
        marked = text
        for group in range(spot.groups, 0, -1):
            marked = f"{marked[: found.start(group)]}\\{marked[found.start(group) :]}"
        text = marked if may(text, marked) else text
    return text


def _with_less(text: str, spot: re.Pattern[str], wrong: Callable[[str], int]) -> str:
    """The text with a backslash at those spots where that leaves less of what is wrong with it."""
    return _marked(text, spot, lambda before, after: wrong(after) < wrong(before)) if wrong(text) else text
