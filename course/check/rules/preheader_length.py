"""The rule `preheader-length`: the preheader fills the line after the subject, and says something more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from course.check.inbox import is_the_same_for_all, shown_width, width
from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

FEWEST, MOST = 15, 120
"""Characters. Telephones show about 35 to 100 of a preheader, and a desktop what the subject leaves of its line."""

_WORD = re.compile(r"[^\W_]+")


def unusual_preheaders(page: Page) -> Iterator[Fault]:
    """A preheader of less than 15 or over 120 characters, or one that only says the subject again."""
    assert page.variant.proof is not None
    unfilled = page.variant.proof.email.subject
    characters = shown_width(page, page.preheader, unfilled)
    exactly = is_the_same_for_all(page, unfilled)
    place = page.line_of("preheader")
    if characters < FEWEST:
        number = f"{width(unfilled)}" if exactly else f"fewer than {FEWEST}"
        noun = "character" if number == "1" else "characters"
        message = f"The preheader has {number} {noun}; an inbox fills the line with the beginning of the email."
        yield Fault(message, "Say in a sentence what the lesson gives to whoever opens it.", place)
    elif characters > MOST:
        number = f"{width(unfilled)}" if exactly else f"over {MOST}"
        message = f"The preheader has {number} characters, and hardly an inbox shows more than {MOST}."
        yield Fault(message, "Shorten it, and begin with what tells most: telephones show about 40.", place)
    if _repeats(page.email.subject, page.preheader):
        fix = "Say what the subject leaves open, such as how long it takes or what comes of it."
        yield Fault("The preheader says again what the subject says.", fix, place)


def _repeats(subject: str, preheader: str) -> bool:
    """Whether a preheader is the subject, or holds all of a subject of several words."""
    said, again = (_WORD.findall(text.lower()) for text in (subject, preheader))
    if said == again:
        return bool(said)
    return len(said) >= 3 and f" {' '.join(said)} " in f" {' '.join(again)} "


RULE = Rule(
    "preheader-length",
    Severity.WARNING,
    "Next to the subject it is all that a reader has to choose by whether to open the email now.",
    in_email=unusual_preheaders,
)
