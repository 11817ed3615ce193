"""What a form may say, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.folder import load
from course.model import Course
from sender.joining import Fault, Wish, WishError, read_wish
from tests.sender.stage import TRACKS, a_course

COURSE: Course = load(a_course("one", tables=TRACKS))


def faults(**fields: object) -> dict[str, Fault]:
    with pytest.raises(WishError) as error:
        read_wish(COURSE, fields)
    return dict(error.value.faults)


def test_an_address_is_all_that_is_needed() -> None:
    wish = read_wish(COURSE, {"email": "sample@example.com"})
    assert (wish.email, wish.first_name, wish.zone, wish.track) == ("sample@example.com", "", "", "long")


def test_null_and_nothing_say_nothing() -> None:
    said = {"email": "sample@example.com", "first_name": None, "timezone": "", "track": None}
    assert read_wish(COURSE, said) == read_wish(COURSE, {"email": "sample@example.com"})


def test_all_that_is_wrong_is_told_at_once() -> None:
    said = {"email": "no", "first_name": 7, "timezone": "Mars/Base", "track": "none"}
    assert faults(**said) == {
        "email": Fault.NO_ADDRESS, "first_name": Fault.NO_TEXT, "timezone": Fault.NO_ZONE, "track": Fault.NO_TRACK,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "kept", "key"),
    [
        ("sample@example.com", "sample@example.com", "sample@example.com"),
        ("  sample@example.com\r\n", "sample@example.com", "sample@example.com"),
        ("Sample+Course@Example.COM", "Sample+Course@Example.COM", "sample+course@example.com"),
        ("o'sample@example.com", "o'sample@example.com", "o'sample@example.com"),
        ('"a sample"@example.com', None, None),
        ("sample@münchen.example", "sample@münchen.example", "sample@xn--mnchen-3ya.example"),
        ("sample@MÜNCHEN.example", "sample@MÜNCHEN.example", "sample@xn--mnchen-3ya.example"),
        ("påske@example.com", "påske@example.com", "påske@example.com"),
        ("用户@例子.example", "用户@例子.example", "用户@xn--fsqu00a.example"),
    ],
)
def test_an_address_of_an_odd_form_is_kept_as_typed_or_refused(typed: str, kept: str | None, key: str | None) -> None:
    if kept is None:
        assert faults(email=typed) == {"email": Fault.NO_ADDRESS}
        return
    wish = read_wish(COURSE, {"email": typed})
    assert (wish.email, wish.key) == (kept, key)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", Fault.MISSING),
        (" \t\r\n ", Fault.MISSING),
        (None, Fault.MISSING),
        (12, Fault.NO_TEXT),
        (["sample@example.com"], Fault.NO_TEXT),
        ({"sample": "@example.com"}, Fault.NO_TEXT),
        (True, Fault.NO_TEXT),
        ("sample", Fault.NO_ADDRESS),
        ("sample@", Fault.NO_ADDRESS),
        ("@example.com", Fault.NO_ADDRESS),
        ("sample@localhost", Fault.NO_ADDRESS),
        ("sample@192.0.2.7", Fault.NO_ADDRESS),
        ("sample@[192.0.2.7]", Fault.NO_ADDRESS),
        ("a..b@example.com", Fault.NO_ADDRESS),
        ("sample@example.com\r\nBcc: other@example.com", Fault.NO_ADDRESS),
        ("sample@exa\0mple.com", Fault.NO_ADDRESS),
        ("sample@example.com, other@example.com", Fault.NO_ADDRESS),
        ("Sample <sample@example.com>", Fault.NO_ADDRESS),
        ("\ud800@example.com", Fault.NO_ADDRESS),
        ("sample@-example.com", Fault.NO_ADDRESS),
        ("sample@☃.example", Fault.NO_ADDRESS),
        (f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 42}.com", Fault.TOO_LONG),
        ("a" * 2000, Fault.TOO_LONG),
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: object, fault: Fault) -> None:
    assert faults(email=typed) == {"email": fault}


@pytest.mark.parametrize(
    "zone", ["europe/berlin", "../../etc/passwd", "Factory", "localtime", "GMT+25", "\0"[:0] + "UTC "[:3] + "x"]
)
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    assert faults(email="sample@example.com", timezone=zone) == {"timezone": Fault.NO_ZONE}


def test_a_name_is_cleaned_as_an_import_does_it() -> None:
    wish = read_wish(COURSE, {"email": "sample@example.com", "first_name": " Sam\r\nple\0 {{ 7*7 }} "})
    assert wish.first_name == "Sam ple  {{ 7*7 }}"


def test_a_name_of_over_a_thousand_signs_is_refused() -> None:
    assert faults(email="sample@example.com", first_name="x" * 1001) == {"first_name": Fault.TOO_LONG}
    assert len(read_wish(COURSE, {"email": "sample@example.com", "first_name": "x" * 1000}).first_name) == 1000


def test_other_fields_are_ignored_unless_that_is_to_be_strict() -> None:
    fields = {"email": "sample@example.com", "utm": "x"}
    assert read_wish(COURSE, fields).email == "sample@example.com"
    with pytest.raises(WishError) as error:
        read_wish(COURSE, fields, strict=True)
    assert error.value.faults == {"utm": Fault.UNKNOWN}


def wish_or_faults(fields: dict[str, object], *, strict: bool = False) -> Wish | Mapping[str, Fault]:
    try:
        return read_wish(COURSE, fields, strict=strict)
    except WishError as error:
        return error.faults


@given(st.text())
def test_any_text_is_an_address_or_is_none(typed: str) -> None:
    found = wish_or_faults({"email": typed})
    if isinstance(found, Wish):
        assert found.email == typed.strip()
        assert len(found.key) <= 320
    else:
        assert set(found) == {"email"}


@given(st.emails())
def test_an_address_that_a_library_makes_up_is_kept_as_it_is_or_refused(address: str) -> None:
    found = wish_or_faults({"email": address})
    assert found.email == address if isinstance(found, Wish) else set(found) == {"email"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(["email", "first_name", "timezone", "track"]) | st.text(), JSON, max_size=5))
def test_whatever_json_brings_is_read_or_refused(fields: dict[str, object]) -> None:
    found = wish_or_faults(fields, strict=True)
    assert isinstance(found, Wish) or set(found) <= {*fields, "email"}
