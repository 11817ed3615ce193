"""Citations: `[@source#passage]` in a lesson, how each reads, where it leads, and what is cited of each source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from course.catalogue import ENGLISH, Catalogue
from course.errors import CourseError, Place
from course.fences import without_comments
from course.model import Course, Lesson, Passage, Source

# What is not quite a citation is one that leads nowhere, so that `check` finds it; `[@somebody](https://…)` is a link.
CITATION = re.compile(r"\[@(?P<source>[^\[\]#\n]*)(?:#(?P<passage>[^\[\]\n]*)\]|\](?!\())")


@dataclass(frozen=True, slots=True)
class Reference:
    """A citation in a lesson: what it names, and its place."""

    source: str
    passage: str
    place: Place


@dataclass(frozen=True, slots=True)
class Cited:
    """A resolved citation: the source's number in the email's list, and what it points at; it is said in `words`."""

    number: int
    source: Source
    passage: Passage
    words: Catalogue = field(default=ENGLISH, repr=False, compare=False)

    @property
    def address(self) -> str:
        """A deep link into the video, the source's own address, or nothing: none is ever made up."""
        if self.source.video:
            seconds = self.passage.seconds
            stamp = "" if seconds is None else f"&t={seconds}s"
            return f"https://www.youtube.com/watch?v={self.source.video}{stamp}"
        return self.source.url

    @property
    def spot(self) -> str:
        """The time stamp, shortened (`51:54`, `1:02:03`), or nothing for a heading."""
        if self.passage.seconds is None:
            return ""
        minutes, seconds = divmod(self.passage.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"

    @property
    def label(self) -> str:
        """How the citation reads, without brackets: `source 1, 51:54`."""
        if self.spot:
            # TRANSLATORS: in brackets behind a sentence. %(spot)s is a time in a video, such as 51:54.
            return self.words.gettext("source %(number)s, %(spot)s", number=self.number, spot=self.spot)
        return self.words.gettext("source %(number)s", number=self.number)

    @property
    def short_label(self) -> str:
        """How it reads where the brackets say what it is: `1, 51:54`."""
        if self.spot:
            # TRANSLATORS: the number of a source and a time in a video, as in "1, 51:54".
            return self.words.gettext("%(number)s, %(spot)s", number=self.number, spot=self.spot)
        return str(self.number)


def citing_parser(resolve: Callable[[str, str], object | None]) -> MarkdownIt:
    """A Markdown parser for lessons: a citation that `resolve` knows becomes a token `citation`.

    Its `meta` holds as `cited` what the citation resolves to, and as `line` its line within its block, from 0.
    """

    def citation(state: StateInline, silent: bool) -> bool:
        found = CITATION.match(state.src, state.pos)
        cited = resolve(found["source"], found["passage"] or "") if found else None
        if found is None or cited is None:
            return False
        if not silent:
            state.push("citation", "", 0).meta.update(cited=cited, line=state.src.count("\n", 0, state.pos))
        state.pos = found.end()
        return True

    parser = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True, "linkify": False}).enable("table")
    parser.inline.ruler.before("link", "citation", citation)
    return parser


def references(lesson: Lesson) -> Iterator[Reference]:
    """The citations of a lesson, in order, on every path through it; what stands in code or in a comment is none."""
    parser = citing_parser(lambda source, passage: (source, passage))
    for block in parser.parse(without_comments(lesson.body)):
        for token in _citations(block.children or ()):
            line = lesson.body_line + (block.map[0] if block.map else 0) + token.meta["line"]
            source, passage = token.meta["cited"]
            yield Reference(source, passage, Place(lesson.place.file, line))


def _citations(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.type == "citation":
            yield token
        yield from _citations(token.children or ())


def unresolved(course: Course, lesson: Lesson) -> Iterator[CourseError]:
    """An error for each citation of a lesson that names no passage of the course."""
    for reference in references(lesson):
        source = course.sources.get(reference.source)
        if source is None:
            known = ", ".join(sorted(course.sources)) or "none yet"
            message, fix = f"There is no source `{reference.source}`.", f"The sources are: {known}."
        elif source.passage(reference.passage) is None:
            message = f"The source `{reference.source}` has no passage `{reference.passage}`."
            fix = f"Look the id up in {source.place.file}; a citation reads [@source#passage]."
        else:
            continue
        yield CourseError(message, fix=fix, place=reference.place, rule="unresolved-citation")


class Bibliography:
    """The citations of one email, numbered by source in the order in which they come up, and said in `words`."""

    def __init__(self, sources: Mapping[str, Source], words: Catalogue = ENGLISH) -> None:
        self._sources = sources
        self._words = words
        self._cited: dict[str, list[Cited]] = {}

    def cite(self, source: str, passage: str) -> Cited | None:
        """Note down a citation; None where it does not resolve."""
        found = self._sources.get(source)
        pointed_at = found.passage(passage) if found else None
        if found is None or pointed_at is None:
            return None
        already = self._cited.setdefault(source, [])
        number = list(self._cited).index(source) + 1
        cited = Cited(number, found, pointed_at, self._words)
        if cited not in already:
            already.append(cited)
        return cited

    @property
    def entries(self) -> tuple[tuple[Cited, ...], ...]:
        """For each source in the list, its citations, each once."""
        return tuple(tuple(cited) for cited in self._cited.values() if cited)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many passages a source has, and which of them no lesson cites."""

    passages: int
    uncited: tuple[str, ...]


def coverage(course: Course) -> dict[str, Coverage]:
    """What the lessons cite of each source."""
    cited = {(one.source, one.passage) for lesson in course.all_lessons for one in references(lesson)}
    return {
        slug: Coverage(
            len(source.passages),
            tuple(passage.id for passage in source.passages if (slug, passage.id) not in cited),
        )
        for slug, source in course.sources.items()
    }
