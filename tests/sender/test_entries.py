"""What a row says of a person: checked by what the course declares, and kept as it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.model import Field, FieldKind
from sender.entries import LARGEST_PERSON_BYTES, LONGEST_FIELD, Entries, Entry, plain_value
from sender.roster import Row

DECLARED = {
    "first_name": Field("first_name", default="there"),
    "role": Field("role", values=("novice", "expert")),
    "plants": Field("plants", FieldKind.NUMBER, default="1"),
    "indoors": Field("indoors", FieldKind.BOOLEAN),
}
ENTRIES = Entries(DECLARED)


def entry(**fields: str) -> Entry:
    return ENTRIES.entry(Row(2, {"email": "Ann@example.com", **fields}))


def refusal(**fields: str) -> str:
    """Why a row is left out."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011  # the reason is what is asked for
        entry(**fields)
    return str(refused.value)


def test_a_row_says_who_where_and_what_else() -> None:
    found = entry(first_name=" Ann ", timezone="Asia/Kolkata", role="expert", team="")
    assert found == Entry(
        2, "Ann@example.com", "ann@example.com", "Asia/Kolkata", {"first_name": "Ann", "role": "expert", "team": ""}
    )
    assert found.given == {"first_name": "Ann", "role": "expert"}


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("plants", ["3", "2.5", "-1", "1e3", ""], ["three", "nan", "inf", "1,5"]),
        ("indoors", ["yes", "No", "TRUE", "0", ""], ["maybe", "2"]),
        ("role", ["novice", "expert", ""], ["Expert", "master"]),
        ("undeclared", ["anything", "", "3"], []),
        ("first_name", ["Ann", ""], []),
    ],
)
def test_an_attribute_must_be_of_the_kind_that_the_course_declares(name: str, good: list[str], bad: list[str]) -> None:
    for value in good * 2:
        assert entry(**{name: value}).attributes == {name: value}
    for value in bad * 2:  # a verdict is kept, and is the same again
        assert refusal(**{name: value}).startswith(f"`{name}` is `{value}`, which is not ")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"first_name": "x" * (LONGEST_FIELD + 1)}, "`first_name` has 1,001 characters, 1,000 are allowed"),
        ({"note": "é" * (LONGEST_FIELD + 1)}, "`note` has 1,001 characters, 1,000 are allowed"),
        ({f"n{number}": "é" * 1000 for number in range(4)}, f"the row holds over {LARGEST_PERSON_BYTES:,} bytes"),
        ({"n" * 8000: "x"}, f"the row holds over {LARGEST_PERSON_BYTES:,} bytes"),
        ({"timezone": "europe/berlin"}, "`europe/berlin` is not a time zone (such as Europe/Berlin)"),
        ({"timezone": "../../etc/passwd"}, "`../../etc/passwd` is not a time zone (such as Europe/Berlin)"),
    ],
    ids=["a long name", "a long attribute", "a large row", "a long column", "a zone in lower case", "a path"],
)
def test_too_much_and_what_is_no_zone_is_refused(fields: dict[str, str], reason: str) -> None:
    assert refusal(**fields) == reason


def test_as_much_as_is_allowed_is_taken() -> None:
    more = " " + "y" * LONGEST_FIELD + "\r\n"
    assert (
        entry(first_name="👩" * LONGEST_FIELD, note="x" * LONGEST_FIELD, more=more).attributes["more"] == more.strip()
    )


def test_what_is_wrong_with_a_row_as_such_is_its_reason() -> None:
    with pytest.raises(ValueError, match="the row is not UTF-8 text"):
        ENTRIES.entry(Row(2, {"email": "ann@example.com"}, "the row is not UTF-8 text"))


@given(st.text(st.characters(), max_size=50))
def test_a_kept_value_is_printable_and_stays_what_it_is(text: str) -> None:
    value = plain_value("name", text)
    assert plain_value("name", value) == value
    assert not set(value) & {chr(code) for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}
    value.encode()


ANY_VALUE = st.one_of(st.text(st.characters(), max_size=30), st.text(st.characters(codec="ascii"), max_size=30))


@given(st.lists(ANY_VALUE, max_size=4))
def test_values_that_are_looked_at_together_are_kept_as_each_would_be(values: list[str]) -> None:
    fields = {f"field{number}": value for number, value in enumerate(values)}
    assert entry(**fields).attributes == {name: plain_value(name, value) for name, value in fields.items()}
