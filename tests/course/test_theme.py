"""A theme is a few colours, a font stack and a width; nothing else can slip into the emails' styles."""

from __future__ import annotations

import pytest

from course.errors import CourseError, Place
from course.folder.table import Table
from course.theme import DEFAULT_THEME, parse_theme


def table(**values: object) -> Table:
    return Table(values, "course.toml", "[theme]", {key: number for number, key in enumerate(values, start=20)}, 19)


def test_a_course_without_a_theme_has_the_default() -> None:
    assert parse_theme(None) == DEFAULT_THEME
    assert parse_theme(table()) == DEFAULT_THEME


def test_what_is_set_takes_the_place_of_the_default() -> None:
    theme = parse_theme(table(accent="#ABCDEF", width="720px", font="'Trebuchet MS', sans-serif"))
    assert theme == DEFAULT_THEME | {"accent": "#ABCDEF", "width": "720px", "font": "'Trebuchet MS', sans-serif"}


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
