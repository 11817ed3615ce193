"""The Jinja environments: one for each thing that a template is rendered into (Markdown, plain text, MJML).

Author templates run in a sandbox. Whatever an expression prints is data: it is kept from being
read as markup in the way that the target needs, whoever it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from types import TracebackType
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from course.errors import CourseError, Place
from course.personal.expressions import SYMBOLS, lift
from course.personal.symbols import Symbol, examined, extended

_VALUE = re.compile(r"dv([0-9a-f]*)x")
_LINE = re.compile("\ue001([^\ue002]*)\ue002")


class CourseEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox for one course's templates.

    `printed` turns what an expression prints into text of the target. `mark_lines` leaves a mark
    at the start of each line of a template, which `without_marks` takes out again.
    """

    def __init__(
        self,
        loader: BaseLoader | None,
        *,
        fields: Mapping[str, object],
        printed: Callable[[object], str],
        mark_lines: bool = False,
    ) -> None:
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            autoescape=True,
            finalize=printed,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._fields = fields
        self._mark_lines = mark_lines
        for name in ("lipsum", "range"):
            del self.globals[name]
        self.globals[SYMBOLS] = _Unreachable()
        for name in ("safe", "random"):
            del self.filters[name]
        self.filters = {name: extended(name, filter_) for name, filter_ in self.filters.items()}
        self.filters |= dict.fromkeys(("e", "escape", "forceescape"), _unchanged)
        tests: Mapping[str, Any] = self.tests
        self.tests = {name: examined(test) for name, test in tests.items()}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = lift(super()._parse(source, name, filename), file=filename or "", fields=self._fields)
        if self._mark_lines:
            for data in tree.find_all(nodes.TemplateData):
                data.data = _marked(data.data, filename or "", data.lineno)
        return tree


class FilesLoader(BaseLoader):
    """Loads templates from a course's files: one in `theme/` before the one in `templates/email/`."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def get_source(self, environment: object, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The template's text and its path. Raises TemplateNotFound."""
        for path in (f"theme/{template}", f"templates/email/{template}"):
            if path in self._files:
                return self._files[path].decode("utf-8-sig"), path, lambda: True
        raise TemplateNotFound(template)


class _Unreachable:
    """What an imported template finds instead of symbols: it was imported without its context."""

    def __getitem__(self, expression: str) -> object:
        raise CourseError(
            f"`{expression}` is not known in a template that is imported without context.",
            fix="Write `{% import … with context %}`, or pass the value as an argument.",
            rule="template",
        )


def _unchanged(value: object) -> object:
    return value


def printed_as_token(value: object) -> str:
    """A printed value as letters and digits, so that Markdown leaves it alone; see `replace_values`."""
    if isinstance(value, Symbol | Markup):
        return _printed(value)
    return f"dv{str(value).encode('utf-8', 'surrogatepass').hex()}x"


def printed_as_text(value: object) -> str:
    """A printed value as it stands; a symbol as its token. The result is not escaped any further."""
    return Markup(_printed(value))  # noqa: S704  # plain text has nothing to escape


def printed_in_mjml(value: object) -> str:
    """A printed value as it survives the MJML engine, in text and in attributes.

    The engine corrupts non-ASCII, backslashes and line breaks in attributes, so all are written as
    character references.
    """
    if isinstance(value, Symbol | Markup):
        return Markup(_printed(value))  # noqa: S704  # a token, or what a template wrote
    escaped = escape(str(value)).replace("\\", "&#92;").replace("\n", "&#10;").replace("\t", "&#9;")
    return Markup(escaped.encode("ascii", "xmlcharrefreplace").decode())  # noqa: S704  # escaped right here


def _printed(value: object) -> str:
    return value.token if isinstance(value, Symbol) else str(value)


def replace_values(text: str, written: Callable[[str], str]) -> str:
    """`text` with the tokens of printed values replaced by the values, each as `written` writes it."""
    return _VALUE.sub(lambda found: written(bytes.fromhex(found[1]).decode("utf-8", "surrogatepass")), text)


def _marked(text: str, file: str, line: int) -> str:
    first, *rest = text.split("\n")
    marked = (f"\n\ue001{file}:{number}\ue002{part}" for number, part in enumerate(rest, start=line + 1))
    return f"\ue001{file}:{line}\ue002{first}{''.join(marked)}"


def without_marks(text: str) -> tuple[str, list[Place]]:
    """Rendered text without the marks of its lines, and for each of its lines the place it comes from."""
    places: list[Place] = []
    here = Place("")
    for line in text.split("\n"):
        marks = _LINE.findall(line)
        if marks:
            file, _, number = marks[0].rpartition(":")
            here = Place(file, int(number))
        places.append(here)
        if marks:
            file, _, number = marks[-1].rpartition(":")
            here = Place(file, int(number))
    return _LINE.sub("", text), places


def template_error(error: Exception, fallback: Place) -> CourseError:
    """What went wrong in a template, as a sentence with file and line."""
    if isinstance(error, CourseError):
        return error if error.place else CourseError(
            error.message, fix=error.fix, place=_raised_at(error.__traceback__) or fallback, rule=error.rule
        )
    if isinstance(error, TemplateSyntaxError):
        place = Place(error.filename or fallback.file, error.lineno)
        return CourseError(
            f"The template is not valid Jinja: {error.message}.", fix="Mend it there.", place=place, rule="template"
        )
    place = _raised_at(error.__traceback__) or fallback
    if isinstance(error, TemplateNotFound):
        fix = "Check its name, or add it to theme/."
        return CourseError(f"There is no template `{error.name}`.", fix=fix, place=place, rule="template")
    if isinstance(error, UndefinedError | SecurityError):
        fix = "Use only names that templates are given, and plain values."
        return CourseError(f"The template cannot be rendered: {error}.", fix=fix, place=place, rule="template")
    kind = "" if isinstance(error, TemplateError) else f"{type(error).__name__}: "
    fix = "Look at the expression in that line."
    return CourseError(f"The template cannot be rendered: {kind}{error}.", fix=fix, place=place, rule="template")


def _raised_at(traceback: TracebackType | None) -> Place | None:
    """The innermost line of a template in a traceback (Jinja names templates in it as if they were files)."""
    place = None
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file.startswith(("lessons/", "theme/", "templates/email/", "course.toml")):
            place = Place(file, traceback.tb_lineno)
        traceback = traceback.tb_next
    return place


def compiled(environment: CourseEnvironment, source: str, place: Place) -> Any:
    """A template from text that begins at a place in a file, with lines that count from there."""
    padding = "\n" * ((place.line or 1) - 1)
    code = environment.compile(padding + source, name=place.file, filename=place.file)
    return environment.template_class.from_code(environment, code, environment.make_globals(None), lambda: True)
