"""Code fences of a Markdown text: found so that neither Jinja nor citations are read inside them."""

from __future__ import annotations

import re
from functools import lru_cache

from markdown_it import MarkdownIt

# A character that Unicode keeps for a program's own use (23.7, noncharacters), so that no text holds it.
_BRACE, _HIDDEN = "{", "\ufdd0"
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


@lru_cache(maxsize=256)
def fenced_lines(source: str) -> frozenset[int]:
    """The numbers of the lines, from 0, that belong to code fences (their markers included)."""
    tokens = MarkdownIt("commonmark", {"html": False}).parse(source)
    spans = (token.map for token in tokens if token.type == "fence" and token.map)
    return frozenset(number for start, end in spans for number in range(start, end))


def hide_fences(source: str) -> str:
    """The text with the braces of its code fences hidden from Jinja; `reveal_fences` brings them back."""
    code = fenced_lines(source)
    lines = source.replace(_HIDDEN, "").split("\n")
    return "\n".join(line.replace(_BRACE, _HIDDEN) if number in code else line for number, line in enumerate(lines))


def without_comments(source: str) -> str:
    """The text with as many empty lines in place of Jinja's comments, but for those in code fences.

    >>> without_comments("a {# b\\n c #} d")
    'a \\n d'
    """
    return reveal_fences(_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), hide_fences(source)))


def reveal_fences(text: str) -> str:
    """The text with hidden braces put back."""
    return text.replace(_HIDDEN, _BRACE)
