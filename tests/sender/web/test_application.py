"""What every page keeps to: headers, methods, sizes, and a sentence where there is nothing to show."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from base64 import b64encode
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from sender.store import database as store
from sender.web.token_pages import LARGEST_BODY
from tests.sender.web.sample import Answer, School, a_school, get, links_in, policy_of, post, request, served

PAGES = ("confirm", "unsubscribe", "preferences", "view", "certificate")


@pytest.fixture
def pending(school: School) -> School:
    """A school with one person who has been asked to confirm (delivery 1) and one who takes the course (2)."""
    school.enrol(1)
    school.tick()
    school.enrol(2, confirmed=True)
    school.tick()
    return school


def heading(answer: Answer) -> str:
    (found,) = re.findall(r"<h1>(.*?)</h1>", answer.text)
    return str(found)


def test_the_site_is_well_while_its_database_is(school: School) -> None:
    answer = get(f"{school.base_url}/healthz")
    assert answer.status == 200
    assert json.loads(answer.text) == {"status": "ok", "database": "reachable"}


def test_the_site_is_not_well_without_its_database(school: School) -> None:
    school.ask("ALTER TABLE course RENAME TO elsewhere")
    answer = get(f"{school.base_url}/healthz")
    assert answer.status == 503
    assert json.loads(answer.text) == {"status": "unavailable", "database": "unreachable"}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_scanner_that_fetches_every_link_changes_nothing(pending: School, method: str) -> None:
    links = [link for message in pending.emails() for link in links_in(message) if link.startswith(pending.base_url)]
    assert len(links) == 4
    before = pending.everything()
    assert {request(method, link).status for link in links} == {200}
    assert pending.everything() == before


@pytest.mark.parametrize("name", PAGES)
def test_looking_at_any_page_changes_nothing(pending: School, name: str) -> None:
    before = pending.everything()
    for delivery in (1, 2, 3):
        for method in ("GET", "HEAD"):
            assert request(method, pending.links(delivery)[name]).status < 500
    assert pending.everything() == before


@pytest.mark.parametrize("name", PAGES)
def test_a_head_brings_the_headers_without_the_page(pending: School, name: str) -> None:
    url = pending.links(1 if name == "confirm" else 2)[name]
    answer = request("HEAD", url)
    assert answer.text == ""
    assert answer.headers["content-security-policy"] == get(url).headers["content-security-policy"]


@pytest.mark.parametrize("path", [*PAGES, "nowhere", "healthz"])
def test_every_answer_is_locked_down(pending: School, path: str) -> None:
    url = pending.links(1 if path == "confirm" else 2).get(path, f"{pending.base_url}/{path}")
    answer = get(url)
    policy = policy_of(answer)
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "script-src" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers


@pytest.mark.parametrize("name", ["confirm", "unsubscribe", "preferences", "certificate", "nowhere"])
def test_our_own_pages_allow_their_own_style_and_no_other(pending: School, name: str) -> None:
    answer = get(pending.links(1).get(name, f"{pending.base_url}/{name}"))
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    source = f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'"
    assert f"style-src {source}" in answer.headers["content-security-policy"]
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert " style=" not in answer.text
    assert "<script" not in answer.text
    assert "http" not in answer.text.replace(source, "")


@pytest.mark.parametrize("name", ["confirm", "unsubscribe", "preferences", "certificate", "nowhere"])
def test_every_page_has_a_language_one_heading_and_a_main_part(pending: School, name: str) -> None:
    text = get(pending.links(1).get(name, f"{pending.base_url}/{name}")).text
    assert '<html lang="en" dir="ltr">' in text
    assert text.count("<h1>") == 1
    assert text.count("<main>") == 1
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text


@pytest.mark.parametrize("path", ["/", "/nowhere", "/confirm", "/confirm/", "/unsubscribe/a/b", "/lessons/%2e%2e/x"])
def test_an_unknown_address_is_not_found(school: School, path: str) -> None:
    answer = get(school.base_url + path)
    assert answer.status == 404
    assert heading(answer) == "There is nothing here"


def test_nothing_redirects(pending: School) -> None:
    for path in ("healthz/", f"{pending.links(2)['unsubscribe'].removeprefix(pending.base_url)[1:]}/"):
        assert get(f"{pending.base_url}/{path}").status == 404


@pytest.mark.parametrize("page", ["confirm", "unsubscribe", "preferences", "lessons", "certificate"])
def test_a_forged_token_opens_nothing(school: School, page: str) -> None:
    unsigned = [
        "x",
        "1",
        "1.",
        ".",
        "1.AAAAAAAAAAAAAAAAAAAAAA",
        "-1.x",
        "9" * 400,
        "%00",
        "%F0%9F%92%A5",
        "%ff",
        "%0d%0aA:b",
    ]
    for token in unsigned:
        for method in ("GET", "POST"):
            assert request(method, f"{school.base_url}/{page}/{token}").status in {404, 405}, token


@pytest.mark.parametrize("name", PAGES)
def test_a_token_of_another_person_purpose_or_installation_opens_nothing(pending: School, name: str) -> None:
    url = pending.links(2)[name]
    page, token = url.removeprefix(f"{pending.base_url}/").split("/")
    number, _, signature = token.partition(".")
    other_purpose = {"view": "confirm", "confirm": "preferences", "unsubscribe": "preferences"}.get(name, "unsubscribe")
    forged = [
        f"1.{signature}",
        pending.links(2)[other_purpose].rpartition("/")[2],
        f"{number}.{signature[:-1]}",
        f"{number}.{signature}A",
        f"0{number}.{signature}",
        token.swapcase(),
    ]
    before = pending.everything()
    for other in forged:
        for method in ("GET", "POST"):
            assert request(method, f"{pending.base_url}/{page}/{other}").status in {404, 405}, other
    assert pending.everything() == before


@pytest.mark.parametrize(
    ("name", "method"),
    [("view", "POST"), ("unsubscribe", "PUT"), ("confirm", "DELETE"), ("preferences", "OPTIONS"), ("healthz", "POST")],
)
def test_a_method_that_a_page_does_not_take_is_refused(pending: School, name: str, method: str) -> None:
    before = pending.everything()
    answer = request(method, pending.links(2).get(name, f"{pending.base_url}/{name}"))
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]
    assert heading(answer) == "That cannot be done here"
    assert pending.everything() == before


@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 10 * LARGEST_BODY])
def test_a_body_that_is_too_large_is_refused_and_does_nothing(pending: School, size: int) -> None:
    before = pending.everything()
    answer = post(pending.links(2)["unsubscribe"], b"x" * size)
    assert answer.status == 413
    assert heading(answer) == "That is too much"
    assert pending.everything() == before


def test_a_body_that_does_not_say_how_large_it_is_is_counted(pending: School) -> None:
    before = pending.everything()
    parts = (b"x" * 8192 for _ in range(9))
    assert request("POST", pending.links(2)["unsubscribe"], parts).status == 413
    assert pending.everything() == before


def test_a_body_of_the_largest_size_is_taken(pending: School) -> None:
    assert post(pending.links(2)["unsubscribe"], b"x" * LARGEST_BODY).status == 200


def test_a_locked_database_is_a_sentence_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_BUSY_TIMEOUT_MS", 10)
    with a_school(tmp_path) as school, served(school):
        school.enrol(1, confirmed=True)
        school.tick()
        link = school.links(1)["unsubscribe"]
        with closing(sqlite3.connect(tmp_path / "school.db", isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            answer = post(link)
        assert answer.status == 503
        assert heading(answer) == "Please try again in a minute"
        assert answer.headers["retry-after"] == "30"
        assert post(link).status == 200


def test_a_defect_of_ours_is_a_sentence_too(pending: School, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("sender.leaving.parting", broken)
    answer = get(pending.links(2)["unsubscribe"])
    assert answer.status == 500
    assert heading(answer) == "Something went wrong"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_no_log_tells_a_token_or_an_address(pending: School, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        post(pending.links(1)["confirm"])
        post(pending.links(2)["unsubscribe"])
        get(pending.links(2)["view"])
        get(f"{pending.base_url}/confirm/1.forged")
    assert "enrolment 1 was confirmed" in caplog.text
    assert "enrolment 2 was left" in caplog.text
    secret_parts = [
        "@example.com",
        "forged",
        *(link.rpartition(".")[2] for n in (1, 2) for link in pending.links(n).values()),
    ]
    assert [part for part in secret_parts if part in caplog.text] == []
