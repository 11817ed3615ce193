"""Where a course's edition cannot be read, each of its pages is a plain one, and whoever wants to leave can."""

from __future__ import annotations

import json
import logging

import pytest

from sender.recent import Recent
from tests.sender.web.sample import School, get, post, request


@pytest.fixture
def school(school: School, monkeypatch: pytest.MonkeyPatch) -> School:
    """A school whose course was damaged after its first person had been sent an email (delivery 1)."""
    school.enrol(1, confirmed=True)
    school.tick()
    school.ask(
        "UPDATE content SET bytes = ? WHERE hash = (SELECT hash FROM edition_file WHERE path = 'course.toml')",
        b'slug = "product-path"\n',
    )
    monkeypatch.setattr(school.book, "_editions", Recent(8))  # as in another process, which has read nothing yet
    return school


def the_end(school: School) -> tuple[object, ...]:
    (row,) = school.ask("SELECT status, ended_reason FROM enrolment")
    return row


@pytest.mark.parametrize("name", ["confirm", "preferences", "view", "certificate", "access", "address"])
def test_a_page_of_an_email_is_plain_and_no_defect(school: School, name: str, caplog: pytest.LogCaptureFixture) -> None:
    if name in {"confirm", "access", "address"}:
        school.ask("UPDATE delivery SET kind = ?", name)
    answer = get(school.links(1)[name])
    assert answer.status == 503
    assert "cannot be reached right now" in answer.text
    assert answer.headers["retry-after"] == "30"
    assert "The course `product-path` cannot be sent or shown" in caplog.text
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("path", ["/courses/product-path", "/courses/product-path/form", "/archive/product-path/"])
def test_the_pages_of_the_course_are_plain(school: School, path: str) -> None:
    answer = get(f"{school.base_url}{path}")
    assert (answer.status, "cannot be reached right now" in answer.text) == (503, True)


def test_a_program_that_signs_somebody_up_is_told_in_its_own_language(school: School) -> None:
    body, address = b'{"email": "new@example.com"}', f"{school.base_url}/courses/product-path/join"
    answer = request("POST", address, body, {"Content-Type": "application/json"})
    assert answer.status == 503
    assert "cannot be reached right now" in json.loads(answer.text)["errors"]["request"]
    assert post(address, b"email=new%40example.com").status == 503
    assert school.ask("SELECT count(*) FROM subscriber") == [(1,)]


def test_one_click_leaves_all_the_same(school: School, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    answer = post(school.links(1)["unsubscribe"])
    assert (answer.status, "You have left the course" in answer.text) == (200, True)
    assert the_end(school) == ("ended", "unsubscribed")
    again = post(school.links(1)["unsubscribe"])
    assert (again.status, "You have left the course" in again.text) == (200, True)


def test_the_page_with_the_button_is_there_and_its_buttons_work(school: School) -> None:
    link = school.links(1)["unsubscribe"]
    shown = get(link)
    assert shown.status == 200
    assert '<button name="List-Unsubscribe" value="One-Click">Unsubscribe</button>' in shown.text
    assert the_end(school) == ("active", "")
    answer = post(link, b"act=everything")
    assert (answer.status, "You have left all courses" in answer.text) == (200, True)
    assert the_end(school) == ("ended", "unsubscribed")
    assert school.ask("SELECT scope FROM suppression") == [(0,)]


def test_what_cannot_be_taken_back_now_is_not_said_to_be(school: School) -> None:
    link = school.links(1)["unsubscribe"]
    post(link)
    assert post(link, b"act=return").status == 503
    assert the_end(school) == ("ended", "unsubscribed")
