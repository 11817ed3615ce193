"""What a field holds for one reader: what was imported, where that is of the field's kind, else its default."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.links import SAMPLE_LINKS
from course.model import Field, FieldKind
from course.personal.readers import Expressions, FieldValue, Reader, field_value, fields_in, reader_values
from course.personal.symbols import Look, Mode
from tests.course.personal.templates import FIELDS

TEXT, NUMBER, BOOLEAN = FieldKind.TEXT, FieldKind.NUMBER, FieldKind.BOOLEAN


@pytest.mark.parametrize(
    ("declared", "raw", "value"),
    [
        (Field("f"), "Ann", "Ann"),
        (Field("f"), "  Ann ", "Ann"),
        (Field("f"), "", None),
        (Field("f", default="there"), " ", "there"),
        (Field("f", values=("a", "b")), "a", "a"),
        (Field("f", values=("a", "b")), "A", None),
        (Field("f", default="b", values=("a", "b")), "c", "b"),
        (Field("f", NUMBER), "3", 3),
        (Field("f", NUMBER), "-2.5", -2.5),
        (Field("f", NUMBER), "three", None),
        (Field("f", NUMBER), "nan", None),
        (Field("f", NUMBER), "inf", None),
        (Field("f", NUMBER), "1e999", None),
        (Field("f", NUMBER, default="1"), "x", 1),
        (Field("f", BOOLEAN), "Yes", True),
        (Field("f", BOOLEAN), "0", False),
        (Field("f", BOOLEAN), "perhaps", None),
        (Field("f", BOOLEAN, default="true"), "perhaps", True),
    ],
)
def test_a_value_is_of_its_fields_kind_or_missing(declared: Field, raw: str, value: FieldValue | None) -> None:
    assert field_value(declared, raw) == value
    assert type(field_value(declared, raw)) is type(value)


def test_only_declared_fields_reach_an_email() -> None:
    assert reader_values(FIELDS, {"password": "x", "role": "sales"}) == {
        "first_name": "there",
        "role": "sales",
        "city": "Leeds",
        "age": 40,
    }


@given(st.text(max_size=20), st.sampled_from(("first_name", "nickname")))
def test_a_field_by_itself_is_the_same_with_and_without_jinja(value: str, name: str) -> None:
    expressions = Expressions(FIELDS)
    reader = Reader({name: value} if value else {})
    assert str(expressions.value(f"subscriber.{name}", reader)) == str(
        expressions.value(f"(subscriber.{name} | string)", reader)
    )
    by_default = f"(subscriber.{name} | default('yo u'))"
    assert expressions.value(by_default, reader) == expressions.value(f"({by_default} | string)", reader)


def test_a_field_may_be_called_as_a_method_of_a_mapping_is() -> None:
    fields = {name: Field(name) for name in ("items", "get", "keys")}
    reader = Reader({"items": "three", "get": "up"})
    expressions = Expressions(fields)
    assert [expressions.value(f"(subscriber.{name} | upper)", reader) for name in fields] == ["THREE", "UP", ""]


def test_a_link_is_the_readers_own() -> None:
    expressions = Expressions(FIELDS)
    assert expressions.value("links.view", Reader({}, SAMPLE_LINKS)) == SAMPLE_LINKS["view"]
    assert expressions.value("links.view", Reader()) == ""


@given(st.text(max_size=20))
def test_what_the_schedule_says_is_the_same_with_and_without_jinja(day: str) -> None:
    expressions = Expressions(FIELDS)
    reader = Reader(schedule={"next_day": day} if day else {})
    assert expressions.value("schedule.next_day", reader) == day
    assert str(expressions.value("(schedule.next_day | string)", reader)) == day
    assert expressions.answer(Look(Mode.TRUTH, "schedule.next_day"), reader) is bool(day)
    said = expressions.value("((subscriber.nickname | default('You')) ~ ': ' ~ schedule.next_day)", reader)
    assert said == f"You: {day}"


def test_the_value_of_a_missing_field_is_false() -> None:
    expressions = Expressions(FIELDS)
    for expression in ("subscriber.nickname", "(subscriber.nickname | upper)", "(subscriber.nickname is defined)"):
        assert expressions.answer(Look(Mode.TRUTH, expression), Reader()) is False


@pytest.mark.parametrize(
    ("expression", "bounded"),
    [
        ("subscriber.role", True),
        ("subscriber['role']", True),
        ("(subscriber.role | length)", True),
        ("subscriber.is_new", True),
        ("subscriber.first_name", False),
        ("subscriber.age", False),
        ("(subscriber.role | default(subscriber.first_name))", False),
        ("links.view", False),
        ("(links.view ~ subscriber.role)", False),
        ("(links['view'] ~ subscriber.role)", False),
        ("schedule.next_day", False),
        ("(schedule.next_day ~ subscriber.role)", False),
        ("(schedule['next_day'] == subscriber.role)", False),
    ],
)
def test_only_declared_values_are_few(expression: str, bounded: bool) -> None:
    assert Expressions(FIELDS).bounded(expression) is bounded


def test_the_fields_of_an_expression_are_named_once_each() -> None:
    assert fields_in("(subscriber.a ~ subscriber['b'] ~ subscriber.a ~ links.view)") == ("a", "b")
