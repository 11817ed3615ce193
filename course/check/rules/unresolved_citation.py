"""The rule `unresolved-citation`: every citation names a passage that is there."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule, fault_of
from course.citations import unresolved


def unresolved_citations(checked: Checked) -> Iterator[Fault]:
    """A citation that names no source, or no passage of it."""
    for lesson in checked.course.all_lessons:
        yield from (fault_of(error) for error in unresolved(checked.course, lesson))


RULE = Rule(
    "unresolved-citation",
    Severity.ERROR,
    "Readers would get the citation as it is written, brackets and all, and a claim without the source that proves it.",
    in_course=unresolved_citations,
    essential=True,
)
