"""Every state of the page is an address, and an address that makes no sense is one of the usual page."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.preview.choices import CONFIRMATION, Choices, Mode, View, choices_in
from tests.course.preview.served import TODAY

words = st.text(max_size=40)
chosen = st.builds(
    Choices,
    start=st.dates(),
    lesson=st.sampled_from(["", "soil", CONFIRMATION]),
    track=st.sampled_from(["", "field"]),
    persona=st.sampled_from(["sample", "nobody", "long-name", "right-to-left", "non-latin"]),
    values=st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), words, max_size=5).map(
        lambda values: tuple(sorted(values.items()))
    ),
    mode=st.sampled_from(Mode),
    images=st.booleans(),
    view=st.sampled_from(View),
    zone=st.sampled_from(["", "Asia/Tokyo"]),
)


def parsed(query: str) -> Choices:
    return choices_in(parse_qsl(query, keep_blank_values=True), TODAY)


@given(chosen)
def test_an_address_says_what_was_chosen(choices: Choices) -> None:
    assert parsed(choices.query(TODAY)) == choices


def test_the_usual_choices_need_no_words() -> None:
    assert Choices(TODAY).query(TODAY) == ""
    assert parsed("") == Choices(TODAY)


@given(st.lists(st.tuples(st.one_of(words, st.sampled_from(["mode", "start", "value.x", "persona", "was"])), words)))
def test_no_address_is_refused(query: list[tuple[str, str]]) -> None:
    choices = choices_in(query, TODAY)
    assert choices.mode in Mode
    assert isinstance(choices.start, date)


@pytest.mark.parametrize(
    "query",
    ["mode=neon", "view=%00", "persona=everybody", "start=2026-02-30", "start=tomorrow", "images=maybe", "nonsense=1"],
)
def test_what_makes_no_sense_is_as_if_it_were_not_there(query: str) -> None:
    assert parsed(query) == Choices(TODAY)


def test_an_edited_value_may_be_empty() -> None:
    assert parsed("value.first_name=").values == (("first_name", ""),)


def test_another_persona_brings_values_of_its_own() -> None:
    assert parsed("persona=nobody&was=sample&value.first_name=Sample").values == ()
    assert parsed("persona=nobody&was=nobody&value.first_name=Sample").values == (("first_name", "Sample"),)


def test_values_are_cut_at_a_length_that_fits_an_address() -> None:
    [(_, value)] = parsed(f"value.first_name={'x' * 5_000}").values
    assert len(value) == 1_000
