"""Templates over a subscriber, rendered in two ways: as emails are, and by ordinary Jinja with the values at hand."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from jinja2 import ChainableUndefined, DictLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from course.errors import Place
from course.links import SAMPLE_SCHEDULE
from course.model import Field, FieldKind
from course.personal.expressions import SYMBOLS
from course.personal.placeholders import Email, Tags, fill, tag_values
from course.personal.readers import Expressions, Reader, reader_values
from course.personal.symbols import Look, Outcome, Symbols, Trace
from course.templating import CourseEnvironment, compiled, printed_as_text

FIELDS = {
    field.name: field
    for field in (
        Field("first_name", default="there"),
        Field("nickname"),
        Field("role", values=("engineer", "support", "sales")),
        Field("city", default="Leeds", values=("Leeds", "York")),
        Field("age", FieldKind.NUMBER, default="40"),
        Field("is_new", FieldKind.BOOLEAN),
    )
}
SALT = "0123456789abcdef"
FILE = "lessons/01-soil.md"
COURSE = SimpleNamespace(title="Soil & <Water>", tags=["a", "b"])
OTHERS = {"shared.txt": "{% macro hail(who) %}Hail {{ who }}!{% endmacro %}"}


class Room:
    """Where a template is rendered in the way of emails, for one reader after another."""

    def __init__(self, others: Mapping[str, str] = OTHERS) -> None:
        self.expressions = Expressions(FIELDS)
        self._environment = CourseEnvironment(DictLoader(others), fields=FIELDS, printed=printed_as_text)

    def reader(self, raw: Mapping[str, str]) -> Reader:
        return Reader(reader_values(FIELDS, raw), schedule=SAMPLE_SCHEDULE)

    def render(self, source: str, raw: Mapping[str, str]) -> tuple[Email, dict[Look, Outcome]]:
        """The email before it is filled, whose text is the template, and the questions that were asked."""
        reader = self.reader(raw)
        trace = Trace(lambda look: self.expressions.answer(look, reader), self.expressions.bounded)
        template = compiled(self._environment, source, Place(FILE, 1))
        tags = Tags(SALT)
        text = tags.in_text(template.render({SYMBOLS: Symbols(trace), "course": COURSE}))
        return Email("", "", text, tags.placeholders(), tags.salt), trace.outcomes

    def text(self, source: str, raw: Mapping[str, str]) -> str:
        """What one reader gets."""
        email, _ = self.render(source, raw)
        return fill(email, tag_values(email, self.expressions, self.reader(raw))).text


class _Person(dict[str, Any]):
    def __getattribute__(self, name: str) -> Any:
        if name in FIELDS:
            try:
                return self[name]
            except KeyError:
                raise AttributeError(name) from None
        return super().__getattribute__(name)


def by_plain_jinja(source: str, raw: Mapping[str, str]) -> str:
    """What ordinary Jinja makes of a template, escaping nothing, not even where `e` asks for it."""
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(OTHERS),
        undefined=ChainableUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["e"] = lambda value: value
    person = _Person(reader_values(FIELDS, raw))
    return environment.from_string(source).render(subscriber=person, course=COURSE, schedule=SAMPLE_SCHEDULE)
