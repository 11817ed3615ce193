"""The rule for citations: each names a passage that is there."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.rule import Checked, Fault, fault_of
from course.citations import unresolved


def unresolved_citations(checked: Checked) -> Iterator[Fault]:
    """`unresolved-citation`: a citation that names no source, or no passage of it."""
    for lesson in checked.course.all_lessons:
        yield from (fault_of(error) for error in unresolved(checked.course, lesson))
