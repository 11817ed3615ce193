"""The rule `template`: every template can be read, and every email made, for every reader that it tells apart."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from jinja2 import TemplateError

from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule, fault_of
from course.check.template_sources import lesson_parts, theme_files
from course.check.variants import letters
from course.errors import CourseError, CourseErrors
from course.templating import CourseEnvironment, compiled, limited, printed_as_text, template_error

# Jinja's own; and what Python says of the code that Jinja makes of a template nested too deeply or with a huge number.
_UNREADABLE = (TemplateError, SyntaxError, RecursionError, ValueError, OverflowError, MemoryError)


def failing_templates(checked: Checked) -> Iterator[Fault]:
    """First what cannot be read, then what cannot be rendered; some of it is another rule's, whose id it has."""
    yield from _unreadable(checked)
    yield from _failing(checked)


def _unreadable(checked: Checked) -> Iterator[Fault]:
    """A part of a lesson, or a file in theme/, that cannot be read.

    Rendering finds these as well, but only the first in each email, and none in a file that no email uses.
    """
    environment = CourseEnvironment(None, fields=checked.course.fields, printed=printed_as_text)
    for place, source in (*lesson_parts(checked), *theme_files(checked)):
        try:
            limited(partial(compiled, environment, source, place), place)
        except (CourseError, *_UNREADABLE) as error:
            yield fault_of(template_error(error, place))


def _failing(checked: Checked) -> Iterator[Fault]:
    """An email that some reader could not be sent."""
    for letter in letters(checked.course):
        try:
            checked.versions(letter)
        except CourseErrors as errors:
            place = letter.lesson.place if letter.lesson else checked.templates(letter)["mjml"]
            yield from (fault_of(error, error.place or place) for error in errors.errors)


RULE = Rule(
    "template",
    Severity.ERROR,
    "An email that cannot be made for a reader is never sent to them.",
    in_course=failing_templates,
    essential=True,
)
