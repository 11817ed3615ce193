"""The addresses that a test goes to, as somebody types them."""

from __future__ import annotations

import pytest

from course.errors import CourseError
from course.preview.recipients import MOST_RECIPIENTS, recipients_in


@pytest.mark.parametrize(
    "text",
    ["a@example.com b@example.com", "a@example.com,b@example.com", " a@example.com;\r\n\tb@example.com , "],
)
def test_addresses_are_parted_by_commas_spaces_and_lines(text: str) -> None:
    assert recipients_in(text) == ("a@example.com", "b@example.com")


def test_an_address_that_is_written_twice_gets_one_email() -> None:
    assert recipients_in("a@example.com a@example.com") == ("a@example.com",)


@pytest.mark.parametrize("text", ["", " ,; \n"])
def test_nobody_is_no_recipient(text: str) -> None:
    with pytest.raises(CourseError, match="no address"):
        recipients_in(text)


@pytest.mark.parametrize("wrong", ["somebody", "a@b@example.com", "@example.com", "a@", "<a@example.com>", "a\x00@b.c"])
def test_what_is_no_address_is_named(wrong: str) -> None:
    with pytest.raises(CourseError) as caught:
        recipients_in(f"good@example.com {wrong}")
    assert wrong in caught.value.message


def test_a_test_goes_to_a_few() -> None:
    some = [f"sample{number}@example.com" for number in range(MOST_RECIPIENTS + 1)]
    assert len(recipients_in(" ".join(some[1:]))) == MOST_RECIPIENTS
    with pytest.raises(CourseError, match="at most 10"):
        recipients_in(" ".join(some))


def test_what_is_named_is_cut_to_a_readable_length() -> None:
    with pytest.raises(CourseError) as caught:
        recipients_in("x" * 9_000)
    assert len(caught.value.message) < 200
