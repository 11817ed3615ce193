"""SendGrid's lists are fetched whole, page by page, and whatever else comes back is told in a sentence."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from sender.errors import SenderError, SettingError
from sender.mailers.sendgrid.suppressions import PAGE, SendGridLists, SuppressionList
from tests.standin import SendGridStandin
from tests.standin.wire import Answer

BOUNCES = SuppressionList.BOUNCES


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    with SendGridStandin() as running:
        yield running


def fetched(standin: SendGridStandin, name: SuppressionList = BOUNCES, *, timeout: float = 5.0) -> list[str]:
    lists = SendGridLists(standin.key, standin.url, timeout=timeout)
    return [address for page in lists.pages(name) for address in page]


def sample(count: int) -> list[str]:
    return [f"sample{number:04}@example.com" for number in range(count)]


@pytest.mark.parametrize("name", SuppressionList)
def test_each_list_is_fetched(standin: SendGridStandin, name: SuppressionList) -> None:
    standin.suppressions.add(name, "ann@example.com", "bob@example.com")
    standin.suppressions.add("blocks", "cid@example.com")
    assert fetched(standin, name) == ["bob@example.com", "ann@example.com"]


@pytest.mark.parametrize(
    ("count", "offsets"),
    [(0, [0]), (1, [0]), (PAGE - 1, [0]), (PAGE, [0, 500]), (PAGE + 1, [0, 500]), (1200, [0, 500, 1000])],
)
def test_a_list_is_fetched_to_its_end(standin: SendGridStandin, count: int, offsets: list[int]) -> None:
    standin.suppressions.add(BOUNCES, *sample(count))
    assert sorted(fetched(standin)) == sample(count)
    assert standin.suppressions.asked == [("bounces", PAGE, offset) for offset in offsets]


def test_a_list_that_grows_meanwhile_is_fetched_whole(standin: SendGridStandin) -> None:
    standin.suppressions.add(BOUNCES, *sample(900))
    pages = SendGridLists(standin.key, standin.url).pages(BOUNCES)
    first = next(pages)
    standin.suppressions.add(BOUNCES, "new@example.com")
    assert {*first, *(address for page in pages for address in page)} == set(sample(900))


def test_an_entry_without_an_address_does_not_move_the_pages(standin: SendGridStandin) -> None:
    standin.suppressions.refuse(
        Answer(200, b"[" + b",".join([b'{"created": 1}'] * 499) + b',{"email": "a@b.example"}]')
    )
    standin.suppressions.add(BOUNCES, *sample(501))
    assert len(fetched(standin)) == PAGE + 1


@pytest.mark.parametrize("key", ["", "SG.with space", "SG.ключ", "SG.\n"])
def test_without_a_key_that_can_be_one_nothing_is_asked(standin: SendGridStandin, key: str) -> None:
    with pytest.raises(SettingError, match="SENDGRID_API_KEY"):
        SendGridLists(key, standin.url)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(401), "refuses the key"),
        (Answer(403), "may not read the suppression lists"),
        (Answer(429), "asks to wait"),
        (Answer(500), "answered 500"),
        (Answer(302, headers={"Location": "https://elsewhere.example/"}), "redirects elsewhere"),
        (Answer(200, b"<html>Sign in</html>"), "no suppression list"),
        (Answer(200, b'{"email": "ann@example.com"}'), "no suppression list"),
        (Answer(200, b'["ann@example.com"]'), "no suppression list"),
        (Answer(200, b"[" * 100_000), "no suppression list"),
        (Answer(200, b"\xff\xfe"), "no suppression list"),
        (Answer(204), "no suppression list"),
    ],
    ids=["key", "scope", "limit", "failure", "redirect", "page", "object", "texts", "deep", "bytes", "nothing"],
)
def test_another_answer_is_a_sentence(standin: SendGridStandin, answer: Answer, said: str) -> None:
    standin.suppressions.refuse(answer)
    with pytest.raises(SenderError, match=said):
        fetched(standin)


def test_a_wrong_key_is_told_as_one(standin: SendGridStandin) -> None:
    with pytest.raises(SenderError, match="refuses the key"):
        list(SendGridLists("SG.another-key", standin.url).pages(BOUNCES))


def test_the_same_page_for_ever_is_an_end(standin: SendGridStandin) -> None:
    page = b"[" + b",".join(b'{"email": "sample%d@example.com"}' % number for number in range(PAGE)) + b"]"
    standin.suppressions.refuse(*[Answer(200, page)] * 3)
    with pytest.raises(SenderError, match="same page of bounces"):
        fetched(standin)


def test_what_cannot_be_reached_and_what_does_not_answer_is_a_sentence() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        host = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(SenderError, match=r"SendGrid .*Run it again"):
            list(SendGridLists("SG.key", host, timeout=0.05).pages(BOUNCES))
    with pytest.raises(SenderError, match="cannot be reached"):
        list(SendGridLists("SG.key", host, timeout=1.0).pages(BOUNCES))
