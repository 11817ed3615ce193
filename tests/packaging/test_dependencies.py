"""What the code imports is asked for by name: nothing is there only because another package happens to bring it."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.architecture.source import ROOT, Module, modules_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASKED_FOR = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["postgresql"]]
DECLARED = {re.split(r"[^\w.-]", requirement)[0] for requirement in ASKED_FOR}
BROUGHT_BY = packages_distributions()


def canonical(distribution: str) -> str:
    """A distribution's name as PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize(
    "module",
    [module for package in ("course", "sender") for module in modules_of(package)],
    ids=lambda module: module.name,
)
def test_every_package_that_is_imported_is_declared(module: Module) -> None:
    tops = {imported.name.partition(".")[0] for imported in module.imports}
    foreign = tops - sys.stdlib_module_names - {"course", "sender"}
    undeclared = {top for top in foreign if not DECLARED & set(map(canonical, BROUGHT_BY.get(top, [])))}
    assert undeclared == set()
