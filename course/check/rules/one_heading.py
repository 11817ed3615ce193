"""The rule `one-heading`: an email has one heading of the first level, its title."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule


def first_headings(page: Page) -> Iterator[Fault]:
    """No heading of the first level, or one after the first."""
    found = [heading for heading in page.all("h1") if not page.look(heading).hidden]
    if not found:
        fix = "Put `<h1>{{ title }}</h1>` into the template, before the text."
        yield Fault("The email has no heading of the first level.", fix, page.template)
    for heading in found[1:]:
        message = f"“{page.quoted(heading)}” is a second heading of the first level."
        instead = "##` before it" if page.is_of_a_lesson(heading) else "<h2>`"
        fix = f"Write `{instead}: the title is the heading of the first level."
        yield Fault(message, fix, page.place(heading))


RULE = Rule(
    "one-heading",
    Severity.WARNING,
    "Who listens to an email jumps to the heading of the first level to hear what it is about.",
    in_email=first_headings,
)
