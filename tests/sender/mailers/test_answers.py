"""What SendGrid's answers mean, as a table."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sender.mailers.sendgrid.answers import meaning
from sender.model import Verdict

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)


def errors(*named: tuple[str, str | None]) -> bytes:
    return json.dumps(
        {"errors": [{"message": message, "field": field, "help": None} for message, field in named]}
    ).encode()


@pytest.mark.parametrize(
    ("status", "body", "verdict", "account"),
    [
        (202, b"", Verdict.ACCEPTED, False),
        (200, b"", Verdict.ACCEPTED, False),
        (400, errors(("Bad Request", None)), Verdict.HELD, False),
        (400, errors(("Bad", "from.email")), Verdict.HELD, False),
        (400, b"not json", Verdict.HELD, False),
        (400, errors(("Bad", "personalizations.1.to")), Verdict.REFUSED_SOME, False),
        (400, errors(("Bad", "personalizations.1.to.0.email")), Verdict.REFUSED_SOME, False),
        (400, errors(("Bad", "personalizations.1.to"), ("Bad", "content")), Verdict.HELD, False),
        (400, errors(("Bad", "personalizations.9.to")), Verdict.HELD, False),
        (400, errors(("Bad", "personalizations")), Verdict.HELD, False),
        (401, errors(("Maximum credits exceeded", None)), Verdict.HELD, True),
        (401, errors(("The provided authorization grant is invalid", None)), Verdict.HELD, True),
        (403, errors(("The from address does not match a verified Sender Identity", "from")), Verdict.HELD, True),
        (408, b"", Verdict.WAIT, True),
        (413, b"", Verdict.HELD, False),
        (429, errors(("too many requests", None)), Verdict.WAIT, True),
        (500, b"", Verdict.WAIT, True),
        (503, b"<html>", Verdict.WAIT, True),
    ],
)
def test_an_answer_means(status: int, body: bytes, verdict: Verdict, account: bool) -> None:
    answer = meaning(status, body, {}, (11, 12), NOW)
    assert (answer.verdict, answer.account) == (verdict, account)


def test_a_yes_gives_the_message_id_whatever_the_case_of_the_header() -> None:
    assert meaning(202, b"", {"x-message-ID": "abc"}, (1,), NOW).message_id == "abc"


def test_a_refusal_names_deliveries_and_says_why() -> None:
    body = errors(("no such place", "personalizations.0.to"), ("no such thing", "personalizations.2.to"))
    assert meaning(400, body, {}, (11, 12, 13), NOW).refused == {11: "no such place", 13: "no such thing"}


def test_a_key_that_is_refused_and_credits_that_are_spent_are_told_apart() -> None:
    spent = meaning(401, errors(("Maximum credits exceeded", None)), {}, (1,), NOW)
    wrong = meaning(401, errors(("authorization required", None)), {}, (1,), NOW)
    assert "credits" in spent.reason
    assert "SENDGRID_API_KEY" in wrong.reason


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 90)}, timedelta(seconds=90)),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) - 90)}, timedelta(0)),
        ({"Retry-After": "30"}, timedelta(seconds=30)),
        ({"Retry-After": "Tue, 03 Mar 2026 08:00:00 GMT"}, None),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({}, None),
    ],
)
def test_a_limit_says_how_long_it_holds_or_not(headers: dict[str, str], wait: timedelta | None) -> None:
    assert meaning(429, b"", headers, (1,), NOW).wait == wait


@given(st.integers(100, 599), st.binary(max_size=200) | st.text(max_size=200), st.lists(st.integers(), max_size=3))
def test_no_answer_at_all_is_beyond_it(status: int, body: bytes | str, deliveries: list[int]) -> None:
    answer = meaning(status, body, {}, deliveries, NOW)
    assert (answer.verdict is Verdict.ACCEPTED) == (200 <= status < 300 and not body)
