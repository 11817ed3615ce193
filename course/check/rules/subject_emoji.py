"""The rule `subject-emoji`: a subject is made of words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

# Pictographs, dingbats that are shown as such, flags, and whatever U+FE0F or U+20E3 makes a picture of.
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u26ff\u2705-\u270d\u2728\u274c\u274e\u2753-\u2757\u2763\u2764\u2795-\u2797\u27a1"
    "\u27b0\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u231a\u231b\u23e9-\u23fa]|.\ufe0f\u20e3?|[0-9#*]\u20e3"
)


def emoji_in_subjects(page: Page) -> Iterator[Fault]:
    """An emoji in a subject as its author wrote it; one in a reader's name is theirs."""
    found = _EMOJI.search(page.variant.email.subject)
    if found:
        fix = "Say it in words, or keep the picture for the text."
        yield Fault(f"The subject holds the emoji {found[0]}.", fix, page.line_of("subject"))


RULE = Rule(
    "subject-emoji",
    Severity.WARNING,
    "A screen reader says its name in the middle of the sentence, and a program without it shows an empty box.",
    in_email=emoji_in_subjects,
)
