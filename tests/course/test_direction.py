"""Plain text begins on the side from which its language is read, line by line."""

from __future__ import annotations

import pytest

from course.direction import direction_of, marked_lines

RLM = "\u200f"


@pytest.mark.parametrize(
    ("language", "direction"),
    [("ar", "rtl"), ("he-IL", "rtl"), ("ckb", "rtl"), ("de", "ltr"), ("en-GB", "ltr"), ("arn", "ltr")],
)
def test_a_language_is_written_from_one_side(language: str, direction: str) -> None:
    assert direction_of(language) == direction


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("مرحبا", False),
        ("1. مرحبا", False),
        ("«مرحبا» hello", False),
        ("a) مرحبا", True),
        ("Python لغة", True),
        ("=====", True),
        ("* * *", True),
        ("https://example.com/", False),
        ("   https://example.com/a", False),
        ("    x = 'مرحبا'", False),
        ("    ====", False),
        ("> مرحبا", False),
        ("", False),
    ],
)
def test_a_line_has_a_mark_where_its_first_letter_would_turn_it(line: str, marked: bool) -> None:
    assert marked_lines(f"مرحبا\n{line}\n") == f"مرحبا\n{RLM if marked else ''}{line}\n"


def test_the_line_below_a_heading_begins_on_its_side() -> None:
    assert marked_lines("Python\n======\n\nلغة\n===\n") == f"Python\n======\n\nلغة\n{RLM}===\n"
