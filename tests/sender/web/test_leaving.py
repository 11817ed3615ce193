"""Leaving takes one POST, from a mail program or from the page, and works for ever."""

from __future__ import annotations

import pytest

from tests.sender.web.sample import School, get, post, request

MULTIPART = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


@pytest.fixture
def link(school: School) -> str:
    """The address in the List-Unsubscribe header of the welcome that one person got."""
    school.enrol(1, confirmed=True)
    school.tick()
    header = str(school.emails()[0]["List-Unsubscribe"])
    assert header.startswith("<")
    return header.strip("<>")


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


def test_leaving_twice_is_harmless(school: School, link: str) -> None:
    post(link)
    before = school.everything()
    for answer in (post(link), get(link)):
        assert answer.status == 200
        assert "<h1>You have left the course</h1>" in answer.text
        assert "<button" not in answer.text
    assert school.everything() == before


def test_the_preferences_show_the_same_and_leave_with_their_own_token(school: School, link: str) -> None:
    preferences = school.links(1)["preferences"]
    assert "<button" in get(preferences).text
    assert the_end(school) == ("active", "")
    assert post(preferences).status == 200
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
