"""What each piece of a page is there: words, or furniture that is known by its line, or by what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from course.importing.credits import credit
from course.importing.document import Stated
from course.importing.furniture import Furniture, furniture, is_picture
from course.importing.headings import is_short_line
from course.importing.names import is_person, is_role
from course.importing.patterns import any_of
from course.importing.pieces import Kind, Piece
from course.importing.rows import acts, is_button

A_PARAGRAPH = 25
"""So many words are a paragraph of the document's own, wherever they stand."""

_LONGEST_BIO = 70
_MOST_OF_A_BIO = 4
_MOST_ABOVE_A_FIELD = 2
_MOST_REMARKS = 8
_FEWEST_IN_A_CLUSTER = 3
_MOST_BELOW_A_HEADING = 2
_LONGEST_ASIDE = 12
_FIELD = any_of(r"""
    (?:(?:type|enter|your|work|an?) )*e-?mail(?: address)?(?: here)?
""")
_OF_A_LETTER = re.compile(
    r"\b(?:letters?|newsletters?|e-?mails?|inbox|subscri\w+|join|get|sign up|never miss|updates?|free|weekly|monthly|"
    r"digest|list|news|enjoy\w*)\b",
    re.IGNORECASE,
)
_ABOUT_WHO_WROTE_IT = any_of(r"""
    (?:about|meet) (?:the|our|this) (?:authors?|writers?|contributors?|speakers?|instructors?|teachers?|hosts?)
    (?:the |our )?(?:authors?|contributors?)(?:'s|’s)?(?: bio(?:graphy)?| profile| info(?:rmation)?)?
    about me
    (?:published|written|posted) by [^.?!,:]{1,60}
""")
_OF_SOMEBODY = re.compile(r"(?:He|She|They|I|The author|The writer|Dr\.?|Prof\.?)\s")
_NAME = re.compile(r"(?:[^\W\d_][\w.'’-]*\s){1,3}[^\W\d_][\w.'’-]*?(?=(?:,|\s(?:is|was|has|are)\b|\s[a-z]+s\b))")
_ASKS_A_VISITOR = re.compile(
    r"(?:support|donate|join|subscribe|follow|sign up|get|download|book|buy|shop|read|try|contact|write to|send|share|"
    r"like|click|visit|check out|browse|become|tell us|let us|have|got|want|looking|need|enjoy(?:ed|ing)?|love)\b",
    re.IGNORECASE,
)
_OF_THE_SITE = re.compile(r"\b(?:our|us|we|my|me|your?|here|now|today)\b", re.IGNORECASE)


def roles_of(found: Sequence[Piece], known: Stated) -> list[Furniture | None]:
    """What each piece is; None for the document's words. `known` is what the head states: the author, the site."""
    roles = [_role(piece) for piece in found]
    _spare_lists(found, roles)
    _take_rows(found, roles)
    _take_clusters(found, roles)
    _take_boxes(found, roles)
    _take_bios(found, roles, known)
    return roles


def tells(piece: Piece) -> bool:
    """Whether a piece says something: it is a paragraph, or a sentence, and no short line."""
    if piece.kind in (Kind.ITEM, Kind.CODE, Kind.WORDS):  # identity is quicker than a hash
        return True
    return piece.kind is Kind.TEXT and not is_short_line(piece) and len(piece.cells) < 2


def last_words(found: Sequence[Piece], roles: Sequence[Furniture | None]) -> int:
    """The place of the last piece that is the document's and says something; -1 where none does."""
    places = range(len(found) - 1, -1, -1)
    return next((place for place in places if roles[place] is None and tells(found[place])), -1)


def named_in_bio(found: Sequence[Piece], roles: Sequence[Furniture | None]) -> str:
    """The person with whom a text about the author begins; empty where there is none."""
    for piece, role in zip(found, roles, strict=True):
        if role is Furniture.ABOUT and (name := _NAME.match(piece.text)) and is_person(name[0]):
            return name[0]
    return ""


def _role(piece: Piece) -> Furniture | None:
    if piece.kind in {Kind.CODE, Kind.WORDS}:
        return None
    role = furniture(piece.text)
    if piece.kind is Kind.HEADING and role is Furniture.LINE and piece.number is not None:
        return None
    return role


def _spare_lists(found: Sequence[Piece], roles: list[Furniture | None]) -> None:
    """An item of a list is furniture only where the whole list is: advice may read like a prompt."""
    place = 0
    while place < len(found):
        end = place
        while end < len(found) and found[end].kind is Kind.ITEM:
            end += 1
        if end == place and place and found[place - 1].text.endswith(":") and roles[place - 1] is None:
            while end < len(found) and _is_short(found[end], roles[end]) and roles[end] in {None, Furniture.LINE}:
                end += 1  # a list without bullets
        if any(role is None for role in roles[place:end]):
            roles[place:end] = [
                role if is_picture(found[one].text) else None for one, role in enumerate(roles[place:end], place)
            ]
        place = max(end, place + 1)


def _take_rows(found: Sequence[Piece], roles: list[Furniture | None]) -> None:
    """Rows of buttons are furniture where they stand alone, and any row is below the last words; a table's is none."""
    end = last_words(found, roles)
    for place, piece in enumerate(found):
        if roles[place] is not None or len(piece.cells) < 2 or piece.kind is not Kind.TEXT:
            continue
        around = [other for other in (*found[max(0, place - 1) : place], *found[place + 1 : place + 2]) if other.cells]
        in_table = any(not acts(other.cells) for other in around)
        if place > end or (acts(piece.cells) and not in_table):
            roles[place] = Furniture.LINE


def _take_clusters(found: Sequence[Piece], roles: list[Furniture | None]) -> None:
    """Short lines among buttons, counts and furniture are of the site, too: names, badges, titles of other pages."""
    place = 0
    while place < len(found):
        end = place
        while end < len(found) and _is_short(found[end], roles[end]):
            end += 1
        announced = place > 0 and found[place - 1].text.endswith(":")
        if end - place >= _FEWEST_IN_A_CLUSTER and not announced:
            for taken in _of_the_cluster(found, roles, place, end):
                roles[taken] = roles[taken] or Furniture.LINE
        place = max(end, place + 1)


def _is_short(piece: Piece, role: Furniture | None) -> bool:
    if piece.kind is not Kind.TEXT:
        return False
    return role is not None or not tells(piece) or (len(piece.text.split()) <= 4 and piece.text[-1] not in ".!?:;,")


def _of_the_cluster(found: Sequence[Piece], roles: Sequence[Furniture | None], start: int, end: int) -> range:
    """The places from the first to the last sure line of a run of short ones, where these are half of them or more.

    A line that stands apart with hardly anything between it and the words below is their heading.
    """
    sure = [
        place
        for place in range(start, end)
        if (_is_sure(found[place].text) if roles[place] is None else not is_picture(found[place].text))
    ]
    if len(sure) < _FEWEST_IN_A_CLUSTER or len(sure) * 2 < sure[-1] - sure[0] + 1:
        return range(0)
    first, last = sure[0], sure[-1]
    if found[start].apart and not any(found[place].apart for place in range(start + 1, first + 1)):
        first = start  # close above the buttons, with room above: their tags
        while last + 1 < end and not found[last + 1].apart:
            last += 1
    known = set(sure)
    open_ = [place for place in range(sure[0], end) if roles[place] is None and place not in known]
    heading = open_[-1] if open_ and end < len(found) else -1
    if heading >= 0 and found[heading].apart and is_short_line(found[heading]) and not is_person(found[heading].text):
        below = sum(place > heading for place in sure)
        if below <= _MOST_BELOW_A_HEADING:
            return range(first, heading)
    return range(first, last + 1)


def _is_sure(text: str) -> bool:
    return is_button(text) or credit(text) is not None


def _take_boxes(found: Sequence[Piece], roles: list[Furniture | None]) -> None:
    """What stands right above the field for an address asks for it: `One letter a month, for free`."""
    for place, piece in enumerate(found):
        if not (roles[place] is Furniture.LINE and _FIELD.fullmatch(piece.text.strip(" …*.:"))):
            continue
        for above in range(place - 1, max(-1, place - 1 - _MOST_ABOVE_A_FIELD), -1):
            text = found[above].text
            short = found[above].kind in {Kind.TEXT, Kind.HEADING} and len(text.split()) < A_PARAGRAPH
            if roles[above] is not None or not (short and _OF_A_LETTER.search(text)):
                break
            roles[above] = Furniture.PROMPTS


def _take_bios(found: Sequence[Piece], roles: list[Furniture | None], known: Stated) -> None:
    """A heading `About the author` in the second half, and what stands below it about somebody."""
    before = [0, *accumulate(len(piece.text) for piece in found)]
    place = 0
    while place < len(found):
        piece = found[place]
        if before[place] * 2 <= before[-1] or roles[place] is not None or not _announces_bio(piece, known):
            place += 1
            continue
        end = place + 1
        while (
            end < len(found) and end - place < _MOST_OF_A_BIO and roles[end] is None and _is_of_bio(found[end], known)
        ):
            end += 1
        if any(tells(one) for one in found[place + 1 : end]):
            roles[place:end] = [Furniture.ABOUT] * (end - place)
        place = end


def _announces_bio(piece: Piece, known: Stated) -> bool:
    if piece.kind not in {Kind.TEXT, Kind.HEADING} or len(piece.text) > 80:
        return False
    bare = piece.text.strip(" :.")
    name = bare[6:] if bare[:6].lower() == "about " else ""
    return _ABOUT_WHO_WROTE_IT.fullmatch(bare) is not None or bool(name and name in known.author)


def _is_of_bio(piece: Piece, known: Stated) -> bool:
    if piece.kind not in {Kind.TEXT, Kind.HEADING} or len(piece.text.split()) > _LONGEST_BIO:
        return False
    text = piece.text
    if is_person(text) or is_role(text) or _OF_SOMEBODY.match(text) or _begins_with(text, _people(known)):
        return True
    name = _NAME.match(text[:200])
    return name is not None and is_person(name[0])


def _people(known: Stated) -> list[str]:
    """The authors' names, and their first names."""
    names = [name for name in re.split(r", | and | & ", known.author) if is_person(name)]
    return [*names, *(name.split()[0] for name in names)]


def _begins_with(text: str, names: Iterable[str]) -> bool:
    """Whether a sentence begins with one of the names, and goes on in small letters: `Sample Author writes`."""
    return any(name and re.match(rf"(?:the )?{re.escape(name)},?\s[a-z(]", text, re.IGNORECASE) for name in names)


def take_closing_remarks(
    found: Sequence[Piece], roles: list[Furniture | None], known: Stated, *, goes_on: bool
) -> None:
    """Below the last words, with furniture beside it: who the author is, what the site is, what a visitor should do.

    `goes_on` says whether other people's words followed, which have been cut off.
    """
    names = [name for name in _people(known) if " " in name]
    for _ in range(_MOST_REMARKS):
        place = last_words(found, roles)
        if place <= 0 or found[place].kind is not Kind.TEXT or len(found[place].text.split()) > _LONGEST_BIO:
            break
        text = found[place].text
        beside = goes_on if place + 1 == len(found) else roles[place + 1] is not None
        beside = beside or roles[place - 1] is not None
        before = (found[one].text for one in range(place) if roles[one] is None)
        if beside and _begins_with(text, names) and not any(name in other for other in before for name in names):
            roles[place] = Furniture.ABOUT
        elif _is_below_the_end(found, roles, place) and (
            _begins_with(text, [known.publisher])
            or (len(text.split()) < A_PARAGRAPH and _asks(text))
            or _is_enclosed(found, roles, place)
        ):
            roles[place] = Furniture.LINE
        else:
            break
    _take_rows(found, roles)  # what was above other words may now be below the last


def _is_below_the_end(found: Sequence[Piece], roles: Sequence[Furniture | None], place: int) -> bool:
    """Whether the furniture of the end has begun above a piece: more than a picture, and no words in between."""
    lines = 0
    for above in range(place - 1, max(-1, place - 1 - _MOST_REMARKS), -1):
        lines += roles[above] is not None
        if lines > 1 or roles[above] in {Furniture.PROMPTS, Furniture.TEASES, Furniture.ABOUT, Furniture.ENDS}:
            return True
        if roles[above] is None and (tells(found[above]) or found[above].kind is Kind.HEADING):
            return False
    return False


def _is_enclosed(found: Sequence[Piece], roles: Sequence[Furniture | None], place: int) -> bool:
    """Whether a few words have furniture on both sides, and more than a line of it."""
    above = sum(role is not None for role in roles[max(0, place - 4) : place])
    below = any(roles[one] is not None or is_button(found[one].text) for one in range(place + 1, len(found))[:2])
    return len(found[place].text.split()) < _LONGEST_ASIDE and above >= _FEWEST_IN_A_CLUSTER and below


def _asks(text: str) -> bool:
    return _ASKS_A_VISITOR.match(text) is not None and _OF_THE_SITE.search(text) is not None
