"""Filling an email quickly gives what filling it the long way gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError
from course.model import Field, FieldKind
from course.personal.filling import Filling
from course.personal.placeholders import Email, Placeholder, Where, tag_values
from course.personal.readers import Expressions, Reader, reader_values

FIELDS = {
    "first_name": Field("first_name", FieldKind.TEXT, default="there"),
    "role": Field("role", FieldKind.TEXT, values=("novice", "expert")),
    "plants": Field("plants", FieldKind.NUMBER),
    "site": Field("site", FieldKind.TEXT),
}
LINKS = {"view": ("https://example.com/~o'neill/lessons/", 1), "leave": ("https://example.com/a&b/", 0),
         "assets": ("https://example.com/assets", -1), "odd": ("javascript:", 0)}  # fmt: skip
TOKENS = ["12.a-b_C", "12.Zz09"]
EXPRESSIONS = (
    "subscriber.first_name", "subscriber.role", "subscriber.plants", "subscriber.site", "subscriber.nobody",
    "(subscriber.site | default('a & b'))", "(subscriber.first_name | default('you'))", "(subscriber.plants + 1)",
    "(subscriber.first_name | upper)", "links.view", "links.leave", "links.assets", "links.odd", "links.none",
    "schedule.next_day", "schedule.none", "((links.view ~ '?x'))",
)  # fmt: skip
PLACED = tuple(
    Placeholder(f"dc0123456789{number:03d}{where}z", expression, where)
    for number, (expression, where) in enumerate((one, where) for one in EXPRESSIONS for where in Where)
)
VALUES = st.sampled_from(
    ("", " ", "Zoë", "<b>", "O'Hara & co", "https://example.com/?a=b c", "7", "1e3", "expert", "x")
)


def email(placed: tuple[Placeholder, ...]) -> Email:
    return Email("", "", "", placed, "0123456789")


@given(
    st.lists(st.sampled_from(PLACED), unique=True, max_size=20),
    st.lists(st.dictionaries(st.sampled_from((*FIELDS, "nobody")), VALUES), min_size=1, max_size=3),
    st.dictionaries(st.just("next_day"), VALUES),
)
def test_it_tells_everyone_the_same_as_the_long_way(
    placed: list[Placeholder], people: list[dict[str, str]], schedule: dict[str, str]
) -> None:
    made, expressions = email(tuple(placed)), Expressions(FIELDS)
    links = {name: start if place < 0 else start + TOKENS[place] for name, (start, place) in LINKS.items()}
    filling = Filling(made, expressions, FIELDS, LINKS)
    for raw in people:
        reader = Reader(reader_values(FIELDS, raw), links, schedule)
        try:
            expected = tag_values(made, expressions, reader)
        except CourseError:
            with pytest.raises(CourseError):
                filling.values(raw, TOKENS, schedule)
        else:
            assert filling.values(raw, TOKENS, schedule) == expected


def test_a_link_without_a_scheme_that_is_allowed_is_left_empty() -> None:
    placed = (Placeholder("a", "links.odd", Where.ADDRESS), Placeholder("b", "links.odd", Where.ADDRESS_IN_TEXT))
    assert Filling(email(placed), Expressions(FIELDS), FIELDS, LINKS).values({}, TOKENS, {}) == {"a": "", "b": ""}
