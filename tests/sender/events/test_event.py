"""Whatever stands in an event, it becomes something that can be kept, in either database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sender.events.event import Event, read_event
from sender.model import DELIVERY_ARG, Seen

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = int(NOW.timestamp())


def shown(value: object) -> str:
    """A value in a test's name: a number of 400 digits has no place there."""
    return type(value).__name__ if isinstance(value, int) and value > 2**64 else ascii(value)[:20]


def an_event(**members: Any) -> Event:
    return read_event({"event": "delivered", "sg_event_id": "one", **members}, SECOND)


def named(value: object) -> Event:
    return an_event(**{DELIVERY_ARG: value})


def test_an_event_is_read() -> None:
    event = read_event(
        {
            "event": "open", "email": "Ann@Example.com", "timestamp": SECOND - 60, "sg_event_id": "b3Blbi0x",
            "sg_message_id": "abc.recvd-1-2.0", "sg_machine_open": True, DELIVERY_ARG: "17", "ip": "192.0.2.1",
            "useragent": "Sample/1.0",
        },
        SECOND,
    )  # fmt: skip
    assert event.id == "b3Blbi0x"
    assert event.meaning.seen is Seen.MACHINE_OPENED
    assert event.at == NOW - timedelta(minutes=1)
    assert (event.delivery, event.named, event.message_id) == (17, True, "abc")
    assert event.email_key == "ann@example.com"


def test_an_event_tells_no_address_when_it_is_shown() -> None:
    assert "example.com" not in repr(an_event(email="ann@example.com"))


@pytest.mark.parametrize(("value", "delivery"), [("1", 1), (1, 1), ("9223372036854775807", 2**63 - 1)], ids=shown)
def test_a_custom_arg_names_a_delivery(value: object, delivery: int) -> None:
    assert named(value).delivery == delivery


@pytest.mark.parametrize(
    "value",
    [
        "test-5",
        "0",
        "-1",
        "01",
        "1.0",
        " 1",
        "",
        "x",
        "٣",
        "9223372036854775808",
        "9" * 400,
        True,
        1.0,
        [],
        {},
        10**400,
    ],
    ids=shown,
)
def test_an_arg_that_can_be_no_delivery_names_none_and_is_there(value: object) -> None:
    event = named(value)
    assert (event.delivery, event.named) == (None, True)


def test_an_event_without_the_arg_names_nothing() -> None:
    assert (an_event().delivery, an_event().named) == (None, False)


@pytest.mark.parametrize("given_", ["x" * 121, "é", "a\0b", "a b", "\ud800", "y" * 5_000_000], ids=shown)
def test_an_id_that_cannot_be_kept_stands_as_its_hash(given_: str) -> None:
    found = an_event(sg_event_id=given_).id
    assert found.startswith("sha256-")
    assert len(found) == 71
    assert found == an_event(sg_event_id=given_).id != an_event(sg_event_id=f"{given_}z").id


@pytest.mark.parametrize("given_", [None, "", 5, [], {}])
def test_an_event_without_an_id_gets_one_from_what_it_says(given_: object) -> None:
    first = an_event(sg_event_id=given_, email="ann@example.com")
    assert first.id.startswith("made-")
    assert first.id == an_event(email="ann@example.com", sg_event_id=given_).id
    assert first.id != an_event(sg_event_id=given_, email="bob@example.com").id


@pytest.mark.parametrize(
    ("value", "at"),
    [
        (SECOND - 5, NOW - timedelta(seconds=5)),
        (str(SECOND - 5), NOW - timedelta(seconds=5)),
        (SECOND - 5.5, NOW - timedelta(seconds=6)),
        (SECOND + 1, NOW),  # the future
        (10**400, NOW),
        (1e300, NOW),
        (float("inf"), NOW),
        (float("nan"), NOW),
        (0, NOW),
        (-1, NOW),
        (True, NOW),
        ("soon", NOW),
        ("9" * 400, NOW),
        ("", NOW),
        ([1], NOW),
        (None, NOW),
    ],
    ids=shown,
)
def test_a_moment_is_never_in_the_future_and_never_nonsense(value: object, at: datetime) -> None:
    assert an_event(timestamp=value).at == at


@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("Ann+Course@Example.COM", "ann+course@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ('"ann lee"@example.com', None),
        ("not an address", None),
        ("ann@example.com\0", None),
        ("ann@" + "x" * 300 + ".com", None),
        ("ann@\ud800.com", None),
        ("a@xn--.example", None),
        ("", None),
        (None, None),
        (["ann@example.com"], None),
    ],
    ids=shown,
)
def test_an_address_that_cannot_be_compared_is_none(email: object, key: str | None) -> None:
    assert an_event(email=email).email_key == key


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.sampled_from(
    ["event", "type", "reason", "timestamp", "email", "sg_event_id", "sg_message_id", "sg_machine_open", DELIVERY_ARG]
)


@given(st.dictionaries(MEMBERS | st.text(), JSON))
def test_whatever_stands_in_an_event_it_can_be_kept(members: dict[str, object]) -> None:
    event = read_event(members, SECOND)
    assert event.id.isascii()
    assert event.id.isprintable()
    assert 1 <= len(event.id) <= 120
    assert event.at <= NOW
    assert event.delivery is None or 0 < event.delivery < 2**63
    assert event.email_key is None or "\0" not in event.email_key
    assert event == read_event(members, SECOND)
