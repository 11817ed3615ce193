"""One reader's values: a subscriber's fields as a course declares them, and expressions worked out over them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from jinja2 import ChainableUndefined, Undefined, UndefinedError

from course.errors import CourseError
from course.excess import BoundedEnvironment
from course.mistakes import in_words
from course.model import Field, FieldKind
from course.personal.symbols import Look, Mode, Outcome

FieldValue = str | int | float | bool
_PLAIN = re.compile(r"(subscriber|links|schedule)\.(\w+)")
_DEFAULTED = re.compile(r"\(subscriber\.(\w+) \| default\('([^'\\]*)'\)\)")
_OTHER_ROOT = re.compile(r"(?<![.\w])(?:links|schedule)[.\[]")
_SUBSCRIBER_FIELD = re.compile(r"subscriber(?:\.(\w+)|\['(\w+)'\])")
_TRUE, _FALSE = frozenset({"true", "yes", "1", "on"}), frozenset({"false", "no", "0", "off"})


class Root(StrEnum):
    """What the names of an expression begin with: a person's fields, their links, or when something comes to them."""

    SUBSCRIBER = "subscriber"
    LINKS = "links"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class Given:
    """An expression that is one of a reader's values and nothing more; `default` stands where that is missing."""

    root: Root
    name: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """What an email may say of one person.

    `values` holds the declared fields that are not missing, `links` the addresses that are theirs, `schedule` when
    something comes to them, in words.
    """

    values: Mapping[str, FieldValue] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    schedule: Mapping[str, str] = field(default_factory=dict)


def field_value(declared: Field, raw: str) -> FieldValue | None:
    """A field's value from what was imported, or None where it is missing.

    An empty text, a text that is not of the field's kind and one that is not among its declared
    values are all missing; the field's default then takes their place.
    """
    for text in (raw.strip(), declared.default):
        value = _parsed(declared.kind, text) if not declared.values or text in declared.values else None
        if value is not None:
            return value
    return None


def reader_values(fields: Mapping[str, Field], raw: Mapping[str, str]) -> dict[str, FieldValue]:
    """All declared fields of one subscriber that have a value or a default."""
    values = ((name, field_value(declared, raw.get(name, ""))) for name, declared in fields.items())
    return {name: value for name, value in values if value is not None}


def _parsed(kind: FieldKind, text: str) -> FieldValue | None:
    if not text:
        return None
    if kind is FieldKind.BOOLEAN:
        lowered = text.lower()
        return True if lowered in _TRUE else False if lowered in _FALSE else None
    if kind is FieldKind.NUMBER:
        return _number(text)
    return text


def _number(text: str) -> int | float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    if number != number or number in {float("inf"), float("-inf")}:
        return None
    return int(number) if number.is_integer() and "e" not in text.lower() and "." not in text else number


class _Missing(ChainableUndefined):
    """A field without value or default: false, empty when printed, and what `default()` replaces."""

    def __call__(self, *args: object, **kwargs: object) -> _Missing:  # type: ignore[override]
        return self


class Expressions:
    """Works out lifted expressions for one reader after another.

    A plain field, a field with a constant default, a link and a moment take a path without Jinja, which is
    what makes filling an email for 20,000 people a matter of a second.
    """

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._fields = fields
        self._compiled: dict[str, Callable[[Reader], object]] = {}

    def value(self, expression: str, reader: Reader) -> object:
        """What an expression is for a reader; a missing value is falsy and prints as nothing.

        Raises CourseError, without a place, for one that cannot be worked out, such as a division by nothing.
        """
        evaluate = self._compiled.get(expression)
        if evaluate is None:
            evaluate = self._compiled[expression] = self._compile(expression)
        return evaluate(reader)

    def answer(self, look: Look, reader: Reader) -> Outcome:
        """What a template is told when it looks at an expression."""
        value = self.value(look.expression, reader)
        if look.mode is Mode.TRUTH:
            return bool(value)
        return value if isinstance(value, str | int | float | bool) else None

    def bounded(self, expression: str) -> bool:
        """Whether an expression's value has few possibilities, all declared by the course."""
        names = fields_in(expression)
        declared = [self._fields[name] for name in names if name in self._fields]
        few = all(one.values or one.kind is FieldKind.BOOLEAN for one in declared)
        return bool(names) and len(declared) == len(names) and few and _OTHER_ROOT.search(expression) is None

    def _compile(self, expression: str) -> Callable[[Reader], object]:
        if found := given(expression):
            name, default = found.name, found.default
            match found.root:
                case Root.SUBSCRIBER:
                    return lambda reader: reader.values.get(name, default)
                case Root.LINKS:
                    return lambda reader: reader.links.get(name, default)
                case Root.SCHEDULE:
                    return lambda reader: reader.schedule.get(name, default)
        work_out = self._environment.compile_expression(expression, undefined_to_none=False)

        def evaluate(reader: Reader) -> object:
            try:
                value = work_out(
                    subscriber=_Fields(reader.values), links=_Fields(reader.links), schedule=_Fields(reader.schedule)
                )
                return str(value) if isinstance(value, Undefined) else value
            except CourseError:
                raise
            except UndefinedError as error:
                raise _unknown(expression, reader) from error
            except Exception as error:
                raise CourseError(
                    f"`{expression}` cannot be worked out for every reader: {in_words(error).rstrip('.')}.",
                    fix="Say what holds for somebody of whom nothing is known, as with `| default(…)`.",
                    rule="template",
                ) from error

        return evaluate

    @cached_property
    def _environment(self) -> BoundedEnvironment:
        environment = BoundedEnvironment(undefined=_Missing, autoescape=False)
        environment.globals.clear()
        return environment


def _unknown(expression: str, reader: Reader) -> CourseError:
    missing = [f"`subscriber.{name}`" for name in fields_in(expression) if name not in reader.values]
    what = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'}" if missing else "something in it is"
    example = f"{missing[0][1:-1]} | default(…)" if missing else "| default(…)"
    return CourseError(
        f"`{expression}` cannot be worked out for every reader: {what} empty for somebody of whom nothing is known.",
        fix=f"Say what holds for them, as with `{example}`.",
        rule="template",
    )


class _Fields(dict[str, Any]):
    """A mapping whose names Jinja reads as items only, so that a field may be called `items`."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__"):
            return super().__getattribute__(name)
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def given(expression: str) -> Given | None:
    """The value of a reader's that an expression is, or None where it has to be worked out."""
    if plain := _PLAIN.fullmatch(expression):
        return Given(Root(plain[1]), plain[2])
    if defaulted := _DEFAULTED.fullmatch(expression):
        return Given(Root.SUBSCRIBER, defaulted[1], defaulted[2])
    return None


def fields_in(expression: str) -> tuple[str, ...]:
    """The subscriber's fields that an expression names, each once, in order."""
    found = (dotted or item for dotted, item in _SUBSCRIBER_FIELD.findall(expression))
    return tuple(dict.fromkeys(found))


def names_all_fields(expression: str) -> bool:
    """Whether an expression depends on no field of the subscriber's but those that `fields_in` finds."""
    return len(_SUBSCRIBER_FIELD.findall(expression)) == expression.count("subscriber")
