"""The links of a lesson, as they are written: where each leads, and its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.autolink import autolink
from markdown_it.rules_inline.link import link

from course.errors import Place
from course.fences import without_comments
from course.model import Lesson

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_UNFIT_IN_ADDRESS = re.compile(r"[\s()<>\"]")


@dataclass(frozen=True, slots=True)
class Linked:
    """A link as a lesson has it: the address, percent-encoded, and where it stands."""

    address: str
    place: Place


def links_in(lesson: Lesson) -> Iterator[Linked]:
    """The links of a lesson, in order, on every path through it; what stands in code or in a comment is none.

    Jinja in an address stands in it, without white space.
    """
    source = _JINJA.sub(lambda found: _UNFIT_IN_ADDRESS.sub("", found[0]), without_comments(lesson.body))
    for block in _parser().parse(source):
        for token in block.children or ():
            if token.type == "link_open":
                line = lesson.body_line + (block.map[0] if block.map else 0) + token.meta["line"]
                yield Linked(str(token.attrGet("href") or ""), Place(lesson.place.file, line))


class _AnyAddress(MarkdownIt):
    """A parser for which a link is one whatever its address; for that of an email, one of `javascript:` is text."""

    def validateLink(self, url: str) -> bool:  # noqa: N802  # the parser's name for it
        return True


def _parser() -> MarkdownIt:
    parser = _AnyAddress("commonmark", {"html": False}).enable("table")
    for name, rule in (("link", link), ("autolink", autolink)):
        parser.inline.ruler.at(name, _with_line(rule))
    return parser


def _with_line(rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    """A rule of the parser that notes in a link's `meta` its line within its block, from 0."""

    def noting(state: StateInline, silent: bool) -> bool:
        start, known = state.pos, len(state.tokens)
        found = rule(state, silent)
        if found and not silent:
            opening = next(token for token in state.tokens[known:] if token.type == "link_open")
            opening.meta["line"] = state.src.count("\n", 0, start)
        return found

    return noting
