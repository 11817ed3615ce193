"""Reads the project's own modules as syntax trees: what each imports, and which outside names it mentions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Mention:
    """A full dotted name that a module imports or uses, and the line where it does."""

    name: str
    line: int


@dataclass(frozen=True)
class Module:
    """One file of the project, by its full dotted name; a package's `__init__.py` goes by the package's name."""

    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        """The file's syntax tree."""
        return ast.parse(self.path.read_text(encoding="utf-8"), filename=str(self.path))

    @property
    def package(self) -> str:
        """The package that a relative import starts from."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]

    def where(self, mention: Mention) -> str:
        """The place of a mention, as editors open it."""
        return f"{self.path.relative_to(ROOT)}:{mention.line}"

    @cached_property
    def imports(self) -> tuple[Mention, ...]:
        """Everything imported, at the top, in a function or for type checking alike, as `package.module.name`."""
        return tuple(Mention(binding.imported, binding.line) for binding in self._bindings)

    @cached_property
    def uses(self) -> tuple[Mention, ...]:
        """Every use of an imported name, spelled out: after `from time import time as t`, `t` is `time.time`."""
        meaning = {binding.local: binding.meaning for binding in self._bindings}
        return tuple(
            Mention(".".join([meaning[first], *rest]), node.lineno)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name | ast.Attribute)
            for first, *rest in [_dotted(node)]
            if first in meaning
        )

    @cached_property
    def _bindings(self) -> list[_Binding]:
        return [
            binding
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for binding in _bound_by(node, self.package)
        ]


@dataclass(frozen=True)
class _Binding:
    """One name of an import statement: after `import os.path`, `os` is made, and means `os`."""

    imported: str
    local: str
    meaning: str
    line: int


def _bound_by(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[_Binding]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            local = alias.asname or alias.name.partition(".")[0]
            yield _Binding(alias.name, local, alias.name if alias.asname else local, node.lineno)
        return
    base = node.module or ""
    if node.level:
        parents = package.split(".")
        base = ".".join([*parents[: len(parents) - node.level + 1], *filter(None, [node.module])])
    for alias in node.names:
        name = f"{base}.{alias.name}"
        yield _Binding(name, alias.asname or alias.name, name, node.lineno)


def modules_of(package: str) -> list[Module]:
    """Every Python file under a top-level package of the project, in a stable order."""
    return [Module(_dotted_name(path), path) for path in sorted((ROOT / package).rglob("*.py"))]


def _dotted_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _dotted(node: ast.expr) -> list[str]:
    """`a.b.c` as its parts; empty first part where the expression does not start with a plain name."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [*_dotted(node.value), node.attr]
    return [""]
