"""Which addresses an import has met: exact, however many there are, and in whatever order."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sender.errors import StoreError
from sender.store.encountered import Encountered


def test_which_addresses_were_met_is_told_exactly() -> None:
    with Encountered() as met:
        assert met.first_lines([("a", 2), ("b", 3), ("a", 4)]) == {"a": 2, "b": 3}
        assert met.first_lines([("c", 5), ("b", 6)]) == {"c": 5, "b": 3}
        assert met.first_lines([("d", 7)]) == {"d": 7}
        assert met.first_lines([]) == {}


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6), max_size=6))
def test_an_address_is_known_by_the_line_in_which_it_stood_first(parts: list[list[str]]) -> None:
    first: dict[str, int] = {}
    line = 0
    with Encountered() as met:
        for part in parts:
            numbered = [(key, line + number) for number, key in enumerate(part)]
            line += len(part)
            for key, number in numbered:
                first.setdefault(key, number)
            assert met.first_lines(numbered) == {key: first[key] for key in part}


def test_that_there_is_no_room_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Encountered, "_first_lines", full)
    with Encountered() as met, pytest.raises(StoreError, match="TMPDIR"):
        met.first_lines([("a", 2)])
