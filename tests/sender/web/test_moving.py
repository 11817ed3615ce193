"""The page of a change of address changes it with one button, and tells nobody whose another address is."""

from __future__ import annotations

import logging
from datetime import timedelta
from email.message import EmailMessage
from html import unescape

import pytest

from sender.privacy import Told, ask_address_change, erase
from sender.tokens import Purpose, sign
from tests.sender.web.sample import SECRET, School, get, links_in, post, request

DAY = timedelta(days=1)
NEW = "sample.new@example.net"


@pytest.fixture
def link(school: School) -> str:
    """The link that one person's new address got, in delivery 3; another person is there, too."""
    school.enrol(1, 2, confirmed=True)
    school.tick()
    return asked(school, NEW)


def asked(school: School, new: str) -> str:
    """The link that an address gets when the first person asks to have their emails there."""
    assert ask_address_change(school.database, school.book, 1, new, school.now).told is Told.SENT
    school.tick()
    return link_in(school.emails()[-1])


def link_in(email: EmailMessage) -> str:
    (found,) = (one for one in links_in(email) if "/address/" in one)
    return found


def words(text: str) -> str:
    return " ".join(unescape(text).split())


def address(school: School) -> object:
    return school.ask("SELECT email FROM subscriber WHERE id = 1")[0][0]


def test_the_email_goes_to_the_new_address_and_holds_no_other_link_of_theirs(school: School, link: str) -> None:
    email = school.emails()[-1]
    assert email["To"] == NEW
    assert email["List-Unsubscribe"] is None
    own = [one for one in links_in(email) if one.startswith(school.base_url) and "/assets/" not in one]
    assert own == [link]
    assert "sample001" not in email.as_string()
    assert "Sample 001" not in email.as_string()


def test_looking_changes_nothing(school: School, link: str) -> None:
    before = school.everything()
    for method in ("GET", "HEAD"):
        answer = request(method, link)
        assert answer.status == 200
    assert "<button>Yes, send them here</button>" in get(link).text
    assert f"<bdi>{NEW}</bdi>" in get(link).text
    assert school.everything() == before


def test_the_button_changes_the_address(school: School, link: str) -> None:
    answer = post(link, b"")
    assert answer.status == 200
    assert "<h1>Your address is changed</h1>" in answer.text
    assert address(school) == NEW


def test_pressing_it_twice_is_harmless(school: School, link: str) -> None:
    post(link, b"")
    before = school.everything()
    for answer in (post(link, b""), get(link)):
        assert answer.status == 200
        assert "<h1>The emails come here already</h1>" in answer.text
    assert school.everything() == before


def test_what_somebody_else_has_cannot_be_had_and_nobody_is_named(school: School, link: str) -> None:
    taken = asked(school, "sample002@example.com")
    assert get(taken).status == 200
    before = school.everything()
    answer = post(taken, b"")
    assert answer.status == 409
    assert "<h1>This cannot be done</h1>" in answer.text
    assert "Sample" not in answer.text
    assert school.everything() == before


def test_an_old_link_says_that_it_is_one(school: School, link: str) -> None:
    school.now += 3 * DAY
    before = school.everything()
    for answer in (get(link), post(link, b"")):
        assert answer.status == 410
        assert "<h1>This link is no longer good</h1>" in answer.text
        assert "<button" not in answer.text
    assert school.everything() == before


def test_the_former_address_can_take_it_back(school: School, link: str) -> None:
    post(link, b"")
    school.tick()
    email = school.emails()[-1]
    assert email["To"] == "sample001@example.com"
    assert NEW not in email.as_string()
    back = link_in(email)
    assert "<button>Have them come here again</button>" in get(back).text
    assert address(school) == NEW
    answer = post(back, b"")
    assert "<h1>The emails come here again</h1>" in answer.text
    assert address(school) == "sample001@example.com"
    assert get(link).status == 410


def test_who_was_erased_meanwhile_stays_so(school: School, link: str) -> None:
    erase(school.database, 1, school.now)
    before = school.everything()
    for answer in (get(link), post(link, b"")):
        assert answer.status == 410
        assert "has been erased" in answer.text
    assert school.everything() == before


def test_the_emails_that_they_have_go_on_working(school: School, link: str) -> None:
    post(link, b"")
    for name in ("view", "preferences", "unsubscribe"):
        assert get(school.links(1)[name]).status == 200
    post(school.links(1)["unsubscribe"])
    assert school.ask("SELECT status FROM enrolment WHERE id = 1") == [("ended",)]


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.ADDRESS])
def test_a_token_for_anything_else_moves_nothing(school: School, link: str, purpose: Purpose) -> None:
    wrong = f"{school.base_url}/address/{sign(purpose, 3, SECRET)}"
    before = school.everything()
    assert [get(wrong).status, post(wrong, b"").status] == [404, 404]
    assert school.everything() == before


@pytest.mark.parametrize("delivery", [1, 99])
def test_a_token_of_another_email_moves_nothing(school: School, link: str, delivery: int) -> None:
    wrong = school.links(delivery)["address"]
    before = school.everything()
    assert [get(wrong).status, post(wrong, b"").status] == [404, 404]
    assert school.everything() == before


def test_the_log_names_nobody(school: School, link: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    post(link, b"")
    said = [record.getMessage() for record in caplog.records if record.name == "sender.web.moving"]
    assert said == ["the address of enrolment 1 was changed"]
    assert NEW not in caplog.text


def test_markup_in_an_address_stays_text(school: School, link: str) -> None:
    odd = asked(school, "a&b'c@example.net")
    assert words(get(odd).text).count("a&b'c@example.net") == 1
    assert "a&amp;b&#39;c@example.net" in get(odd).text
