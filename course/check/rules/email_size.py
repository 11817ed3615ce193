"""The rule `email-size`: an email is short enough that Gmail shows all of it."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

MOST, MANY = 102_000, 90_000
"""Bytes of HTML from which on Gmail cuts an email off, and from which on it is close to that."""


def large_emails(page: Page) -> Iterator[Fault]:
    """HTML of over 102,000 bytes once values are filled in, an error; or of over 90,000."""
    size = len(page.email.html.encode())
    if size <= MANY:
        return
    # The size before it is filled is the same for every reader, and so is the finding.
    kilobytes = round(len(page.variant.email.html.encode()) / 1_000)
    fix = "Make two lessons of it, or leave out what can be looked up; code and tables take more room than prose."
    if size > MOST:
        message = f"The email's HTML has about {kilobytes} kB; from {MOST // 1_000} kB on, Gmail cuts it off."
        yield Fault(message, fix, page.beginning, Severity.ERROR)
    else:
        message = f"The email's HTML has about {kilobytes} kB, close to the {MOST // 1_000} at which Gmail cuts it off."
        yield Fault(message, fix, page.beginning, Severity.WARNING)


# Measured, not documented: https://github.com/hteumeuleu/email-bugs/issues/41
RULE = Rule(
    "email-size",
    Severity.ERROR,
    "Gmail hides the rest behind a link that few follow, the link to unsubscribe among it.",
    in_email=large_emails,
)
