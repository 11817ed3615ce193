"""Time stamps of a talk: found in the forms in which notes write them, and told apart from times of day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

# Noncharacters (Unicode, 23.7) around a stamp that has been found: `reading` takes them out of every text first.
OPEN, CLOSE = "\ufdd0", "\ufdd1"
MARKED = re.compile(rf"{OPEN}(\d\d:\d\d:\d\d){CLOSE}")

_TIME = r"(?:\d{1,2}:[0-5]\d:[0-5]\d|\d{1,3}:[0-5]\d)"
_SPAN = rf"({_TIME})(?:[.,]\d{{1,3}})?(?:\s{{0,3}}(?:-->|[-–—]|to)\s{{0,3}}{_TIME}(?:[.,]\d{{1,3}})?)?"
_PLAIN_TIME = re.compile(_SPAN)
_ANCHOR = re.compile(r"<a\b([^<>]{0,1000})>([^<>]{0,200})</a>", re.IGNORECASE)
_DATA = re.compile(rf"data-(?:t|time|timestamp|start)=[\"']?({_TIME}|\d{{1,6}}(?:\.\d+)?s?)\b")
_MOMENT = re.compile(r"[?&#;](?:t|start|time_continue)=((?:\d{1,2}h)?(?:\d{1,4}m)?(?:\d{1,6}s?)?)(?=[&#\"'\s)>]|$)")
_LINK = re.compile(
    r"[\[(]{0,2}\[([^\[\]\n]{0,300}|\[[^\[\]\n]{0,300}\])\]\(<?(https?://[^\s()<>]{1,2000})>?[^()\n]{0,300}\)[\])]{0,2}"
)
_BRACKETED = re.compile(rf"(?:\*\*|[*_`])?\[\s?{_SPAN}\s?\](?!\()(?:\*\*|[*_`])?")
_IN_PARENTHESES = re.compile(rf"(?:\*\*|[*_`])?\(\s?{_SPAN}\s?\)(?:\*\*|[*_`])?")
_AT_THE_START = re.compile(
    rf"^([ \t]*(?:[-*+•][ \t]+)?)(?:\*\*|[*_`])?{_SPAN}(?:\*\*|[*_`])?(?=[\s:|–—-]|$)", re.MULTILINE
)
_SPEAKER = r"[^\W\d_][\w.'’-]*(?: [^\W\da-z_][\w.'’-]*){0,3}"
_STARTS = re.compile(
    rf"\W{{0,6}}(?:{_SPEAKER}(?::\W{{0,4}}{OPEN}|\W{{0,3}}{OPEN}[\d:]{{8}}{CLOSE}(?:\W{{0,2}}:|\s*$))|{OPEN})"
)
_FEWEST = 2
_FIRST_REMARK = "00:05:00"


def mark_stamps(text: str, *, video: bool) -> str:
    """The text with each stamp as OPEN, `HH:MM:SS`, CLOSE; unchanged where it is no talk.

    A time in brackets, in parentheses or at a line's start may be a time of day: it counts where the document has a
    `video`, or several of the same form; at the start of lines, they must also go on from a talk's beginning.
    """
    found, unmarked = [0], text
    text = _ANCHOR.sub(lambda anchor: _anchored(anchor, found), text)
    text = _LINK.sub(lambda link: _linked(link, found), text)
    certain = video or found[0] > 0
    if certain or _suffice(_BRACKETED.findall(text), 2):
        text, certain = _BRACKETED.sub(_marked, text), True
    if OPEN in text or video or _suffice(_IN_PARENTHESES.findall(text), 3):
        text = _IN_PARENTHESES.sub(_marked, text)
    starts = [line[2] for line in _AT_THE_START.finditer(text)]
    if OPEN in text or video or (_suffice(starts, 3) and _are_of_a_talk([clock(time) for time in starts])):
        text = _AT_THE_START.sub(lambda line: f"{line[1]}{OPEN}{clock(line[2])}{CLOSE}", text)
    return text if video or text.count(OPEN) >= _FEWEST else unmarked


def begins_with_stamp(line: str) -> bool:
    """Whether a marked stamp stands at the beginning of a line, or after the name of who speaks."""
    return OPEN in line[:70] and _STARTS.match(line[:70]) is not None


def clock(time: str) -> str:
    """A time as `HH:MM:SS`: of `51:54`, `1:02:03`, `75:30` or seconds such as `123` or `1h2m3s`.

    >>> clock("51:54"), clock("75:30"), clock("1h2m3s"), clock("123")
    ('00:51:54', '01:15:30', '01:02:03', '00:02:03')
    """
    if ":" in time:
        parts = [int(part) for part in time.split(":")]
        seconds = sum(part * 60**power for power, part in enumerate(reversed(parts)))
    else:
        units = {"h": 3600, "m": 60, "s": 1}
        numbers = re.findall(r"(\d+)(?:\.\d+)?([hms]?)", time)
        seconds = sum(int(number) * units.get(unit, 1) for number, unit in numbers)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _anchored(anchor: re.Match[str], found: list[int]) -> str:
    words = anchor[2].strip("[]() \n")
    if _PLAIN_TIME.fullmatch(words):
        time, kept = words, ""
    elif (moment := _DATA.search(anchor[1]) or _MOMENT.search(anchor[1])) and moment[1]:
        time, kept = moment[1], anchor[2]
    else:
        return anchor[0]
    return _counted(time, kept, found) or anchor[0]


def _linked(link: re.Match[str], found: list[int]) -> str:
    words = link[1].strip("[]() ")
    if time := _PLAIN_TIME.fullmatch(words):
        return _counted(time[1], "", found) or link[0]
    moment = _MOMENT.search(link[2])
    if moment and moment[1]:
        return _counted(moment[1], words, found) or link[0]
    return link[0]


def _counted(time: str, words: str, found: list[int]) -> str:
    """The words of a link, if any, and its stamp; empty where the time is longer than a stamp can say."""
    spelled = _PLAIN_TIME.match(time)
    stamp = clock(spelled[1] if spelled else time)
    if len(stamp) != len("00:00:00"):
        return ""
    found[0] += 1
    return f"{words} {OPEN}{stamp}{CLOSE}" if words else f"{OPEN}{stamp}{CLOSE}"


def _marked(time: re.Match[str]) -> str:
    return f"{OPEN}{clock(time[1])}{CLOSE}"


def _suffice(times: list[str], fewest: int) -> bool:
    """Whether so many times of one form are stamps: `fewest` of them, or two with seconds, as no time of day has."""
    return len(times) >= fewest or sum(time.count(":") == 2 for time in times) >= _FEWEST


def _are_of_a_talk(stamps: list[str]) -> bool:
    return stamps[0] <= _FIRST_REMARK and all(before <= after for before, after in pairwise(stamps))


def split_at_stamps(text: str) -> Iterator[tuple[str, str]]:
    """The words between a text's stamps, each with the stamp that follows them; the last with an empty one."""
    parts = MARKED.split(text)
    yield from zip(parts[::2], [*parts[1::2], ""], strict=True)
