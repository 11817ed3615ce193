"""The page of one's own data opens with a fresh link alone, gives all of it, and erases it when that is meant."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from html import unescape

import pytest

from sender.privacy import Told, ask_access, erase, export
from sender.tokens import Purpose, sign
from tests.sender.web.sample import SECRET, School, get, links_in, post, request

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ERASE, SURE, AGAIN, DOWNLOAD = b"act=erase", b"act=erase&sure=yes", b"act=again", b"act=download"


@pytest.fixture
def link(school: School) -> str:
    """The link that one person asked for, and got by email; theirs is subscriber 1, the email delivery 2."""
    school.enrol(1, confirmed=True, timezone="Europe/Berlin")
    school.tick()
    assert ask_access(school.database, school.book, 1, school.now).told is Told.SENT
    school.tick()
    (found,) = (one for one in links_in(school.emails()[-1]) if "/privacy/" in one)
    return found


def words(text: str) -> str:
    return " ".join(unescape(text).split())


def test_the_email_brings_the_link_and_no_one_click_headers(school: School, link: str) -> None:
    assert link == school.links(2)["access"]
    email = school.emails()[-1]
    assert email["List-Unsubscribe"] is None
    assert email["List-Unsubscribe-Post"] is None
    assert email["Subject"] == "Your data: The Product Path"


def test_looking_changes_nothing(school: School, link: str) -> None:
    before = school.everything()
    for method in ("GET", "HEAD"):
        assert request(method, link).status == 200
    assert school.everything() == before


def test_it_says_whose_data_and_until_when_by_their_clock(link: str) -> None:
    text = words(get(link).text)
    assert "<bdi>sample001@example.com</bdi>" in text
    assert "works until Tuesday, 3 March at 10:00 (Europe/Berlin)" in text


def test_the_data_is_a_file_to_keep(school: School, link: str) -> None:
    before = school.everything()
    answer = post(link, DOWNLOAD)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(answer.content) == export(school.database, 1)
    assert json.loads(answer.content)["subscriber"]["email"] == "sample001@example.com"
    assert school.everything() == before


def test_names_are_themselves_in_the_file_whatever_they_hold(school: School, link: str) -> None:
    school.ask("UPDATE subscriber SET first_name = ?", '</script>"\u2028 Ünï')
    assert json.loads(post(link, DOWNLOAD).content)["subscriber"]["first_name"] == '</script>"\u2028 Ünï'


def test_erasing_takes_a_tick_of_the_box(school: School, link: str) -> None:
    before = school.everything()
    for body in (ERASE, b"act=erase&sure=", b"act=erase&sure=no"):
        answer = post(link, body)
        assert answer.status == 422
        assert 'aria-describedby="sure-error"' in answer.text
        assert "Nothing was erased." in words(answer.text)
    assert school.everything() == before


def test_erasing_says_what_was_kept(school: School, link: str) -> None:
    answer = post(link, SURE)
    assert answer.status == 200
    assert "<h1>You have been erased</h1>" in answer.text
    assert "a fingerprint of your address" in answer.text
    assert "sample001" not in answer.text
    assert school.ask("SELECT email, email_key, first_name FROM subscriber") == [("", None, "")]
    assert school.tick().claimed == 0


def test_the_files_of_the_database_are_rid_of_whoever_was_erased(school: School, link: str) -> None:
    school.ask(
        "UPDATE subscriber SET last_name = 'Quillworthy', attributes = ?", json.dumps({"note": "gardener" * 900})
    )
    secrets = [b"sample001", b"quillworthy", b"gardener"]

    def on_disk() -> list[bytes]:
        content = b"".join(one.read_bytes().lower() for one in school.folder.glob("school.db*"))
        return [secret for secret in secrets if secret in content]

    assert on_disk() == secrets
    post(link, SURE)
    assert on_disk() == []


def test_pressing_the_button_twice_is_harmless(school: School, link: str) -> None:
    post(link, SURE)
    before = school.everything()
    assert "<h1>You have been erased</h1>" in post(link, SURE).text
    assert school.everything() == before


def test_what_was_erased_can_neither_be_seen_nor_had(school: School, link: str) -> None:
    erase(school.database, 1, school.now)
    for answer in (get(link), post(link, DOWNLOAD), post(link, AGAIN)):
        assert answer.status == 410
        assert "has been erased" in answer.text


def test_after_a_day_the_link_does_nothing_but_send_another(school: School, link: str) -> None:
    school.now += DAY
    before = school.everything()
    for answer in (get(link), post(link, DOWNLOAD), post(link, SURE), post(link, b"")):
        assert answer.status == 410
        assert '<button name="act" value="again">' in answer.text
        assert "sample001" not in answer.text
    assert school.everything() == before
    answer = post(link, AGAIN)
    assert answer.status == 200
    assert "<h1>A new link is on its way</h1>" in answer.text
    school.tick()
    assert get(school.links(3)["access"]).status == 200


def test_a_moment_before_a_day_is_over_it_is_still_good(school: School, link: str) -> None:
    school.now += DAY - timedelta(seconds=1)
    assert get(link).status == 200


def test_too_many_links_are_refused_with_a_plain_answer(school: School, link: str) -> None:
    school.now += DAY
    statuses = [post(link, AGAIN).status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert "<h1>A link is on its way already</h1>" in post(link, AGAIN).text


def test_no_link_goes_to_an_address_that_fails(school: School, link: str) -> None:
    from sender.model import Suppressed
    from sender.store.suppressions import EVERYTHING, suppress

    with school.database.write() as connection:
        suppress(connection, "sample001@example.com", EVERYTHING, Suppressed.BOUNCED, school.now)
    school.now += DAY
    answer = post(link, AGAIN)
    assert answer.status == 409
    assert "<h1>No link can be sent</h1>" in answer.text


@pytest.mark.parametrize("body", [b"", b"act=", b"act=everything", b"sure=yes"])
def test_a_form_that_says_nothing_does_nothing(school: School, link: str, body: bytes) -> None:
    before = school.everything()
    assert post(link, body).status == 400
    assert school.everything() == before


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.ACCESS])
def test_a_token_for_anything_else_opens_nothing(school: School, link: str, purpose: Purpose) -> None:
    wrong = f"{school.base_url}/privacy/{sign(purpose, 2, SECRET)}"
    before = school.everything()
    assert [get(wrong).status, post(wrong, SURE).status, post(wrong, DOWNLOAD).status] == [404, 404, 404]
    assert school.everything() == before


@pytest.mark.parametrize("delivery", [1, 99])
def test_a_token_of_another_email_opens_nothing(school: School, link: str, delivery: int) -> None:
    wrong = school.links(delivery)["access"]
    before = school.everything()
    assert [get(wrong).status, post(wrong, SURE).status, post(wrong, DOWNLOAD).status] == [404, 404, 404]
    assert school.everything() == before


def test_the_email_with_the_link_is_not_for_reading_in_the_browser(school: School, link: str) -> None:
    assert get(school.links(2)["view"]).status == 404


def test_the_log_names_nobody(school: School, link: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    post(link, DOWNLOAD)
    post(link, SURE)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("sender.web")] == [
        "subscriber 1 took their data away", "subscriber 1 was erased",
    ]  # fmt: skip
    assert link.rpartition("/")[2] not in caplog.text
