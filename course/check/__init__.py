"""The rules that a course and its emails must pass, and the report of what they find."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from course.check.emails import faults_in_emails
from course.check.ignoring import sifted
from course.check.limited import in_time, set_aside
from course.check.report import Finding, Report, Severity
from course.check.rule import Checked, Fault, Rule
from course.check.rules import BY_ID, RULES
from course.check.rules.left_to_write import LEFT_TO_WRITE
from course.check.rules.raised import RENDER_LIMIT
from course.check.rules.unused_picture import RULE as UNUSED_PICTURE
from course.check.variants import letters, variants
from course.citations import coverage
from course.errors import CourseError, CourseErrors
from course.folder import Files, load, read_files

__all__ = ["Finding", "Report", "Severity", "check_files", "check_folder", "finding_of", "letters", "variants"]


def check_folder(folder: Path) -> Report:
    """Check the course in a folder; that there is none is a finding too."""
    try:
        files = read_files(folder)
    except CourseError as error:
        return Report((finding_of(error),))
    return check_files(files)


def check_files(files: Files) -> Report:
    """Check the course that `files` describe. What cannot be loaded is not checked any further."""
    try:
        course = load(files)
    except CourseErrors as errors:
        return Report(_in_order(map(finding_of, errors.errors)))
    course, files, slow = set_aside(course, files)
    checked = Checked(course, files)
    found = dict.fromkeys(_finding(rule, fault) for rule, fault in _faults(checked))
    left, ignored = sifted(course, files, _softened_in_drafts(found), BY_ID)
    if slow:  # what is found in the rest of their files, and of pictures that only they show, would not be true
        unseen = {error.place.file for error in slow if error.place}
        left = [one for one in left if one.file not in unseen and one.rule != UNUSED_PICTURE.id]
    return Report(_in_order((*left, *map(finding_of, slow))), coverage(course), tuple(ignored))


def _faults(checked: Checked) -> Iterator[tuple[Rule, Fault]]:
    found: list[tuple[Rule, Fault]] = []

    def look(at: Callable[[str], None]) -> None:
        for rule in RULES:
            if rule.in_course is not None:
                at(rule.id)
                found.extend((rule, fault) for fault in rule.in_course(checked))

    stopped = [(RENDER_LIMIT, fault) for fault in in_time(checked, look)]
    yield from (*found, *stopped)
    yield from faults_in_emails(checked, [rule for rule in RULES if rule.in_email is not None])


def _softened_in_drafts(findings: Collection[Finding]) -> Iterator[Finding]:
    """The findings, where those of a lesson that is still to be written are warnings if the email can be made.

    It cannot be published anyway, but its author can build it and look at it.
    """
    drafts = {finding.file for finding in findings if finding.rule == LEFT_TO_WRITE}
    for finding in findings:
        mild = finding.file in drafts and not BY_ID[finding.rule].essential
        yield replace(finding, severity=Severity.WARNING) if mild else finding


def finding_of(error: CourseError) -> Finding:
    """The finding that says what an error says, with the reason of its rule."""
    return replace(Finding.of(error), reason=BY_ID[error.rule].reason if error.rule in BY_ID else "")


def _finding(rule: Rule, fault: Fault) -> Finding:
    own = BY_ID.get(fault.rule, rule)
    severity = fault.severity or own.severity
    return Finding(own.id, severity, fault.place.file, fault.place.line, fault.message, fault.fix, own.reason)


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By file and line, each once: one mistake in a layout shows up in every email."""
    return tuple(sorted(dict.fromkeys(findings), key=Finding.position))
