"""Requests of one or more samples, for tests of mailers that make a message for each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from course.folder import load
from course.model import Course, Mailbox
from course.personal.placeholders import Email, Placeholder, Where
from sender.model import Recipient, Request
from tests.sender.stage import a_course

TAG = "dc0123456789000tz"
EMAIL = Email(
    f"Hello {TAG}",
    "<p>Hello</p>",
    "Hello\n.\n..\n",
    (Placeholder(TAG, "subscriber.first_name", Where.TEXT),),
    "0123456789",
)


def a_request(*recipients: Recipient, sender: str = "") -> Request:
    """A request to these, from the sender of the sample course or another."""
    course: Course = load(a_course("first"))
    if sender:
        course = replace(course, sender=Mailbox("Letters", sender))
    return Request(7, course, "first", EMAIL, recipients, datetime(2026, 3, 3, 8, tzinfo=UTC))


def sample(delivery: int, address: str = "sample@example.com") -> Recipient:
    """A sample subscriber."""
    return Recipient(delivery, address, "Sample 001", {TAG: "Sample"}, "https://example.com/leave")
