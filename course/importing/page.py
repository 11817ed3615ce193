"""The reader of pages and Markdown files: an article, a guide, any text with a head, headings and paragraphs.

One reader does for all of these: they differ in their furniture, not in how their words are set.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from course.importing.contents import without_contents
from course.importing.credits import credit
from course.importing.document import NOTHING_STATED, Document, Stated
from course.importing.furniture import Furniture
from course.importing.head import merged, read_head
from course.importing.headings import sections, with_headings
from course.importing.names import is_person
from course.importing.pieces import Kind, Piece, pieces
from course.importing.surroundings import A_PARAGRAPH, last_words, named_in_bio, roles_of, take_closing_remarks, tells


def read_page(text: str, stated: Stated, given: Stated = NOTHING_STATED) -> Document:
    """Read a text as a page; `stated` is its front matter."""
    head = read_head(without_contents(pieces(text)), stated, given)
    known = merged(stated, head.states, given)
    body, states = without_furniture(head.pieces, known)
    whole = merged(stated, head.states, states)
    return Document(
        title=whole.title,
        sections=sections(with_headings(body)),
        author=whole.author,
        publisher=whole.publisher,
        date=whole.date,
        url=whole.url,
        video=whole.video,
    )


def without_furniture(found: Sequence[Piece], known: Stated = NOTHING_STATED) -> tuple[list[Piece], Stated]:
    """The pieces that are the document's words, and what lines among them and below them credit.

    `known` is what is stated of the document: whoever wrote it may be introduced below it, and so may the site.
    """
    roles = roles_of(found, known)
    end = _end(found, roles)
    goes_on = end < len(found)
    found, roles = found[:end], roles[:end]
    take_closing_remarks(found, roles, known, goes_on=goes_on)
    last = last_words(found, roles)
    kept: list[Piece] = []
    states: list[Stated] = []
    opened = False
    for place, (piece, role) in enumerate(zip(found, roles, strict=True)):
        signed = _signed(piece)
        if signed is not None:
            states.append(signed)
        elif role is not None:
            opened = opened or role not in {Furniture.LINE, Furniture.CONTENTS, Furniture.ABOUT} or place > last
        elif opened and _is_teaser(found, roles, place, at_the_end=place > last):
            continue
        else:
            opened = False
            kept.append(piece)
    return kept, merged(Stated(), *states, Stated(author=named_in_bio(found, roles)))


def _end(found: Sequence[Piece], roles: Sequence[Furniture | None]) -> int:
    """Where other people's words begin: comments, or what else the site has to read.

    Neither begins in the first half of a page, nor above a heading that is marked, nor, but for comments, above a
    whole paragraph.
    """
    before = [0, *accumulate(len(piece.text) for piece in found)]
    places = range(len(found))
    marked = (place for place in places if found[place].kind is Kind.HEADING and found[place].number is None)
    last_heading = max((place for place in marked if roles[place] is None), default=-1)
    last_paragraph = max((place for place in places if len(found[place].text.split()) >= A_PARAGRAPH), default=-1)
    for place in places[last_heading + 1 :]:
        if before[place] * 2 <= before[-1]:
            continue
        if roles[place] is Furniture.ENDS or (roles[place] is Furniture.TEASES and place > last_paragraph):
            return place
    return len(found)


def _is_teaser(found: Sequence[Piece], roles: Sequence[Furniture | None], place: int, *, at_the_end: bool) -> bool:
    """Whether a piece below `Related posts` or its like belongs to it rather than to the document.

    Where the document goes on below, a short line right above its words is their heading.
    """
    piece = found[place]
    if piece.kind in {Kind.CODE, Kind.WORDS} or len(piece.text.split()) >= A_PARAGRAPH:
        return False
    if at_the_end or piece.kind is Kind.HEADING:
        return at_the_end
    if piece.text[-1:] in '.!?:”"':
        return False
    if place + 1 == len(found):
        return True
    below = found[place + 1]
    return roles[place + 1] is not None or below.kind is Kind.ITEM or not tells(below)


def _signed(piece: Piece) -> Stated | None:
    """What a line below the document's words credits, such as `Written by Sample Author`."""
    if piece.kind is not Kind.TEXT or len(piece.text.split()) > 12:
        return None
    states = credit(piece.text)
    if states is None or not piece.text.lower().startswith(("by ", "written by", "words by", "posted by", "author:")):
        return None
    return states if is_person(states.author) else None
