"""The rule `picture-without-alt`: every picture of a lesson has words that can stand in its place."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.pictures import shown_pictures
from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule


def pictures_without_alt(checked: Checked) -> Iterator[Fault]:
    """A picture with nothing in its square brackets; within a link, it is the link that needs words."""
    for shown in shown_pictures(checked):
        if not shown.alt and not shown.linked:
            yield Fault(
                "The picture has no words for whoever does not see it: many programs show pictures only when asked.",
                "Say in the square brackets what it shows: ![A desk by a window](…).",
                shown.place,
            )


RULE = Rule(
    "picture-without-alt",
    Severity.WARNING,
    "Many programs show pictures only when asked, and some readers never see one: to them it is its words.",
    in_course=pictures_without_alt,
)
