"""The rule for rendering: every email can be made, for every reader that it tells apart."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.rule import Checked, Fault, fault_of
from course.check.rules.templates import broken_templates
from course.check.variants import letters
from course.errors import CourseErrors


def failing_templates(checked: Checked) -> Iterator[Fault]:
    """`template` and others: first what cannot be read, then what cannot be rendered."""
    yield from broken_templates(checked)
    yield from _failing_variants(checked)


def _failing_variants(checked: Checked) -> Iterator[Fault]:
    """`template`, `mjml`, `undeclared-field`, `too-many-variants`: an email that some reader could not be sent."""
    for letter in letters(checked.course):
        try:
            checked.versions(letter)
        except CourseErrors as errors:
            place = letter.lesson.place if letter.lesson else checked.template(letter)
            yield from (fault_of(error, error.place or place) for error in errors.errors)
