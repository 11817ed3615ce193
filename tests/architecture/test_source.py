"""The reader behind the rules sees an import or a use however it is written: a rule it misses would hold of nothing."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.architecture.source import Module


def a_module(folder: Path, text: str, *, name: str = "sender.store.queries", file: str = "queries.py") -> Module:
    path = folder / file
    path.write_text(dedent(text), encoding="utf-8")
    return Module(name, path)


@pytest.mark.parametrize(
    ("statement", "imported"),
    [
        ("import sender.web.pages", "sender.web.pages"),
        ("import sender.web as w", "sender.web"),
        ("from sender import web", "sender.web"),
        ("from sender.web import pages", "sender.web.pages"),
        ("from . import tables", "sender.store.tables"),
        ("from .tables import batch", "sender.store.tables.batch"),
        ("from .. import web", "sender.web"),
        ("from ..web import pages", "sender.web.pages"),
        ("def f():\n    from sender import web", "sender.web"),
        ("if TYPE_CHECKING:\n    import sender.web", "sender.web"),
    ],
)
def test_an_import_is_seen_however_it_is_written(tmp_path: Path, statement: str, imported: str) -> None:
    assert imported in [mention.name for mention in a_module(tmp_path, statement).imports]


def test_a_relative_import_in_a_package_starts_from_the_package_itself(tmp_path: Path) -> None:
    package = a_module(tmp_path, "from .tables import batch", name="sender.store", file="__init__.py")
    assert [mention.name for mention in package.imports] == ["sender.store.tables.batch"]


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("import datetime\ndatetime.datetime.now()", "datetime.datetime.now"),
        ("from datetime import datetime as d\nd.now()", "datetime.datetime.now"),
        ("import datetime as dt\nclock = dt.datetime.now", "datetime.datetime.now"),
        ("from time import time\ntime()", "time.time"),
        ("import os.path\nos.environ['A']", "os.environ"),
    ],
)
def test_a_use_is_spelled_out_whatever_it_is_called_here(tmp_path: Path, text: str, used: str) -> None:
    assert used in [mention.name for mention in a_module(tmp_path, text).uses]
