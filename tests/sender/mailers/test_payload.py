"""What a request to SendGrid holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from course.folder import load
from course.model import Course, Mailbox, Tracking
from course.personal.placeholders import Email, Placeholder, Where
from sender.mailers.sendgrid.payload import payload
from sender.model import DELIVERY_ARG, MOST_BYTES, Recipient, Request
from tests.sender.stage import a_course

TAG = "dc0123456789000hz"
EMAIL = Email("Hello", f"<p>{TAG}</p>", TAG, (Placeholder(TAG, "subscriber.first_name", Where.HTML),), "0123456789")


def the_course(**changes: Any) -> Course:
    return replace(load(a_course("first")), **changes)


def a_recipient(delivery: int = 1, **changes: Any) -> Recipient:
    person = Recipient(
        delivery, f"sample{delivery}@example.com", "Sample", {TAG: "Sample"}, "https://example.com/leave"
    )
    return replace(person, **changes)


def body_of(*recipients: Recipient, course: Course | None = None) -> Any:
    at = datetime(2026, 3, 3, tzinfo=UTC)
    return payload(Request(7, course or the_course(), "first", EMAIL, recipients, at))[0]


def test_each_person_has_a_personalization_of_their_own() -> None:
    body = body_of(a_recipient(1), a_recipient(2, values={TAG: "Other"}))
    assert [one["to"][0]["email"] for one in body["personalizations"]] == ["sample1@example.com", "sample2@example.com"]
    assert [one["substitutions"] for one in body["personalizations"]] == [{TAG: "Sample"}, {TAG: "Other"}]
    assert [one["custom_args"] for one in body["personalizations"]] == [{DELIVERY_ARG: "1"}, {DELIVERY_ARG: "2"}]


def test_the_deliveries_are_numbered_as_the_personalizations_are() -> None:
    request = Request(
        7, the_course(), "first", EMAIL, (a_recipient(5), a_recipient(3)), datetime(2026, 3, 3, tzinfo=UTC)
    )
    assert payload(request)[1] == (5, 3)


def test_the_plain_text_stands_before_the_html() -> None:
    assert [part["type"] for part in body_of(a_recipient())["content"]] == ["text/plain", "text/html"]


def test_both_unsubscribe_headers_are_written_out() -> None:
    headers = body_of(a_recipient())["personalizations"][0]["headers"]
    assert headers == {
        "List-Unsubscribe": "<https://example.com/leave>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_an_email_that_nobody_can_leave_has_no_such_headers() -> None:
    assert "headers" not in body_of(a_recipient(leave=""))["personalizations"][0]


@pytest.mark.parametrize("on", [True, False])
def test_tracking_is_off_unless_the_course_turns_it_on(on: bool) -> None:
    settings = body_of(a_recipient(), course=the_course(tracking=Tracking(opens=on, clicks=on)))["tracking_settings"]
    assert settings["subscription_tracking"] == {"enable": False}
    assert settings["open_tracking"]["enable"] is on
    assert settings["click_tracking"]["enable"] is on


def test_sendgrid_s_own_unsubscribing_stays_out_of_it() -> None:
    assert "asm" not in body_of(a_recipient())


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Sample", "Sample"),
        ("Sample, the first", '"Sample, the first"'),
        ("a; b", '"a; b"'),
        ('the "first"', '"the \\"first\\""'),
        ("a\\, b", '"a\\\\, b"'),
    ],
)
def test_a_name_with_a_separator_is_quoted(name: str, written: str) -> None:
    assert body_of(a_recipient(name=name))["personalizations"][0]["to"][0]["name"] == written


def test_a_person_without_a_name_has_none() -> None:
    assert body_of(a_recipient(name=""))["personalizations"][0]["to"] == [{"email": "sample1@example.com"}]


def test_a_reply_address_is_there_where_the_course_has_one() -> None:
    course = the_course(reply_to=Mailbox("Letters", "reply@example.com"))
    assert body_of(a_recipient(), course=course)["reply_to"] == {"email": "reply@example.com", "name": "Letters"}
    assert "reply_to" not in body_of(a_recipient())


def test_a_domain_that_is_not_ascii_is_written_in_punycode() -> None:
    to = body_of(a_recipient(address="sample@bücher.example"))["personalizations"][0]["to"][0]
    assert to["email"] == "sample@xn--bcher-kva.example"


def test_one_whose_values_are_too_large_has_them_in_the_bodies() -> None:
    long = "x" * (MOST_BYTES + 1)
    body = body_of(a_recipient(values={TAG: long}))
    assert "substitutions" not in body["personalizations"][0]
    assert [part["value"] for part in body["content"]] == [long, f"<p>{long}</p>"]
