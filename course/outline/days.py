"""More days for a cadence: one line of `course.toml`, or one list over several, changed in place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from course.errors import CourseError, Place
from course.folder.course_file import FILE, CourseFile, parse_course_file

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDER = (1, 3, 0, 2, 4, 5, 6)
"""In which order days are added: those in the middle of a week first, those of the weekend last."""

_STRING = r"\"[^\"\r\n]*\"|'[^'\r\n]*'"
_LIST = re.compile(rf"\bdays[\"']?[ \t]*=[ \t]*\[(?:[^\]\"'#]|{_STRING}|#[^\n]*)*\]")
_TOKEN = re.compile(rf"(?P<string>{_STRING})|#[^\n]*")


def more_days(days: Sequence[int], count: int) -> tuple[int, ...]:
    """The days (0 = Monday) to add to a cadence's so that there are `count`; none where there are."""
    further = [day for day in _ORDER if day not in days]
    return tuple(further[: max(0, count - len(days))])


def with_days(content: bytes, added: Sequence[int]) -> bytes:
    """`course.toml` with days added to its cadence, and every other byte as it was.

    Raises CourseError, with the line where it is known, where they have to be added by hand.
    """
    before = parse_course_file(content)
    wanted = replace(before, cadence=replace(before.cadence, days=(*before.cadence.days, *added)))
    text = content.decode()
    for changed in _changes(text, added):
        if _meaning(changed) == wanted:
            return changed.encode()
    named = ", ".join(f'"{DAY_NAMES[day]}"' for day in wanted.cadence.days)
    place = Place(
        FILE, next((text.count("\n", 0, found.start()) + 1 for found in re.finditer(r"\bdays\b", text)), None)
    )
    message = "The days of [cadence] are written in a way that cannot be changed from here."
    raise CourseError(message, fix=f"Write days = [{named}] there yourself.", place=place)


def _changes(text: str, added: Sequence[int]) -> Iterator[str]:
    """The text with the days added to each list in it that may be the cadence's."""
    for found in _LIST.finditer(text):
        last = None
        for token in _TOKEN.finditer(text, found.start() + len("days") + 1, found.end()):
            last = token if token["string"] else last
        if last is not None:
            quote = last["string"][0]
            names = "".join(f", {quote}{DAY_NAMES[day]}{quote}" for day in added)
            yield text[: last.end()] + names + text[last.end() :]


def _meaning(text: str) -> CourseFile | None:
    try:
        return parse_course_file(text.encode())
    except CourseError:
        return None
