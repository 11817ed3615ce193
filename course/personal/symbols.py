"""Symbols: what stands in for a subscriber's value while an email is rendered for many people at once.

Printing a symbol prints a token, which later becomes a placeholder. Looking at one (`if`, a
comparison, a loop) asks the trace for one reader's answer and writes the answer down. All readers
for whom the answers come out the same read the same email: they share a variant.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from course.errors import CourseError

_TOKEN = re.compile(r"d([paq])([0-9a-f]+)x")


class Mode(StrEnum):
    """How a template looked at an expression: was it true, or what was its value?"""

    TRUTH = "truth"
    VALUE = "value"


class Spot(StrEnum):
    """What a token is printed into, by the letter that it carries."""

    TEXT = "p"
    ADDRESS = "a"
    ADDRESS_PART = "q"


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
        if look.mode is Mode.VALUE and not self.bounded(look.expression):
            raise CourseError(
                f"`{look.expression}` would need an email of its own for each of its values.",
                fix="Print it, ask whether it is there or equals something, or declare its `values` in [fields].",
                rule="too-many-variants",
            )
        if look not in self.outcomes:
            self.outcomes[look] = self.answer(look)
        return self.outcomes[look]


class Symbol:
    """An expression over a subscriber, not worked out. Every way to look at it goes through the trace."""

    __slots__ = ("_expression", "_trace")

    def __init__(self, expression: str, trace: Trace) -> None:
        self._expression = expression
        self._trace = trace

    @property
    def token(self) -> str:
        """Letters and digits that hold the expression, which Markdown and MJML leave as they are."""
        return f"dp{self._expression.encode().hex()}x"

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

    def __bool__(self) -> bool:
        return bool(self._trace.outcome(Look(Mode.TRUTH, self._expression)))

    def __eq__(self, other: object) -> bool:
        return bool(self.looked_at() == plain(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.looked_at())

    def __str__(self) -> str:
        return str(self.looked_at())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.looked_at(), name)

    def __iter__(self) -> Iterator[object]:
        return iter(str(self.looked_at()))

    def __len__(self) -> int:
        return len(str(self.looked_at()))

    def __contains__(self, item: object) -> bool:
        return str(plain(item)) in str(self.looked_at())

    def __getitem__(self, key: object) -> object:
        if isinstance(key, str | int):
            return Symbol(f"{self._expression}[{key!a}]", self._trace)
        return str(self.looked_at())[plain(key)]

    def __html__(self) -> str:
        return self.token


def _forwarded(name: str) -> Callable[..., Any]:
    def method(self: Symbol, *args: object) -> Any:
        return getattr(self.looked_at(), name)(*(plain(argument) for argument in args))

    return method


for _name in ("lt", "le", "gt", "ge", "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "floordiv", "mod", "neg"):
    setattr(Symbol, f"__{_name}__", _forwarded(f"__{_name}__"))


class Symbols:
    """The template's `_personal`: an expression's symbol, by its text."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    def __getitem__(self, expression: str) -> Symbol:
        return Symbol(expression, self._trace)


def plain(value: object) -> Any:
    """A value to compute with: a symbol is looked at, anything else stays as it is."""
    return value.looked_at() if isinstance(value, Symbol) else value


def extended(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that, on a symbol and with constant arguments, gives a symbol of the filtered expression."""

    @functools.wraps(filter_)
    def apply(*args: Any, **kwargs: Any) -> Any:
        shift = 1 if hasattr(filter_, "jinja_pass_arg") else 0
        symbol, rest = args[shift] if len(args) > shift else None, args[shift + 1 :]
        given = [ascii(value) for value in rest] + [f"{key}={value!a}" for key, value in kwargs.items()]
        constant = all(isinstance(value, str | int | float) for value in (*rest, *kwargs.values()))
        if isinstance(symbol, Symbol) and constant:
            called = f"({', '.join(given)})" if given else ""
            return Symbol(f"({symbol.expression} | {name}{called})", symbol.trace)
        return filter_(*(plain(value) for value in args), **{key: plain(value) for key, value in kwargs.items()})

    return apply


def examined(test: Callable[..., Any]) -> Callable[..., Any]:
    """A test (`is …`) that looks at symbols instead of taking them for values."""

    @functools.wraps(test)
    def apply(*args: Any, **kwargs: Any) -> Any:
        return test(*(plain(value) for value in args), **{key: plain(value) for key, value in kwargs.items()})

    return apply


def replace_tokens(text: str, replacement: Callable[[Spot, str], str]) -> str:
    """`text` with each symbol's token replaced by what `replacement` says for its spot and expression."""
    return _TOKEN.sub(lambda found: replacement(Spot(found[1]), bytes.fromhex(found[2]).decode()), text)


def in_address(address: str) -> str:
    """An address with its tokens marked as such: one at the start is the address, any other a part of it."""

    def marked(found: re.Match[str]) -> str:
        spot = Spot.ADDRESS if not address[: found.start()].strip() else Spot.ADDRESS_PART
        return f"d{spot}{found[2]}x"

    return _TOKEN.sub(marked, address)


def has_tokens(text: str) -> bool:
    """Whether a symbol was printed into `text`."""
    return _TOKEN.search(text) is not None
