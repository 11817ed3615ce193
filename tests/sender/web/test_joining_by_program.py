"""Joining by JSON, from anywhere: what is taken, and how the rest is refused."""

from __future__ import annotations

import json

import pytest

from sender.web.signing_up import UNSEEN
from tests.sender.web.asking import at, errors, send, send_json
from tests.sender.web.sample import School, request


def test_json_is_taken_and_answered_in_json(school: School) -> None:
    wish = {"email": "sample001@example.com", "first_name": "Sample", "timezone": "Asia/Tokyo", "track": "leadership"}
    answer = send_json(school, wish, kind="application/json; charset=utf-8")
    assert answer.status == 202
    assert answer.headers["content-type"] == "application/json"
    document = json.loads(answer.text)
    assert document["status"] == "pending"
    assert "look into the inbox" in document["message"]
    assert list(document) == ["status", "message"]
    assert school.ask("SELECT first_name, zone FROM subscriber") == [("Sample", "Asia/Tokyo")]
    assert school.ask("SELECT c.how, w.text FROM consent c JOIN wording w ON w.hash = c.wording") == [("JSON", UNSEEN)]


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "", "application/jsonp", "text/json"]
)
def test_another_type_is_refused(school: School, kind: str) -> None:
    answer = send_json(school, {"email": "sample001@example.com"}, kind=kind)
    assert answer.status == 415
    assert "application/json" in answer.headers["accept-post"]
    assert school.ask("SELECT * FROM subscriber") == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nothing", b'{"email": NaN}', b'{"email": "\xff"}', b"\xef\xbb\xbf{}", b"[" * 60_000,
     b'{"email":' * 6000, b'{"email": ' + b"9" * 60_000 + b"}"],
    ids=["empty", "open", "word", "NaN", "no UTF-8", "byte-order mark", "deep", "deeper", "a long number"],
)  # fmt: skip
def test_broken_json_is_refused(school: School, body: bytes) -> None:
    answer = send_json(school, body)
    assert answer.status == 400
    assert list(errors(answer)) == ["request"]


@pytest.mark.parametrize("document", [[], "sample@example.com", 7, None, True, [{"email": "sample@example.com"}]])
def test_json_that_is_no_object_is_refused(school: School, document: object) -> None:
    answer = send_json(school, document)
    assert (answer.status, errors(answer)) == (422, {"request": "This is no JSON object."})


def test_a_body_over_64_kb_is_refused_in_json_too(school: School) -> None:
    answer = send_json(school, {"email": "sample001@example.com", "first_name": "x" * 70_000})
    assert (answer.status, list(errors(answer))) == (413, ["request"])
    assert send(school, {"email": "x" * 70_000}).status == 413


def test_what_is_wrong_is_told_by_field(school: School) -> None:
    answer = send_json(school, {"email": "no", "first_name": ["x"], "timezone": "no", "track": "no", "zone": "x"})
    assert answer.status == 422
    assert set(errors(answer)) == {"email", "first_name", "timezone", "track", "zone"}
    assert all(errors(answer).values())
    assert errors(answer)["zone"] == "There is no such field."


def test_a_field_whose_name_no_encoding_has_is_told_all_the_same(school: School) -> None:
    answer = send_json(school, b'{"email": "sample@example.com", "\\ud800": 1}')
    assert (answer.status, errors(answer)) == (422, {"\ud800": "There is no such field."})


# Other sites.


def test_any_site_may_ask_from_a_browser(school: School) -> None:
    headers = {"Origin": "https://other.example", "Access-Control-Request-Method": "POST"}
    before = request("OPTIONS", at(school, "/join"), headers=headers)
    assert before.status == 204
    assert before.headers["access-control-allow-origin"] == "*"
    assert before.headers["access-control-allow-methods"] == "POST"
    assert before.headers["access-control-allow-headers"] == "Content-Type"
    for document in ({"email": "sample001@example.com"}, {"email": "no"}, b"{"):
        answer = send_json(school, document, Origin="https://other.example")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_joining_takes_nothing_but_a_post(school: School, method: str) -> None:
    assert request(method, at(school, "/join")).status == 405
