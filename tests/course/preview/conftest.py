"""A preview of the small course, shown on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.course.preview.served import Served, served


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "course") as preview:
        yield preview
