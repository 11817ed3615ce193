"""A date is read in the forms in which pages write it, and left open where it names no certain day."""

from __future__ import annotations

from datetime import date

import pytest

from course.importing.dates import dates, day

THE_DAY = date(2023, 6, 5)


@pytest.mark.parametrize(
    "text",
    [
        "June 05, 2023 - 5 min read",
        "Jun. 5th, 2023",
        "Monday, June 5 2023",
        "5 June 2023",
        "the 5th of June, 2023",
        "05-Jun-2023",
        "2023-06-05T10:30:00Z",
        "2023/06/05",
        "5.6.2023",
    ],
)
def test_a_day_is_found(text: str) -> None:
    assert day(text) == THE_DAY


@pytest.mark.parametrize("text", ["06/05/2023", "June 2023", "31 June 2023", "Maybe 5, 2023", "2023", "12.34.56", ""])
def test_what_names_no_certain_day_is_no_date(text: str) -> None:
    assert day(text) is None


def test_a_number_over_twelve_tells_the_day_from_the_month() -> None:
    assert day("25/05/2023") == day("05/25/2023") == date(2023, 5, 25)


def test_each_date_is_found_with_its_place() -> None:
    text = "Published 5 June 2023, updated May 2024"
    found = list(dates(text))
    assert [text[one.start : one.end] for one in found] == ["5 June 2023", "May 2024"]
    assert [one.date for one in found] == [THE_DAY, None]
