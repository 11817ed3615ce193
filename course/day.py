"""Days and dates as an email or a page says them, in the words and the order of a language."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

# What a locale may have a pattern for, the nearest to what is wanted first (UTS 35, part 4, section 2.6.2).
_SKELETONS = ("MMMMEEEEd", "MMMMEd", "MMMEEEEd", "MMMEd")
_QUOTED_OR_FIELD = re.compile(r"'[^']*'|([EcML])\1*")
_FEWEST_LETTERS = {"E": 1, "c": 1, "M": 3, "L": 3}
_IN_FULL = 4
_ENGLISH = ("en", "001")  # the world's; without more it would be that of the United States


@lru_cache(maxsize=4096)
def day_in_words(day: date, language: str) -> str:
    """The day without its year: "Thursday, 29 October" for `en`, "Thursday, October 29" for `en-US`.

    `language` is a language tag (BCP 47). English without a country is that of no country in particular. In a language
    of which nothing is known it is the date alone (ISO 8601).
    """
    locale = _locale(language)
    if locale is None:
        return day.isoformat()
    from babel.dates import format_date  # noqa: PLC0415  # takes a while to import, and most commands say no day

    return format_date(day, _pattern(locale), locale=locale)


@lru_cache(maxsize=256)
def date_in_words(day: date, language: str) -> str:
    """The date with its year: "5 March 2024" for `en`. `language` is as in `day_in_words`."""
    locale = _locale(language)
    if locale is None:
        return day.isoformat()
    from babel.dates import format_date  # noqa: PLC0415  # as above

    return format_date(day, "long", locale=locale)


@lru_cache(maxsize=256)
def weekdays_in_words(days: tuple[int, ...], language: str) -> str:
    """Weekdays (0 = Monday) in a row: "Tuesday and Thursday" for `en`. `language` is as in `day_in_words`.

    In a language of which nothing is known they are in English.
    """
    from babel.dates import get_day_names  # noqa: PLC0415  # as above
    from babel.lists import format_list  # noqa: PLC0415

    locale = _locale(language) or _locale("en")
    names = get_day_names("wide", context="stand-alone", locale=locale)
    return format_list([names[day] for day in days], locale=locale)


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale | None:
    """What is known of a language, or of the one that its tag names without the last parts of it."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415

    parts = language.split("-")
    for count in range(len(parts), 0, -1):
        known = parts[:count]
        try:
            return Locale.parse("_".join(known if known != ["en"] else _ENGLISH))
        except (UnknownLocaleError, ValueError):
            continue
    return None


def _pattern(locale: Locale) -> str:
    """The locale's own pattern for such a day, with its words in full, as the standard has it (section 2.6.2.2)."""
    patterns = locale.datetime_skeletons
    pattern = next(patterns[skeleton].pattern for skeleton in _SKELETONS if skeleton in patterns)
    return _QUOTED_OR_FIELD.sub(_in_full, pattern)


def _in_full(found: re.Match[str]) -> str:
    letter, text = found[1], found[0]
    if letter is None or len(text) < _FEWEST_LETTERS[letter]:
        return text
    return str(letter) * _IN_FULL
