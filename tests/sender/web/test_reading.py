"""An email in the browser is the one that was sent, and can do nothing but be read."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from tests.sender.stage import SLOTS, a_course, a_lesson
from tests.sender.web.sample import School, get, post, product_path

LATE = timedelta(hours=10)


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


def letters(school: School, until: datetime) -> None:
    """One person in Berlin takes a course whose emails say when the next one comes, up to a moment."""
    names = ("welcome", "01-one", "02-two", "closing")
    says = "The next one: {{ schedule.next_day }}."
    files = {f"lessons/{name}.md": a_lesson(name.rpartition("-")[2], says) for name in names}
    school.publish(a_course("one", "two", welcome=True, closing=True, files=files))
    school.enrol(1, course="letters", confirmed=True, timezone="Europe/Berlin")
    school.tick()
    for slot in SLOTS:
        if slot <= until:
            school.now = slot
            school.tick()
    school.now = until


def next_day_in(school: School, delivery: int) -> str:
    """What the email of a delivery says in the browser."""
    answer = get(school.links(delivery)["view"])
    assert answer.status == 200
    (day,) = re.findall(r"The next one: ([^.<]*)\.", answer.text)
    return str(day)


def test_the_latest_email_says_the_day_on_which_the_next_is_due(school: School) -> None:
    letters(school, SLOTS[0])
    assert next_day_in(school, 2) == "Thursday, 5 March"
    school.ask("UPDATE enrolment SET next_due_at = ?", int(SLOTS[3].timestamp()))
    assert next_day_in(school, 2) == "Thursday, 12 March"


def test_an_old_email_says_the_day_on_which_the_next_one_came(school: School) -> None:
    letters(school, SLOTS[2])
    days = [next_day_in(school, delivery) for delivery in (1, 2, 3, 4)]
    assert days == ["Tuesday, 3 March", "Thursday, 5 March", "Tuesday, 10 March", ""]
    post(school.links(4)["unsubscribe"])
    assert next_day_in(school, 2) == "Thursday, 5 March"


def test_an_email_after_which_nothing_came_says_no_day(school: School) -> None:
    letters(school, SLOTS[1])
    school.ask("UPDATE enrolment SET status = 'ended', next_due_at = NULL")
    assert next_day_in(school, 3) == ""
    school.ask("UPDATE batch SET state = 'cancelled' WHERE id = 3")
    assert next_day_in(school, 2) == ""


def test_an_email_that_should_have_come_by_now_is_told_for_the_day_on_which_it_will(school: School) -> None:
    letters(school, SLOTS[0])
    school.now = SLOTS[1] + LATE  # no tick since, and the grace is 6 hours
    assert next_day_in(school, 2) == "Tuesday, 10 March"
    school.now = SLOTS[1] + LATE / 5
    assert next_day_in(school, 2) == "Thursday, 5 March"


def test_a_next_email_that_waits_for_its_slot_is_told_for_that_slot(school: School) -> None:
    letters(school, SLOTS[1])
    school.ask("UPDATE delivery SET batch_id = NULL WHERE id = 3")
    assert next_day_in(school, 2) == "Tuesday, 10 March"
