"""Markdown as a lesson would read it: what is shown, told so that two texts can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from markdown_it.token import Token

from course.citations import citing_parser
from course.model import Course

Definition: TypeAlias = Mapping[str, Any]
"""Of a link: its `href`, its `title` and, as `map`, its lines, from 0, with the one after them."""

_END = "\0"  # that no Markdown holds


class Reading:
    """Reads Markdown as the emails of a course do; a citation of its sources is one, any other is its words."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._parser = citing_parser(self._cited)
        self._with_any_citation = citing_parser(lambda source, passage: (source, passage))

    def _cited(self, source: str, passage: str) -> tuple[str, str] | None:
        found = self._course.sources.get(source)
        return None if found is None or found.passage(passage) is None else (source, passage)

    def tokens(self, text: str, links: Mapping[str, Definition] | None = None) -> list[Token]:
        """The parsed text. `links` are link definitions that stand elsewhere, as `definitions` gives them."""
        return self._parser.parse(text, {"references": dict(links or {})})

    def shown(self, text: str, links: Mapping[str, Definition] | None = None, *, without: str = "") -> str:
        """What is shown of a text, `without` some sign, and as what: the same for two texts that look the same."""
        return described(self.tokens(text, links), without)

    def definitions(self, text: str) -> dict[str, Definition]:
        """The link definitions of a text by label, each label's first."""
        return dict(self._environment(text).get("references", {}))

    def defining_lines(self, text: str) -> list[int]:
        """The numbers of the lines, from 0, that a text's link definitions stand on."""
        found = self._environment(text)
        every = [*found.get("references", {}).values(), *found.get("duplicate_refs", ())]
        return [number for one in every for number in range(*one["map"])]

    def _environment(self, text: str) -> dict[str, Any]:
        environment: dict[str, Any] = {}
        self._parser.parse(text, environment)
        return environment

    def closed(self, text: str) -> str:
        """The text with its last code fence closed."""
        last = self.tokens(f"{text}\n\nx")[-1]
        return f"{text}\n{last.markup}" if last.type == "fence" else text

    def ends_in_words(self, text: str) -> bool:
        """Whether the last block of a text is a paragraph, on its own or in a list, and no table, code or line."""
        tokens = [token for token in self.tokens(text) if token.nesting >= 0]
        return [token.type for token in tokens[-2:]] == ["paragraph_open", "inline"]

    def citations(self, text: str) -> list[tuple[str, str]]:
        """The citations of the course's sources in a text, as source and passage."""
        return [token.meta["cited"] for token in leaves(self.tokens(text)) if token.type == "citation"]

    def unresolved(self, text: str) -> int:
        """How many citations in a text lead nowhere."""
        found = (token for token in leaves(self._with_any_citation.parse(text)) if token.type == "citation")
        return sum(self._cited(*token.meta["cited"]) is None for token in found)

    def first_paragraph(self, text: str) -> str:
        """The Markdown of the first paragraph of a text, be it in a list; empty where there is none."""
        tokens = self.tokens(text)
        found = (inline for one, inline in pairwise(tokens) if one.type == "paragraph_open")
        return next((inline.content for inline in found), "")


def leaves(tokens: Sequence[Token]) -> Iterator[Token]:
    """Tokens with all that are inside them, in the order of the text."""
    for token in tokens:
        yield token
        yield from leaves(token.children or ())


def described(tokens: Sequence[Token], without: str = "") -> str:
    """What tokens show, `without` some sign. Whether a list is loose does not count."""
    parts = []
    for one in leaves(tokens):
        inner = one.type == "inline" or one.children  # its words are told by what is inside it
        content = "" if inner else one.content.replace(without, "") if without else one.content
        info = "" if one.type == "text" else one.info  # of a text it says that it began with a backslash
        if content or one.type != "text":
            cited = one.meta.get("cited", "")
            parts.append(f"{one.type} {one.tag} {info} {sorted(one.attrs.items())} {cited} {content}")
    return _END.join(parts)
