"""A school, and its pages served on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sender.web.doors import Open, opened
from tests.sender.web.sample import School, a_school, served


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """A school whose pages are served at its base address."""
    with a_school(tmp_path) as school, served(school):
        yield school


@pytest.fixture
def everybody(tmp_path: Path) -> Iterator[Open]:
    """A school in which every page that acts could be used by somebody."""
    with opened(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """The same for tests in which nothing may change: one for all of a module."""
    with opened(tmp_path_factory.mktemp("school")) as found:
        before = found.school.everything()
        yield found
        assert found.school.everything() == before
