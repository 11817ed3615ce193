"""What SendGrid's answers mean, as a table."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sender.mailers.sendgrid.answers import broken, meaning
from sender.mailers.sendgrid.connection import NeverConnectedError, NotSentError, UntrustedError
from sender.model import Verdict

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
ACCEPTED, REFUSED, WAIT, HELD, UNCERTAIN = (
    Verdict.ACCEPTED, Verdict.REFUSED_SOME, Verdict.WAIT, Verdict.HELD, Verdict.UNCERTAIN,
)  # fmt: skip


def errors(*named: tuple[str, str | None]) -> bytes:
    return json.dumps(
        {"errors": [{"message": message, "field": field, "help": None} for message, field in named]}
    ).encode()


def naming(field: str | None) -> bytes:
    return errors(("no such thing", field))


HTML = b"<html><body>Bad Gateway</body></html>"
NOT_VERIFIED = "The from address does not match a verified Sender Identity. Mail cannot be sent until that is mended."
GRANT = "The provided authorization grant is invalid, expired, or revoked"


@pytest.mark.parametrize(
    ("status", "body", "verdict", "account"),
    [
        # Yes, or what looks like it.
        (202, b"", ACCEPTED, False),
        (200, b"", ACCEPTED, False),  # in sandbox mode
        (202, b"{}", UNCERTAIN, False),
        (202, None, UNCERTAIN, False),
        (200, HTML, UNCERTAIN, False),
        (201, b"", UNCERTAIN, False),
        (204, b"", UNCERTAIN, False),
        (101, b"", UNCERTAIN, False),
        # Elsewhere.
        (301, b"", HELD, True),
        (307, HTML, HELD, True),
        # The request.
        (400, naming(None), HELD, False),
        (400, naming("null"), HELD, False),
        (400, naming("from.email"), HELD, False),
        (400, naming("personalizations"), HELD, False),
        (400, b"", HELD, False),
        (400, None, HELD, False),
        (400, HTML, HELD, False),
        (400, "{\"errors\": [{\"message\": \"é\"}]}".encode("latin-1"), HELD, False),
        (400, naming("personalizations.1.to").decode().encode("utf-16"), REFUSED, False),
        (400, b"[" * 100_000, HELD, False),
        (400, b'{"errors": {"message": "no"}}', HELD, False),
        (400, b'{"errors": [7, null, {"message": 7}, {"message": ""}]}', HELD, False),
        (400, b'{"errors": [{"message": "no", "field": 7}]}', HELD, False),
        (409, naming(None), HELD, False),
        (413, naming(None), HELD, False),
        (422, naming(None), HELD, False),
        # One recipient, however it is written.
        (400, naming("personalizations.1.to"), REFUSED, False),
        (400, naming("personalizations.1.to.0.email"), REFUSED, False),
        (400, naming("personalizations[1].to[0].email"), REFUSED, False),
        (400, naming("personalizations.1.substitutions"), REFUSED, False),
        (400, naming("personalizations.1"), REFUSED, False),
        (400, naming("personalizations[1]"), REFUSED, False),
        (413, naming("personalizations.1.to"), REFUSED, False),
        # No recipient, or not only.
        (400, naming("personalizations.2.to"), HELD, False),
        (400, naming("personalizations.-1.to"), HELD, False),
        (400, naming("personalizations.1.headers"), HELD, False),
        (400, naming("personalizations.1.subject"), HELD, False),
        (400, naming("personalizations.1.total"), HELD, False),
        (400, naming(f"personalizations.{'9' * 5000}.to"), HELD, False),
        (400, errors(("bad", "personalizations.1.to"), ("bad", "content")), HELD, False),
        (400, errors(("bad", "personalizations.1.to"), ("bad", None)), HELD, False),
        # The account.
        (401, errors(("Maximum credits exceeded", None)), HELD, True),
        (401, errors((GRANT, None)), HELD, True),
        (401, errors(("authorization required", "null")), HELD, True),
        (401, b"", HELD, True),
        (402, b"", HELD, True),
        (403, errors((NOT_VERIFIED, "from")), HELD, True),
        (403, errors(("access forbidden", None)), HELD, True),
        (403, HTML, HELD, True),
        (403, errors(("Too many bad requests. Temporary block.", None)), WAIT, True),
        (404, naming(None), HELD, True),
        (405, naming(None), HELD, True),
        (406, b"", HELD, True),
        (407, HTML, HELD, True),
        (415, b"", HELD, True),
        (451, b"", HELD, True),
        # What passes.
        (408, b"", WAIT, True),
        (425, b"", WAIT, True),
        (429, naming(None), WAIT, True),
        (429, None, WAIT, True),
        (429, errors(("Maximum credits exceeded", None)), HELD, True),
        (500, naming(None), WAIT, True),
        (500, HTML, WAIT, True),
        (500, None, WAIT, True),
        (502, naming(None), WAIT, True),
        (503, b"", WAIT, True),
        (503, HTML, WAIT, True),
        (599, b"", WAIT, True),
        # What a gateway does not know.
        (502, HTML, UNCERTAIN, False),
        (502, b"", UNCERTAIN, False),
        (504, HTML, UNCERTAIN, False),
        (504, naming(None), WAIT, True),
        (999, b"", UNCERTAIN, False),
    ],
)  # fmt: skip
def test_an_answer_means(status: int, body: bytes | None, verdict: Verdict, account: bool) -> None:
    answer = meaning(status, body, {}, (11, 12), NOW)
    assert (answer.verdict, answer.account) == (verdict, account)
    assert list(answer.refused) == ([12] if verdict is REFUSED else [])
    assert answer.reason or verdict is ACCEPTED


@pytest.mark.parametrize("body", [b"", b"{}", None])
def test_a_message_id_is_a_yes_whatever_the_case_of_its_name_and_even_where_the_body_broke_off(
    body: bytes | None,
) -> None:
    answer = meaning(202, body, {"x-message-ID": "abc"}, (1,), NOW)
    assert (answer.verdict, answer.message_id) == (ACCEPTED, "abc")


def test_a_refusal_names_deliveries_and_says_why() -> None:
    body = errors(("no such place", "personalizations.0.to"), ("no such thing", "personalizations.2.to"))
    assert meaning(400, body, {}, (11, 12, 13), NOW).refused == {11: "no such place", 13: "no such thing"}


def test_what_is_said_of_each_of_many_fails_nobody() -> None:
    body = errors(*[("invalid", f"personalizations.{index}.to") for index in range(10)])
    assert meaning(400, body, {}, range(10), NOW).verdict is HELD
    assert meaning(400, body, {}, range(11), NOW).verdict is REFUSED


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, errors(("Maximum credits exceeded", None)), r"no credits left: Maximum credits exceeded\.$"),
        (401, errors((GRANT, None)), rf"refuses the key in SENDGRID_API_KEY: {GRANT}\.$"),
        (403, errors((NOT_VERIFIED, "from")), "does not let this account send"),
        (404, HTML, r"Check DRIPCOURSE_SENDGRID_HOST and the network \(404\)\.$"),
        (503, errors(("try\r\nlater\x1b[0m", None)), r"out of order: try  later \[0m\.$"),
        (400, errors(*[("x" * 1000, None)] * 50), "x{290}"),
    ],
)
def test_an_operator_is_told_what_to_do(status: int, body: bytes, said: str) -> None:
    reason = meaning(status, body, {}, (1,), NOW).reason
    assert re.search(said, reason)
    assert len(reason) < 400


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 90)}, timedelta(seconds=90)),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) - 90)}, timedelta(0)),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 90_000)}, None),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) * 1000)}, None),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({"X-RateLimit-Reset": "-1"}, None),
        ({"X-RateLimit-Reset": "99999999999"}, None),
        ({"Retry-After": "30"}, timedelta(seconds=30)),
        ({"retry-after": "0"}, timedelta(0)),
        ({"Retry-After": "86401"}, None),
        ({"Retry-After": "9" * 5000}, None),
        ({"Retry-After": "Tue, 03 Mar 2026 08:01:00 GMT"}, timedelta(minutes=1)),
        ({"Retry-After": "Tue, 03 Mar 2026 07:59:00 GMT"}, timedelta(0)),
        ({"Retry-After": "Thu, 03 Mar 2036 08:00:00 GMT"}, None),
        ({"Retry-After": "tomorrow"}, None),
        ({"Retry-After": "60", "X-RateLimit-Reset": str(int(NOW.timestamp()) + 90)}, timedelta(seconds=90)),
        ({"Retry-After": "60", "X-RateLimit-Reset": "soon"}, timedelta(seconds=60)),
        ({}, None),
    ],
)
def test_a_limit_says_how_long_it_holds_or_not(headers: dict[str, str], wait: timedelta | None) -> None:
    assert meaning(429, b"", headers, (1,), NOW).wait == wait


def test_a_clock_that_is_a_day_off_does_not_make_a_limit_longer() -> None:
    reset = str(int(NOW.timestamp()) + 90)
    headers = {"X-RateLimit-Reset": reset, "Date": "Tue, 03 Mar 2026 08:00:00 GMT"}
    for hours in (-24, -2, 0, 24):
        assert meaning(429, b"", headers, (1,), NOW + timedelta(hours=hours)).wait == timedelta(seconds=90)


@pytest.mark.parametrize("status", [500, 503])
def test_an_outage_may_say_how_long_it_lasts(status: int) -> None:
    assert meaning(status, b"", {"Retry-After": "120"}, (1,), NOW).wait == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("error", "verdict", "account"),
    [
        (NeverConnectedError("Connection refused"), WAIT, True),
        (NeverConnectedError("Name or service not known"), WAIT, True),
        (UntrustedError("certificate verify failed"), HELD, True),
        (NotSentError("timed out"), WAIT, True),
        (TimeoutError("timed out"), UNCERTAIN, False),
        (ConnectionResetError(), UNCERTAIN, False),
    ],
)
def test_no_answer_at_all_means(error: Exception, verdict: Verdict, account: bool) -> None:
    answer = broken(error)
    assert (answer.verdict, answer.account) == (verdict, account)
    assert str(error) in answer.reason


@given(
    st.integers(100, 999),
    st.none() | st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    st.dictionaries(st.sampled_from(["Retry-After", "X-RateLimit-Reset", "Date"]), st.text(max_size=40)),
    st.lists(st.integers(), max_size=3),
)
def test_no_answer_is_beyond_it(
    status: int, body: bytes | None, headers: dict[str, str], deliveries: list[int]
) -> None:
    answer = meaning(status, body, headers, deliveries, NOW)
    assert (answer.verdict is ACCEPTED) == (status in {200, 202} and body == b"")
