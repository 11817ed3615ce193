"""The rule `missing-picture`: every picture that a lesson shows of its course is there."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.pictures import lost_pictures
from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule, fault_of


def missing_pictures(checked: Checked) -> Iterator[Fault]:
    """A picture that is not there, is outside the course, or whose file holds none."""
    return (fault_of(error) for error in lost_pictures(checked, RULE.id))


RULE = Rule(
    "missing-picture",
    Severity.ERROR,
    "Every reader would see a broken picture, and an email that has gone out cannot be mended.",
    in_course=missing_pictures,
    essential=True,
)
