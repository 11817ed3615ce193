"""The rule `subject-length`: a subject is short enough to be shown whole."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.inbox import is_the_same_for_all, shown_width, width
from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

MOST, ON_TELEPHONES = 60, 40
"""Characters that a desktop shows at the least, and a telephone held upright: about 60 to 75, and 33 to 48."""


def long_subjects(page: Page) -> Iterator[Fault]:
    """A subject of over 60 characters, as the reader gets it; a printed value counts for 20 at the most."""
    unfilled = page.variant.email.subject
    if shown_width(page, page.email.subject, unfilled) > MOST:
        number = f"{width(unfilled)}" if is_the_same_for_all(page, unfilled) else f"over {MOST}"
        yield Fault(
            f"The subject has {number} characters; inboxes show {MOST} at the most.",
            f"Shorten it, and put what tells most into the first {ON_TELEPHONES}: telephones cut the rest.",
            page.line_of("subject"),
        )


RULE = Rule(
    "subject-length",
    Severity.WARNING,
    "What is cut off a subject is read by nobody before the email is opened, or not.",
    in_email=long_subjects,
)
