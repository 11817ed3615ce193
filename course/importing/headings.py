"""Headings: as a document marks them, or as a copied page shows them, by short lines above what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from course.importing.document import Block, Section
from course.importing.pieces import Kind, Piece
from course.importing.stamps import OPEN

_NUMBER = re.compile(r"^\d{1,2}[.)]\s+(?=\S)")
_SENTENCES = re.compile(r"[^\W\d_]{3}[.!][\"'”’)\]]*\s+\S")
_END = re.compile(r"[.!;,:…—–-][\"'”’)\]]*$")
_LONGEST, _MOST_WORDS = 100, 14
_LEVELS = re.compile(r"^\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+(?=\S)")
_NUMBERED = re.compile(r"^\d{1,2}(?:[.)]|(?:\.\d{1,2}){1,3}\.?)\s+(?=\S)")
_COUNTED = re.compile(r"^\d{1,2}\s+(?=[^\W\d_])")
_MOST_WORDS_BEFORE_A_COLON = 9
_FEWEST_WITH_COLONS, _FEWEST_TITLES_WITH_COLONS = 3, 2
_SHORT_WORD = 3


def heading_words(text: str) -> str:
    """A heading without its number and its colon: `2. Ask first:` is `Ask first`."""
    return _NUMBER.sub("", text).rstrip(": ") or text


def with_headings(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with the headings of a page that marks none told from its paragraphs."""
    if any(piece.kind is Kind.HEADING and piece.number is None for piece in pieces):
        return list(pieces)
    found = [*pieces]
    for heading in _with_colons(pieces):
        found[heading] = Piece(Kind.HEADING, pieces[heading].text, 2, apart=True)
    pieces = [*found]
    place = 0
    while place < len(pieces):
        end = place
        while end < len(pieces) and is_short_line(pieces[end]) and not _SENTENCES.search(pieces[end].text):
            end += 1
        for heading in _headings_of(pieces, place, end):
            found[heading] = Piece(Kind.HEADING, pieces[heading].text, 2, apart=pieces[heading].apart)
        place = max(end, place + 1)
    return found


def _with_colons(pieces: Sequence[Piece]) -> list[int]:
    """The places of lines with a colon that are headings: several of them stand apart, each above a whole paragraph.

    One alone announces what stands below it, as does one above a list, or above what somebody says.
    """
    found = [
        place
        for place, (piece, below) in enumerate(pairwise(pieces))
        if piece.text.endswith(":") and piece.apart and _may_head(piece, below)
    ]
    titles = [place for place in found if _is_in_title_case(pieces[place].text)]
    plain = sum(is_short_line(piece) for piece in pieces)
    if len({pieces[place].text for place in found}) >= _FEWEST_WITH_COLONS and len(found) > plain:
        return found
    return titles if len({pieces[place].text for place in titles}) >= _FEWEST_TITLES_WITH_COLONS else []


def _may_head(piece: Piece, below: Piece) -> bool:
    words = piece.text.rstrip(": ")
    fits = len(words.split()) <= _MOST_WORDS_BEFORE_A_COLON and "," not in words
    whole = below.kind is Kind.TEXT and below.apart and _is_whole(below)
    return fits and is_short_line(replace(piece, text=words)) and whole and below.text[0] not in "\"'“„«‘"


def _is_whole(piece: Piece) -> bool:
    if piece.text.endswith(":"):
        return len(piece.text.split()) > _MOST_WORDS
    return not is_short_line(piece)


def _is_in_title_case(text: str) -> bool:
    telling = [word for word in re.findall(r"[^\W\d_][\w'’-]*", text) if len(word) > _SHORT_WORD]
    return bool(telling) and all(word[0].isupper() for word in telling)


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
    pieces = list(pieces)
    headings = [piece.text for piece in pieces if piece.kind is Kind.HEADING]
    levels = sum(_NUMBERED.match(text) is not None for text in headings) > 1
    counted = [int(number[0]) for text in headings if (number := _COUNTED.match(text))]
    counts = len(counted) > 1 and counted == list(range(1, len(counted) + 1))
    levels = levels or counts
    found: list[tuple[str, list[Block]]] = [("", [])]
    for piece in pieces:
        if piece.kind is Kind.HEADING:
            text = _LEVELS.sub("", piece.text) if levels else piece.text
            found.append((heading_words(_COUNTED.sub("", text) if counts else text), []))
        else:
            found[-1][1].append(Block(piece.text))
    if not found[0][1]:
        del found[0]
    return tuple(Section(heading, tuple(blocks)) for heading, blocks in found)
