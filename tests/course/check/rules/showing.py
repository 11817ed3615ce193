"""What a check finds in a course whose first lesson shows pictures."""

from __future__ import annotations

from course.check import Finding
from tests.course.check.small import check_of
from tests.course.drawn import a_course_showing


def findings(markdown: str, **assets: bytes) -> list[Finding]:
    """What a check finds where the first lesson is that Markdown, from line 5 on."""
    return list(check_of(a_course_showing(markdown, **assets)).findings)


def only(markdown: str, **assets: bytes) -> Finding:
    """The one thing that it finds."""
    [finding] = findings(markdown, **assets)
    return finding
