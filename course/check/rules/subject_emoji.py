"""The rule `subject-emoji`: a subject is made of words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

# Unicode's Emoji_Presentation (https://www.unicode.org/reports/tr51/), but where U+FE0E asks for the plain sign; what
# is shown as text by itself is an emoji with U+FE0F, or within a keycap. From U+1F300 on fonts draw nearly all of them.
_EMOJI = re.compile(
    "(?:[\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab"
    "\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e"
    "\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f004\U0001f0cf\U0001f18e"
    "\U0001f191-\U0001f19a\U0001f1e6-\U0001f1ff\U0001f201\U0001f21a\U0001f22f\U0001f232-\U0001f236\U0001f238-\U0001f23a"
    "\U0001f250\U0001f251\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7eb\U0001f7f0\U0001f90c-\U0001f9ff"
    "\U0001fa70-\U0001faff])(?!\ufe0e)|.\ufe0f\u20e3?|[0-9#*]\u20e3"
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
