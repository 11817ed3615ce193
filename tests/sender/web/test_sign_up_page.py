"""The sign-up page and the form for other sites: what they say and offer, and where they may be shown."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from zoneinfo import available_timezones

import pytest

from course.cadence import NOT_PLACES
from tests.sender.stage import a_course
from tests.sender.web.asking import FORM, at, errors, send, send_json, the_words
from tests.sender.web.sample import School, get, policy_of, request


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
    allowed = policy_of(answer)
    assert allowed["script-src"] == f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
    assert allowed["default-src"] == "'none'"
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert " style=" not in answer.text
    assert " on" not in "".join(re.findall(r"<[a-z][^>]*>", answer.text)).replace(" only", "")


def test_the_page_may_be_found_and_framed_by_nobody_the_form_framed_by_anybody(school: School) -> None:
    page, form = get(at(school)), get(at(school, "/form"))
    assert policy_of(page)["frame-ancestors"] == "'none'"
    assert "x-robots-tag" not in page.headers
    assert policy_of(form)["frame-ancestors"] == "*"
    assert form.headers["x-robots-tag"] == "noindex"
    assert '<body class="embedded">' in form.text


@pytest.mark.parametrize("fields", [FORM, {**FORM, "email": "no"}, {**FORM, "email": "sample001@example.com"}])
def test_what_follows_in_a_frame_may_be_framed_as_well(school: School, fields: dict[str, str]) -> None:
    assert policy_of(send(school, fields))["frame-ancestors"] == "*"
    assert policy_of(send(school, {**fields, "form": "page"}))["frame-ancestors"] == "'none'"


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
