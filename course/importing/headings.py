"""Headings: as a document marks them, or as a copied page shows them, by short lines above what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from course.importing.document import Block, Section
from course.importing.pieces import Kind, Piece
from course.importing.stamps import OPEN

_NUMBER = re.compile(r"^\d{1,2}[.)]\s+(?=\S)")
_END = re.compile(r"[.!;,:…—–-][\"'”’)\]]*$")
_LONGEST, _MOST_WORDS = 100, 14


def heading_words(text: str) -> str:
    """A heading without its number and its colon: `2. Ask first:` is `Ask first`."""
    return _NUMBER.sub("", text).rstrip(": ") or text


def with_headings(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with the headings of a page that marks none told from its paragraphs."""
    if any(piece.kind is Kind.HEADING and piece.number is None for piece in pieces):
        return list(pieces)
    found = list(pieces)
    place = 0
    while place < len(pieces):
        end = place
        while end < len(pieces) and is_short_line(pieces[end]):
            end += 1
        for heading in _headings_of(pieces, place, end):
            found[heading] = Piece(Kind.HEADING, pieces[heading].text, 2, apart=pieces[heading].apart)
        place = max(end, place + 1)
    return found


def is_short_line(piece: Piece) -> bool:
    """Whether a piece could be a heading, by itself: a few words that begin large and are no sentence."""
    text = piece.text
    if piece.kind is not Kind.TEXT or OPEN in text or len(text) > _LONGEST or len(text.split()) > _MOST_WORDS:
        return False
    first = next((sign for sign in text if sign.isalnum()), "")
    return bool(first) and not first.islower() and not _END.search(text)


def _headings_of(pieces: Sequence[Piece], start: int, end: int) -> list[int]:
    """Which of a run of short lines are headings: not the last of the document, nor lines listed one below another."""
    if end == start or end == len(pieces):
        return []
    if pieces[end].kind is Kind.HEADING and end - start == 1:
        return []
    announced = start > 0 and pieces[start - 1].text.endswith(":") and pieces[start - 1].kind is not Kind.HEADING
    if end - start <= 2:
        return [] if announced and end - start == 2 else list(range(start, end))
    return [end - 1] if announced else [start, end - 1]


def sections(pieces: Iterable[Piece]) -> tuple[Section, ...]:
    """Headings and the blocks below them; a piece of words, an item or code is a block each."""
    found: list[tuple[str, list[Block]]] = [("", [])]
    for piece in pieces:
        if piece.kind is Kind.HEADING:
            found.append((heading_words(piece.text), []))
        else:
            found[-1][1].append(Block(piece.text))
    if not found[0][1]:
        del found[0]
    return tuple(Section(heading, tuple(blocks)) for heading, blocks in found)
