"""What holds for every address of the application: its headers, methods and sizes, and that it leads nowhere else."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.pictures import Pictures
from sender.store import database as store
from sender.web.token_pages import LARGEST_BODY
from sender.web.webhook import LARGEST_BODY as LARGEST_EVENTS
from tests.sender.web.doors import DOORS, WINDOWS, Door, Form, Open, opened, routes_of, small_course
from tests.sender.web.sample import Answer, get, policy_of, post, request

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
WISH = b'{"email": "wisher@example.com"}'
STRANGER = "evil.example"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW")
EMAILS_AND_PICTURES = ("/lessons/{token}", "/assets/{hash}/{name}")
"""What is not ours: emails have their styles in their elements, and so may pictures (in a sandbox)."""


def addresses(found: Open) -> dict[str, str]:
    """An address that there is, for every route."""
    [picture] = Pictures(small_course()).all()
    fixed = {
        "/healthz": "/healthz",
        "/openapi.json": "/openapi.json",
        "/assets/{hash}/{name}": f"/assets/{picture.address}",
        "/webhooks/sendgrid": "/webhooks/sendgrid",
        "/courses/{slug}": "/courses/letters",
        "/courses/{slug}/form": "/courses/letters/form",
        "/courses/{slug}/join": "/courses/letters/join",
        "/archive/{slug}": "/archive/letters",
        "/archive/{slug}/{path:path}": "/archive/letters/index.html",
    }
    school = found.school
    behind = {door.path: door.url(school, found.token(door)) for door in (*DOORS, *WINDOWS)}
    all_of_them = {path: school.base_url + url for path, url in fixed.items()} | behind
    assert all_of_them.keys() == {route.path for route in routes_of(school)}, "a new route needs an address here"
    return all_of_them


def asked(found: Open) -> Iterator[tuple[str, Answer]]:
    """Every kind of answer that changes nothing, with the route that it is of: pages, refusals and errors."""
    for path, url in addresses(found).items():
        yield path, get(url)
        yield path, get(f"{url}/nothing")
        yield path, request("PUT", url)
        yield path, request("POST", url, b"x" * (LARGEST_BODY + 1), FORM)
    for door in (*DOORS, *WINDOWS):
        yield door.path, get(door.url(found.school, "1.wrong"))
    join = addresses(found)["/courses/{slug}/join"]
    nowhere = join.replace("letters", "nothing")
    for body, kind in ((b"{", JSON), (b"[]", JSON), (b'{"email": "x"}', JSON), (b"email=x", FORM), (b"", {})):
        yield "/courses/{slug}/join", request("POST", join, body, kind)
        yield "/courses/{slug}/join", request("POST", nowhere, body, kind)
    yield "/courses/{slug}/join", request("OPTIONS", join)
    quiz = next(door for door in DOORS if door.path.startswith("/quiz"))
    yield quiz.path, post(addresses(found)[quiz.path], b"answer=x")
    preferences = addresses(found)["/preferences/{token}"]
    for form in (b"act=nothing", b"act=time&at=x", b"act=not-now", b"act=change-address&email=x"):
        yield "/preferences/{token}", post(preferences, form)
    yield "/privacy/{token}", post(addresses(found)["/privacy/{token}"], b"act=erase")
    yield "/privacy/{token}", post(addresses(found)["/privacy/{token}"], b"act=download")
    yield "/", get(f"{found.school.base_url}/")


def test_every_answer_keeps_browsers_to_what_it_needs(unchanged: Open) -> None:
    statuses = set()
    for path, answer in asked(unchanged):
        statuses.add(answer.status)
        policy = policy_of(answer)
        assert policy["default-src"] == "'none'", path
        assert policy["base-uri"] == "'none'"
        assert policy["form-action"] in {"'none'", "'self'"}
        assert policy["frame-ancestors"] == "'none'" or path == "/courses/{slug}/form", path
        assert "unsafe" not in policy.get("script-src", "")
        if path not in EMAILS_AND_PICTURES:
            assert "unsafe" not in answer.headers["content-security-policy"], path
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not {"set-cookie", "server", "x-powered-by"} & answer.headers.keys()
    assert statuses == {200, 204, 308, 400, 403, 404, 405, 409, 413, 415, 422}


def test_no_answer_but_a_public_file_is_kept_by_a_browser(unchanged: Open) -> None:
    for path, answer in asked(unchanged):
        public = path.startswith(("/assets/", "/archive/")) and answer.status in {200, 308}
        kept = answer.headers["cache-control"]
        assert kept.startswith("public, max-age=") if public else kept == "no-store", path


def test_only_what_programs_ask_for_may_be_read_by_other_sites(unchanged: Open) -> None:
    for path, answer in asked(unchanged):
        opened_up = {name for name in answer.headers if name.startswith("access-control-")}
        assert not opened_up or path in {"/courses/{slug}/join", "/openapi.json"}, path
        assert "access-control-allow-credentials" not in opened_up


def test_every_style_and_script_of_a_page_is_the_one_that_its_policy_names(unchanged: Open) -> None:
    for path, answer in asked(unchanged):
        if not answer.headers.get("content-type", "").startswith("text/html") or path == "/lessons/{token}":
            continue
        policy = policy_of(answer)
        for tag, directive in (("style", "style-src"), ("script", "script-src")):
            found = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
            hashes = {f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in found}
            assert hashes == set(policy.get(directive, "").split()) - {"'self'"}, path
            assert answer.text.count(f"<{tag}") == len(found)
        assert not re.search(r"<[^>]+\s(?:style|on\w+)\s*=", answer.text), path


def test_an_address_leads_to_no_other_site_whatever_a_request_says(unchanged: Open) -> None:
    tricks = {
        "Host": STRANGER, "X-Forwarded-Host": STRANGER, "X-Forwarded-Proto": "gopher", "Forwarded": f"host={STRANGER}",
        "X-Original-URL": f"//{STRANGER}", "X-Rewrite-URL": f"//{STRANGER}", "Referer": f"https://{STRANGER}/",
        "Origin": f"https://{STRANGER}",
    }  # fmt: skip
    for url in addresses(unchanged).values():
        for form in ("", "/", f"?next=//{STRANGER}&url=https://{STRANGER}&return_to=https:{STRANGER}"):
            answer = request("GET", url + form, headers=tricks)
            assert STRANGER not in str(answer.headers), url
            assert STRANGER.encode() not in answer.content, url


@pytest.mark.parametrize(
    "path",
    [
        f"//{STRANGER}", f"//{STRANGER}/", f"//{STRANGER}/%2e%2e", f"/\\{STRANGER}", f"/%5c{STRANGER}",
        f"/%2f{STRANGER}", f"/archive//{STRANGER}", f"/archive/%2f%2f{STRANGER}", f"/archive/\\{STRANGER}",
        f"/archive/{STRANGER}", f"/courses//{STRANGER}", f"/lessons//{STRANGER}", f"/https:%2f%2f{STRANGER}",
        "/archive/letters%0d%0aLocation:x", f"http://{STRANGER}/", f"http://{STRANGER}/archive/letters/..", "*",
    ],
)  # fmt: skip
def test_no_odd_address_redirects(unchanged: Open, path: str) -> None:
    parts = urlsplit(unchanged.school.base_url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {STRANGER}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b"")).decode("latin-1")
    status = int(answer.split(" ", 2)[1])
    assert status in {400, 404}
    assert "\nlocation:" not in answer.lower()
    assert STRANGER not in answer


def test_the_one_redirect_is_to_a_fixed_address_beside_it(unchanged: Open) -> None:
    answer = request("GET", f"{addresses(unchanged)['/archive/{slug}']}?x=//{STRANGER}", headers={"Host": STRANGER})
    assert (answer.status, answer.headers["location"]) == (308, "letters/")


def test_a_method_that_a_route_does_not_take_is_refused_and_the_answer_names_those_it_takes(unchanged: Open) -> None:
    urls = addresses(unchanged)
    for route in routes_of(unchanged.school):
        taken = route.methods or set()
        for method in set(METHODS) - taken:
            answer = request(method, urls[route.path], b"")
            assert answer.status == 405, (method, route.path)
            assert set(answer.headers["allow"].split(", ")) == taken


@pytest.mark.parametrize("method", METHODS)
def test_where_there_is_nothing_no_method_finds_anything(unchanged: Open, method: str) -> None:
    for path in ("/", "/nowhere", "/unsubscribe", "/unsubscribe/", "/static/x.css", "/.env", "/admin", "/robots.txt"):
        answer = request(method, unchanged.school.base_url + path, b"act=leave", FORM)
        assert answer.status == 404
        assert (answer.content == b"") is (method == "HEAD")


def test_a_head_is_answered_like_a_get_without_the_body(unchanged: Open) -> None:
    for path, url in addresses(unchanged).items():
        whole, head = get(url), request("HEAD", url)
        if whole.status != 405:
            assert head.status == whole.status, path
            assert head.content == b""
            assert head.headers["content-security-policy"] == whole.headers["content-security-policy"]
            assert head.headers.get("content-length") == whole.headers.get("content-length")


def test_a_body_over_the_limit_is_refused_everywhere_and_does_nothing(unchanged: Open) -> None:
    urls = addresses(unchanged)
    for route in routes_of(unchanged.school):
        if "POST" in (route.methods or ()) and route.path != "/webhooks/sendgrid":
            for kind in (FORM, JSON) if route.path.endswith("/join") else (FORM,):
                for body in (b"x" * (LARGEST_BODY + 1), (b"x" * 4096 for _ in range(17))):
                    assert request("POST", urls[route.path], body, kind).status == 413, route.path


def test_a_body_of_events_over_its_own_limit_is_not_kept_for_a_stranger(unchanged: Open) -> None:
    answer = request("POST", addresses(unchanged)["/webhooks/sendgrid"], b"x" * (LARGEST_EVENTS + 1), JSON)
    assert answer.status in {403, 413}


def _posts(found: Open) -> Iterator[tuple[str, bytes, dict[str, str]]]:
    """Every POST that would change something, but for those that need another before them."""
    for door in DOORS:
        for form in door.forms:
            if form.changes and not form.after:
                yield door.url(found.school, found.token(door)), form.sent.encode(), FORM
    join = addresses(found)["/courses/{slug}/join"]
    yield join, b"email=wisher%40example.com", FORM
    yield join, WISH, JSON


def test_while_the_database_is_locked_every_post_says_when_to_come_back_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_BUSY_TIMEOUT_MS", 5)
    with opened(tmp_path) as found:
        before = found.school.everything()
        with closing(sqlite3.connect(tmp_path / "school.db", isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            for url, body, kind in _posts(found):
                answer = request("POST", url, body, kind)
                assert answer.status == 503, (url, body)
                assert int(answer.headers["retry-after"]) > 0
                assert answer.headers["cache-control"] == "no-store"
                assert b"again" in answer.content
            for path, url in addresses(found).items():
                assert get(url).status < 500, path  # looking needs no lock
        assert found.school.everything() == before


@pytest.mark.parametrize(
    ("door", "form"),
    [(door, form) for door in DOORS for form in door.forms if form.changes],
    ids=lambda value: str(value) if isinstance(value, Door) else value.sent or "nothing",
)
def test_what_was_refused_by_a_lock_can_be_done_once_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: Door, form: Form
) -> None:
    monkeypatch.setattr(store, "_BUSY_TIMEOUT_MS", 5)
    with opened(tmp_path) as found:
        url = door.url(found.school, found.token(door))
        for earlier in form.after:
            assert post(url, earlier.encode()).status == 200
        with closing(sqlite3.connect(tmp_path / "school.db", isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            assert post(url, form.sent.encode()).status == 503
        before = found.school.everything()
        assert post(url, form.sent.encode()).status == 200
        assert found.school.everything() != before


NAMES = ("act", "until", "weeks", "days", "at", "zone", "track", "email", "sure", "answer", "afresh", "timezone", "x")
ACTS = sorted({form.sent.partition("&")[0].removeprefix("act=") for door in DOORS for form in door.forms})
VALUES = (
    "2026-04-01",
    "9999-12-31",
    "0001-01-01",
    "07:30",
    "24:00",
    "0",
    "06",
    "60",
    "Europe/Paris",
    "posixrules",
    "short",
)
texts = st.sampled_from(VALUES) | st.text(st.characters(codec="utf-8"), max_size=40)


@given(st.sampled_from(DOORS), st.sampled_from(ACTS), st.dictionaries(st.sampled_from(NAMES), texts))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_form_says_it_is_no_error_of_ours(
    fuzzed: Open, door: Door, act: str, fields: dict[str, str]
) -> None:
    url = door.url(fuzzed.school, fuzzed.token(door))
    assert post(url, urlencode({"act": act, **fields}).encode()).status < 500
    post(url, b"act=return")  # who has left can choose nothing


@given(st.dictionaries(st.sampled_from(NAMES), texts))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_of_a_course_it_is_no_error_of_ours(fuzzed: Open, fields: dict[str, str]) -> None:
    join = addresses(fuzzed)["/courses/{slug}/join"]
    assert post(join, urlencode(fields).encode()).status < 500
    assert request("POST", join, json.dumps(fields).encode(), JSON).status < 500


@given(st.binary(max_size=60), st.sampled_from([FORM, JSON, {"Content-Type": "multipart/form-data"}, {}]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_body_holds_it_is_no_error_of_ours(fuzzed: Open, body: bytes, kind: dict[str, str]) -> None:
    for url in addresses(fuzzed).values():
        assert request("POST", url, body, kind).status < 500, url


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """A school in which anything may happen."""
    with opened(tmp_path_factory.mktemp("school")) as found:
        yield found
