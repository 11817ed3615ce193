"""Colours are read as style sheets write them, and made one kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.check.colours import background_in, parsed_colour


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ("#fff", "#ffffff"),
        ("#1C5A55", "#1c5a55"),
        ("#1c5a55ff", "#1c5a55"),
        ("#0008", "#777777"),
        ("white", "#ffffff"),
        ("RebeccaPurple", "#663399"),
        ("rgb(28, 90, 85)", "#1c5a55"),
        ("rgb(28 90 85)", "#1c5a55"),
        ("rgb(100% 0% 0%)", "#ff0000"),
        ("rgba(0,0,0,.5)", "#808080"),
        ("rgb(0 0 0 / 50%)", "#808080"),
        ("rgb(300, -5, 0)", "#ff0000"),
        ("transparent", "#ffffff"),
        ("inherit", None),
        ("currentcolor", None),
        ("var(--ink)", None),
        ("rgb(1, 2)", None),
        ("#12345", None),
        ("", None),
    ],
)
def test_a_colour_is_read_however_it_is_written(written: str, colour: str | None) -> None:
    assert parsed_colour(written, "#ffffff") == colour


def test_what_is_behind_shows_through() -> None:
    assert parsed_colour("rgba(255, 255, 255, 0.5)", "#000000") == "#808080"


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ("#123", "#112233"),
        ("no-repeat #123 center / cover", "#112233"),
        ("center", "#eeeeee"),
        ("#123 url(x.png)", None),
        ("linear-gradient(#fff, #000)", None),
        ("rgb(17, 34, 51) no-repeat", "#112233"),
    ],
)
def test_a_background_names_a_colour_among_other_things(written: str, colour: str | None) -> None:
    assert background_in(written, "#eeeeee") == colour


@given(st.text(max_size=40))
def test_whatever_stands_there_is_a_colour_or_none(text: str) -> None:
    for colour in (parsed_colour(text, "#ffffff"), background_in(text, "#ffffff")):
        assert colour is None or (len(colour) == 7 and int(colour[1:], 16) >= 0)
