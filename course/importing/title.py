"""Which line of a document's head is its title, where none is marked as such."""

from __future__ import annotations

import re
from collections.abc import Sequence

from course.importing.document import Stated
from course.importing.furniture import crumbs, is_menu, is_trail
from course.importing.head_lines import Line, Role, is_kind_of_page
from course.importing.names import is_person, is_site

_BETWEEN = re.compile(r"\s+[-–—|·•:»]+\s+|:\s+|\s*[|»]\s*")
_FEWEST_LETTERS = 12
_OPEN_ENDED = frozenset(
    {
        *(
            "a",
            "an",
            "the",
            "of",
            "and",
            "or",
            "for",
            "to",
            "in",
            "on",
            "at",
            "by",
            "with",
            "from",
            "into",
            "its",
            "his",
        ),
        *("her", "their", "our", "your", "my", "is", "are", "that", "which", "who", "as", "than", "without", "about"),
        *("through", "under", "over", "between", "not", "be", "we", "you", "&"),
    }
)
"""Words with which no title ends: it goes on with the line below."""


def key(text: str) -> str:
    """What two spellings of a title have in common."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def titles_in(given: Stated) -> list[str]:
    """The keys under which a text may hold the title that its file states: whole, or without the site's name.

    >>> titles_in(Stated(title="Doors and how to hang them - Sample Site", publisher="Sample Site"))
    ['doors and how to hang them sample site', 'doors and how to hang them']
    """
    site = key(given.publisher)
    parts = [key(part) for part in _BETWEEN.split(given.title)]
    parts = [part for part in parts if part and part != site]
    long = [part for part in parts if len(part) >= _FEWEST_LETTERS] or parts[:1]
    found = [key(given.title), *sorted(long, key=len, reverse=True)]
    return list(dict.fromkeys(part for part in found if part))


def without_site(given: Stated) -> str:
    """The title that a file states without the name of the site behind it, or before it."""
    title, site = given.title.strip(), given.publisher.strip()
    for separator in (" - ", " – ", " — ", " | ", " · ", " :: ", " » "):
        if site and title.endswith(separator + site):
            return title[: -len(separator + site)].strip()
        if site and title.startswith(site + separator):
            return title[len(site + separator) :].strip()
    return title


def unmarked_title(lines: Sequence[Line], front: Stated, given: Stated, *, is_page: bool) -> tuple[int, int]:
    """The places of the first and the last line of the title; -1 for both where the head holds none.

    `front` is what front matter states, and `given` what the file's format does: the former's title is the only one.
    """
    candidates = [line for line in lines if line.role is Role.CANDIDATE and not is_menu_or_kind(line.text)]
    first = _agreeing(candidates, [key(front.title)] if front.title else [*titles_in(given), *_last_crumbs(lines)])
    if first is None:
        if front.title or not candidates:
            return -1, -1
        if given.title and not _credits_below(lines, candidates):
            return -1, -1
        first = _shown(lines, candidates) if is_page else candidates[0]
    return first.place, _last_of(first, candidates, titles_in(given))


def is_menu_or_kind(text: str) -> bool:
    """Whether a line is of a menu, or says what kind of page this is."""
    return is_menu(text) or is_kind_of_page(text)


def _agreeing(candidates: Sequence[Line], keys: Sequence[str]) -> Line | None:
    """The line that a stated title agrees with: it is the title, or its beginning."""
    for wanted in keys:
        for line in candidates:
            if key(line.text) == wanted:
                return line
    for wanted in keys:
        for line in candidates:
            if len(key(line.text)) > _FEWEST_LETTERS and wanted.startswith(key(line.text)):
                return line
    return None


def _last_crumbs(lines: Sequence[Line]) -> list[str]:
    """Where trails such as `Home > Doors > How to hang a door` lead, if it is several words."""
    ends = [crumbs(line.text)[-1] for line in lines if line.role is Role.FURNITURE and is_trail(line.text)]
    return [key(end) for end in ends if len(end.split()) > 1]


def _credits_below(lines: Sequence[Line], candidates: Sequence[Line]) -> bool:
    return any(line.role is Role.CREDIT and line.place > candidates[0].place for line in lines)


def _shown(lines: Sequence[Line], candidates: Sequence[Line]) -> Line:
    """Of the lines of a copied page the one that is set as its title.

    It is above the byline, where there is one, of four words or more, where there is one of these, in the block that is
    nearest to the byline, and there the first.
    """
    crediting = [line.place for line in lines if line.role is Role.CREDIT]
    by = [line.place for line in lines if line.role is Role.CREDIT and line.states.author]
    first = min(by or crediting, default=candidates[-1].place + 1)
    above = [line for line in candidates if line.place < first and not is_site(line.text) and " " in line.text]
    titles = _long(above) or ([] if by else _long([line for line in candidates if line.place > first])[:1]) or above
    blocks = _blocks(lines) if crediting else {}
    again = [line for line in above if sum(key(line.text) == key(other.text) for other in above) > 1]
    titles = [line for line in again if not is_person(line.text)] or titles
    best = [line for line in titles if not is_person(line.text)] or titles or candidates
    return max(best, key=lambda line: (min(len(line.text.split()), 4), blocks.get(line.place, 0), -line.place))


def _blocks(lines: Sequence[Line]) -> dict[int, int]:
    """For each line's place, which of the head's blocks it is in: furniture stands between them."""
    found, block = dict[int, int](), 0
    for line in lines:
        block += line.role is Role.FURNITURE
        found[line.place] = block
    return found


def _long(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if len(line.text.split()) >= 4]


def _last_of(first: Line, candidates: Sequence[Line], keys: Sequence[str]) -> int:
    """The place of the title's last line: one that ends with `of the` goes on below, as does half of a stated one."""
    text, last = first.text, first.place
    for line in candidates:
        if line.place != last + 1 or len(line.text.split()) > 10:
            continue
        longer = f"{text} {line.text}"
        if text.split()[-1].lower() in _OPEN_ENDED or any(wanted.startswith(key(longer)) for wanted in keys):
            text, last = longer, line.place
    return last
