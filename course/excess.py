"""A sandbox that makes nothing larger than any email: it is refused before there is no room for it.

The process that renders is limited as a whole (`course.limits`), but not every system limits memory; and where a
subscriber's value says how often something is repeated, that is worked out where emails are sent.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from types import BuiltinMethodType
from typing import Any, TypeVar

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from course.errors import CourseError
from course.limits import RULE

LONGEST = 2_000_000
"""How many characters or items a text or a list may have: twenty times what mail programs show of an email."""

_LARGEST_PRODUCT = 20 * LONGEST
_MOST_BITS = 100_000
_WIDTH = r"\d{6,}"
_WIDE = re.compile(rf"%(?:\([^)]*\))?[^a-zA-Z%]*?{_WIDTH}|\{{[^{{}}]*:[^{{}}]*{_WIDTH}")
_WIDE_AS_GIVEN = re.compile(r"%(?:\([^)]*\))?[^a-zA-Z%]*?\*|\{[^{}]*:[^{}]*\{")
_FORMATTING = frozenset({"format", "format_map"})
_GROWING_FILTERS = ("batch", "center", "format", "indent", "join", "replace", "round", "slice", "tojson", "wordwrap")
T = TypeVar("T")
_GROWING_METHODS = _FORMATTING | {"center", "expandtabs", "join", "ljust", "replace", "rjust", "zfill"}


class _Bounding(CodeGenerator):
    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802  # Jinja's naming
        self.write("environment.bounded(")
        super().visit_Concat(node, frame)
        self.write(")")


class BoundedEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox that raises CourseError, without a place, for what would make a text, list or number too large."""

    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)
    code_generator_class = _Bounding

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.binop_table |= {"+": _added, "*": _multiplied, "**": _raised, "%": _formatted}
        self.filters |= {name: _guarded(name, self.filters[name]) for name in _GROWING_FILTERS}

    def call(self, context: Context, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """What a call in a template returns."""
        method = getattr(function, "__wrapped__", function)  # the sandbox has wrapped `format`
        if not isinstance(method, BuiltinMethodType) or method.__name__ not in _GROWING_METHODS:
            return super().call(context, function, *args, **kwargs)
        _refuse_growth(method.__name__, method.__self__, (*args, *kwargs.values()))
        return _bounded(super().call(context, function, *args, **kwargs))

    def concat(self, parts: Iterable[str]) -> str:
        """What a template writes, as one text."""
        return "".join(_while_short(parts))

    def bounded(self, text: str) -> str:
        """A text, as it is where it is not too long."""
        return _bounded(text)


def _while_short(parts: Iterable[str]) -> Iterator[str]:
    length = 0
    for part in parts:
        length += len(part)
        if length > LONGEST:
            if isinstance(parts, Generator):
                parts.throw(_excess())  # within the template, whose line is then known
            raise _excess()
        yield part


def _added(left: Any, right: Any) -> Any:
    if isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        _refuse(len(left) + len(right))
    return operator.add(left, right)


def _multiplied(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        _refuse_number(left.bit_length() + right.bit_length())
    for repeated, times in ((left, right), (right, left)):
        if isinstance(repeated, str | list | tuple) and isinstance(times, int):
            _refuse(len(repeated) * times)
    return operator.mul(left, right)


def _raised(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        _refuse_number(left.bit_length() * right)
    return operator.pow(left, right)


def _formatted(left: Any, right: Any) -> Any:
    if isinstance(left, str):
        _refuse_growth("format", left, right if isinstance(right, tuple) else (right,))
    return _bounded(operator.mod(left, right))


def _guarded(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that is not called where it would make something too large."""
    passed = hasattr(filter_, "jinja_pass_arg")

    @functools.wraps(filter_)
    def apply(*args: Any, **kwargs: Any) -> Any:
        own = args[1:] if passed else args
        if own:
            _refuse_growth(name, own[0], (*own[1:], *kwargs.values()))
        return _bounded(filter_(*args, **kwargs))

    return apply


def _refuse_growth(name: str, value: object, given: tuple[object, ...]) -> None:
    """Refuse a filter or a method whose result may be as large as the value and what is given to it, multiplied."""
    if name not in _FORMATTING:
        _refuse(_size(value) * max(map(_size, given), default=1), _LARGEST_PRODUCT)
    elif isinstance(value, str):
        texts = (_size(one) for one in given if not isinstance(one, int))
        _refuse((value.count("{") + value.count("%")) * max(texts, default=1), _LARGEST_PRODUCT)
        wide = any(isinstance(one, int) and one > LONGEST for one in given)
        if _WIDE.search(value) or (wide and _WIDE_AS_GIVEN.search(value)):
            raise _excess()


def _size(value: object) -> int:
    """How large a value is, at least 1: a number's worth, a text's characters, those of the texts in a list."""
    match value:
        case int():
            return max(1, abs(value))
        case str():
            return max(1, len(value))
        case list() | tuple():
            return 1 + sum(len(item) if isinstance(item, str) else 1 for item in value)
        case Mapping():
            return _size([*value.values()])
        case _:
            return 1


def _bounded(result: T) -> T:
    """What something has made, where it is not too long."""
    if isinstance(result, str | list | tuple):
        _refuse(len(result))
    return result


def _refuse(size: int, most: int = LONGEST) -> None:
    if size > most:
        raise _excess()


def _refuse_number(bits: int) -> None:
    if bits > _MOST_BITS:
        message = f"A number here would have more than {_MOST_BITS * 3 // 10:,} digits."
        raise CourseError(message, fix="Compute with smaller ones.", rule=RULE)


def _excess() -> CourseError:
    return CourseError(
        f"Something here would be longer than {LONGEST:,} characters or items.",
        fix="Repeat less, or fill it up to a smaller width: no email is that long.",
        rule=RULE,
    )
