"""The rules for templates as they are written: each can be read, and each file in theme/ is of use."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from jinja2 import Environment, TemplateError
from jinja2.meta import find_referenced_templates

from course.check.rule import THEME, Checked, Fault, fault_of
from course.errors import CourseError, Place
from course.fences import hide_fences
from course.folder.front_matter import decode
from course.model import Lesson
from course.render import TEMPLATES, email_templates
from course.templating import CourseEnvironment, compiled, printed_as_text, template_error

_PARTS = ("subject", "preheader", "title", "body")

# Jinja's own; and what Python says of the code that Jinja makes of a template nested too deeply or with a huge number.
_UNREADABLE = (TemplateError, SyntaxError, RecursionError, ValueError, OverflowError, MemoryError)


def broken_templates(checked: Checked) -> Iterator[Fault]:
    """`template`, `undeclared-field`: a part of a lesson, or a file in theme/, that cannot be read.

    Rendering finds these as well, but only the first in each email, and none in a file that no email uses.
    """
    environment = CourseEnvironment(None, fields=checked.course.fields, printed=printed_as_text)
    sources = [*_lesson_parts(checked), *_theme_files(checked)]
    for place, source in sources:
        try:
            compiled(environment, source, place)
        except (CourseError, *_UNREADABLE) as error:
            yield fault_of(template_error(error, place))


def unused_theme_files(checked: Checked) -> Iterator[Fault]:
    """`unused-theme-file`: a file in theme/ that overrides no template and that none uses."""
    known = {path.removeprefix(TEMPLATES) for path in email_templates()}
    used = known | set(_referenced(checked))
    for path in checked.files:
        name = path.removeprefix(THEME)
        if name == path or name in used:
            continue
        near = difflib.get_close_matches(name, known, n=1)
        meant = f"Did you mean `{near[0]}`?" if near else f"Templates are: {', '.join(sorted(known))}."
        error = CourseError(
            "The file overrides no template, and no template or lesson uses it.",
            fix=f"{meant} Pictures belong in assets/.",
            place=Place(path),
            rule="unused-theme-file",
        )
        yield fault_of(error)


def _lesson_parts(checked: Checked) -> Iterator[tuple[Place, str]]:
    for lesson in checked.course.all_lessons:
        for part in _PARTS:
            yield _part(lesson, part)


def _part(lesson: Lesson, part: str) -> tuple[Place, str]:
    if part == "body":
        return Place(lesson.place.file, lesson.body_line), hide_fences(lesson.body)
    # Where a lesson has no title of its own, its subject stands in for it.
    line = lesson.lines.get(part, lesson.lines.get("subject", 1))
    return Place(lesson.place.file, line), str(getattr(lesson, part))


def _theme_files(checked: Checked) -> Iterator[tuple[Place, str]]:
    for path, content in checked.files.items():
        if path.startswith(THEME):
            try:
                yield Place(path, 1), decode(path, content)
            except CourseError:
                continue  # no text: a template that is used says so when it is rendered, anything else is unused


def _referenced(checked: Checked) -> Iterator[str]:
    """The names of all templates that a template or a lesson includes, extends or imports."""
    environment = Environment(autoescape=True)
    ours = (content.decode() for content in email_templates().values())
    theirs = (source for _, source in (*_lesson_parts(checked), *_theme_files(checked)))
    for source in (*ours, *theirs):
        try:
            tree = environment.parse(source)
        except (TemplateError, RecursionError):
            continue  # another rule's finding
        yield from (name for name in find_referenced_templates(tree) if name is not None)
