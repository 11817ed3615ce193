"""A body is read event by event, however it is cut, and what is no event is told from what is."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sender.events import bodies
from sender.events.bodies import BodyError, Thing, things_in

MEGABYTE = 1024 * 1024


@pytest.fixture(params=[1, 7, 64 * 1024, None])
def at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads bodies in pieces of so many bytes, or at once."""
    monkeypatch.setattr(bodies, "_AT_ONCE", request.param or 64 * 1024)
    monkeypatch.setattr(bodies, "_SMALL", MEGABYTE if request.param is None else 0)


def things(body: bytes) -> list[Thing]:
    return list(things_in(BytesIO(body)))


def events(*found: Any) -> bytes:
    return json.dumps(found).encode() + b"\r\n"


@pytest.mark.usefixtures("at_once")
def test_each_event_is_given() -> None:
    first = {
        "event": "open",
        "timestamp": 1,
        "sg_machine_open": True,
        "category": ["a", {"event": "x"}],
        "ä": "€😀\n\\",
    }
    second: Thing = {
        "event": "click",
        "email": "ann@example.com",
        "reason": None,
        "float": 1.5e10,
        "deep": {"event": {}},
    }
    assert things(events(first, second, {})) == [first, second, {}]
    assert things(json.dumps([first, second], ensure_ascii=False, indent=2).encode()) == [first, second]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("body", [b"[]", b" [ ] \r\n", b"\n[\n]"])
def test_an_empty_array_holds_nothing(body: bytes) -> None:
    assert things(body) == []


@pytest.mark.usefixtures("at_once")
def test_what_is_no_object_is_told_from_events() -> None:
    body = events(1, "event", None, True, -1.5e3, [], [{"event": "open"}], 10, {}, {"event": "open"})
    assert things(body) == [*[None] * 8, {}, {"event": "open"}]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "body",
    [
        b"[", b"[1", b'[{"event":"open"', b'[{"event":"open"},', b"[{]}", b"[1 2]", b"[] []", b"[]]", b"[NaN]", b"[,]",
        b"[{},]", b"[-Infinity]", b"[{'event': 'open'}]", b"[tru]", b"[\x00]", b"[01]", b'["a\nb"]', b"[{}}", b"[{}",
    ],
)  # fmt: skip
def test_broken_json_is_an_error(body: bytes) -> None:
    with pytest.raises(BodyError, match="no JSON: "):
        things(body)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "body", [b'{"event": "open"}', b"5", b'"event"', b"null", b"", b"\r\n", b"event=open", b"\x00"]
)
def test_what_is_no_array_is_an_error(body: bytes) -> None:
    with pytest.raises(BodyError, match="no JSON array"):
        things(body)


@pytest.mark.usefixtures("at_once")
def test_bytes_that_are_no_utf_8_harm_only_the_text_they_stand_in() -> None:
    body = b'[{"reason": "Empf\xe4nger unbekannt \xff", "event": "bounce"}, {"event": "open"}]'
    assert things(body) == [{"reason": "Empf�nger unbekannt �", "event": "bounce"}, {"event": "open"}]


def test_numbers_without_measure_are_no_error() -> None:
    huge = b"9" * 100_000
    body = b'[{"timestamp": ' + huge + b', "event": "open"}, {"timestamp": 1e999999999}, {"timestamp": -' + huge + b"}]"
    assert [one and one.get("event") for one in things(body)] == ["open", None, None]


@pytest.mark.parametrize("body", [b"[" * 8_000_000, b"[" * 200_000 + b"]" * 200_000, b'[{"a":' * 200_000])
def test_deep_nesting_is_an_error(body: bytes) -> None:
    with pytest.raises(BodyError):
        things(body)


def test_a_string_of_half_a_megabyte_is_taken_and_one_of_several_is_an_error() -> None:
    assert things(events({"reason": "x" * 500_000}))[0] == {"reason": "x" * 500_000}
    with pytest.raises(BodyError, match="Event 2 of the body has more than a million characters"):
        things(events({}, {"reason": "x" * 5_000_000}))


def test_of_a_body_that_breaks_off_what_stood_before_is_given() -> None:
    found = things_in(BytesIO(b'[{"event": "open"}, {"event": "click"}, {"ev'))
    assert [next(found), next(found)] == [{"event": "open"}, {"event": "click"}]
    with pytest.raises(BodyError, match="2 of its events could be read"):
        next(found)


def test_a_large_body_is_never_in_memory_as_a_whole() -> None:
    one = json.dumps({"event": "open", "useragent": "Sample " * 40, "unique": ["x"] * 20}).encode()
    body = BytesIO(b"[" + b",".join([one] * 40_000) + b"]")
    assert len(body.getbuffer()) > 14 * MEGABYTE
    tracemalloc.start()
    try:
        assert sum(1 for _ in things_in(body)) == 40_000
        assert tracemalloc.get_traced_memory()[1] < MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_body_is_read_from_its_beginning() -> None:
    body = BytesIO(b"[{}]")
    body.seek(0, 2)
    assert list(things_in(body)) == [{}]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 1]), st.booleans(), st.integers(1, 9))
def test_any_array_is_read_as_a_parser_reads_it_whole(
    found: list[object], indent: int | None, ascii_: bool, at_once: int
) -> None:
    body = json.dumps(found, indent=indent, ensure_ascii=ascii_).encode("utf-8", "replace")
    expected = [one if isinstance(one, dict) else None for one in json.loads(body)]
    assert things(body) == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bodies, "_AT_ONCE", at_once)
        patch.setattr(bodies, "_SMALL", 0)
        assert things(body) == expected


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_or_told(body: bytes, begun: bool) -> None:
    with suppress(BodyError):
        things(b"[" + body if begun else body)
