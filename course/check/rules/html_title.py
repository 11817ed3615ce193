"""The rule `html-title`: the HTML of an email has a title."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.page import Page, has_words
from course.check.report import Severity
from course.check.rule import Fault, Rule


def titles(page: Page) -> Iterator[Fault]:
    """No `title` in the head, or one without words."""
    if not any(has_words(title.text or "") for title in page.all("title")):
        fix = "Put `<mj-title>{{ subject }}</mj-title>` into the `mj-head`."
        yield Fault("The email's HTML has no title.", fix, page.template)


RULE = Rule(
    "html-title",
    Severity.ERROR,
    "It is the first thing that a screen reader says of an email, and what a browser's tab is called.",
    in_email=titles,
)
