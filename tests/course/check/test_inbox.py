"""What an inbox shows is counted as it is seen."""

from __future__ import annotations

import pytest

from course.check.inbox import is_the_same_for_all, shown_width, width
from course.personal.placeholders import Placeholder, Where
from tests.course.check.looked_at import a_page

TAG = "dc0123456789000tz"
PAGE = a_page(printed=(Placeholder(TAG, "subscriber.nickname", Where.TEXT),))


@pytest.mark.parametrize(
    ("text", "characters"), [("Soil", 4), ("土", 2), ("é", 1), ("تُربة", 4), ("👩‍👩‍👧", 6), ("a\u200bb", 2), ("", 0)]
)
def test_wide_signs_count_twice_and_marks_not_at_all(text: str, characters: int) -> None:
    assert width(text) == characters


def test_a_printed_value_counts_for_20_at_the_most() -> None:
    assert shown_width(PAGE, "Dear Sample", f"Dear {TAG}") == 11
    assert shown_width(PAGE, f"Dear {'x' * 50}", f"Dear {TAG}") == 25
    assert shown_width(PAGE, f"{'x' * 50} and {'x' * 50}", f"{TAG} and {TAG}") == 45


def test_a_text_into_which_a_value_is_printed_is_not_the_same_for_all() -> None:
    assert not is_the_same_for_all(PAGE, f"Dear {TAG}")
    assert is_the_same_for_all(PAGE, "Dear you")
