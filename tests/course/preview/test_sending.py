"""Sending the email on the page to a few addresses, as a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from course.errors import CourseError
from course.model import Course
from course.personal.placeholders import Email
from course.preview.posting import Posted
from course.preview.sending import LARGEST_FORM
from tests.course.check.small import a_lesson, small_course
from tests.course.preview.served import Seen, Served, served


@dataclass
class Outbox:
    """Takes tests and keeps them; addresses that begin with `bad` are refused."""

    sent: list[tuple[str, str, Email, tuple[str, ...]]] = field(default_factory=list)

    def post(self, course: Course, label: str, email: Email, addresses: Sequence[str]) -> list[Posted]:
        self.sent.append((course.slug, label, email, tuple(addresses)))
        return [Posted(one, "The mailer refused it." if one.startswith("bad") else "") for one in addresses]


def test_a_test_goes_to_every_address_and_each_has_its_own_result(tmp_path: Path) -> None:
    outbox = Outbox()
    with served(tmp_path, post=outbox.post) as preview:
        answer = preview.send_test("a@example.com, bad@example.com")
    assert answer.status == 200
    assert "a@example.com : sent." in Seen(answer).text
    assert "bad@example.com : The mailer refused it." in Seen(answer).text
    [(course, label, email, addresses)] = outbox.sent
    assert (course, label, email.subject) == ("gardens", "soil", "Soil")
    assert addresses == ("a@example.com", "bad@example.com")


def test_what_is_sent_is_what_the_page_shows(tmp_path: Path) -> None:
    outbox = Outbox()
    with served(tmp_path, post=outbox.post) as preview:
        preview.send_test("a@example.com", query="lesson=light&track=field&value.first_name=Ada&mode=dark&images=off")
    [(_, label, email, _)] = outbox.sent
    assert (label, email.subject) == ("light", "Light for Ada")
    assert "prefers-color-scheme: dark" in email.html


@pytest.mark.parametrize("addresses", ["", "nobody", " ".join(f"sample{number}@example.com" for number in range(11))])
def test_addresses_that_cannot_be_are_refused_with_a_sentence(tmp_path: Path, addresses: str) -> None:
    outbox = Outbox()
    with served(tmp_path, post=outbox.post) as preview:
        answer = preview.send_test(addresses)
    assert answer.status == 422
    assert "Nothing was sent." in Seen(answer).text
    assert outbox.sent == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
        {"Origin": "https://evil.example", "Sec_Fetch_Site": "same-origin"},
    ],
)
def test_another_site_cannot_send_even_if_it_knew_the_token(tmp_path: Path, headers: dict[str, str]) -> None:
    outbox = Outbox()
    with served(tmp_path, post=outbox.post) as preview:
        assert preview.send_test("a@example.com", **headers).status == 403
    assert outbox.sent == []


def test_a_request_that_does_not_say_where_it_comes_from_is_refused(tmp_path: Path) -> None:
    outbox = Outbox()
    with served(tmp_path, post=outbox.post) as preview:
        token = Seen(preview.get()).value_of("token")
        body = f"addresses=a%40example.com&token={token}".encode()
        assert preview.request("POST", "/send-test", body).status == 403
    assert outbox.sent == []


@pytest.mark.parametrize("token", ["", "guessed", "é"])
def test_only_the_page_itself_can_send(tmp_path: Path, token: str) -> None:
    outbox = Outbox()
    with served(tmp_path, post=outbox.post) as preview:
        assert preview.send_test("a@example.com", token=token).status == 403
    assert outbox.sent == []


def test_looking_never_sends(tmp_path: Path) -> None:
    outbox = Outbox()
    with served(tmp_path, post=outbox.post) as preview:
        assert preview.get("/send-test?addresses=a@example.com").status == 405
    assert outbox.sent == []


def test_a_form_that_is_too_large_is_refused(tmp_path: Path) -> None:
    outbox = Outbox()
    with served(tmp_path, post=outbox.post) as preview:
        assert preview.send_test("a" * (LARGEST_FORM + 1)).status == 413
    assert outbox.sent == []


def test_a_form_of_nonsense_is_refused(tmp_path: Path) -> None:
    with served(tmp_path, post=Outbox().post) as preview:
        origin = {"Origin": f"http://127.0.0.1:{preview.port}"}
        for body in (b"", b"\xff\xfe=&&&=", b"a=1&" * 1_000, b'{"addresses": "a@example.com"}'):
            assert preview.request("POST", "/send-test", body, origin).status in {403, 422}


def test_an_email_that_cannot_be_rendered_is_not_sent(tmp_path: Path) -> None:
    outbox = Outbox()
    with served(tmp_path, small_course(a_lesson("{% if %}")), outbox.post) as preview:
        answer = preview.send_test("a@example.com")
    assert answer.status == 422
    assert "lessons/01-soil.md:5" in Seen(answer).text
    assert outbox.sent == []


def test_what_the_mailer_cannot_do_at_all_is_a_sentence(tmp_path: Path) -> None:
    def post(_course: Course, _label: str, _email: Email, _addresses: Sequence[str]) -> Sequence[Posted]:
        raise CourseError("There is no key.", fix="Set one.")

    with served(tmp_path, post=post) as preview:
        answer = preview.send_test("a@example.com")
    assert answer.status == 422
    assert "There is no key. Set one." in Seen(answer).text


def test_without_a_mailer_there_is_no_form_and_the_page_says_why(preview: Served) -> None:
    page = Seen(preview.get())
    assert "Tests cannot be sent from here" in page.text
    assert not page.all("textarea")
