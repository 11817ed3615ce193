"""A school, and its pages served on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sender.web.sample import School, a_school, served


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """A school whose pages are served at its base address."""
    with a_school(tmp_path) as school, served(school):
        yield school
