"""The headings of a claim → bold paragraphs: the headings of a lesson are its own."""

from __future__ import annotations

from markdown_it.token import Token

from course.outline.reading import Reading, described


def without_headings(reading: Reading, text: str) -> str:
    """The text with each heading bold, or, where that would change more than the heading, with its signs as text."""
    while True:
        tokens = reading.tokens(text)
        start = next((index for index, token in enumerate(tokens) if token.type == "heading_open"), None)
        if start is None:
            return text
        lowered = _bold(text, tokens[start], tokens[start + 1].content)
        expected = _with_bold(tokens, start)
        text = lowered if reading.shown(lowered) == described(expected) else _escaped(text, tokens[start])


def _bold(text: str, heading: Token, words: str) -> str:
    lines = text.split("\n")
    first, end = heading.map or [0, 0]
    prefix = lines[first].partition("#")[0] if heading.level else ""
    bold = f"{prefix}**{words}**".split("\n")
    if heading.level == 0:  # a paragraph ends where an empty line is, as a heading does by itself
        bold = [*_gap(lines[first - 1 : first]), *bold, *_gap(lines[end : end + 1])]
    lines[first:end] = bold
    return "\n".join(lines)


def _gap(neighbour: list[str]) -> list[str]:
    return [""] if "".join(neighbour).strip() else []


def _escaped(text: str, heading: Token) -> str:
    lines = text.split("\n")
    first, end = heading.map or [0, 0]
    number = first if heading.markup[0] == "#" else end - 1
    lines[number] = lines[number].replace(heading.markup[0], f"\\{heading.markup[0]}", 1)
    return "\n".join(lines)


def _with_bold(tokens: list[Token], start: int) -> list[Token]:
    words = tokens[start + 1].copy()
    words.children = [Token("strong_open", "strong", 1), *(words.children or ()), Token("strong_close", "strong", -1)]
    paragraph = [Token("paragraph_open", "p", 1), words, Token("paragraph_close", "p", -1)]
    return [*tokens[:start], *paragraph, *tokens[start + 3 :]]
