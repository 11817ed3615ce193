"""The rule `plain-text`: the plain-text part of an email says what its HTML says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

LEAST = 0.5
"""The share of the different words in the HTML that are to be in the plain text as well."""

_WORD = re.compile(r"[^\W_]+")


def lacking_texts(page: Page) -> Iterator[Fault]:
    """A plain-text part that is empty, or that lacks most of the words of the HTML."""
    shown = {word for text in page.texts for word in _words(text.words)}
    said = _words(page.email.text)
    if shown and len(shown & said) < LEAST * len(shown):
        fix = "Print `{{ body_text }}`, and what else the email says, in the template that ends in .txt."
        what = "lacks most of what its HTML says" if said else "is empty"
        yield Fault(f"The email's plain-text part {what}.", fix, page.templates["txt"])


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


RULE = Rule(
    "plain-text",
    Severity.ERROR,
    "Some read all their email as plain text, by choice or by ear, and filters distrust an email without it.",
    in_email=lacking_texts,
)
