"""Joining by a form: what comes of it, what is told of faults, and what is said in trouble."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sender.store import database as store
from sender.web.signing_up import TRAP, UNSEEN
from tests.sender.web.asking import FORM, PAGE, at, errors, field, send, send_json, the_words
from tests.sender.web.sample import School, a_school, get, links_in, policy_of, post, served


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


# Trouble.


def test_a_locked_database_is_told_in_the_same_way_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_BUSY_TIMEOUT_MS", 10)
    with a_school(tmp_path) as school, served(school):
        with closing(sqlite3.connect(tmp_path / "school.db", isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            form = send(school, {**FORM, "email": "sample001@example.com"})
            program = send_json(school, {"email": "sample001@example.com"})
        assert (form.status, form.headers["retry-after"]) == (503, "30")
        assert policy_of(form)["frame-ancestors"] == "*"
        assert (program.status, program.headers["retry-after"], list(errors(program))) == (503, "30", ["request"])
        assert program.headers["access-control-allow-origin"] == "*"
        assert send_json(school, {"email": "sample001@example.com"}).status == 202
