"""The rule for citations: each names a passage that is there."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.report import Finding
from course.check.rule import Checked
from course.citations import unresolved


def unresolved_citations(checked: Checked) -> Iterator[Finding]:
    """`unresolved-citation`: a citation that names no source, or no passage of it."""
    for lesson in checked.course.all_lessons:
        yield from (Finding.of(error) for error in unresolved(checked.course, lesson))
