"""The words of sources, made safe to stand in a lesson: as plain text, as Markdown, and cut to a length."""

from __future__ import annotations

import re

from course.readability import as_read
from course.slugs import LONGEST_WORD, slug_words

# What YAML, a mail's header or a renderer would not let through: controls, lone surrogates, noncharacters.
_UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SPACES = re.compile("[\t-\r \x85\u2028\u2029]+")
_ROUND = str.maketrans("[]{}", "()()")
_MARKUP = re.compile(r"[\\`*_\[\]<>]|(?<!\S)#|&(?=#?\w+;)|^[-+=~]|(?<=\{)[{%#]")
_ENUMERATED = re.compile(r"^(\d+)([.)])")
_SEPARATORS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
_PLACE = re.compile(r"\s*\[write:[^\]]*\]?", re.IGNORECASE)
_AFTER_WORDS = " ,;:·–—-"

SENTENCE_END = re.compile(r"[.!?…。！？]+\Z")


def fit(text: str) -> str:
    """The text, its lines kept, without the signs that no email can carry."""
    return _SEPARATORS.sub(" ", _UNFIT.sub("", text))


def one_line(text: str) -> str:
    """The text with white space folded and without the signs that no email can carry."""
    return _SPACES.sub(" ", _UNFIT.sub("", text)).strip()


def spoken(markdown: str) -> str:
    """What is read of Markdown, on one line: no marks, addresses, citations or places to write.

    >>> spoken("**One** [idea](https://example.com) [@note#p-1].\\n\\n- [write: more] And another")
    'One idea. And another'
    """
    return one_line(_PLACE.sub("", as_read(markdown)))


def plain(text: str) -> str:
    """The text on one line with round brackets alone: neither Jinja, nor a citation, nor a place left to write.

    >>> plain("a [@b#c] of {{ d }}")
    'a (@b#c) of (( d ))'
    """
    return one_line(text).translate(_ROUND)


def markdown(text: str) -> str:
    r"""The text on one line as Markdown that shows it as it is; Jinja finds nothing in it.

    >>> markdown("1. *a* {{ b }} [@c#d]")
    '1\\. \\*a\\* {\\{ b }} \\[@c#d\\]'
    """
    return _ENUMERATED.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", one_line(text)))


def shortened(text: str, limit: int) -> str:
    """A text of at most `limit` signs: cut between words, or within the only one, with an ellipsis.

    >>> shortened("one idea at a time", 12)
    'one idea at…'
    """
    if len(text) <= limit:
        return text
    head = text[:limit]  # one sign more than fits beside the ellipsis: it may be the space after a whole word
    words = head.rpartition(" ")[0].rstrip(_AFTER_WORDS)
    return (words or head[:-1]) + "…"


def slug(text: str) -> str:
    """Lower-case words of the text joined by hyphens, at most 40 signs; empty where it holds no Latin letter or digit.

    >>> slug("Élan, and how to keep it")
    'elan-and-how-to-keep-it'
    """
    kept = ""
    for word in slug_words(text):
        longer = f"{kept}-{word}" if kept else word
        if len(longer) > LONGEST_WORD:
            break
        kept = longer
    return kept
