"""The rule `unused-theme-file`: every file in theme/ changes something."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from jinja2 import Environment, TemplateError
from jinja2.meta import find_referenced_templates

from course.catalogue import is_catalogue
from course.check.report import Severity
from course.check.rule import THEME, Checked, Fault, Rule
from course.check.template_sources import lesson_parts, theme_files
from course.errors import Place
from course.render import TEMPLATES, email_templates


def unused_theme_files(checked: Checked) -> Iterator[Fault]:
    """A file in theme/ that overrides no template and that none uses."""
    known = {path.removeprefix(TEMPLATES) for path in email_templates() if path.startswith(TEMPLATES)}
    used = known | set(_referenced(checked)) | set(_catalogues(checked))
    for path in checked.files:
        name = path.removeprefix(THEME)
        if name == path or name in used:
            continue
        if is_catalogue(path):
            message = f"The words are those of another language than the course's, `{checked.course.language}`."
            yield Fault(message, "Rename the folder, mend `language` in course.toml, or take it away.", Place(path))
            continue
        near = difflib.get_close_matches(name, known, n=1)
        meant = f"Did you mean `{near[0]}`?" if near else f"Templates are: {', '.join(sorted(known))}."
        message = "The file overrides no template, and no template or lesson uses it."
        yield Fault(message, f"{meant} Pictures belong in assets/.", Place(path))


def _catalogues(checked: Checked) -> Iterator[str]:
    """The names of the catalogues that are asked for words in the course's language: `pt_BR`, then `pt`."""
    parts = checked.course.language.split("-")
    return (f"locale/{'_'.join(parts[:count])}/LC_MESSAGES/messages.po" for count in range(1, len(parts) + 1))


def _referenced(checked: Checked) -> Iterator[str]:
    """The names of all templates that a template or a lesson includes, extends or imports."""
    environment = Environment(autoescape=True)
    ours = (content.decode() for path, content in email_templates().items() if path.startswith(TEMPLATES))
    theirs = (source for _, source in (*lesson_parts(checked), *theme_files(checked)))
    for source in (*ours, *theirs):
        try:
            names = list(find_referenced_templates(environment.parse(source)))
        except (TemplateError, RecursionError, ValueError):
            continue  # another rule's finding
        yield from (name for name in names if name is not None)


RULE = Rule(
    "unused-theme-file",
    Severity.WARNING,
    "It was meant to change what emails look like, and under this name it changes nothing.",
    in_course=unused_theme_files,
)
