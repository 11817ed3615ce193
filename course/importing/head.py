"""The head of a document: the lines above its words, which hold its title, site, author and date, and furniture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from course.importing.credits import credit, label, labelled
from course.importing.document import Stated
from course.importing.furniture import furniture, is_menu, is_trail
from course.importing.headings import heading_words
from course.importing.names import is_role, is_site, named_in
from course.importing.pieces import Kind, Piece
from course.importing.stamps import OPEN

_LONGEST_HEAD = 80
_MOST_ABOVE_A_TITLE = 3
_SENTENCE_END = re.compile(r"[.!…:;”\"][\"'”’)\]]*$")
_KINDS_OF_PAGE = frozenset(
    word
    for line in """
        article articles guide guides blog post posts tutorial tutorials how-to report reports story stories news essay
        resource resources template templates video podcast opinion feature insights ebook case study careers leadership
    """.splitlines()
    for word in line.split()
)


class _Role(Enum):
    CANDIDATE = "candidate"
    CREDIT = "credit"
    FURNITURE = "furniture"
    LABELLED = "labelled"
    """A short line in the block below a label `Author`: the site, the kind of page."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the head, its place among the document's pieces, and what it is there."""

    place: int
    text: str
    role: _Role
    states: Stated = field(default_factory=Stated)


@dataclass(frozen=True, slots=True)
class Head:
    """What the head states, and the pieces of the document without it."""

    states: Stated
    pieces: list[Piece]


def read_head(pieces: Sequence[Piece], stated: Stated) -> Head:
    """Take the head off a document. `stated`, its front matter, is what the head cannot contradict."""
    marked = _marked_title(pieces)
    end = _end_of_head(pieces, marked)
    lines = _lines(pieces, end, marked)
    unmarked = -1 if marked is not None else _unmarked_title(lines, stated, is_page=_is_page(pieces, lines))
    title_at = unmarked if marked is None else marked
    author, dropped = _author(lines, title_at)
    lines = _with_block_below(lines, dropped)
    above, below = _split(lines, title_at, dropped)
    publisher = _publisher(lines, above, pieces)
    states = merged(
        Stated(title=heading_words(pieces[title_at].text) if title_at >= 0 else ""),
        *(line.states for line in lines),
        Stated(author=author, publisher=publisher),
    )
    settled = max((line.place for line in lines if line.role is not _Role.CANDIDATE), default=-1)
    kept = [
        replace(pieces[line.place], kind=Kind.WORDS) if line.place < settled else pieces[line.place] for line in below
    ]
    return Head(states, [*kept, *pieces[end:]])


def merged(*found: Stated) -> Stated:
    """What any of `found` states, the first before the others; a video rather than an address."""
    whole = Stated(
        title=next(filter(None, (one.title for one in found)), ""),
        author=next(filter(None, (one.author for one in found)), ""),
        publisher=next(filter(None, (one.publisher for one in found)), ""),
        date=next(filter(None, (one.date for one in found)), None),
        url=next(filter(None, (one.url for one in found)), ""),
        video=next(filter(None, (one.video for one in found)), ""),
    )
    return replace(whole, url="") if whole.video else whole


def _marked_title(pieces: Sequence[Piece]) -> int | None:
    """The place of the heading that is marked as the title: the first, if none stands as high, or a level 1."""
    for place, piece in enumerate(pieces[:_LONGEST_HEAD]):
        if piece.kind is Kind.CODE or (piece.kind is not Kind.HEADING and _is_prose(piece)):
            return None
        if piece.kind is Kind.HEADING and piece.number is None and furniture(piece.text) is None:
            levels = [other.level for other in pieces if other.kind is Kind.HEADING]
            highest = levels.count(piece.level) == 1 and piece.level == min(levels)
            return place if piece.level == 1 or (highest and len(levels) > 1) else None
    return None


def _end_of_head(pieces: Sequence[Piece], marked: int | None) -> int:
    for place, piece in enumerate(pieces[:_LONGEST_HEAD]):
        above_title = marked is not None and place < marked
        if piece.kind is Kind.HEADING:
            if place != marked and furniture(piece.text) is None:
                return place
        elif piece.kind is Kind.ITEM:
            menu = len(piece.text.split()) <= 4 if above_title else marked is None and _is_aside(piece.text)
            if not (menu or credit(piece.text)):
                return place
        elif piece.kind is Kind.CODE or _is_prose(piece):
            return place
    return min(len(pieces), _LONGEST_HEAD)


def _is_aside(text: str) -> bool:
    return furniture(text) is not None or is_menu(text)


def _is_prose(piece: Piece) -> bool:
    """Whether a piece is words of the document: a sentence, or too long for a title."""
    text = piece.text
    if OPEN in text:
        return True
    if furniture(text) or credit(text) is not None:
        return False
    words = len(text.split())
    if _SENTENCE_END.search(text):
        return words >= (2 if text.endswith(":") else 6) and not label(text)
    return words > 20 or len(text) > 160


def _lines(pieces: Sequence[Piece], end: int, marked: int | None) -> list[_Line]:
    lines: list[_Line] = []
    wanted, in_block = "", False
    for place in range(end):
        text = pieces[place].text
        if place == marked:
            wanted, in_block = "", False
            continue
        states = labelled(wanted, text) if wanted else None
        states = states if states is not None else credit(text)
        if wanted and states is not None:
            in_block = wanted in {"author", "publisher", "nothing"}
            lines.append(_Line(place, text, _Role.CREDIT, states))
        elif states is not None:
            lines.append(_Line(place, text, _Role.CREDIT, states))
        elif furniture(text) or is_trail(text) or (marked is not None and place < marked and is_menu(text)):
            lines.append(_Line(place, text, _Role.FURNITURE))
            in_block = False
        elif label(text) and place + 1 < end:
            lines.append(_Line(place, text, _Role.FURNITURE))
        else:
            role = _Role.LABELLED if in_block and len(text.split()) <= 4 else _Role.CANDIDATE
            lines.append(_Line(place, text, role))
        wanted = label(text) if lines[-1].role is _Role.FURNITURE else ""
    return _without_last_labelled(lines, end)


def _without_last_labelled(lines: list[_Line], end: int) -> list[_Line]:
    """A line right above the words is no part of the block below `Author`: it may be their heading."""
    if lines and lines[-1].role is _Role.LABELLED and lines[-1].place == end - 1 and not _is_kind(lines[-1].text):
        lines[-1] = replace(lines[-1], role=_Role.CANDIDATE)
    return lines


def _is_kind(text: str) -> bool:
    return all(word in _KINDS_OF_PAGE or word == "blog" for word in text.lower().split())


def _is_page(pieces: Sequence[Piece], lines: Sequence[_Line]) -> bool:
    """Whether a text without marked headings is a page that was copied, furniture and all."""
    if any(line.role is not _Role.CANDIDATE or is_menu(line.text) for line in lines):
        return True
    return any(piece.kind is Kind.TEXT and furniture(piece.text) for piece in pieces[-_LONGEST_HEAD:])


def _unmarked_title(lines: Sequence[_Line], stated: Stated, *, is_page: bool) -> int:
    """The place of the line that is the title; -1 where there is none."""
    candidates = [line for line in lines if line.role is _Role.CANDIDATE and not _is_menu_or_kind(line.text)]
    given = _key(stated.title)
    for line in candidates:
        if given and (_key(line.text) == given or (len(_key(line.text)) > 12 and given.startswith(_key(line.text)))):
            return line.place
    if given or not candidates:
        return -1
    if not is_page:
        return candidates[0].place
    crediting = [line.place for line in lines if line.role is _Role.CREDIT]
    by = [line.place for line in lines if line.role is _Role.CREDIT and line.states.author]
    first = min(by or crediting, default=candidates[-1].place + 1)
    above = [line for line in candidates if line.place < first and not is_site(line.text) and " " in line.text]
    titles = _long(above) or ([] if by else _long([line for line in candidates if line.place > first])[:1]) or above
    return max(titles or candidates, key=lambda line: (min(len(line.text.split()), 4), -line.place)).place


def _long(lines: Sequence[_Line]) -> list[_Line]:
    return [line for line in lines if len(line.text.split()) >= 4]


def _is_menu_or_kind(text: str) -> bool:
    return is_menu(text) or _is_kind(text)


def _author(lines: Sequence[_Line], title_at: int) -> tuple[str, set[int]]:
    """Who the head names as the author without saying so, and the places of the lines that do, and of their roles.

    That is a name right beside a date, one that stands there twice (as a picture's words, too), or one below the title
    that something of the head follows.
    """
    named = [line for line in lines if line.role is _Role.CANDIDATE and line.place != title_at and named_in(line.text)]
    crediting = [line for line in lines if line.role is _Role.CREDIT]
    credited = [line.states.author for line in crediting if line.states.author]
    last = max((line.place for line in lines if line.role is not _Role.CANDIDATE), default=-1)
    below = [line for line in named if line.place > title_at]
    beside = [line for line in below if line.place <= last + 1 and crediting]
    above = [line for line in named if any(line.place + 1 == other.place for other in crediting)][-1:]
    chosen = beside or [line for line in below if line.place < last] or _twice(named) or ([] if credited else above)
    alone = [line for line in below if not chosen and not credited and line is lines[-1] and line.place == title_at + 1]
    chosen = chosen or alone
    names = [named_in(line.text) for line in chosen]
    dropped = {line.place for line in chosen}
    holders = dropped | {line.place for line in crediting if line.states.author}
    dropped |= {
        line.place for line in lines if line.place - 1 in holders and is_role(line.text) and line.place > title_at
    }
    return (_fullest(names, crediting) if names else ""), dropped


def _twice(named: Sequence[_Line]) -> list[_Line]:
    return [line for line in named if sum(other.text == line.text for other in named) > 1]


def _fullest(names: Sequence[str], crediting: Sequence[_Line]) -> str:
    """Of several spellings of a name the longest; of several names the one that is nearest to the date."""
    nearest = names[-1]
    alike = [name for name in names if name.startswith(nearest) or nearest.startswith(name)]
    return max(alike, key=len) if crediting else max(names, key=len)


def _with_block_below(lines: list[_Line], named: set[int]) -> list[_Line]:
    """The lines with those below the author's name told to be of its block, where more of the head follows them."""
    settled = max((line.place for line in lines if line.role is not _Role.CANDIDATE), default=-1)
    found = list(lines)
    in_block = False
    for number, line in enumerate(lines):
        fits = len(line.text.split()) <= 4 and line.place < settled
        if line.place in named:
            in_block = True
        elif in_block and line.role is _Role.CANDIDATE and fits:
            found[number] = replace(line, role=_Role.LABELLED)
        else:
            in_block = False
    return found


def _split(lines: Sequence[_Line], title_at: int, dropped: set[int]) -> tuple[list[_Line], list[_Line]]:
    """The lines that are nothing known: above the title, and below it."""
    unknown = [line for line in lines if line.role is _Role.CANDIDATE and line.place != title_at]
    unknown = [line for line in unknown if line.place not in dropped]
    above = [line for line in unknown if line.place < title_at]
    below = [line for line in unknown if line.place > title_at]
    return above, below


def _publisher(lines: Sequence[_Line], above: Sequence[_Line], pieces: Sequence[Piece]) -> str:
    """The site that the head names without saying so: below `Author`, or above the title where it is not a topic."""
    below_label = [line.text for line in lines if line.role is _Role.LABELLED and not _is_menu_or_kind(line.text)]
    below_label = [text for text in below_label if not is_role(text)]
    if below_label:
        return below_label[0]
    owner = _owner(pieces)
    words = "\n".join(piece.text for piece in pieces[-_LONGEST_HEAD * 10 :] if _is_prose(piece))
    named = [line.text for line in above if not _is_menu_or_kind(line.text) and line.text.lower() not in words]
    if owner and not any(text in owner for text in named):
        return owner
    evidence = "\n".join(piece.text for piece in pieces[-_LONGEST_HEAD:] if furniture(piece.text))
    return max(named, key=lambda text: (text in evidence, is_site(text)), default="")


_OWNER = re.compile(
    r"(?:©|\(c\)|copyright)(?: ?©)?[\s,]*(?:\d{4}(?:\s?[-–]\s?\d{4})?)?[\s,]*(?:by )?([A-Z][^.|·•,©]{1,50}?)"
    r"(?:,? (?:inc|ltd|llc|gmbh)\b.*)?(?:\s+\d{4})?(?:[.|·•,].*)?(?:\s*all rights reserved.*)?",
    re.IGNORECASE,
)


def _owner(pieces: Sequence[Piece]) -> str:
    """Whom the copyright line at the end of a page names."""
    for piece in pieces[-_LONGEST_HEAD:]:
        if len(piece.text) <= 200 and (found := _OWNER.fullmatch(piece.text.strip())):
            return found[1].strip()
    return ""


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
