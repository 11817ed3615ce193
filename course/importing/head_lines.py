"""The lines of a document's head, and what each is there: a credit, furniture, or something yet unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from course.importing.credits import credit, label, labelled
from course.importing.document import Stated
from course.importing.furniture import furniture, is_menu, is_trail
from course.importing.names import is_person, is_role
from course.importing.pieces import Kind, Piece
from course.importing.rows import acts, is_button

_FEWEST_IN_A_MENU = 3
_MOST_WORDS_IN_A_MENU = 3
_KINDS_OF_PAGE = frozenset(
    word
    for line in """
        article articles guide guides blog post posts tutorial tutorials how-to report reports story stories news essay
        resource resources template templates video podcast opinion feature features insights ebook case study careers
        leadership column interview review recipe recipes editorial
    """.splitlines()
    for word in line.split()
)


class Role(Enum):
    """What a line of the head is."""

    CANDIDATE = "candidate"
    CREDIT = "credit"
    FURNITURE = "furniture"
    LABELLED = "labelled"
    """A short line in the block below a label `Author`: the site, the kind of page."""
    WORDS = "words"
    """A sentence that stands above the byline, such as what an article says of itself below its title."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the head, its place among the document's pieces, and what it is there."""

    place: int
    text: str
    role: Role
    states: Stated = field(default_factory=Stated)


def head_lines(pieces: Sequence[Piece], end: int, marked: int | None, words: frozenset[int]) -> list[Line]:
    """The lines of the head, which ends before the piece `end`, but for the title where it is `marked`.

    `words` are the places of those that are sentences.
    """
    lines: list[Line] = []
    of_menus = menus(pieces, end)
    wanted, in_block = "", False
    for place in range(end):
        text = pieces[place].text
        if place == marked:
            wanted, in_block = "", False
            continue
        states = labelled(wanted, text) if wanted else None
        states = states if states is not None else credit(text)
        if place in words:
            lines.append(Line(place, text, Role.WORDS))
        elif wanted and states is not None:
            in_block = wanted in {"author", "publisher", "nothing"}
            lines.append(Line(place, text, Role.CREDIT, states))
        elif states is not None:
            lines.append(Line(place, text, Role.CREDIT, states))
        elif place in of_menus or _is_furniture(pieces[place], above_title=marked is not None and place < marked):
            lines.append(Line(place, text, Role.FURNITURE))
            in_block = False
        elif label(text) and place + 1 < end:
            lines.append(Line(place, text, Role.FURNITURE))
        else:
            role = Role.LABELLED if in_block and len(text.split()) <= 4 else Role.CANDIDATE
            lines.append(Line(place, text, role))
        wanted = label(text) if lines[-1].role is Role.FURNITURE else ""
    return _without_last_labelled(lines, end)


def is_kind_of_page(text: str) -> bool:
    """Whether a line says what kind of page this is, and nothing else: `Case study`."""
    return all(word in _KINDS_OF_PAGE for word in text.lower().split())


def _is_furniture(piece: Piece, *, above_title: bool) -> bool:
    text = piece.text
    row = acts(piece.cells) or len(piece.cells) > 2 or any(furniture(cell) is not None for cell in piece.cells)
    row = row or is_button(text)
    return (
        (row and piece.kind is Kind.TEXT)
        or furniture(text) is not None
        or is_trail(text)
        or (above_title and is_menu(text))
    )


def menus(pieces: Sequence[Piece], end: int) -> frozenset[int]:
    """The places of lines that stand close below each other, each of a few words and none a name: a site's menu."""
    found: list[int] = []
    run: list[int] = []
    for place in range(end + 1):
        close = place < end and not pieces[place].apart
        fits = place < end and _may_be_in_a_menu(pieces[place].text)
        if run and not (fits and close):
            if len(run) > _FEWEST_IN_A_MENU and not any(_is_credit(pieces[one].text) for one in run[:-1]):
                # The first may be the site, and the last a title, with a longer line or a byline close below it.
                last = pieces[run[-1]].text
                found += run[1:-1] if (close and " " in last) or _is_credit(last) else run[1:]
            run = []
        if fits:
            run.append(place)
    return frozenset(found)


def _may_be_in_a_menu(text: str) -> bool:
    return len(text.split()) <= _MOST_WORDS_IN_A_MENU and text[-1:] not in ".?!"


def _is_credit(text: str) -> bool:
    return is_person(text) or is_role(text) or credit(text) is not None or bool(label(text))


def _without_last_labelled(lines: list[Line], end: int) -> list[Line]:
    """A line right above the words is no part of the block below `Author`: it may be their heading."""
    if lines and lines[-1].role is Role.LABELLED and lines[-1].place == end - 1 and not is_kind_of_page(lines[-1].text):
        lines[-1] = replace(lines[-1], role=Role.CANDIDATE)
    return lines
