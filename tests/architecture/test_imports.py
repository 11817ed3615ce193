"""Imports go one way: `sender` knows `course`, never the reverse, and in `sender` a layer knows only those below."""

from __future__ import annotations

import pytest

from tests.architecture.source import Module, modules_of

MAY_IMPORT = {
    "course": {"course"},
    "sender": {"course", "sender"},
    "templates": set[str](),
}

# From the bottom to the top. A module may import its own layer and those that stand above it in this list.
LAYERS = (
    ("errors", "model", "settings"),
    ("retry", "slots", "tokens"),
    ("mailers", "store"),
    ("claim", "deliver", "editions", "events", "links", "people", "report"),
    ("tick",),
    ("queue", "scheduler", "web"),
    ("demo",),
    ("commands",),
    ("__main__", "cli"),
)
LAYER = {part: number for number, layer in enumerate(LAYERS) for part in layer}

# Outside the store a connection is passed on, never used: its type is all that is needed.
DATABASE_LIBRARIES = {"alembic", "sqlalchemy"}
FOR_TYPE_CHECKING = {"sqlalchemy.Connection", "sqlalchemy.Engine"}

PROJECT = [module for package in MAY_IMPORT for module in modules_of(package)]


def part_of_sender(name: str) -> str:
    """`store` of `sender.store.tables`; empty for `sender` itself and for whatever is not in it."""
    top, _, rest = name.partition(".")
    return rest.partition(".")[0] if top == "sender" else ""


def named(module: Module) -> str:
    return module.name


@pytest.mark.parametrize("module", PROJECT, ids=named)
def test_a_package_imports_no_package_above_it(module: Module) -> None:
    own_packages = {*MAY_IMPORT, "tests"}
    allowed = MAY_IMPORT[module.name.partition(".")[0]]
    wrong = [
        f"{module.where(imported)} imports {imported.name}"
        for imported in module.imports
        if imported.name.partition(".")[0] in own_packages - allowed
    ]
    assert not wrong


@pytest.mark.parametrize("module", [module for module in PROJECT if part_of_sender(module.name)], ids=named)
def test_a_module_of_sender_imports_no_layer_above_its_own(module: Module) -> None:
    part = part_of_sender(module.name)
    assert part in LAYER, f"sender.{part} has no place yet: put it into LAYERS, above all that it imports"
    wrong = [
        f"{module.where(imported)} imports {imported.name}"
        for imported in module.imports
        if LAYER.get(part_of_sender(imported.name), 0) > LAYER[part]
    ]
    assert not wrong


@pytest.mark.parametrize("module", PROJECT, ids=named)
def test_only_the_store_imports_a_database_library(module: Module) -> None:
    wrong = [
        f"{module.where(imported)} imports {imported.name}"
        for imported in module.imports
        if imported.name.partition(".")[0] in DATABASE_LIBRARIES
        and not (imported.name in FOR_TYPE_CHECKING and imported.line in module.type_checking_lines)
    ]
    assert part_of_sender(module.name) == "store" or not wrong


def test_each_part_of_sender_is_in_one_layer() -> None:
    assert len(LAYER) == sum(map(len, LAYERS))
