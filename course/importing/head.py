"""The head of a document: the lines above its words, which hold its title, site, author and date, and furniture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from course.importing.credits import credit, label, updated
from course.importing.document import NOTHING_STATED, Stated
from course.importing.furniture import furniture, is_menu
from course.importing.head_lines import Line, Role, head_lines
from course.importing.headings import heading_words
from course.importing.names import is_person, is_role, is_site, named_in
from course.importing.pieces import Kind, Piece
from course.importing.stamps import OPEN
from course.importing.title import is_menu_or_kind, key, titles_in, unmarked_title

_LONGEST_PROFILE = 14
_LONGEST_HEAD = 80
_MOST_ABOVE_A_TITLE = 3
_LONGEST_STANDFIRST = 45
_NEAR, _FAR = 6, 400
_BOLD_LINE = 6
_SENTENCE_END = re.compile(r"[.!…:;”\"][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Head:
    """What the head states, and the pieces of the document without it."""

    states: Stated
    pieces: list[Piece]


def read_head(pieces: Sequence[Piece], front: Stated, given: Stated = NOTHING_STATED) -> Head:
    """Take the head off a document.

    `front` is its front matter, which the head cannot contradict; `given`, what its file's format states, is evidence.
    """
    marked = _marked_title(pieces, given)
    end, words = _end_of_head(pieces, marked)
    lines = head_lines(pieces, end, marked, words)
    title_at = title_end = -1 if marked is None else marked
    if marked is None:
        title_at, title_end = unmarked_title(lines, front, given, is_page=_is_page(pieces, lines))
    lines = [line for line in lines if not title_at < line.place <= title_end]
    author, dropped = _author(lines, title_at)
    lines = _with_block_below(lines, dropped)
    above, below = _split(lines, title_at, dropped)
    by = next((line.states.author for line in lines if line.states.author), author)
    title = " ".join(piece.text for piece in pieces[title_at : title_end + 1]) if title_at >= 0 else ""
    changed = None if given.date else next(filter(None, (updated(line.text) for line in lines)), None)
    states = merged(
        Stated(title=heading_words(title) if title else ""),
        *(line.states for line in lines),
        Stated(author=author, publisher=given.publisher or _publisher(lines, above, pieces, by), date=changed),
    )
    settled = max((line.place for line in lines if line.role is not Role.CANDIDATE), default=-1)
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


def _marked_title(pieces: Sequence[Piece], given: Stated) -> int | None:
    """The place of the heading that is marked as the title: the first, if none stands as high, or a level 1.

    A site may mark its own name as well: then it is the heading that agrees with the title that the file states.
    """
    levels = [piece.level for piece in pieces if piece.kind is Kind.HEADING]
    wanted = titles_in(given)
    first: int | None = None
    sentences = 0
    for place, piece in enumerate(pieces[:_LONGEST_HEAD]):
        if piece.kind is Kind.HEADING and piece.number is None and furniture(piece.text) is None:
            if key(piece.text) in wanted[:2]:
                return place
            highest = levels.count(piece.level) == 1 and piece.level == min(levels)
            fits = piece.level == 1 or (highest and len(levels) > 1)
            fits = fits if not sentences else highest and piece.level == 1
            if first is None and not fits:
                # Where bold lines are the headings, the first line of all is the title.
                return place if place == 0 and piece.level == _BOLD_LINE and len(levels) > 1 else None
            first = place if first is None else first
        elif piece.kind is not Kind.HEADING and (piece.kind is Kind.CODE or _is_prose(piece)):
            sentences += 1
            if first is not None or sentences > _MOST_ABOVE_A_TITLE or len(piece.text.split()) >= _LONGEST_STANDFIRST:
                break
    return first


def _end_of_head(pieces: Sequence[Piece], marked: int | None) -> tuple[int, frozenset[int]]:
    """Where the head ends, and the places in it of sentences: above a title that is marked, or a byline."""
    words = set[int]()
    for place, piece in enumerate(pieces[:_LONGEST_HEAD]):
        above_title = marked is not None and place < marked
        if piece.kind is Kind.HEADING:
            if place != marked and furniture(piece.text) is None and not above_title:
                return place, frozenset(words)
        elif piece.kind is Kind.ITEM:
            menu = len(piece.text.split()) <= 4 if above_title else marked is None and _is_aside(piece.text)
            if not (menu or credit(piece.text)):
                return place, frozenset(words)
        elif piece.kind is Kind.CODE or _is_prose(piece):
            if not (above_title or _leads_to_byline(pieces, place)):
                return place, frozenset(words)
            words.add(place)
    return min(len(pieces), _LONGEST_HEAD), frozenset(words)


def _leads_to_byline(pieces: Sequence[Piece], start: int) -> bool:
    """Whether a sentence stands between a title and who wrote the document, as a standfirst does."""
    for piece in pieces[start : start + _NEAR]:
        long = len(piece.text.split()) > _LONGEST_STANDFIRST
        if piece.kind is not Kind.TEXT or OPEN in piece.text or long:
            return False
        states = credit(piece.text)
        if states and (states.author or states.date):
            dated = (
                credit(other.text)
                for other in pieces[start + _NEAR : start + _FAR]
                if len(other.text) <= 40 and not states.author
            )
            return not any(other and other.date for other in dated)
    return False


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


def _is_page(pieces: Sequence[Piece], lines: Sequence[Line]) -> bool:
    """Whether a text without marked headings is a page that was copied, furniture and all."""
    if any(line.role is not Role.CANDIDATE or is_menu(line.text) for line in lines):
        return True
    return any(piece.kind is Kind.TEXT and furniture(piece.text) for piece in pieces[-_LONGEST_HEAD:])


def _author(lines: Sequence[Line], title_at: int) -> tuple[str, set[int]]:
    """Who the head names as the author without saying so, and the places of the lines that do, and of their roles.

    That is a name right beside a date, one that stands there twice (as a picture's words, too), or one below the title
    that something of the head follows.
    """
    named = [line for line in lines if line.role is Role.CANDIDATE and line.place != title_at and _name(line.text)]
    crediting = [line for line in lines if line.role is Role.CREDIT]
    credited = [line.states.author for line in crediting if line.states.author]
    last = max((line.place for line in lines if line.role is not Role.CANDIDATE), default=-1)
    below = [line for line in named if line.place > title_at]
    beside = [line for line in below if line.place <= last + 1 and crediting]
    above = [line for line in named if any(line.place + 1 == other.place for other in crediting)][-1:]
    chosen = beside or [line for line in below if line.place < last] or _twice(named) or ([] if credited else above)
    alone = [line for line in below if not chosen and not credited and line is lines[-1] and line.place == title_at + 1]
    chosen = chosen or alone
    # Below a name may stand where its owner works: `Sample Company, Sampletown`.
    names = [_name(line.text) for line in chosen if _is_name_alone(line.text)] or [_name(line.text) for line in chosen]
    dropped = {line.place for line in chosen}
    holders = dropped | {line.place for line in crediting if line.states.author}
    dated = {line.place for line in crediting}
    dropped |= {
        line.place
        for line in lines
        if line.place - 1 in holders and line.place > title_at and (is_role(line.text) or _is_profile(line, dated))
    }
    return (_fullest(names, crediting) if names else ""), dropped


def _is_profile(line: Line, dated: set[int]) -> bool:
    """Whether a line below an author's name tells who that is: a few words, no sentence, with the date below them."""
    few = len(line.text.split()) <= _LONGEST_PROFILE and not _SENTENCE_END.search(line.text)
    return line.role is Role.CANDIDATE and few and line.place + 1 in dated


def _name(text: str) -> str:
    """The person whom a line names, be it in capitals."""
    return named_in(text) or (named_in(text.title()) if text.isupper() else "")


def _is_name_alone(text: str) -> bool:
    return "," not in text or is_person(text)


def _twice(named: Sequence[Line]) -> list[Line]:
    return [line for line in named if sum(other.text == line.text for other in named) > 1]


def _fullest(names: Sequence[str], crediting: Sequence[Line]) -> str:
    """The name nearest to the date, as it is spelled there, but with as many of its words as stand anywhere."""
    nearest = names[-1]
    whole = [name for name in names if name.startswith(f"{nearest} ")]
    return max(whole or [nearest], key=len) if crediting else max(names, key=len)


def _with_block_below(lines: list[Line], named: set[int]) -> list[Line]:
    """The lines with those below the author's name told to be of its block, where more of the head follows them."""
    settled = max((line.place for line in lines if line.role is not Role.CANDIDATE), default=-1)
    found = list(lines)
    in_block = False
    for number, line in enumerate(lines):
        fits = len(line.text.split()) <= 4 and line.place < settled
        if line.place in named:
            in_block = True
        elif in_block and line.role is Role.CANDIDATE and fits:
            found[number] = replace(line, role=Role.LABELLED)
        else:
            in_block = False
    return found


def _split(lines: Sequence[Line], title_at: int, dropped: set[int]) -> tuple[list[Line], list[Line]]:
    """The lines that are nothing known: above the title, and below it, with the head's sentences, which are kept."""
    unknown = [line for line in lines if line.role is Role.CANDIDATE and line.place != title_at]
    buttons = {line.place for line in unknown if line.place > title_at and _is_among_furniture(lines, line)}
    unknown = [line for line in unknown if line.place not in dropped | buttons]
    above = [line for line in unknown if line.place < title_at]
    return above, [line for line in lines if line.role is Role.WORDS or (line in unknown and line.place > title_at)]


def _is_among_furniture(lines: Sequence[Line], line: Line) -> bool:
    """Whether a word or two have furniture right above them and right below: a button in a row of them."""
    around = [other.role for other in lines if abs(other.place - line.place) == 1]
    return len(line.text.split()) <= 2 and around == [Role.FURNITURE, Role.FURNITURE]


def _publisher(lines: Sequence[Line], above: Sequence[Line], pieces: Sequence[Piece], author: str) -> str:
    """The site that the head names without saying so: below `Author`, or above the title where it is not a topic."""
    below_label = [line.text for line in lines if line.role is Role.LABELLED and not is_menu_or_kind(line.text)]
    below_label = [text for text in below_label if not is_role(text) and any(map(str.isalnum, text))]
    if below_label:
        return below_label[0]
    owner = _owner(pieces)
    words = "\n".join(piece.text for piece in pieces[-_LONGEST_HEAD * 10 :] if _is_prose(piece))
    named = [line.text for line in above if _may_be_a_site(line.text) and line.text.lower() not in words]
    topics = {line.text for line in lines if line.role is Role.FURNITURE}  # of a menu, and above the title once more
    named = [text for text in named if text != author and text not in topics]
    if owner and owner != author and not any(text in owner for text in named):
        return owner
    evidence = "\n".join(piece.text for piece in pieces[-_LONGEST_HEAD:] if furniture(piece.text))
    return max(named, key=lambda text: (text in evidence, is_site(text)), default="")


def _may_be_a_site(text: str) -> bool:
    words = len(text.split())
    shouted = text.isupper() and not is_site(text)
    return words <= 7 and not shouted and text[-1] not in ".?!:…" and not (is_menu_or_kind(text) or is_role(text))


_OWNER = re.compile(
    r"(?:(?:©|\(c\)|copyright ?©)[\s,]*(?:\d{4}(?:\s?[-–]\s?\d{4})?)?"
    r"|copyright[\s,]+(?:\d{4}(?:\s?[-–]\s?\d{4})?))[\s,·|–-]*"
    r"(?:by )?((?-i:[A-Z])[^.|·•,©]{1,50}?)"
    r"(?:,? (?:inc|ltd|llc|gmbh)\b.*)?(?:\s+\d{4})?(?:[.|·•,].*)?(?:\s*all rights reserved.*)?",
    re.IGNORECASE,
)


def _owner(pieces: Sequence[Piece]) -> str:
    """Whom the copyright line at the end of a page names."""
    for piece in pieces[-_LONGEST_HEAD:]:
        if len(piece.text) <= 200 and (found := _OWNER.fullmatch(piece.text.strip())):
            return found[1].strip()
    return ""
