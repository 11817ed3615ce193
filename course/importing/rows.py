"""Lines that are set in cells: rows of links, buttons and counters, and those that only look like them."""

from __future__ import annotations

import re

_GAP = re.compile(r"\s*\\?[|·•]\s+|\s+\\?[|·•]\s*|[ \t\u00a0]{2,}|\t")
_LONGEST, _LONGEST_CELL, _MOST_WORDS = 300, 60, 7
_ENDS = (".", "!", ";", ",", ":", "”", '"')
_ACTION = re.compile(
    r"(?:[\d.,]+[km]?\s?)?(?:share|follow|flag|report|edit|reply|like|save|print|tweet|pin|post|comment|upvote|downvote|vote"
    r"|yes|no|subscribe|sign ?(?:in|up|out)|log ?(?:in|on|out)|join|register|menu|search|home|donate|shop|cart|bookmark"
    r"|helpful|thanks|e-?mail|copy link|copy|facebook|twitter|x|linkedin|whatsapp|reddit|pinterest|instagram|mastodon"
    r"|bluesky|telegram|accept|reject|decline|cookies|privacy|terms|imprint|contact|view|repl(?:y|ie)|answer|rss|delete|hide"
    r"|award|quote|cite|next|previous|back|listen|more|restack|repost|respond|react)s?"
    r"(?: (?:this|all|cookies|to top|policy|us|page))?(?:\s?\(?[\d.,]+[km]?\)?)?",
    re.IGNORECASE,
)
_COUNT = re.compile(r"[+–-]?[\d.,]+[km]?(?: [a-z]{3,12})?", re.IGNORECASE)
_MOMENT = re.compile(
    r"(?:(?:asked|answered|edited|posted|modified|commented|updated)\s)?(?:\d{1,3}|an?)\s?(?:[a-z]{1,2}|sec|min|hr|mo|yr"
    r"|seconds?|minutes?|hours?|days?|weeks?|months?|years?)\.?(?: ago)?",
    re.IGNORECASE,
)


def cells(line: str) -> tuple[str, ...]:
    """The cells of a line that is set in several, by wide gaps, bars or dots between them; none of any other line.

    >>> cells("Share   Follow  |  Flag (2)"), cells("Two sentences.  A wide gap.")
    (('Share', 'Follow', 'Flag (2)'), ())
    """
    line = line.strip()
    if len(line) > _LONGEST or not ("  " in line or any(sign in line for sign in "|·•\t\u00a0")):
        return ()
    found = tuple(cell for cell in (part.strip(" \\|·•") for part in _GAP.split(line)) if cell)
    fits = all(
        len(cell) <= _LONGEST_CELL and len(cell.split()) <= _MOST_WORDS and not cell.endswith(_ENDS) for cell in found
    )
    return found if len(found) > 1 and fits else ()


def acts(row: tuple[str, ...]) -> bool:
    """Whether a row asks a visitor to do something, or counts those who did: half of its cells, and one by name."""
    named = sum(_ACTION.fullmatch(cell) is not None for cell in row)
    counted = sum(_COUNT.fullmatch(cell) is not None for cell in row)
    return named > 0 and (named + counted) * 2 >= len(row)


def is_button(line: str) -> bool:
    """Whether a line is no more than a button, a count or how long ago something was: `Reply`, `34`, `3 yr. ago`."""
    bare = line.strip(" \t·•|…+")
    return len(bare) <= _LONGEST_CELL and any(one.fullmatch(bare) for one in (_ACTION, _COUNT, _MOMENT))
