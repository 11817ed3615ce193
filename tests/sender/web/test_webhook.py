"""The webhook takes what SendGrid signed, whatever it holds, and no more; what cannot be kept, SendGrid repeats."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest

from sender.model import DELIVERY_ARG
from sender.signature import OLDEST, WebhookKey
from sender.store import database as store
from sender.web import create_app, webhook
from sender.web.serving import address_of, listen, serving
from tests.sender.web.sample import NOW, Answer, School, a_school, request
from tests.standin.webhook import PATH, EventWebhook, an_event, body_of

SECONDS = int(NOW.timestamp())
SENDER = EventWebhook()


@dataclass
class Hook:
    """A school's webhook, and SendGrid at the other end of it."""

    school: School
    url: str

    def post(self, body: bytes | Iterator[bytes], headers: Mapping[str, str]) -> Answer:
        return request("POST", self.url, body, headers)

    def tell(self, *events: object, timestamp: int = SECONDS) -> Answer:
        """Posts events, properly signed."""
        return self.signed(body_of(events), timestamp=timestamp)  # type: ignore[arg-type]

    def signed(self, body: bytes, *, timestamp: int | str = SECONDS, **headers: str) -> Answer:
        """Posts a body, properly signed, whatever it holds."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.post(body, {**SENDER.signed(body, timestamp), **named})

    @property
    def kept(self) -> list[str]:
        return [str(id_) for (id_,) in self.school.ask("SELECT id FROM event ORDER BY id")]


@contextmanager
def a_hook(school: School, key: WebhookKey | None) -> Iterator[Hook]:
    with listen("127.0.0.1", 0) as listener:
        url = f"{address_of(listener)}{PATH}"
        with serving(create_app(replace(school.site, webhook_key=key)), listener):
            yield Hook(school, url)


@pytest.fixture
def hook(tmp_path: Path) -> Iterator[Hook]:
    """The webhook of a school on which Sample 001 was asked to confirm: delivery 1."""
    with a_school(tmp_path) as school:
        school.enrol(1)
        school.tick()
        with a_hook(school, WebhookKey(SENDER.public_key)) as hook:
            yield hook


def of(delivery: int | str, kind: str = "delivered", number: int = 1, /, **members: Any) -> dict[str, Any]:
    return an_event(kind, "sample001@example.com", number, **{DELIVERY_ARG: str(delivery), **members})


def test_signed_events_are_taken_and_counted(hook: Hook) -> None:
    answer = hook.tell(of(1), of(1, "click"))
    assert (answer.status, json.loads(answer.text)) == (200, {"events": 2, "new": 2})
    assert hook.school.ask("SELECT seen FROM delivery") == [("clicked",)]
    assert json.loads(hook.tell(of(1), of(1, "click")).text) == {"events": 2, "new": 0}


def test_a_hard_bounce_ends_what_its_address_is_on(hook: Hook) -> None:
    assert hook.tell(of(1, "bounce", type="bounce")).status == 200
    assert hook.school.ask("SELECT status, ended_reason FROM enrolment") == [("ended", "bounced")]


def test_no_events_are_no_error(hook: Hook) -> None:
    assert json.loads(hook.signed(b"[]\r\n").text) == {"events": 0, "new": 0}


def test_every_answer_is_locked_down(hook: Hook) -> None:
    for answer in (hook.tell(of(1)), hook.signed(b"x"), hook.post(b"[]", {})):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
    assert request("GET", hook.url).status == 405


# Who is believed


def test_without_a_key_everything_is_refused(tmp_path: Path) -> None:
    with a_school(tmp_path) as school, a_hook(school, None) as hook:
        answer = hook.tell(of(1))
        assert answer.status == 403
        assert answer.text == "This site takes no events: DRIPCOURSE_WEBHOOK_KEY is not set.\n"
        assert hook.kept == []


BODY = body_of([of(1)])
SIGNED = SENDER.signed(BODY, SECONDS)
SIGNATURE, TIMESTAMP = (name for name in SIGNED if name != "Content-Type")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (BODY, EventWebhook().signed(BODY, SECONDS)),
        (BODY, {**SIGNED, SIGNATURE: ""}),
        (BODY, {**SIGNED, SIGNATURE: "AAAA"}),
        (BODY, {**SIGNED, SIGNATURE: "x" * 10_000}),
        (BODY, {**SIGNED, SIGNATURE: "é"}),
        (BODY, {**SIGNED, TIMESTAMP: str(SECONDS + 1)}),
        (BODY, {**SIGNED, TIMESTAMP: ""}),
        (BODY, {**SIGNED, TIMESTAMP: "now"}),
        (BODY, {"Content-Type": "application/json"}),
        (BODY, {name: value for name, value in SIGNED.items() if name != SIGNATURE}),
        (BODY, {name: value for name, value in SIGNED.items() if name != TIMESTAMP}),
        (BODY.strip(), SIGNED),
        (BODY + b" ", SIGNED),
        (b"", SIGNED),
        (b"[" * 100_000, SIGNED),
    ],
    ids=["another key", "empty", "short", "long", "no base64", "another moment", "no moment", "no number", "unsigned",
         "without signature", "without moment", "stripped", "a byte more", "no body", "another body"],
)  # fmt: skip
def test_what_is_not_signed_is_refused_and_nothing_of_it_is_kept(
    hook: Hook, body: bytes, headers: dict[str, str]
) -> None:
    answer = hook.post(body, {name: value.encode("latin-1") for name, value in headers.items()})  # type: ignore[misc]
    assert answer.status == 403
    assert hook.kept == []


@pytest.mark.parametrize(
    ("age", "status"),
    [
        (timedelta(0), 200),
        (timedelta(hours=25), 200),  # a repeat of what was signed at the first time
        (OLDEST + timedelta(seconds=1), 403),
        (timedelta(days=400), 403),
        (timedelta(minutes=-4), 200),
        (timedelta(minutes=-6), 403),
        (timedelta(days=-1), 403),
    ],
)
def test_an_old_signature_and_one_of_the_future_are_refused(hook: Hook, age: timedelta, status: int) -> None:
    answer = hook.tell(of(1), timestamp=int((NOW - age).timestamp()))
    assert answer.status == status
    assert len(hook.kept) == (status == 200)


def test_a_body_that_somebody_repeats_does_nothing(hook: Hook) -> None:
    hook.tell(of(1, "bounce", type="bounce"))
    before = hook.school.everything()
    hook.school.now += timedelta(hours=20)
    assert json.loads(hook.tell(of(1, "bounce", type="bounce")).text) == {"events": 1, "new": 0}
    assert hook.school.everything() == before


# What may stand in a body


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "é"])
def test_another_content_type_is_refused(hook: Hook, kind: str) -> None:
    headers = {**SENDER.signed(BODY, SECONDS), "Content-Type": kind.encode("latin-1")}
    answer = hook.post(BODY, headers)  # type: ignore[arg-type]
    assert (answer.status, hook.kept) == (415, [])


def test_a_content_type_may_say_its_charset(hook: Hook) -> None:
    assert hook.signed(BODY, Content_Type="Application/JSON; charset=utf-8").status == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"\r\n", b"{}", b'{"event": "open"}', b"null", b"[", b"[{]", b"[1 2]", b"[] []", b"event=open", b"\x00\xff",
     b"[NaN]", b"[" * 9_000_000, b"[" * 20_000 + b"]" * 20_000, b'["' + b"x" * 9_000_000 + b'"]'],
    ids=["nothing", "a line", "an object", "an event", "null", "cut off", "broken", "no comma", "two", "a form",
         "bytes", "NaN", "deep and cut off", "deep", "a text of nine megabytes"],
)  # fmt: skip
def test_what_is_no_array_of_events_is_refused_with_a_sentence(hook: Hook, body: bytes) -> None:
    answer = hook.signed(body)
    assert (answer.status, hook.kept) == (400, [])
    assert answer.text.endswith(".\n")


@pytest.mark.parametrize(
    "thing",
    [
        1, None, "event", True, [], [[{"event": "open"}]], {}, {"event": None}, {"event": ["open"]}, {"event": "\0"},
        {"event": "open", "sg_event_id": ["x"], "timestamp": "soon", "email": {"a": 1}, DELIVERY_ARG: [1]},
        {"event": "bounce", "email": "\0@example.com", "sg_event_id": "\0", DELIVERY_ARG: "1\0", "reason": "\0"},
        {"event": "bounce", "email": "x" * 500_000, "sg_event_id": "y" * 100_000, "type": "z" * 100_000},
        {"event": "open", "timestamp": 10**3000, DELIVERY_ARG: 10**3000},
        {"event": "open", "timestamp": -1, DELIVERY_ARG: -1},
        {"event": "open", "timestamp": SECONDS + 10**8},
        {"event": "open", "\0": "\ud800", "sg_event_id": "\ud800\udfff"},
        {"event": "dropped", "reason": ["Bounced Address"], "category": "one"},
        {"event": "deferred", "attempt": 5, "category": ["one", "two"], "deep": [[[[[[]]]]]]},
    ],
    ids=[f"thing {number}" for number in range(19)],
)  # fmt: skip
def test_odd_things_are_taken_and_keep_nobody_from_being_told(hook: Hook, thing: object) -> None:
    assert hook.tell(of(1), thing, of(1, "click")).status == 200
    assert {"event-delivered-1", "event-click-1"} <= set(hook.kept)
    assert hook.school.ask("SELECT seen FROM delivery WHERE id = 1") == [("clicked",)]
    assert hook.school.ask("SELECT max(at) <= ? FROM event", SECONDS) == [(1,)]


def test_one_id_twice_in_a_body_is_one_event(hook: Hook) -> None:
    answer = hook.tell(of(1, "bounce", type="bounce"), of(1, "bounce", type="bounce"))
    assert json.loads(answer.text) == {"events": 2, "new": 1}


def test_of_a_body_that_breaks_off_nothing_is_kept_that_would_be_lost(hook: Hook) -> None:
    """SendGrid repeats what was refused: what was kept of it is known by then."""
    whole = body_of(of(1, "open", number) for number in range(2500))
    assert hook.signed(whole[:-20]).status == 400
    assert len(hook.kept) == 2000
    assert json.loads(hook.signed(whole).text) == {"events": 2500, "new": 500}


# How much


def large(size: int) -> tuple[bytes, int]:
    """A body of exactly that many bytes, and how many events it has."""
    one = json.dumps(of(1, "open", 0, useragent="x" * 500)).encode()
    events = [one.replace(b"open-0", b"open-%d" % number) for number in range(size // (len(one) + 8) - 1)]
    body = b"[" + b",".join(events) + b"]"
    return body + b" " * (size - len(body)), len(events)


def test_sixteen_megabytes_are_taken(hook: Hook) -> None:
    body, count = large(webhook.LARGEST_BODY)
    assert json.loads(hook.signed(body).text) == {"events": count, "new": count}
    assert hook.school.ask("SELECT count(*) FROM event") == [(count,)]


@pytest.mark.parametrize("size", [webhook.LARGEST_BODY + 1, 30 * 1024 * 1024])
def test_more_is_refused_and_nothing_of_it_is_kept(hook: Hook, size: int) -> None:
    answer = hook.signed(b"[]" + b" " * (size - 2))
    assert answer.status == 413
    assert answer.text == "The body has more than 16 MB.\n"
    assert hook.kept == []


@pytest.mark.parametrize(
    ("size", "headers", "kept"),
    [(20_000_000, SIGNED, webhook.LARGEST_BODY), (5_000_000, {"Content-Type": "application/json"}, 0)],
    ids=["too large", "not signed"],
)
def test_no_more_is_kept_meanwhile_than_may_be_taken(
    hook: Hook, monkeypatch: pytest.MonkeyPatch, size: int, headers: dict[str, str], kept: int
) -> None:
    written = []

    class Counting(SpooledTemporaryFile[bytes]):
        def write(self, part: Any) -> int:
            written.append(len(part))
            return super().write(part)

    monkeypatch.setattr(webhook, "SpooledTemporaryFile", Counting)
    assert hook.post(b" " * size, headers).status in {403, 413}
    assert 0.9 * kept <= sum(written) <= kept


def test_a_body_that_does_not_say_how_large_it_is_is_counted(hook: Hook) -> None:
    parts = (b" " * 65536 for _ in range(260))
    assert hook.post(parts, SENDER.signed(b"", SECONDS)).status == 413


def test_a_body_in_pieces_is_hashed_as_one(hook: Hook) -> None:
    body = body_of(of(1, "open", number) for number in range(20))
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    assert hook.post(pieces, SENDER.signed(body, SECONDS)).status == 200
    assert len(hook.kept) == 20


def test_whoever_hangs_up_in_the_middle_leaves_nothing(hook: Hook) -> None:
    import http.client
    from urllib.parse import urlsplit

    body = body_of([of(1)])
    connection = http.client.HTTPConnection(urlsplit(hook.url).netloc, timeout=10)
    connection.putrequest("POST", PATH)
    for name, value in {**SENDER.signed(body, SECONDS), "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body[:30])
    connection.close()
    assert hook.tell(of(1, "click")).status == 200
    assert hook.kept == ["event-click-1"]


# What may go wrong on our side


def test_a_locked_database_is_told_and_the_repeat_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_BUSY_TIMEOUT_MS", 10)
    with a_school(tmp_path) as school, a_hook(school, WebhookKey(SENDER.public_key)) as hook:
        with closing(sqlite3.connect(tmp_path / "school.db", isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            answer = hook.tell(of(1))
        assert (answer.status, answer.headers["retry-after"]) == (503, "30")
        assert answer.text == "The records cannot be reached right now. Please repeat the body in half a minute.\n"
        assert hook.tell(of(1)).status == 200
        assert len(hook.kept) == 1


def test_a_full_disk_is_told_and_the_repeat_is_taken(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __init__(self, size: int) -> None:
            """A temporary file for which there is no room."""

        def write(self, part: bytes) -> None:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            """Nothing to give back."""

    with monkeypatch.context() as patch:
        patch.setattr(webhook, "SpooledTemporaryFile", Full)
        answer = hook.tell(of(1))
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert hook.tell(of(1)).status == 200


def test_a_body_that_does_not_come_is_not_waited_for(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as patch:  # the server itself waits so as it ends
        patch.setattr(asyncio.timeouts.Timeout, "__aenter__", never)
        assert hook.tell(of(1)).status == 408


def test_only_so_many_bodies_are_taken_at_a_time(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_MOST_AT_ONCE", 0)
    answer = hook.tell(of(1))
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    monkeypatch.setattr(webhook, "_MOST_AT_ONCE", 1)
    assert [hook.tell(of(1)).status for _ in range(3)] == [200, 200, 200]


def test_no_log_tells_an_address(hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        hook.tell(of(1, "bounce", type="bounce"), 5)
        hook.signed(b'[{"email": "sample001@example.com"')
        hook.post(BODY, {})
    assert "the webhook brought 1 events, 1 of them new" in caplog.text
    assert "the webhook brought 1 things that are no events" in caplog.text
    assert "was refused (400): The body is no JSON" in caplog.text
    assert "@example.com" not in caplog.text


def test_a_large_body_leaves_no_file_behind(hook: Hook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    body, _ = large(3 * 1024 * 1024)
    assert hook.signed(body).status == 200
    assert hook.signed(body[:-1]).status == 200
    assert list(folder.iterdir()) == []
