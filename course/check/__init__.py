"""The rules that a course and its emails must pass, and the report of what they find."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from course.check.citations import unresolved_citations
from course.check.pictures import (
    missing_pictures,
    pictures_as_text,
    pictures_without_alt,
    too_large_pictures,
    unused_pictures,
    unusual_pictures,
)
from course.check.reading_grade import hard_lessons
from course.check.report import Finding, Report, Severity
from course.check.rule import Checked, Rule
from course.check.templates import broken_templates, unused_theme_files
from course.check.unwritten import unwritten_places
from course.check.variants import failing_variants, letters, variants
from course.citations import coverage
from course.errors import CourseError, CourseErrors
from course.folder import Files, load, read_files

__all__ = ["Finding", "Report", "Severity", "check_files", "check_folder", "letters", "variants"]

RULES: tuple[Rule, ...] = (
    unresolved_citations,
    unwritten_places,
    missing_pictures,
    pictures_as_text,
    pictures_without_alt,
    too_large_pictures,
    unusual_pictures,
    unused_pictures,
    broken_templates,
    failing_variants,
    hard_lessons,
    unused_theme_files,
)


def check_folder(folder: Path) -> Report:
    """Check the course in a folder; that there is none is a finding too."""
    try:
        files = read_files(folder)
    except CourseError as error:
        return Report((Finding.of(error),))
    return check_files(files)


def check_files(files: Files) -> Report:
    """Check the course that `files` describe. What cannot be loaded is not checked any further."""
    try:
        course = load(files)
    except CourseErrors as errors:
        return Report(_in_order(Finding.of(error) for error in errors.errors))
    checked = Checked(course, files)
    return Report(_in_order(finding for rule in RULES for finding in rule(checked)), coverage(course))


def _in_order(findings: Iterator[Finding]) -> tuple[Finding, ...]:
    """By file and line, each once: one mistake in a layout shows up in every email."""
    return tuple(
        sorted(dict.fromkeys(findings), key=lambda one: (one.file or "", one.line or 0, one.rule, one.message))
    )
