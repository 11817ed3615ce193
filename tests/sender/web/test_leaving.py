"""Leaving takes one POST, from a mail program or from the page, and works for ever."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from sender.web import create_app
from sender.web.serving import address_of, listen, serving
from tests.sender.web.sample import SECRET, Answer, School, a_school, get, post, product_path, request

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
MULTIPART = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


@pytest.fixture
def link(school: School) -> str:
    """The address in the List-Unsubscribe header of the welcome that one person got."""
    school.enrol(1, confirmed=True)
    school.tick()
    header = str(school.emails()[0]["List-Unsubscribe"])
    assert header.startswith("<")
    return header.strip("<>")


def fields_of_undo(answer: Answer) -> dict[str, str]:
    """What the button that takes an act back sends."""
    (form,) = [part for part in answer.text.split("<form") if ">Undo</button>" in part]
    return dict(HIDDEN.findall(form))


def the_end(school: School) -> tuple[object, ...]:
    (row,) = school.ask("SELECT status, ended_reason FROM enrolment")
    return row


def test_the_link_shows_a_button_and_ends_nothing(school: School, link: str) -> None:
    answer = get(link)
    assert answer.status == 200
    assert '<button name="List-Unsubscribe" value="One-Click">Unsubscribe</button>' in answer.text
    assert the_end(school) == ("active", "")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (MULTIPART, "multipart/form-data; boundary=x"),
        (b"", ""),
    ],
    ids=["form", "multipart", "nothing"],
)  # fmt: skip
def test_a_mail_programs_one_click_leaves_at_once(school: School, link: str, body: bytes, kind: str) -> None:
    answer = request("POST", link, body, {"Content-Type": kind} if kind else {})
    assert answer.status == 200
    assert "location" not in answer.headers
    assert "<h1>You have left the course</h1>" in answer.text
    assert the_end(school) == ("ended", "unsubscribed")
    assert school.tick().claimed == 0


def test_the_page_that_many_get_alike_holds_nothing_of_anybody(school: School) -> None:
    school.enrol(1, 2, 3, confirmed=True)
    school.tick()
    links = [str(email["List-Unsubscribe"]).strip("<>") for email in school.emails()]
    first, second = post(links[0]), post(links[1])
    assert first.content == second.content
    assert not [link for link in links if link.rpartition("/")[2] in first.text]
    assert "sample00" not in first.text
    assert "<h1>You have left all courses</h1>" in post(links[2], b"act=everything").text
    school.now += timedelta(hours=2)
    assert ("Undo" in first.text, "Undo" in post(links[0]).text) == (True, False)


def test_the_page_is_that_of_the_edition_that_is_live(school: School, link: str) -> None:
    before = get(link).text
    files = product_path()
    files["course.toml"] = files["course.toml"].replace(b'title = "', b'title = "Another: ', 1)
    school.publish(files)
    assert "Another: " in get(link).text
    assert "Another: " not in before


def test_leaving_twice_is_harmless(school: School, link: str) -> None:
    post(link)
    before = school.everything()
    for answer in (post(link), get(link)):
        assert answer.status == 200
        assert "<h1>You have left the course</h1>" in answer.text
        assert "Unsubscribe" not in answer.text
    assert school.everything() == before


def test_beside_the_button_stand_a_pause_and_leaving_everything(link: str) -> None:
    text = get(link).text
    assert "Pause for 2 weeks" in text
    assert "Pause for 4 weeks" in text
    assert '<button class="secondary" name="act" value="everything">Leave all courses</button>' in text


def test_a_pause_is_of_so_many_weeks_and_says_what_comes_when(school: School, link: str) -> None:
    answer = post(link, b"act=pause&weeks=2")
    assert answer.status == 200
    assert "<h1>Your course is paused</h1>" in answer.text
    assert "before 16 March 2026" in answer.text
    assert "Tuesday, 17 March at 08:00 (Europe/London)" in answer.text
    assert school.ask("SELECT status, resume_on FROM enrolment") == [("paused", "2026-03-16")]


def test_a_pause_is_undone_with_a_button(school: School, link: str) -> None:
    school.now += timedelta(minutes=5)
    before = school.ask("SELECT * FROM enrolment")
    undo = fields_of_undo(post(link, b"act=pause&weeks=4"))
    assert undo == {"act": "resume"}
    answer = post(link, urlencode(undo).encode())
    assert "<h1>Your course goes on</h1>" in answer.text
    assert school.ask("SELECT * FROM enrolment") == before


def test_a_longer_pause_is_undone_to_the_shorter(school: School, link: str) -> None:
    post(link, b"act=pause&weeks=2")
    before = school.ask("SELECT * FROM enrolment")
    undo = fields_of_undo(post(link, b"act=pause&weeks=4"))
    post(link, urlencode(undo).encode())
    assert school.ask("SELECT * FROM enrolment") == before


def test_leaving_everything_says_so(school: School, link: str) -> None:
    answer = post(link, b"act=everything")
    assert (answer.status, "location" in answer.headers) == (200, False)
    assert "<h1>You have left all courses</h1>" in answer.text
    assert "Leave all courses" not in answer.text
    assert school.ask("SELECT scope, reason FROM suppression") == [(0, "unsubscribed")]


@pytest.mark.parametrize("act", [b"", b"act=everything"], ids=["the course", "everything"])
def test_leaving_is_undone_within_the_hour(school: School, link: str, act: bytes) -> None:
    before = school.everything()
    assert 'value="return">Undo</button>' in post(link, act).text
    school.now += timedelta(minutes=59)
    answer = post(link, b"act=return")
    assert answer.status == 200
    assert "You are back" in answer.text
    assert {**school.everything(), "key": []} == {**before, "key": []}


def test_after_an_hour_nothing_is_undone(school: School, link: str) -> None:
    post(link)
    school.now += timedelta(hours=1, seconds=1)
    assert "Undo" not in get(link).text
    before = school.everything()
    answer = post(link, b"act=return")
    assert (answer.status, 'role="alert"' in answer.text) == (409, True)
    assert "<h1>You have left the course</h1>" in answer.text
    assert school.everything() == before


def test_a_pause_that_is_not_possible_says_so_and_changes_nothing(school: School, link: str) -> None:
    post(link)
    before = school.everything()
    for act in (b"act=pause&weeks=2", b"act=resume", b"act=own-pace"):
        answer = post(link, act)
        assert (answer.status, 'role="alert"' in answer.text) == (409, True)
    assert school.everything() == before


@pytest.mark.parametrize(
    ("form", "status"),
    [(b"act=pause", 422), (b"act=pause&weeks=3000", 422), (b"act=pause&until=tomorrow", 422), (b"act=dance", 400)],
    ids=["no day", "too long", "no date", "no act"],
)  # fmt: skip
def test_what_no_button_sends_changes_nothing(school: School, link: str, form: bytes, status: int) -> None:
    before = school.everything()
    assert post(link, form).status == status
    assert school.everything() == before


def test_who_has_yet_to_confirm_is_offered_no_pause(school: School) -> None:
    school.enrol(1)
    school.tick()
    text = get(school.links(1)["unsubscribe"]).text
    assert "Unsubscribe" in text
    assert "Pause" not in text


def test_a_link_that_an_earlier_secret_signed_is_good_for_leaving(tmp_path: Path) -> None:
    with a_school(tmp_path) as school:
        school.enrol(1, confirmed=True)
        school.tick()
        site = replace(school.site, secrets=("a newer secret", SECRET))
        with listen("127.0.0.1", 0) as listener, serving(create_app(site), listener):
            school.base_url = address_of(listener)
            assert post(school.links(1)["unsubscribe"]).status == 200
        assert the_end(school) == ("ended", "unsubscribed")


def test_whose_data_was_erased_can_leave_all_the_same(school: School, link: str) -> None:
    school.ask("UPDATE subscriber SET email = '', email_key = NULL, erased_at = 1")
    assert get(link).status == 200
    assert post(link).status == 200
    assert the_end(school) == ("ended", "unsubscribed")


def test_an_email_that_is_not_on_record_gets_a_friendly_answer(school: School) -> None:
    before = school.everything()
    for answer in (get(school.links(99)["unsubscribe"]), post(school.links(99)["unsubscribe"])):
        assert answer.status == 200
        assert "<h1>There is no record of this email</h1>" in answer.text
    assert school.everything() == before
