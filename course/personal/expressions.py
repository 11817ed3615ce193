"""Expressions over one subscriber: found in a template's syntax tree and lifted out of it as text.

An expression that uses nothing but `subscriber`, `links` and `schedule` says the same thing for a reader
whenever it is worked out, so a template can be rendered without its value: see `symbols`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, MutableMapping
from typing import Any

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from course.errors import CourseError, Place
from course.links import LINKS, SCHEDULE

ROOTS = frozenset({"subscriber", "links", "schedule"})
SYMBOLS = "_personal"
"""The template global whose item `[expression]` is that expression's symbol."""

WHOLE = "_whole"
"""The filter that makes one value of a text into which symbols were printed; see `operations`."""

LATE = "_late"
"""The filter that leaves a value as it is, but keeps Jinja from printing it before there is a context."""

KEPT = "_kept"
"""The template variable that holds the text of a `{% filter %}` block."""

IMPURE = frozenset({"random", "attr", "map", "select", "reject", "selectattr", "rejectattr", "groupby", "sort"})
"""Filters that give no plain value, or not the same one each time: they are never part of an expression."""

_NAMES = {"links": ("link", LINKS), "schedule": ("moment", SCHEDULE)}
"""What there is below a root whose names are the same in every course, and what such a name is called."""

_ESCAPES = frozenset({"e", "escape", "forceescape", "safe"})
_METHODS = frozenset(name for kind in (str, list) for name in dir(kind) if not name.startswith("_"))
_UNARY = {nodes.Not: "not ", nodes.Neg: "-", nodes.Pos: "+"}
_BINARY = {
    nodes.And: "and", nodes.Or: "or", nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/",
    nodes.FloorDiv: "//", nodes.Mod: "%", nodes.Pow: "**",
}  # fmt: skip
_COMPARISONS = {
    "eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not in",
}  # fmt: skip


class _NotLiftableError(Exception):
    """The expression uses something that is not the subscriber's, or a form that is not lifted."""


def expression_text(node: nodes.Expr) -> str | None:
    """A personal expression as Jinja source, or None where the node is not wholly personal."""
    try:
        text = _text(node)
    except _NotLiftableError:
        return None
    return text if any(name.name in ROOTS for name in _names(node)) else None


def lift(
    tree: nodes.Template, *, file: str, fields: Collection[str], places: MutableMapping[str, Place] | None = None
) -> nodes.Template:
    """Put `_personal['…']` in place of each largest personal expression of a template.

    `places` is told where each expression stands. Raises CourseError, with file and line, for a
    field that `fields` does not declare, for a part that a field does not have, and for a template
    that gives `subscriber`, `links` or `schedule` another meaning.
    """
    _refuse_shadows(tree, file)
    _refuse_undeclared(tree, file, fields)
    _refuse_parts(tree, file)
    lifted = _Lifter(file, {} if places is None else places).visit(tree)
    assert isinstance(lifted, nodes.Template)
    return lifted


class _Lifter(NodeTransformer):
    def __init__(self, file: str, places: MutableMapping[str, Place]) -> None:
        self._file = file
        self._places = places

    def generic_visit(self, node: nodes.Node, *args: object, **kwargs: object) -> nodes.Node:
        # A list, and what `~` joins, is not one value to be printed: each part travels by itself.
        several = isinstance(node, nodes.List | nodes.Tuple | nodes.Concat)
        if isinstance(node, nodes.Expr) and not several and (text := expression_text(node)) is not None:
            self._places.setdefault(text, Place(self._file, node.lineno))
            symbols = nodes.Name(SYMBOLS, "load", lineno=node.lineno)
            return nodes.Getitem(symbols, nodes.Const(text, lineno=node.lineno), "load", lineno=node.lineno)
        if isinstance(node, nodes.Output):
            node.nodes = [part for child in node.nodes for part in _printed(child)]
        visited = super().generic_visit(node, *args, **kwargs)
        if isinstance(visited, nodes.Getitem) and isinstance(visited.arg, nodes.Slice):
            visited.node = _whole(visited.node)
        for name in _LOOKING.get(type(visited), ()):
            if (looked_at := getattr(visited, name)) is not None:
                setattr(visited, name, _whole(looked_at))
        return visited

    def visit_FilterBlock(self, node: nodes.FilterBlock) -> list[nodes.Node]:  # noqa: N802  # Jinja's naming
        """`{% filter %}` as a text that is kept and then printed: Jinja would write what the filter gives unprinted."""
        kept = nodes.Name(KEPT, "load", lineno=node.lineno)
        innermost = node.filter
        while innermost.node is not None:
            assert isinstance(innermost.node, nodes.Filter)
            innermost = innermost.node
        innermost.node = kept
        keeping = nodes.AssignBlock(nodes.Name(KEPT, "store"), None, node.body, lineno=node.lineno)
        printing = nodes.Output([node.filter], lineno=node.lineno)
        return [self.visit(keeping), self.visit(printing)]


_LOOKING: dict[type[nodes.Node], tuple[str, ...]] = {
    nodes.If: ("test",), nodes.CondExpr: ("test",), nodes.For: ("iter", "test"), nodes.Not: ("node",),
    nodes.And: ("left", "right"), nodes.Or: ("left", "right"), nodes.Compare: ("expr",), nodes.Operand: ("expr",),
}  # fmt: skip


def _whole(node: nodes.Expr) -> nodes.Expr:
    """A node that is looked at: a text into which symbols were printed must be seen as what it will be."""
    if isinstance(node, nodes.Const | nodes.Compare | nodes.BinExpr | nodes.Not):
        return node
    return nodes.Filter(node, WHOLE, [], [], None, None, lineno=node.lineno)


def _printed(node: nodes.Expr) -> list[nodes.Expr]:
    """What printing a node prints: `a ~ b` prints a and then b, so that each can be lifted by itself."""
    if isinstance(node, nodes.Concat):
        return [part for child in node.nodes for part in _printed(child)]
    if isinstance(node, nodes.TemplateData) or _names(node):
        return [node]
    # A constant is printed when the template is compiled, and escaped before `finalize` could see it.
    return [nodes.Filter(node, LATE, [], [], None, None, lineno=node.lineno)]


def _names(node: nodes.Node) -> list[nodes.Name]:
    return [node] if isinstance(node, nodes.Name) else list(node.find_all(nodes.Name))


def _text(node: Any) -> str:
    match node:
        case nodes.Const(value=str() | int() | float() | None as value) if _is_written(value):
            return ascii(value)
        case nodes.Name(name=name) if name in ROOTS:
            return name
        case nodes.Getattr():
            return f"{_text(node.node)}.{node.attr}"
        case nodes.Getitem(arg=nodes.Slice() as part):
            ends = ("" if end is None else _text(end) for end in (part.start, part.stop, part.step))
            return f"{_text(node.node)}[{':'.join(ends)}]"
        case nodes.Call(node=nodes.Getattr()) if node.dyn_args is None and node.dyn_kwargs is None:
            return f"{_text(node.node)}({', '.join(_arguments(node))})"
        case nodes.Getitem():
            return f"{_text(node.node)}[{_text(node.arg)}]"
        case nodes.Filter() if node.name in _ESCAPES and node.node is not None:
            return _text(node.node)
        case nodes.Filter() | nodes.Test() if node.name not in IMPURE and node.node is not None:
            return _applied(node)
        case nodes.Compare():
            parts = (f" {_COMPARISONS[operand.op]} {_text(operand.expr)}" for operand in node.ops)
            return f"({_text(node.expr)}{''.join(parts)})"
        case nodes.Concat():
            return f"({' ~ '.join(_text(part) for part in node.nodes)})"
        case nodes.CondExpr():
            otherwise = "" if node.expr2 is None else f" else {_text(node.expr2)}"
            return f"({_text(node.expr1)} if {_text(node.test)}{otherwise})"
        case nodes.UnaryExpr() if type(node) in _UNARY:
            return f"({_UNARY[type(node)]}{_text(node.node)})"
        case nodes.BinExpr() if type(node) in _BINARY:
            return f"({_text(node.left)} {_BINARY[type(node)]} {_text(node.right)})"
        case nodes.List() | nodes.Tuple():
            inner = "".join(f"{_text(item)}, " for item in node.items)
            return f"[{inner}]" if isinstance(node, nodes.List) else f"({inner})"
        case _:
            raise _NotLiftableError


def _applied(node: nodes.Filter | nodes.Test) -> str:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise _NotLiftableError
    arguments = _arguments(node)
    called = f"({', '.join(arguments)})" if arguments else ""
    inner = _text(node.node)
    return f"({inner} is {node.name}{called})" if isinstance(node, nodes.Test) else f"({inner} | {node.name}{called})"


def _arguments(node: nodes.Filter | nodes.Test | nodes.Call) -> list[str]:
    named = (f"{pair.key}={_text(pair.value)}" for pair in node.kwargs)
    return [*(_text(argument) for argument in node.args), *named]


def _is_written(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def _refuse_undeclared(tree: nodes.Template, file: str, fields: Collection[str]) -> None:
    whole = {id(name): name for name in tree.find_all(nodes.Name) if name.name in ROOTS and name.ctx == "load"}
    accesses: Iterable[nodes.Getattr | nodes.Getitem] = tree.find_all((nodes.Getattr, nodes.Getitem))
    for node in accesses:
        inner = node.node
        if not isinstance(inner, nodes.Name) or inner.name not in ROOTS:
            continue
        whole.pop(id(inner), None)
        name = node.attr if isinstance(node, nodes.Getattr) else _constant(node.arg)
        place = Place(file, node.lineno)
        if name is None:
            raise CourseError(
                f"Which name of `{inner.name}` is meant cannot be told here.",
                fix=f"Write `{inner.name}.NAME`.",
                place=place,
                rule="undeclared-field",
            )
        if inner.name == "subscriber" and name not in fields:
            raise CourseError(
                f"`subscriber.{name}` is not declared.",
                fix=f'Add `{name} = {{ type = "text", default = "" }}` to [fields] in course.toml.',
                place=place,
                rule="undeclared-field",
            )
        kind, names = _NAMES.get(inner.name, ("field", fields))
        if name not in names:
            fix = f"Use one of {', '.join(sorted(names))}."
            raise CourseError(f"There is no {kind} `{name}`.", fix=fix, place=place, rule="undeclared-field")
    for name_node in whole.values():
        raise CourseError(
            f"`{name_node.name}` is used as a whole.",
            fix=f"Write `{name_node.name}.NAME` for the one value that is meant.",
            place=Place(file, name_node.lineno),
            rule="undeclared-field",
        )


def _constant(node: nodes.Node) -> str | None:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None


def _refuse_parts(tree: nodes.Template, file: str) -> None:
    """A field is a plain value: all that can be taken from it by name are a text's methods, to be called."""
    called = {id(call.node) for call in tree.find_all(nodes.Call)}
    for node in tree.find_all(nodes.Getattr):
        root = isinstance(node.node, nodes.Name) and node.node.name in ROOTS
        method = id(node) in called and node.attr in _METHODS
        if not root and not method and (text := expression_text(node.node)) is not None:
            raise CourseError(
                f"`{text}` has no part `{node.attr}`.",
                fix="Use a filter, such as `| upper`.",
                place=Place(file, node.lineno),
                rule="template",
            )


def _refuse_shadows(tree: nodes.Template, file: str) -> None:
    for name, line in _given_names(tree):
        if name in ROOTS or name == SYMBOLS:
            fix = "Choose another name."
            raise CourseError(f"`{name}` has a meaning of its own.", fix=fix, place=Place(file, line), rule="template")


def _given_names(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """The names to which a template gives a meaning, and `_personal`, which no template may even mention."""
    for name in tree.find_all(nodes.Name):
        if name.ctx != "load" or name.name == SYMBOLS:
            yield name.name, name.lineno
    for macro in tree.find_all(nodes.Macro):
        yield macro.name, macro.lineno
    for target in tree.find_all(nodes.Import):
        yield target.target, target.lineno
    for imported in tree.find_all(nodes.FromImport):
        for pair in imported.names:
            yield pair[1] if isinstance(pair, tuple) else pair, imported.lineno
