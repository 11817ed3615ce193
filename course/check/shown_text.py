"""What a lesson shows as plain words: the rules look in it for signs that were meant as more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from course.citations import citing_parser

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_KEPT = re.compile(r"\\.|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)


def shown_text(body: str) -> Iterator[tuple[int, str]]:
    """Each run of plain words in a lesson's body, and its line, from 0.

    Neither code, nor Jinja, nor what a backslash keeps as it is.
    """
    source = _JINJA.sub(lambda found: "\n" * found[0].count("\n"), body)
    parser = citing_parser(lambda source, passage: (source, passage)).disable("text_join")
    for block in parser.parse(source):
        yield from _texts(block.children or (), block.map[0] if block.map else 0)


def shown_source(body: str) -> Iterator[tuple[int, str]]:
    """Each paragraph, heading or cell of a lesson's body as it is written, and its line, from 0.

    In place of code, Jinja and what a backslash keeps as it is stand spaces.
    """
    source = _JINJA.sub(lambda found: "\n" * found[0].count("\n"), body)
    for block in citing_parser(lambda source, passage: (source, passage)).parse(source):
        if block.type == "inline":
            yield block.map[0] if block.map else 0, _KEPT.sub(_blank, block.content)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _texts(tokens: Sequence[Token], line: int) -> Iterator[tuple[int, str]]:
    for token in tokens:
        if token.type == "text":
            yield line, token.content
        yield from _texts(token.children or (), line)
        line += token.type in {"softbreak", "hardbreak"}
