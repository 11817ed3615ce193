"""Dates as pages write them: `June 05, 2023`, `5th of June 2023`, `2023-06-05`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTHS = {name[:3]: number for number, name in enumerate(_NAMES, start=1)}
_MONTH = r"(?:" + "|".join(rf"{name[:3]}(?:{name[3:]})?" for name in _NAMES).replace("sep(?:", "sept?(?:") + r")\b\.?"
_DATE = re.compile(
    rf"""\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?\s{{1,3}})?(?:
      (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})(?:T\d{{2}}:\d{{2}}[\d:.Z+-]*)?
    | (?P<year>\d{{4}})[/.](?P<month>\d{{1,2}})[/.](?P<day>\d{{1,2}})
    | (?P<first>\d{{1,2}})(?P<sign>[/.-])(?P<second>\d{{1,2}})(?P=sign)(?P<last>\d{{4}})
    | (?P<name>{_MONTH})\s{{0,3}}(?P<named_day>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,3}}(?P<named_year>\d{{4}})
    | (?P<day_first>\d{{1,2}})(?:st|nd|rd|th)?[\s-]{{1,3}}(?:of\s)?(?P<then>{_MONTH})
        ,?[\s-]{{1,3}}(?P<then_year>\d{{4}})
    | (?P<month_only>{_MONTH}),?\s{{1,3}}\d{{4}}
    )(?!\d)""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a text and where it stands there; `date` is None where it is no certain day (`06/05/2023`)."""

    date: date | None
    start: int
    end: int


def dates(text: str) -> Iterator[Dated]:
    """The dates in `text`, in order."""
    for found in _DATE.finditer(text):
        yield Dated(_day(found), found.start(), found.end())


def day(text: str) -> date | None:
    """The first certain day that `text` names."""
    return next((found.date for found in dates(text) if found.date), None)


def _day(found: re.Match[str]) -> date | None:
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        if found["year"]:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        if found["first"]:
            return _numbered(int(found["first"]), int(found["second"]), int(found["last"]), found["sign"])
        if found["name"]:
            return date(int(found["named_year"]), _month(found["name"]), int(found["named_day"]))
        if found["then"]:
            return date(int(found["then_year"]), _month(found["then"]), int(found["day_first"]))
    except ValueError:
        return None
    return None


def _month(name: str) -> int:
    return _MONTHS[name[:3].lower()]


def _numbered(first: int, second: int, year: int, sign: str) -> date | None:
    """Dots put the day first; with other signs, only a number over 12 tells the day from the month."""
    if sign == "." or first > 12 or first == second:
        return date(year, second, first)
    return date(year, first, second) if second > 12 else None
