"""Exercises in parsed Markdown: what stands below a heading that begins with a word for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

OPEN, CLOSE = "exercise_open", "exercise_close"


def with_exercises(tokens: Sequence[Token], words: Sequence[str]) -> Iterator[Token]:
    """The tokens, with an element around each exercise, which goes to the next heading of the second level.

    `words` are what the heading of an exercise may begin with, whatever the case of its letters.
    """
    inside = False
    for position, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0:
            if inside:
                yield _closing()
            inside = _begins_with(tokens[position + 1], words)
            if inside:
                yield Token(OPEN, "section", 1, attrs={"class": "exercise"}, block=True)
        yield token
    if inside:
        yield _closing()


def _closing() -> Token:
    return Token(CLOSE, "section", -1, block=True)


def _begins_with(heading: Token, words: Sequence[str]) -> bool:
    text = "".join(token.content for token in heading.children or ()).strip().casefold()
    folded = (word.casefold() for word in words)
    return any(text.startswith(word) and not text[len(word) : len(word) + 1].isalnum() for word in folded)
