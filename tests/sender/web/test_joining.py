"""The sign-up page, its form and JSON: who may join, what each is told, and what nobody can find out by it."""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing
from hashlib import sha256
from html import unescape
from ipaddress import ip_network
from pathlib import Path
from time import monotonic
from urllib.parse import urlencode
from zoneinfo import available_timezones

import pytest

from course.cadence import NOT_PLACES
from sender.model import Suppressed
from sender.store import database as store
from sender.store.suppressions import EVERYTHING, suppress
from sender.web.gate import Gate
from sender.web.signing_up import TRAP, UNSEEN
from tests.sender.stage import a_course
from tests.sender.web.sample import Answer, School, a_school, get, links_in, post, request, served

PAGE, FORM = {"form": "page"}, {"form": "embedded"}


def at(school: School, path: str = "", course: str = "product-path") -> str:
    return f"{school.base_url}/courses/{course}{path}"


def send(school: School, fields: Mapping[str, str], course: str = "product-path") -> Answer:
    """Send a form."""
    return post(at(school, "/join", course), urlencode(fields).encode())


def send_json(
    school: School, document: object, *, kind: str = "application/json", course: str = "product-path", **headers: str
) -> Answer:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return request("POST", at(school, "/join", course), body, {"Content-Type": kind, **headers})


def errors(answer: Answer) -> dict[str, str]:
    document = json.loads(answer.text)
    assert list(document) == ["errors"]
    return dict(document["errors"])


def field(answer: Answer, name: str) -> str:
    """The tag of a field of the form."""
    (found,) = re.findall(rf'<(?:input|select)[^>]* name="{name}"[^>]*>', answer.text)
    return str(found)


def policy(answer: Answer) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))


def the_words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text.partition("</style>")[2])).split())


# The page.


def test_the_page_says_what_the_course_is_and_what_signing_up_means(school: School) -> None:
    answer = get(at(school))
    assert answer.status == 200
    words = the_words(answer)
    assert "The Product Path Short lessons, two a week, on getting into product management" in words
    assert "The whole path 16 lessons over 8 weeks From a first job" in words
    assert "By signing up you agree to get the emails of the course “The Product Path”" in words
    assert "<title>The Product Path</title>" in answer.text
    assert answer.text.count("<h1>") == 1


def test_a_course_of_one_track_asks_for_none(school: School) -> None:
    school.publish(a_course("one", "two", "three"))
    answer = get(at(school, course="letters"))
    assert "An email course: 3 lessons over 2 weeks." in the_words(answer)
    assert 'name="track"' not in answer.text


def test_the_page_offers_every_time_zone_and_the_course_s_first(school: School) -> None:
    text = get(at(school)).text
    offered = re.findall(r'<option value="([^"]+)"', text)
    assert sorted(offered) == sorted(available_timezones() - NOT_PLACES)
    assert re.findall(r'<option value="([^"]+)" selected>', text) == ["Europe/London"]
    assert '<optgroup label="Africa">' in text


@pytest.mark.parametrize("path", ["", "/form"])
def test_the_one_script_is_allowed_by_its_hash_and_the_style_too(school: School, path: str) -> None:
    answer = get(at(school, path))
    (script,) = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    allowed = policy(answer)
    assert allowed["script-src"] == f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
    assert allowed["default-src"] == "'none'"
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert " style=" not in answer.text
    assert " on" not in "".join(re.findall(r"<[a-z][^>]*>", answer.text)).replace(" only", "")


def test_the_page_may_be_found_and_framed_by_nobody_the_form_framed_by_anybody(school: School) -> None:
    page, form = get(at(school)), get(at(school, "/form"))
    assert policy(page)["frame-ancestors"] == "'none'"
    assert "x-robots-tag" not in page.headers
    assert policy(form)["frame-ancestors"] == "*"
    assert form.headers["x-robots-tag"] == "noindex"
    assert '<body class="embedded">' in form.text


@pytest.mark.parametrize("fields", [FORM, {**FORM, "email": "no"}, {**FORM, "email": "sample001@example.com"}])
def test_what_follows_in_a_frame_may_be_framed_as_well(school: School, fields: dict[str, str]) -> None:
    assert policy(send(school, fields))["frame-ancestors"] == "*"
    assert policy(send(school, {**fields, "form": "page"}))["frame-ancestors"] == "'none'"


@pytest.mark.parametrize("slug", ["nowhere", "Product-Path", "product-path%00", "%2e%2e", "product_path", "a" * 300])
def test_a_course_that_is_not_there_is_not_found(school: School, slug: str) -> None:
    assert get(at(school, course=slug)).status == 404
    assert get(at(school, "/form", slug)).status == 404
    assert send(school, {"email": "sample001@example.com"}, slug).status == 404
    answer = send_json(school, {"email": "sample001@example.com"}, course=slug)
    assert (answer.status, errors(answer)) == (404, {"request": "There is no such course."})


def test_a_course_that_was_never_published_is_not_found(school: School) -> None:
    school.ask("INSERT INTO course (slug, held) VALUES ('draft', 0)")
    assert get(at(school, course="draft")).status == 404
    assert send(school, {"email": "sample001@example.com"}, "draft").status == 404


def test_looking_changes_nothing(school: School) -> None:
    before = school.everything()
    for path in ("", "/form", "/join"):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert request(method, at(school, path)).status < 500
    assert school.everything() == before


def test_a_course_speaks_its_own_language(school: School) -> None:
    files = a_course("one")
    school.publish({**files, "course.toml": b'language = "ar"\n' + files["course.toml"]})
    answer = get(at(school, course="letters"))
    assert '<html lang="ar" dir="rtl">' in answer.text


# A form.


def test_a_form_brings_an_email_whose_button_begins_the_course(school: School) -> None:
    fields = {**PAGE, "email": "sample001@example.com", "first_name": "Sample", "timezone": "Asia/Tokyo"}
    answer = send(school, {**fields, "track": "leadership"})
    assert answer.status == 200
    assert "An email to sample001@example.com asks you to confirm." in the_words(answer)
    assert school.tick().accepted == 1
    (link,) = [link for link in links_in(school.emails()[0]) if "/confirm/" in link]
    assert "Confirm and begin" in get(link).text
    assert "<h1>You are in</h1>" in post(link, b"").text
    found = school.ask("SELECT s.first_name, s.zone, e.track, e.status FROM subscriber s JOIN enrolment e")
    assert found == [("Sample", "Asia/Tokyo", "leadership", "active")]
    assert school.tick().accepted == 1


@pytest.mark.parametrize(
    ("fields", "how", "ours"),
    [(PAGE, "sign-up page", True), (FORM, "form of another site", True), ({}, "form of another site", False)],
    ids=["page", "frame", "another site"],
)
def test_the_consent_tells_the_way_and_the_words(school: School, fields: dict[str, str], how: str, ours: bool) -> None:
    shown = the_words(get(at(school)))
    send(school, {**fields, "email": "sample001@example.com"})
    ((found, words),) = school.ask("SELECT c.how, w.text FROM consent c JOIN wording w ON w.hash = c.wording")
    assert found == how
    assert (str(words) in shown) if ours else (words == UNSEEN)


def test_a_wrong_form_comes_back_with_what_was_typed_and_what_is_wrong_beside_it(school: School) -> None:
    fields = {**PAGE, "email": "sample@", "first_name": '"><b>Sample', "timezone": "Asia/Tokyo", "track": "leadership"}
    answer = send(school, fields)
    assert answer.status == 422
    email = field(answer, "email")
    assert 'value="sample@"' in email
    assert 'aria-invalid="true" aria-describedby="email-error" autofocus' in email
    assert '<p class="error" id="email-error">' in answer.text
    assert 'value="&#34;&gt;&lt;b&gt;Sample"' in field(answer, "first_name")
    assert "<b>" not in answer.text
    assert '<option value="Asia/Tokyo" selected>' in answer.text
    assert "data-guess" not in field(answer, "timezone")
    assert 'value="leadership" checked' in answer.text
    assert "<title>Please check what you typed" in answer.text
    assert school.ask("SELECT * FROM subscriber") == []


def test_the_first_field_that_is_wrong_is_gone_to(school: School) -> None:
    answer = send(school, {**PAGE, "email": "sample@example.com", "track": "no", "timezone": "no"})
    assert answer.text.count(" autofocus") == 1
    assert '<fieldset role="radiogroup" aria-invalid="true" aria-describedby="track-error">' in answer.text
    assert 'aria-describedby="timezone-error timezone-hint"' in field(answer, "timezone")
    assert re.findall(r'<option value="([^"]+)" selected>', answer.text) == ["Europe/London"]


def test_the_form_can_be_sent_again_from_where_it_came_back(school: School) -> None:
    for path, action in (("", "product-path/join"), ("/form", "join")):
        assert f'<form method="post" action="{action}"' in get(at(school, path)).text
    assert '<form method="post" action="join"' in send(school, {**PAGE, "email": "no"}).text
    assert '<a href="../product-path">' in send(school, {**PAGE, "email": "sample@example.com"}).text
    assert '<a href="form">' in send(school, {**FORM, "email": "sample@example.com"}).text


def test_whoever_fills_in_what_nobody_sees_is_told_the_same_and_nothing_is_done(school: School) -> None:
    fields = {**PAGE, "email": "sample001@example.com"}
    before = school.everything()
    trapped = send(school, {**fields, TRAP: "https://example.com"})
    assert school.everything() == before
    answer = send(school, fields)
    assert (trapped.status, trapped.text) == (answer.status, answer.text)
    assert school.everything() != before


def test_the_trap_is_hidden_from_people_and_from_screen_readers(school: School) -> None:
    answer = get(at(school))
    assert 'autocomplete="off" tabindex="-1"' in field(answer, TRAP)
    around = answer.text.partition('<div class="trap" aria-hidden="true">')[2].partition("</div>")[0]
    assert f'name="{TRAP}"' in around
    assert ".trap {" in answer.text


def test_other_fields_of_a_form_are_ignored(school: School) -> None:
    assert send(school, {"email": "sample001@example.com", "submit": "Go", "utm_source": "x"}).status == 200


def test_a_name_is_text_wherever_it_is_shown(school: School) -> None:
    name = "<script>alert(1)</script>{{ 7*7 }}\r\nBcc: other@example.com"
    send(school, {**PAGE, "email": "sample001@example.com", "first_name": name})
    school.tick()
    (message,) = school.emails()
    assert message["Bcc"] is None
    assert message["To"].addresses[0].display_name == "<script>alert(1)</script>{{ 7*7 }} Bcc: other@example.com"


# JSON.


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


# What nobody can find out.


def make(school: School, state: str) -> None:
    """Bring sample001 into a state."""
    if state == "erased":
        school.enrol(1)
        school.ask("UPDATE subscriber SET email = '', email_key = NULL, erased_at = 1")
    elif state in set(Suppressed):
        with school.database.write() as connection:
            suppress(connection, "sample001@example.com", EVERYTHING, Suppressed(state), school.now)
    elif state != "unknown":
        school.enrol(1, confirmed=state != "pending")
        school.tick()
        if state not in {"pending", "active"}:
            school.ask(f"UPDATE enrolment SET status = '{state}'")  # noqa: S608


STATES = ["unknown", "pending", "active", "paused", "finished", "ended", "erased", *Suppressed]


@pytest.mark.parametrize("state", STATES)
def test_the_answer_is_the_same_whatever_is_known_of_the_address(school: School, state: str) -> None:
    make(school, state)
    form = send(school, {**PAGE, "email": "sample001@example.com"})
    program = send_json(school, {"email": "sample001@example.com"})
    found = [(one.status, {**one.headers, "date": ""}, one.text) for one in (form, program)]
    other = School(school.folder, school.database, school.book, school.base_url)
    wish = {"email": "sample777@example.com"}
    fresh = [send(other, {**PAGE, **wish}), send_json(other, wish)]
    same = [(one.status, {**one.headers, "date": ""}, one.text.replace("sample777", "sample001")) for one in fresh]
    assert found == same


def test_an_answer_takes_the_same_time_whatever_is_done(tmp_path: Path) -> None:
    with a_school(tmp_path) as school:
        school.gate = Gate(least_seconds=0.4)
        school.enrol(1, confirmed=True)
        with served(school):
            for name, trap in (("sample001", ""), ("sample002", ""), ("sample003", "x")):
                began = monotonic()
                assert send(school, {**PAGE, "email": f"{name}@example.com", TRAP: trap}).status == 200
                assert monotonic() - began >= 0.4


# How often.


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[School]:
    """A school that lets a network in four times an hour, and an address twice; it believes its own machine."""
    with a_school(tmp_path) as school:
        school.gate = Gate(per_network=4, per_address=2, least_seconds=0.0)
        school.proxies = (ip_network("127.0.0.1"),)
        with served(school):
            yield school


def test_an_address_is_turned_away_after_its_share(strict: School) -> None:
    fields = {**PAGE, "email": "sample001@example.com"}
    assert [send(strict, fields).status for _ in range(3)] == [200, 200, 429]
    answer = send(strict, {**fields, "email": "SAMPLE001@example.com"})
    assert answer.status == 429
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert "It can be sent again in 60 minutes." in the_words(answer)
    assert policy(answer)["frame-ancestors"] == "'none'"


def test_a_network_is_turned_away_after_its_share_and_another_is_not(strict: School) -> None:
    for number in range(4):
        assert send_json(strict, {"email": f"sample00{number}@example.com"}).status == 202
    answer = send_json(strict, {"email": "sample005@example.com"})
    assert answer.status == 429
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert list(errors(answer)) == ["request"]
    other = send_json(strict, {"email": "sample005@example.com"}, **{"X-Forwarded-For": "198.51.100.1"})
    assert other.status == 202
    made_up = {"X-Forwarded-For": "203.0.113.9, 127.0.0.1"}
    assert send_json(strict, {"email": "sample006@example.com"}, **made_up).status == 202


def test_wrong_forms_count_for_the_network_and_not_for_the_address(strict: School) -> None:
    assert [send(strict, {"email": "no"}).status for _ in range(5)] == [422, 422, 422, 422, 429]


def test_whoever_is_turned_away_changes_nothing(strict: School) -> None:
    for _ in range(4):
        send(strict, {"email": "no"})
    before = strict.everything()
    assert send(strict, {**PAGE, "email": "sample001@example.com"}).status == 429
    assert strict.everything() == before


# Coming back.


def test_whoever_comes_back_chooses_where_to_begin(school: School) -> None:
    school.enrol(1, confirmed=True)
    school.tick()
    school.now = school.now.replace(day=3)
    assert school.tick().accepted == 1
    post(school.links(1)["unsubscribe"])
    school.now = school.now.replace(day=4)
    send(school, {**PAGE, "email": "sample001@example.com"})
    school.tick()
    link = school.links(3)["confirm"]
    text = get(link).text
    assert "You had 1 lesson of it before." in text
    assert '<button class="secondary" name="afresh" value="yes">Confirm and start again</button>' in text
    assert "goes on with its next lesson on Thursday, 5 March at 08:00 (Europe/London)" in the_words(post(link, b""))
    assert school.ask("SELECT afresh FROM enrolment WHERE status = 'active'") == [(0,)]


def test_whoever_starts_again_gets_the_welcome_at_once(school: School) -> None:
    school.enrol(1, confirmed=True)
    school.tick()
    school.now = school.now.replace(day=3)
    school.tick()
    post(school.links(1)["unsubscribe"])
    send(school, {**PAGE, "email": "sample001@example.com"})
    school.tick()
    assert "Its first email is on its way to you." in the_words(post(school.links(3)["confirm"], b"afresh=yes"))
    assert school.ask("SELECT afresh FROM enrolment WHERE status = 'active'") == [(1,)]


# Trouble.


def test_a_locked_database_is_told_in_the_same_way_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_BUSY_TIMEOUT_MS", 10)
    with a_school(tmp_path) as school, served(school):
        with closing(sqlite3.connect(tmp_path / "school.db", isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            form = send(school, {**FORM, "email": "sample001@example.com"})
            program = send_json(school, {"email": "sample001@example.com"})
        assert (form.status, form.headers["retry-after"]) == (503, "30")
        assert policy(form)["frame-ancestors"] == "*"
        assert (program.status, program.headers["retry-after"], list(errors(program))) == (503, "30", ["request"])
        assert program.headers["access-control-allow-origin"] == "*"
        assert send_json(school, {"email": "sample001@example.com"}).status == 202


def test_no_log_tells_an_address(school: School, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send(school, {**PAGE, "email": "sample001@example.com", "first_name": "Samplename"})
        send(school, {**PAGE, "email": "sample001@example.com", TRAP: "x"})
        send_json(school, {"email": "sample001@"})
    assert "the course product-path was asked for" in caplog.text
    assert "sample001" not in caplog.text
    assert "Samplename" not in caplog.text


def test_whoever_comes_back_as_a_lesson_is_due_is_told_that_the_course_goes_on(school: School) -> None:
    school.enrol(1, confirmed=True)
    school.tick()
    school.now = school.now.replace(day=3)
    assert school.tick().accepted == 1
    post(school.links(1)["unsubscribe"])
    school.now = school.now.replace(day=4)
    send(school, {**PAGE, "email": "sample001@example.com"})
    school.tick()
    school.now = school.now.replace(day=5, hour=8, minute=0)
    assert "goes on. Its next lesson is on its way to you." in the_words(post(school.links(3)["confirm"], b""))
