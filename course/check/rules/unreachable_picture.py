"""The rule `unreachable-picture`: every picture has an address from which a mail program can fetch it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from course.check.pictures import lost_pictures
from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule, fault_of
from course.check.shown_text import shown_text
from course.errors import Place

_SPACED = re.compile(r"!\[[^\]]*\]\([^()<>\s]+(?:[ \t]+[^()<>\s]+)+\)")


def unreachable_pictures(checked: Checked) -> Iterator[Fault]:
    """A picture whose address leads neither into assets/ nor to the web, or is none to Markdown."""
    yield from (fault_of(error) for error in lost_pictures(checked, RULE.id))
    yield from pictures_as_text(checked)


def pictures_as_text(checked: Checked) -> Iterator[Fault]:
    """A picture whose address holds a space, which Markdown shows as the words that it is."""
    for lesson in checked.course.all_lessons:
        for line, text in shown_text(lesson.body):
            for found in _SPACED.finditer(text):
                yield Fault(
                    f"`{found[0]}` shows no picture, because of the space in its address.",
                    "Write the space as %20, or put the address in <…>.",
                    Place(lesson.place.file, lesson.body_line + line),
                )


RULE = Rule(
    "unreachable-picture",
    Severity.ERROR,
    "A mail program fetches pictures from the web: where there is no address to fetch one from, it shows none.",
    in_course=unreachable_pictures,
    essential=True,
)
