"""A theme is a few colours, a font stack, a logo and a width; nothing else can slip into the emails' styles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError, Place
from course.folder.table import Table
from course.theme import DEFAULT_THEME, TEXT_ON, contrast, lit, parse_theme

DARK = (DEFAULT_THEME["dark_surface"], DEFAULT_THEME["dark_background"])
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def table(**values: object) -> Table:
    return Table(values, "course.toml", "[theme]", {key: number for number, key in enumerate(values, start=20)}, 19)


def test_a_course_without_a_theme_has_the_default() -> None:
    assert parse_theme(None) == DEFAULT_THEME
    assert parse_theme(table()) == DEFAULT_THEME


def test_what_is_set_takes_the_place_of_the_default() -> None:
    given = {"text": "#ABCDEF", "width": "720px", "font": "'Trebuchet MS', sans-serif"}
    assert parse_theme(table(**given)) == DEFAULT_THEME | given


def test_an_accent_brings_one_for_the_dark_which_is_the_same_made_lighter() -> None:
    assert parse_theme(table(accent="#aa0000"))["dark_accent"] == lit("#aa0000", DARK) == "#cd6969"
    assert parse_theme(table(accent="#ffcc00"))["dark_accent"] == "#ffcc00"
    assert parse_theme(table(accent="#aa0000", dark_accent="#ffffff"))["dark_accent"] == "#ffffff"
    assert parse_theme(table(accent="#000000", dark_surface="#555555"))["dark_accent"] == lit("#000000", ["#555555"])


@given(COLOURS)
def test_the_accent_for_the_dark_can_be_read_whatever_the_accent(accent: str) -> None:
    theme = parse_theme(table(accent=accent))
    pairs = [pair for pair in TEXT_ON if "dark_accent" in pair]
    assert len(pairs) == 2
    assert all(contrast(theme[front], theme[behind]) >= 4.5 for front, behind in pairs)


@given(COLOURS, COLOURS)
def test_a_colour_is_made_readable_on_any_one_surface(colour: str, surface: str) -> None:
    made = lit(colour, [surface])
    assert contrast(made, surface) >= 4.5
    assert made == colour or contrast(colour, surface) < 4.5


def test_where_no_colour_can_be_read_on_all_surfaces_the_usual_one_stays() -> None:
    assert lit("#aa0000", ["#ffffff", "#767676", "#000000"]) == DEFAULT_THEME["dark_accent"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("accent", "red"),
        ("accent", "#fff"),
        ("accent", "#12345g"),
        ("accent", "#123456;background:url(x)"),
        ("accent", 123456),
        ("accent", ""),
        ("width", "600"),
        ("width", "60em"),
        ("width", "6px"),
        ("width", 640),
        ("font", 'Georgia"><script>'),
        ("font", "Georgia; color: red"),
        ("font", "{{ 1 }}"),
        ("font", ["Georgia"]),
        ("font", "'Times"),
        ("logo", "logo.png"),
        ("logo", "https://example.com/logo.png"),
        ("logo", "assets/"),
        ("logo", "../assets/logo.png"),
    ],
)
def test_a_wrong_value_is_named_with_its_line(key: str, value: object) -> None:
    with pytest.raises(CourseError) as caught:
        parse_theme(table(surface="#ffffff", **{key: value}))
    assert caught.value.place == Place("course.toml", 21)


def test_a_misspelt_name_is_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(CourseError) as caught:
        parse_theme(table(acent="#123456"))
    assert caught.value.fix == "Did you mean `accent`?"


@pytest.mark.parametrize(("front", "behind"), TEXT_ON)
def test_whoever_leaves_the_colours_alone_can_read_them(front: str, behind: str) -> None:
    assert contrast(DEFAULT_THEME[front], DEFAULT_THEME[behind]) >= 4.5


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#ffffff", "#000000", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
        ("#abcdef", "#ABCDEF", 1.0),
    ],
)
def test_contrast_is_that_of_wcag_whichever_is_in_front(one: str, other: str, ratio: float) -> None:
    assert round(contrast(one, other), 2) == round(contrast(other, one), 2) == ratio
