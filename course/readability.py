"""How hard an English text is to read: its words, its sentences, and the school grade that they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from course.citations import citing_parser
from course.personal.tokens import replace_symbols, replace_values
from course.syllables import syllables

_WORD = re.compile(r"[^\W_]+(?:[-‐‑'’.,:/_][^\W_]+)*")
# Looked for where a run without spaces begins, and once for each `@` in it: such a run may have 100,000 characters.
_ADDRESS = re.compile(r"(?<!\S)\S+://\S+|\bwww\.\S+|(?<!\S)\S+@[^\s@]+\.\w+")
_PARAGRAPH = re.compile(r"\n\s*\n")
_SENTENCE_END = re.compile(r"(?P<mark>[.!?…]+)[\"'”’»)\]*]*\s+(?=[\"'“‘«(\[*]*[^\W_a-zß-ÿ])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|vs|cf|e\.g|i\.e|approx|No|Fig|Nr|Inc|Ltd)$", re.IGNORECASE
)
_SOMEBODY = "Sample"


def words(text: str) -> list[str]:
    """The words of a text: what stands between spaces and has a letter or a digit. An address is none.

    A contraction, a hyphenated word and a figure are one word each, as Kincaid counts.
    """
    return _WORD.findall(_ADDRESS.sub(" ", text))


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with at least one word. A blank line ends one too, whatever stands before it."""
    found = (sentence for block in _PARAGRAPH.split(text) for sentence in _split(" ".join(block.split())))
    return [sentence for sentence in found if words(sentence)]


def _split(block: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE_END.finditer(block):
        if end["mark"] == "." and _ABBREVIATION.search(block[start : end.start()]):
            continue
        yield block[start : end.end()].strip()
        start = end.end()
    yield block[start:].strip()


def reading_grade(text: str) -> float:
    """The grade of a school in the USA whose pupils can be expected to understand an English text.

    0.39 × words/sentences + 11.8 × syllables/words − 15.59, the Flesch–Kincaid grade level (J. P. Kincaid et al.,
    "Derivation of new readability formulas", Research Branch Report 8-75, 1975). It may be below 0, and is 0 for a
    text without words.
    """
    counted = [words(sentence) for sentence in sentences(text)]
    count = sum(map(len, counted))
    if not count:
        return 0.0
    spoken = sum(syllables(word) for sentence in counted for word in sentence)
    return 0.39 * count / len(counted) + 11.8 * spoken / count - 15.59


def as_read(markdown: str) -> str:
    """What a reader reads of Markdown from which Jinja has gone, block by block, with a blank line between.

    Code blocks, citations, pictures and addresses are left out, and the words of links stay. A value of the
    subscriber's is one word.
    """
    parser = citing_parser(lambda source, passage: (source, passage))
    inlines = (token for token in parser.parse(markdown) if token.type == "inline")
    blocks = (" ".join(_inline(token.children or ()).split()) for token in inlines)
    text = "\n\n".join(re.sub(r"\s+([.,;:!?])", r"\1", block) for block in blocks if block)
    return replace_symbols(replace_values(text, str), lambda *_: _SOMEBODY)


def _inline(children: Sequence[Token]) -> str:
    parts: list[str] = []
    bare_address = False
    for child in children:
        if child.type in {"link_open", "link_close"}:
            bare_address = child.type == "link_open" and child.markup == "autolink"
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif child.type in {"text", "code_inline"} and not bare_address:
            parts.append(child.content)
    return "".join(parts)


def word_count(markdown: str) -> int:
    """How many words a reader reads of Markdown from which Jinja has gone."""
    return len(words(as_read(markdown)))
