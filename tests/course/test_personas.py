"""The made-up readers have what a course asks of its readers, and only where any text will do."""

from __future__ import annotations

from course.model import Field, FieldKind
from course.personas import PERSONAS, persona_values

FIELDS = {
    "first_name": Field("first_name"),
    "city": Field("city"),
    "role": Field("role", values=("a", "b")),
    "years": Field("years", FieldKind.NUMBER),
}


def by_key(key: str) -> dict[str, str]:
    [persona] = [one for one in PERSONAS if one.key == key]
    return persona_values(persona, FIELDS)


def test_a_persona_has_a_value_in_each_field_of_free_text() -> None:
    assert by_key("sample") == {"first_name": "Sample", "city": "Sample"}


def test_nothing_is_known_of_nobody() -> None:
    assert by_key("nobody") == {}


def test_there_are_long_right_to_left_and_other_scripts() -> None:
    assert len(by_key("long-name")["first_name"]) > 50
    assert "؀" < by_key("right-to-left")["first_name"][0] < "ۿ"
    assert not by_key("non-latin")["first_name"].isascii()


def test_every_persona_has_a_name_of_its_own() -> None:
    assert len({one.key for one in PERSONAS}) == len({one.label for one in PERSONAS}) == len(PERSONAS)
