"""The rule `heading-order`: below a heading comes one of the next level, and none is left out."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

_LEVELS = {f"h{level}": level for level in range(1, 7)}


def skipped_levels(page: Page) -> Iterator[Fault]:
    """A heading that is more than one level below the one before it; the first is below the title."""
    before = 1
    for heading in page.all(*_LEVELS):
        if page.look(heading).hidden:
            continue
        level = _LEVELS[str(heading.tag)]
        if level > before + 1:
            message = (
                f"“{page.quoted(heading)}” is a heading of level {level}, and the one before it of level {before}."
            )
            fix = f"Make it `<h{before + 1}>`, one level below the heading above it."
            if page.is_of_a_lesson(heading):
                fix = f"Write `{'#' * (before + 1)}` before it, one more than before the heading above it."
            yield Fault(message, fix, page.place(heading))
        before = level


RULE = Rule(
    "heading-order",
    Severity.WARNING,
    "Who goes through an email by its headings takes a missing level for a part that they have missed.",
    in_email=skipped_levels,
)
