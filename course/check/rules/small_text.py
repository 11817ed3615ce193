"""The rule `small-text`: no text is too small to be read on a telephone."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

SMALLEST = 14
"""Pixels."""


def small_texts(page: Page) -> Iterator[Fault]:
    """Text of less than 14 px that can be seen."""
    for text in page.texts:
        size = page.look(text.element).size
        if size < SMALLEST - 0.01 and text.element.tag not in {"sub", "sup"}:
            message = f"Here text is {size:.3g} px large; {SMALLEST} px are the least."
            fix = f'Write `font-size="{SMALLEST}px"` or more; MJML\'s own default is 13px.'
            if page.is_of_a_lesson(text.element):
                fix = f"The template sets it, not the lesson: write {SMALLEST}px or more in {page.template.file}."
            yield Fault(message, fix, page.place(text.element))


RULE = Rule(
    "small-text",
    Severity.WARNING,
    "On a telephone at arm's length it has to be made larger to be read, and some programs make it larger themselves.",
    in_email=small_texts,
)
