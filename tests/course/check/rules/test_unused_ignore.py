"""The rule `unused-ignore`; what can be ignored, and how, is tested in `test_ignoring`."""

from __future__ import annotations

from course.check import Severity
from tests.course.check.small import a_lesson, check, only_finding

SHOWN = "![](https://example.com/a.png) is an ornament."


def test_a_request_without_need_is_a_warning_at_its_line() -> None:
    finding = only_finding(a_lesson("Dig.", settings="ignore:\n  picture-without-alt: An ornament."))
    assert (finding.rule, finding.severity) == ("unused-ignore", Severity.WARNING)
    assert (finding.file, finding.line) == ("lessons/01-soil.md", 5)
    assert finding.fix == "Take the line away."


def test_a_request_that_leaves_something_out_is_no_finding() -> None:
    assert check(a_lesson(SHOWN, settings="ignore:\n  picture-without-alt: An ornament.")).findings == ()
