"""An email in the browser is the one that was sent, and can do nothing but be read."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from tests.sender.web.sample import School, get, post, product_path


@pytest.fixture
def link(school: School) -> str:
    """The link to a welcome that one person got."""
    school.enrol(1, confirmed=True, role="engineer")
    school.tick()
    return school.links(1)["view"]


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def test_it_shows_the_email_as_it_was_sent(school: School, link: str) -> None:
    answer = get(link)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert lines(answer.text) == lines(html_of(school.emails()[0]))


def test_it_stays_as_it_was_sent_when_the_course_changes(school: School, link: str) -> None:
    files = product_path()
    school.publish({**files, "lessons/welcome.md": files["lessons/welcome.md"] + b"\nA sentence that is new.\n"})
    answer = get(link)
    assert "A sentence that is new." not in answer.text
    assert lines(answer.text) == lines(html_of(school.emails()[0]))


def test_it_calls_its_reader_by_their_present_name(school: School, link: str) -> None:
    school.ask("UPDATE subscriber SET first_name = ?", "<b>{{ 7*7 }}</b> & Söhne")
    text = get(link).text
    assert "&lt;b&gt;{{ 7*7 }}&lt;/b&gt; &amp; Söhne" in text
    assert "<b>{{" not in text


def test_its_styles_work_and_nothing_in_it_can_run(school: School, link: str) -> None:
    policy = get(link).headers["content-security-policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "form-action 'none'" in policy


def test_who_has_left_can_still_read_it(school: School, link: str) -> None:
    post(school.links(1)["unsubscribe"])
    assert get(link).status == 200


def test_an_erased_persons_email_is_gone(school: School, link: str) -> None:
    school.ask("UPDATE subscriber SET email = '', email_key = NULL, first_name = '', erased_at = 1")
    answer = get(link)
    assert answer.status == 410
    assert "has been erased" in answer.text


def test_a_confirmation_is_not_for_reading(school: School) -> None:
    school.enrol(1)
    school.tick()
    assert get(school.links(1)["view"]).status == 404


def test_an_email_that_is_not_on_record_is_not_found(school: School) -> None:
    assert get(school.links(99)["view"]).status == 404
