"""Symbols: what stands in for a subscriber's value while an email is rendered for many people at once.

Printing a symbol prints a token, which later becomes a placeholder. Looking at one (`if`, a
comparison, a loop) asks the trace for one reader's answer and writes the answer down. All readers
for whom the answers come out the same read the same email: they share a variant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NoReturn

from course.errors import CourseError
from course.personal.tokens import symbol_token


class Mode(StrEnum):
    """How a template looked at an expression: was it true, or what was its value?"""

    TRUTH = "truth"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Look:
    """One question that a template asked about a reader."""

    mode: Mode
    expression: str


Outcome = bool | int | float | str | None


@dataclass(slots=True)
class Trace:
    """The questions one rendering asked, in order, with the answers that it was given.

    `answer` works a question out for the reader at hand; `bounded` says whether the value of an
    expression has few possibilities, all declared by the course.
    """

    answer: Callable[[Look], Outcome]
    bounded: Callable[[str], bool]
    outcomes: dict[Look, Outcome] = field(default_factory=dict)

    def outcome(self, look: Look) -> Outcome:
        """The answer to a question. Raises CourseError where it could have any number of answers."""
        if look.mode is Mode.VALUE:
            self.refuse_unbounded(look.expression)
        if look not in self.outcomes:
            self.outcomes[look] = self.answer(look)
        return self.outcomes[look]

    def refuse_unbounded(self, expression: str) -> None:
        """Raise CourseError for an expression that could have any number of values."""
        if not self.bounded(expression):
            raise CourseError(
                f"`{expression}` would need an email of its own for each of its values.",
                fix="Print it, ask whether it is there or equals something, or declare its `values` in [fields].",
                rule="too-many-variants",
            )


class Symbol:
    """An expression over a subscriber, not worked out. Every way to look at it goes through the trace."""

    __slots__ = ("_expression", "_trace")

    def __init__(self, expression: str, trace: Trace) -> None:
        self._expression = expression
        self._trace = trace

    @property
    def expression(self) -> str:
        """The expression as Jinja source."""
        return self._expression

    @property
    def trace(self) -> Trace:
        """The trace of the rendering that the symbol belongs to."""
        return self._trace

    def looked_at(self) -> Outcome:
        """The reader's value."""
        return self._trace.outcome(Look(Mode.VALUE, self._expression))

    def __str__(self) -> str:
        return symbol_token(self._expression)

    def __bool__(self) -> bool:
        return bool(self._trace.outcome(Look(Mode.TRUTH, self._expression)))

    def _holds(self, comparison: str, other: object) -> bool:
        """Whether a comparison with a value is true; asked as such, since its answer is only one of two."""
        text = source_of(other)
        if text is None:
            raise TypeError(f"a subscriber's value cannot be compared with {type(other).__name__!r}")
        return bool(Symbol(comparison.format(self._expression, text), self._trace))

    def __eq__(self, other: object) -> bool:
        return source_of(other) is not None and self._holds("({0} == {1})", other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: object) -> bool:
        return self._holds("({0} < {1})", other)

    def __le__(self, other: object) -> bool:
        return self._holds("({0} <= {1})", other)

    def __gt__(self, other: object) -> bool:
        return self._holds("({0} > {1})", other)

    def __ge__(self, other: object) -> bool:
        return self._holds("({0} >= {1})", other)

    def __contains__(self, item: object) -> bool:
        return self._holds("({1} in {0})", item)

    def __hash__(self) -> int:
        return hash(self.looked_at())

    def __len__(self) -> int:
        self._trace.refuse_unbounded(self._expression)
        return int(Symbol(f"({self._expression} | length)", self._trace).looked_at() or 0)

    def __iter__(self) -> Iterator[object]:
        return (Symbol(f"({self._expression} | list)[{index}]", self._trace) for index in range(len(self)))

    def __getitem__(self, key: object) -> object:
        text = _slice_text(key) if isinstance(key, slice) else source_of(key)
        if text is None:
            raise TypeError(f"a subscriber's value has no part {key!r}")
        return Symbol(f"{self._expression}[{text}]", self._trace)

    def __getattr__(self, name: str) -> Any:
        # Jinja asks every callable for these two.
        if name.startswith("_") or name in {"unsafe_callable", "alters_data"}:
            raise AttributeError(name)
        return getattr(self.looked_at(), name)


class Symbols:
    """The template's `_personal`: an expression's symbol, by its text."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    def __getitem__(self, expression: str) -> Symbol:
        return Symbol(expression, self._trace)


class Unreachable(Symbols):
    """What an imported template finds instead of symbols: it was imported without its context."""

    def __init__(self) -> None:
        pass

    def __getitem__(self, expression: str) -> NoReturn:
        raise CourseError(
            f"`{expression}` is not known in a template that is imported without context.",
            fix="Write `{% import … with context %}`, or pass the value as an argument.",
            rule="template",
        )


def plain(value: object) -> Any:
    """A value to compute with: a symbol is looked at, anything else stays as it is."""
    return value.looked_at() if isinstance(value, Symbol) else value


def source_of(value: object) -> str | None:
    """A symbol's expression, or a constant (a list of them too), as Jinja source; None for anything else."""
    if isinstance(value, Symbol):
        return value.expression
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else None
    if isinstance(value, str):
        return ascii(str.__str__(value))
    if isinstance(value, list | tuple):
        items = [source_of(item) for item in value]
        return None if None in items else f"[{''.join(f'{item}, ' for item in items)}]"
    return None


def _slice_text(key: slice) -> str | None:
    parts = ["" if part is None else source_of(part) for part in (key.start, key.stop, key.step)]
    return None if None in parts else ":".join(str(part) for part in parts)
