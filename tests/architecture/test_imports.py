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
    (
        "addresses",
        "entries",
        "links",
        "loaded",
        "owner",
        "progress",
        "recent",
        "retry",
        "roster",
        "schedule",
        "signature",
        "standing",
        "tokens",
    ),
    ("breaker", "pacing"),
    ("mailers", "store"),
    (
        "arrivals",
        "certificate",
        "claim",
        "deciding",
        "deliver",
        "directory",
        "editions",
        "events",
        "export",
        "joining",
        "learning",
        "leaving",
        "membership",
        "moving",
        "notices",
        "pausing",
        "people",
        "places",
        "preferences",
        "privacy",
        "publishing",
        "quizzes",
        "recipients",
        "report",
        "resending",
        "returning",
        "syncing",
        "trial",
    ),
    ("sending",),
    ("gate", "resolving", "settling"),
    ("carrying",),
    ("tick",),
    ("queue", "scheduler", "web"),
    ("demo",),
    ("commands",),
    ("__main__", "cli"),
)
LAYER = {part: number for number, layer in enumerate(LAYERS) for part in layer}

# Outside the store a connection is handed on, never used: the names of its types are all that is needed.
DATABASE_LIBRARIES = {"alembic", "sqlalchemy"}
HANDED_ON = {"sqlalchemy.Connection", "sqlalchemy.Engine"}

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
    assert wrong == []


@pytest.mark.parametrize("module", [module for module in PROJECT if part_of_sender(module.name)], ids=named)
def test_a_module_of_sender_imports_no_layer_above_its_own(module: Module) -> None:
    part = part_of_sender(module.name)
    assert part in LAYER, f"sender.{part} has no place yet: put it into LAYERS, above all that it imports"
    wrong = [
        f"{module.where(imported)} imports {imported.name}"
        for imported in module.imports
        if LAYER.get(part_of_sender(imported.name), 0) > LAYER[part]
    ]
    assert wrong == []


@pytest.mark.parametrize("module", [module for module in PROJECT if part_of_sender(module.name) != "store"], ids=named)
def test_only_the_store_imports_what_runs_sql(module: Module) -> None:
    wrong = [
        f"{module.where(imported)} imports {imported.name}"
        for imported in module.imports
        if imported.name.partition(".")[0] in DATABASE_LIBRARIES and imported.name not in HANDED_ON
    ]
    assert wrong == []


def test_each_part_of_sender_is_in_one_layer() -> None:
    assert len(LAYER) == sum(map(len, LAYERS))
