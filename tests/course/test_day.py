"""A day in words is in the language's own order, with its words in full, and is there whatever the language."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from babel import Locale
from babel.localedata import locale_identifiers
from hypothesis import given
from hypothesis import strategies as st

from course.day import date_in_words, day_in_words, weekdays_in_words

DAY = date(2026, 10, 29)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Thursday, 29 October"),
        ("en-GB", "Thursday 29 October"),
        ("en-US", "Thursday, October 29"),
        ("de", "Donnerstag, 29. Oktober"),
        ("de-AT", "Donnerstag, 29. Oktober"),
        ("ar", "الخميس، 29 أكتوبر"),
        ("fr", "jeudi 29 octobre"),
        ("es", "jueves, 29 de octubre"),
        ("pt-BR", "quinta-feira, 29 de outubro"),
        ("pl", "czwartek, 29 października"),
        ("ja", "10月29日木曜日"),
    ],
)
def test_a_day_is_said_as_the_language_says_it(language: str, words: str) -> None:
    assert day_in_words(DAY, language) == words


@pytest.mark.parametrize(
    ("language", "known"),
    [("de-1996", "de"), ("de-Latn-DE-u-co-phonebk", "de"), ("en-XX", "en"), ("sr-Latn-XX", "sr-Latn")],
)
def test_parts_of_a_tag_that_say_nothing_are_left_out(language: str, known: str) -> None:
    assert day_in_words(DAY, language) == day_in_words(DAY, known)


@pytest.mark.parametrize("language", ["xx", "tlh", "qqq-DE"])
def test_in_an_unknown_language_a_day_is_the_date_alone(language: str) -> None:
    assert day_in_words(DAY, language) == "2026-10-29"


@pytest.mark.parametrize("name", sorted(locale_identifiers()))
def test_in_every_known_language_the_words_stand_in_full(name: str) -> None:
    locale = Locale.parse(name)
    words = day_in_words(DAY, name.replace("_", "-"))
    assert re.search(r"(?<!\d)29(?!\d)", words)
    assert any(locale.days[context]["wide"][3] in words for context in ("format", "stand-alone"))
    months = {locale.months[context]["wide"][10] for context in ("format", "stand-alone")}
    assert any(month in words for month in months) or "10月" in words
    assert "2026" not in words


@given(
    st.dates(date(1971, 1, 1), date(9000, 1, 1)),
    st.from_regex(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", fullmatch=True),
)
def test_whatever_language_a_course_names_there_are_words_for_a_day(day: date, language: str) -> None:
    words = day_in_words(day, language)
    assert str(day.day) in words
    assert words.isprintable()


def test_a_year_of_days_are_all_different() -> None:
    year = [DAY + timedelta(days) for days in range(365)]
    assert len({day_in_words(day, "de") for day in year}) == 365


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "5 March 2024"),
        ("en-US", "March 5, 2024"),
        ("de", "5. März 2024"),
        ("ar", "5 مارس 2024"),
        ("tlh", "2024-03-05"),
    ],
)
def test_a_date_is_said_with_its_year(language: str, words: str) -> None:
    assert date_in_words(date(2024, 3, 5), language) == words


@pytest.mark.parametrize(
    ("days", "language", "words"),
    [
        ((1,), "en", "Tuesday"),
        ((1, 3), "en", "Tuesday and Thursday"),
        ((0, 2, 4), "en-US", "Monday, Wednesday, and Friday"),
        ((0, 2, 4), "de", "Montag, Mittwoch und Freitag"),
        ((1, 3), "ar", "الثلاثاء والخميس"),
        ((5, 6), "xx-unknown", "Saturday and Sunday"),
    ],
)
def test_weekdays_are_a_list_as_the_language_has_it(days: tuple[int, ...], language: str, words: str) -> None:
    assert weekdays_in_words(days, language) == words
