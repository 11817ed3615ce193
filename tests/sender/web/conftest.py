"""A school, and its pages served on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sender.web import create_app
from sender.web.serving import address_of, listen, serving
from tests.sender.web.sample import School, a_school


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """A school whose pages are served at its base address."""
    with a_school(tmp_path) as school, listen("127.0.0.1", 0) as listener:
        school.base_url = address_of(listener)
        with serving(create_app(school.site), listener):
            yield school
