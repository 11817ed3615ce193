"""What lessons ask to ignore: findings that are left out with a reason, and requests that have nothing to leave out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from course.check.report import Finding, Ignored, Severity
from course.check.rule import Rule
from course.model import Course

UNUSED_IGNORE = Rule(
    id="unused-ignore",
    severity=Severity.WARNING,
    reason="What is ignored without need would hide the next mistake of its kind.",
    essential=True,
)


def sifted(
    course: Course, findings: Iterable[Finding], rules: Mapping[str, Rule]
) -> tuple[list[Finding], list[Ignored]]:
    """The findings that are left, those about needless requests among them, and those that are ignored."""
    reasons = {lesson.place.file: lesson.ignore for lesson in course.all_lessons}
    left, ignored, used = [], [], set()
    for finding in findings:
        because = reasons.get(finding.file or "", {}).get(finding.rule)
        if because is None or finding.rule not in rules or rules[finding.rule].essential:
            left.append(finding)
        else:
            used.add((finding.file, finding.rule))
            ignored.append(Ignored(finding, because))
    for lesson in course.all_lessons:
        for rule in lesson.ignore:
            if (lesson.place.file, rule) not in used:
                message, fix = _needless(rule, rules)
                line = lesson.lines.get(f"ignore.{rule}")
                left.append(Finding(UNUSED_IGNORE.id, UNUSED_IGNORE.severity, lesson.place.file, line, message, fix))
    return left, ignored


def _needless(rule: str, rules: Mapping[str, Rule]) -> tuple[str, str]:
    if rule not in rules:
        near = difflib.get_close_matches(rule, rules, n=1)
        fix = f"Did you mean `{near[0]}`?" if near else "Take the line away; docs/rules lists the rules."
        return f"There is no rule `{rule}` to ignore.", fix
    if rules[rule].essential:
        return f"The rule `{rule}` cannot be ignored.", "Mend what it finds, and take the line away."
    return f"The rule `{rule}` finds nothing in this lesson.", "Take the line away."
