"""A page's table of contents: found by its lines, which come again later as headings, and left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from course.importing.furniture import announces_contents
from course.importing.pieces import Kind, Piece

_NUMBER = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*[.)]?|#{1,6}|step \d{1,2}:)\s+")
_PAGE = re.compile(r"[\s.…]+\d{1,4}$")
_FEWEST_UNANNOUNCED = 3
_LONGEST = 200
_LONG = 60
_LEAST_OF_WORDS = 8
_BOLD_LINE = 6


def without_contents(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces without the lines of a table of contents; the line that announces it stays, as furniture."""
    last = {_key(piece): place for place, piece in enumerate(pieces) if _may_be_a_heading(piece)}
    kept: list[Piece] = []
    place = 0
    while place < len(pieces):
        announced = bool(kept) and pieces[place - 1] is kept[-1] and _announces(kept[-1])
        end = _end_of_list(pieces, place, last)
        if end - place < (1 if announced else _FEWEST_UNANNOUNCED) or not _head_something(pieces, place, end, last):
            end = max(end, place + 1)
            kept += pieces[place:end]
        place = end
    return kept


def _end_of_list(pieces: Sequence[Piece], start: int, last: dict[str, int]) -> int:
    """Where a run of lines ends that come again later as headings may; the first such heading is in no list."""
    seen = set[str]()
    for place in range(start, len(pieces)):
        piece = pieces[place]
        key = _key(piece)
        marked = piece.kind is Kind.HEADING and piece.level < _BOLD_LINE
        if marked or _is_prose(piece) or last.get(key, place) <= place or key in seen:
            return place
        seen.add(key)
    return len(pieces)


def _head_something(pieces: Sequence[Piece], start: int, end: int, last: dict[str, int]) -> bool:
    """Whether half of the lines, where they come again, stand above words: a name and a button come again, too."""
    places = [last[_key(piece)] for piece in pieces[start:end]]
    heading = sum(place + 1 < len(pieces) and not _is_a_line(pieces[place + 1]) for place in places)
    return heading * 2 >= len(places)


def _is_a_line(piece: Piece) -> bool:
    return piece.kind is Kind.TEXT and len(piece.text.split()) < _LEAST_OF_WORDS and piece.text[-1] not in ".!?:…"


def _is_prose(piece: Piece) -> bool:
    return len(piece.text) > _LONGEST or piece.text[-1] in ".!;," or (piece.text[-1] == ":" and len(piece.text) > _LONG)


def _announces(piece: Piece) -> bool:
    return piece.kind in {Kind.TEXT, Kind.HEADING} and announces_contents(piece.text)


def _may_be_a_heading(piece: Piece) -> bool:
    return piece.kind in {Kind.TEXT, Kind.HEADING} and len(piece.text) <= _LONGEST


def _key(piece: Piece) -> str:
    text = _PAGE.sub("", _NUMBER.sub("", piece.text.casefold()))
    return " ".join(re.findall(r"\w+", text)) or piece.text
