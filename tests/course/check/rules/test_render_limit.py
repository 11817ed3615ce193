"""The rule `render-limit`; how time and memory are limited is tested in `tests/course/confined`."""

from __future__ import annotations

from course.check import Finding, Severity
from tests.course.check.small import a_lesson, check


def found(body: str) -> list[Finding]:
    return [finding for finding in check(a_lesson(body)).findings if finding.rule == "render-limit"]


def test_a_text_of_gigabytes_is_an_error_at_its_line() -> None:
    [finding, *_] = found("Dig.\n\n{{ 'dig ' * 1000000000 }}")
    assert (finding.severity, finding.file, finding.line) == (Severity.ERROR, "lessons/01-soil.md", 7)


def test_a_text_of_a_few_lines_is_none() -> None:
    assert found("Dig.\n\n{{ 'dig ' * 100 }}") == []
