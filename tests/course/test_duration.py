"""Lengths of time as authors write them: weeks, days, hours and minutes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.cadence import parse_duration
from tests.course.slots import examples


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3d", timedelta(days=3)),
        ("6h", timedelta(hours=6)),
        ("90m", timedelta(minutes=90)),
        ("1w", timedelta(days=7)),
        ("1d12h", timedelta(hours=36)),
        ("1w2d3h4m", timedelta(days=9, hours=3, minutes=4)),
        ("0d", timedelta(0)),
        ("007d", timedelta(days=7)),
    ],
)
def test_a_length_of_time_is_read(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "3", "d", "-3d", "+3d", "3 d", "3d ", "3d\n", "3D", "1.5d", "12h1d", "1d1d", "3s", "3y", "٣d"),
        *("3d\0", "123456d", "9" * 5000 + "d", "d" * 100_000),
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_anything_else_is_refused_with_a_plain_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a length of time\. Write it as in '3d', '6h'") as caught:
        parse_duration(text)
    assert len(str(caught.value)) < 200


@examples
@given(*[st.integers(0, 99_999)] * 4)
def test_what_is_written_is_what_is_read(weeks: int, days: int, hours: int, minutes: int) -> None:
    parts = [(weeks, "w"), (days, "d"), (hours, "h"), (minutes, "m")]
    text = "".join(f"{number}{unit}" for number, unit in parts if number) or "0m"
    assert parse_duration(text) == timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)


@examples
@given(st.text() | st.from_regex(r"[0-9wdhm .+-]*"))
def test_any_text_is_a_length_of_time_or_a_value_error(text: str) -> None:
    if re.fullmatch(r"([0-9]{1,5}w)?([0-9]{1,5}d)?([0-9]{1,5}h)?([0-9]{1,5}m)?", text) and text:
        assert parse_duration(text) >= timedelta(0)
    else:
        with pytest.raises(ValueError, match="is not a length of time"):
            parse_duration(text)
