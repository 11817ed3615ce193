"""The Jinja environments: one for each thing that a template is rendered into (Markdown, plain text, MJML).

Author templates run in a sandbox. Whatever an expression prints is data: it is kept from being
read as markup in the way that the target needs, whoever it comes from.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from html import escape
from types import CodeType
from typing import Any, TypeVar

from jinja2 import (
    BaseLoader,
    StrictUndefined,
    Template,
    TemplateAssertionError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    nodes,
    pass_context,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from markupsafe import Markup

from course.errors import CourseError, Place
from course.excess import BoundedEnvironment
from course.folder.front_matter import decode
from course.limits import EmailOutOfTime, for_email, raised_at, too_large, too_slow
from course.mistakes import endless, in_words
from course.personal.expressions import LATE, SYMBOLS, WHOLE, lift
from course.personal.operations import examined, extended, operated, whole
from course.personal.symbols import Symbol, Unreachable, plain
from course.personal.tokens import has_symbols, in_pieces, symbol_token, value_token

# Characters that Unicode keeps for a program's own use (23.7, noncharacters), so that no text holds them.
_LINE_START, _LINE_END = "\ufdd1", "\ufdd2"
_LINE = re.compile(f"{_LINE_START}([^{_LINE_END}]*){_LINE_END}")
T = TypeVar("T")

_MOST_CODES = 1_000
_codes: dict[object, tuple[CodeType, Mapping[str, Place]]] = {}


class CourseEnvironment(BoundedEnvironment):
    """A sandbox for one course's templates.

    `printed` turns what an expression prints into text of the target. `mark_lines` leaves a mark
    at the start of each line of a template, which `without_marks` takes out again.
    """

    intercepted_unops = frozenset(BoundedEnvironment.default_unop_table)

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
            autoescape=printed is not printed_as_text,
            finalize=printed,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self.places: dict[str, Place] = {}
        self._fields = fields
        self._mark_lines = mark_lines
        for name in ("lipsum", "range"):
            del self.globals[name]
        self.globals[SYMBOLS] = Unreachable()
        for name in ("safe", "random"):
            del self.filters[name]
        self.filters |= dict.fromkeys(("e", "escape", "forceescape"), _unchanged)
        self.filters = {name: extended(name, filter_) for name, filter_ in self.filters.items()}
        self.filters[WHOLE] = pass_context(lambda context, value: whole(value, context))
        self.filters[LATE] = pass_context(lambda _, value: value)
        tests: Mapping[str, Any] = self.tests
        self.tests = {name: examined(name, test) for name, test in tests.items()}

    def code(self, source: str, name: str, filename: str) -> CodeType:
        """A template's text as code, made once for the same text in the same place.

        Most of rendering an email is this, and while an author writes a lesson the theme and the other lessons stay.
        """
        key = (self.finalize, self._mark_lines, frozenset(self._fields), source, name, filename)
        if key not in _codes:
            known, self.places = self.places, {}
            try:
                code = self.compile(source, name, filename)
            finally:
                found, self.places = self.places, known
            while len(_codes) >= _MOST_CODES:
                del _codes[next(iter(_codes))]
            _codes[key] = code, found
        code, places = _codes[key]
        for expression, place in places.items():
            self.places.setdefault(expression, place)
        return code

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        self._refuse_unknown(tree, filename)
        if self._mark_lines:
            _mark(tree, filename or "")
        return lift(tree, file=filename or "", fields=self._fields, places=self.places)

    def _refuse_unknown(self, tree: nodes.Template, filename: str | None) -> None:
        """Refuse a filter or test that there is not: what is lifted out of a template is compiled only later."""
        for node in tree.find_all((nodes.Filter, nodes.Test)):
            kind, known = ("test", self.tests) if isinstance(node, nodes.Test) else ("filter", self.filters)
            if node.name not in known and node.name != "safe":
                raise TemplateAssertionError(f"No {kind} named {node.name!r}", node.lineno, filename, filename)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """What an operator makes of two values, symbols among them."""
        return operated(self.binop_table[operator], f"({{}} {operator} {{}})", context, left, right)

    def call_unop(self, context: Context, operator: str, arg: Any) -> Any:
        """What a sign makes of a value."""
        return operated(self.unop_table[operator], f"({operator}{{}})", context, arg)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A part of a value, by name. Raises CourseError for a part of a text into which values were printed."""
        _refuse_printed(obj)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A part of a value, by key or index. Raises CourseError as `getattr` does."""
        _refuse_printed(obj)
        return super().getitem(obj, argument if isinstance(obj, Symbol) else plain(argument))


class FilesLoader(BaseLoader):
    """Loads templates from a course's files: one in `theme/` before the one in `templates/email/`."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def get_source(self, environment: object, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The template's text and its path. Raises TemplateNotFound, and CourseError where it is not UTF-8."""
        path = self.path(template)
        if path is None:
            raise TemplateNotFound(template)
        return decode(path, self._files[path]), path, lambda: True

    def load(self, environment: Any, name: str, globals: Any = None) -> Template:  # noqa: A002  # Jinja's name
        """The template, for an environment of ours. Raises as `get_source` does."""
        source, path, _ = self.get_source(environment, name)
        code = environment.code(source, name, path)
        return Template.from_code(environment, code, globals or {}, lambda: True)

    def path(self, template: str) -> str | None:
        """Where a template comes from, or None where there is none of that name."""
        paths = (f"theme/{template}", f"templates/email/{template}")
        return next((path for path in paths if path in self._files), None)


def _unchanged(value: object) -> object:
    return value


def printed_as_token(value: object) -> str:
    """A printed value as letters and digits, so that Markdown leaves it alone; see `tokens.replace_values`."""
    if isinstance(value, Symbol | Markup):
        return Markup(str(value))  # noqa: S704  # a token, or Markdown that a template wrote
    return "".join(in_pieces(str(value), value_token, symbol_token))


def printed_as_text(value: object) -> str:
    """A printed value as it stands; a symbol as its token."""
    return str(value)


def printed_in_mjml(value: object) -> str:
    """A printed value as it stands in text and in attributes; `course.mjml` keeps it from what the engine corrupts."""
    return Markup(str(value) if isinstance(value, Symbol | Markup) else escape(str(value)))  # noqa: S704  # escaped


def _refuse_printed(value: object) -> None:
    if isinstance(value, str) and has_symbols(value):
        raise CourseError(
            "A part is taken of a text into which a subscriber's value was printed.",
            fix="Take it of the value itself, or use a filter.",
            rule="template",
        )


def _mark(tree: nodes.Template, file: str) -> None:
    """Mark the lines of a template's own text, but not of a text that it keeps to look at."""
    blocks = tree.find_all((nodes.AssignBlock, nodes.FilterBlock, nodes.Macro, nodes.CallBlock))
    kept = {id(data) for block in blocks for data in _data(block)}
    for data in _data(tree):
        if id(data) not in kept:
            data.data = _marked(data.data, file, data.lineno)


def _data(node: nodes.Node) -> Iterator[nodes.TemplateData]:
    return node.find_all(nodes.TemplateData)


def _marked(text: str, file: str, line: int) -> str:
    parts = enumerate(text.split("\n"), start=line)
    return "\n".join(f"{_LINE_START}{file}:{number}{_LINE_END}{part}" for number, part in parts)


def without_marks(text: str) -> str:
    """Rendered text without the marks of its lines."""
    return _LINE.sub("", text) if _LINE_START in text else text


def places_of_lines(text: str) -> list[Place]:
    """The place that each line of a rendered text begins in, by the marks that are still in it."""
    unmarked, *marked = _LINE.split(text)
    parts = [(Place(""), unmarked), *zip(map(_place, marked[::2]), marked[1::2], strict=True)]
    places: list[Place] = []
    first: Place | None = None  # where what stands first in the line comes from
    for here, part in parts:
        ending, *lines = part.split("\n")
        first = here if first is None and ending and not ending.isspace() else first
        for line in lines:
            places.append(first or here)
            first = here if line.strip() else None
    return [*places, first or here]


@lru_cache(maxsize=2_000)
def _place(mark: str) -> Place:
    file, _, number = mark.rpartition(":")
    return Place(file, int(number))


def template_error(error: Exception, fallback: Place) -> CourseError:
    """What went wrong in a template, as a sentence with file and line."""
    if isinstance(error, CourseError):
        return (
            error
            if error.place
            else CourseError(
                error.message, fix=error.fix, place=raised_at(error.__traceback__) or fallback, rule=error.rule
            )
        )
    if isinstance(error, TemplateSyntaxError):
        place = Place(error.filename or fallback.file, error.lineno)
        said = str(error.message).rstrip(".")
        return CourseError(
            f"The template is not valid Jinja: {said}.", fix="Mend it there.", place=place, rule="template"
        )
    place = raised_at(error.__traceback__) or fallback
    if isinstance(error, TemplateNotFound):
        fix = "Check its name, or add it to theme/."
        return CourseError(f"There is no template `{error.name}`.", fix=fix, place=place, rule="template")
    said = str(error).rstrip(".")
    if isinstance(error, UndefinedError | SecurityError):
        fix = "Use only names that templates are given, and plain values."
        return CourseError(f"The template cannot be rendered: {said}.", fix=fix, place=place, rule="template")
    if isinstance(error, RecursionError | SyntaxError):
        return endless(error, place)
    fix = "Look at the expression in that line."
    message = f"The template cannot be rendered: {in_words(error).rstrip('.')}."
    return CourseError(message, fix=fix, place=place, rule="template")


def limited(render: Callable[[], T], place: Place) -> T:
    """What `render` makes of an email, within the limits that this process has; see `course.limits`.

    Raises CourseError, with the template's line where it is known and else with `place`, where one is passed.
    """
    try:
        with for_email(place.file):
            return render()
    except EmailOutOfTime as error:
        failure = too_slow(raised_at(error.__traceback__) or place)
        _forget_frames(error)
    except MemoryError as error:
        failure = too_large(raised_at(error.__traceback__) or place)
        _forget_frames(error)
    raise failure


def _forget_frames(error: BaseException | None) -> None:
    """Let go of all that was made before an error: its traceback holds it, in a circle where Jinja has rewritten it."""
    while error is not None:
        error.__traceback__ = None
        error = error.__context__
    gc.collect()


def compiled(environment: CourseEnvironment, source: str, place: Place) -> Any:
    """A template from text that begins at a place in a file, with lines that count from there."""
    padding = "\n" * ((place.line or 1) - 1)
    code = environment.code(padding + source, place.file, place.file)
    return environment.template_class.from_code(environment, code, environment.make_globals(None), lambda: True)
