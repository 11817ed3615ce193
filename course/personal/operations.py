"""What operators, filters and tests do to symbols: they make the symbol of the whole operation, wherever they can."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from course.errors import CourseError
from course.personal.expressions import IMPURE, SYMBOLS
from course.personal.symbols import Symbol, Symbols, plain, source_of
from course.personal.tokens import MARK, has_symbols, in_pieces, is_one_token, replace_values

_KEEPING_TOKENS = frozenset({"trim", "indent", "default", "d", "string", "e", "escape", "forceescape"})
_ONE_OF_A_LIST = frozenset({"sum", "min", "max", "sort", "unique"})


def combined(written: Callable[..., str], *values: object) -> Symbol | None:
    """The symbol of an operation, which `written` writes; None where no value is a symbol, or one is no constant."""
    symbol = next((value for value in values if isinstance(value, Symbol)), None)
    if symbol is None:
        return None
    texts = [source_of(value) for value in values]
    return None if None in texts else Symbol(written(*texts), symbol.trace)


def whole(value: object, context: Context) -> object:
    """A text into which symbols were printed, as one symbol; anything else as it is."""
    if not isinstance(value, str) or MARK not in value:
        return value
    text = replace_values(value, str)
    if not has_symbols(text):
        return text
    symbols = context.resolve_or_missing(SYMBOLS)
    assert isinstance(symbols, Symbols)
    parts = in_pieces(text, ascii, str)
    return symbols[f"({' ~ '.join(parts)})" if len(parts) > 1 else f"({parts[0]} | string)"]


def operated(operation: Callable[..., Any], form: str, context: Context, *values: object) -> Any:
    """What an operator makes of values; `form` is how it is written, such as `({} + {})`."""
    values = tuple(whole(value, context) for value in values)
    symbol = combined(form.format, *values)
    return operation(*(plain(value) for value in values)) if symbol is None else symbol


def extended(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that, on symbols and constants, gives the symbol of the filtered expression."""

    @pass_context
    @functools.wraps(filter_)
    def apply(context: Context, *args: Any, **kwargs: Any) -> Any:
        if name not in _KEEPING_TOKENS or isinstance(args[0], Symbol):
            args = tuple(_unprinted(value, context) for value in args)
            kwargs = {key: _unprinted(value, context) for key, value in kwargs.items()}
            symbol = None if name in IMPURE else _filtered(name, args, kwargs)
            if symbol is not None:
                return symbol
        return _called(filter_, context, args, kwargs)

    return apply


def examined(name: str, test: Callable[..., Any]) -> Callable[..., Any]:
    """A test (`is …`) that, on symbols and constants, gives the symbol of the question."""

    @pass_context
    @functools.wraps(test)
    def apply(context: Context, *args: Any) -> Any:
        args = tuple(whole(value, context) for value in args)
        symbol = combined(lambda first, *rest: f"({first} is {name}({', '.join(rest)}))", *args)
        return _called(test, context, args, {}) if symbol is None else symbol

    return apply


def _filtered(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Symbol | None:
    def written(first: str, *rest: str) -> str:
        positional = rest[: len(args) - 1]
        named = (f"{key}={text}" for key, text in zip(kwargs, rest[len(args) - 1 :], strict=True))
        return f"({first} | {name}({', '.join((*positional, *named))}))"

    inner = args[0] if name in _ONE_OF_A_LIST and isinstance(args[0], list | tuple) else ()
    symbol = next((item for item in inner if isinstance(item, Symbol)), None)
    if symbol is not None and (listed := source_of(args[0])) is not None:
        args = (Symbol(listed, symbol.trace), *args[1:])
    return combined(written, *args, *kwargs.values())


def _unprinted(value: object, context: Context) -> object:
    """A value for a filter to change: a text with tokens in it must not be changed as it stands.

    Raises CourseError for markup, whose other parts would not survive being put together again.
    """
    if not isinstance(value, Markup) or MARK not in value or is_one_token(value):
        return whole(value, context)
    raise CourseError(
        "A filter is used on a text into which values were printed.",
        fix="Use it on each value, as in `{{ subscriber.first_name | upper }}`.",
        rule="template",
    )


def _called(function: Callable[..., Any], context: Context, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    passed = getattr(function, "jinja_pass_arg", None)
    first = {"context": context, "eval_context": context.eval_ctx, "environment": context.environment}
    given = (first[passed.name],) if passed is not None else ()
    values = (plain(value) for value in args)
    return function(*given, *values, **{key: plain(value) for key, value in kwargs.items()})
