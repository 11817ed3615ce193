"""The confirmation's link shows a button; pressing it begins the course."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.sender.web.sample import NOW, School, get, links_in, post, product_path


@pytest.fixture
def link(school: School) -> str:
    """The link in the confirmation email of one person in Kolkata."""
    school.enrol(1, timezone="Asia/Kolkata")
    return the_link(school)


def the_link(school: School) -> str:
    school.tick()
    (link,) = [link for link in links_in(school.emails()[-1]) if "/confirm/" in link]
    return link


def the_status(school: School) -> object:
    ((status,),) = school.ask("SELECT status FROM enrolment")
    return status


def test_the_link_shows_a_button_and_confirms_nothing(school: School, link: str) -> None:
    answer = get(link)
    assert answer.status == 200
    assert '<form method="post"><button>Confirm and begin</button></form>' in answer.text
    assert "The Product Path" in answer.text
    assert the_status(school) == "pending"


def test_the_button_confirms_and_the_welcome_is_sent(school: School, link: str) -> None:
    answer = post(link, b"")
    assert answer.status == 200
    assert "<h1>You are in</h1>" in answer.text
    assert "on its way to you" in answer.text
    assert the_status(school) == "active"
    assert school.tick().accepted == 1


def test_pressing_it_twice_is_harmless(school: School, link: str) -> None:
    post(link)
    before = school.everything()
    assert "<h1>Already confirmed</h1>" in post(link).text
    assert "<h1>Already confirmed</h1>" in get(link).text
    assert school.everything() == before


def test_a_first_email_that_comes_later_is_announced_in_the_persons_own_time(school: School) -> None:
    school.publish({path: data for path, data in product_path().items() if path != "lessons/welcome.md"})
    school.enrol(1, timezone="Asia/Kolkata")
    text = post(the_link(school)).text
    assert "its first email on Tuesday, 3 March at 08:00 (Asia/Kolkata)." in text


def test_a_cohort_is_told_its_day(school: School) -> None:
    school.enrol(1, start=date(2026, 3, 16))
    text = post(the_link(school)).text
    assert "Monday, 16 March at 07:00 (Europe/London)" in text


def test_who_left_meanwhile_is_told_so(school: School, link: str) -> None:
    post(school.links(1)["unsubscribe"])
    before = school.everything()
    for answer in (get(link), post(link)):
        assert answer.status == 410
        assert "You have left the course" in answer.text
    assert school.everything() == before


def test_who_was_erased_confirms_nothing(school: School, link: str) -> None:
    school.ask("UPDATE subscriber SET email = '', email_key = NULL, erased_at = 1")
    assert (get(link).status, post(link).status) == (410, 410)
    assert the_status(school) == "pending"


def test_a_confirmation_that_is_not_on_record_is_not_found(school: School) -> None:
    link = school.links(99)["confirm"]
    assert (get(link).status, post(link).status) == (404, 404)


def test_a_title_is_text_whatever_it_holds(school: School) -> None:
    files = product_path()
    toml = files["course.toml"].replace(b'"The Product Path"', "'<script>alert(1)</script> & \"Söhne\"'".encode(), 1)
    school.publish({**files, "course.toml": toml})
    school.enrol(1)
    text = get(the_link(school)).text
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;Söhne&#34;" in text


def test_the_consent_is_of_the_moment_of_the_button(school: School, link: str) -> None:
    school.now = datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert school.now != NOW
    post(link)
    assert school.ask("SELECT at, how FROM consent") == [(int(school.now.timestamp()), "confirmation email")]


def test_a_question_of_thirty_days_ago_confirms_nothing_though_nobody_has_put_it_away(
    school: School, link: str
) -> None:
    school.now = NOW + timedelta(days=30)
    before = school.everything()
    for answer in (get(link), post(link, b"")):
        assert answer.status == 410
        assert "<button" not in answer.text
    assert school.everything() == before
    school.now -= timedelta(seconds=1)
    assert post(link, b"").status == 200
    assert the_status(school) == "active"


def test_the_words_that_were_agreed_to_are_kept_without_the_persons_own_link(school: School, link: str) -> None:
    post(link, b"")
    ((words,),) = school.ask("SELECT w.text FROM consent c JOIN wording w ON w.hash = c.wording")
    assert "Confirm and begin: […]" in str(words)
