"""What authors ask to ignore: findings that are left out with a reason, and requests that have nothing to leave out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from course.check.report import Finding, Ignored
from course.check.rule import Rule
from course.check.rules.unused_ignore import RULE as UNUSED_IGNORE
from course.errors import Place
from course.folder import Files
from course.folder.course_file import FILE, line_of
from course.model import Course


def sifted(
    course: Course, files: Files, findings: Iterable[Finding], rules: Mapping[str, Rule]
) -> tuple[list[Finding], list[Ignored]]:
    """The findings that are left, those about needless requests among them, and those that are ignored.

    A lesson asks for itself, `course.toml` for all other files.
    """
    reasons = {FILE: course.ignore, **{lesson.place.file: lesson.ignore for lesson in course.all_lessons}}
    left, ignored, used = [], [], set()
    for finding in findings:
        asking = finding.file if finding.file in reasons else FILE
        because = reasons[asking].get(finding.rule)
        if because is None or finding.rule not in rules or rules[finding.rule].essential:
            left.append(finding)
        else:
            used.add((asking, finding.rule))
            ignored.append(Ignored(finding, because))
    for place, rule in _requests(course, files):
        if (place.file, rule) not in used:
            message, fix = _needless(place.file, rule, rules)
            own = UNUSED_IGNORE
            left.append(Finding(own.id, own.severity, place.file, place.line, message, fix, own.reason))
    return left, ignored


def _requests(course: Course, files: Files) -> Iterator[tuple[Place, str]]:
    for lesson in course.all_lessons:
        for rule in lesson.ignore:
            yield Place(lesson.place.file, lesson.lines.get(f"ignore.{rule}")), rule
    for rule in course.ignore:
        yield Place(FILE, line_of(files[FILE], "ignore", rule)), rule


def _needless(file: str, rule: str, rules: Mapping[str, Rule]) -> tuple[str, str]:
    if rule not in rules:
        near = difflib.get_close_matches(rule, rules, n=1)
        fix = f"Did you mean `{near[0]}`?" if near else "Take the line away; docs/rules lists the rules."
        return f"There is no rule `{rule}` to ignore.", fix
    if rules[rule].essential:
        return f"The rule `{rule}` cannot be ignored.", "Mend what it finds, and take the line away."
    if file == FILE:
        message = f"The rule `{rule}` finds nothing outside the lessons."
        return message, "Take the line away. What it finds in a lesson is ignored in that lesson."
    return f"The rule `{rule}` finds nothing in this lesson.", "Take the line away."
