"""A small course to import documents into."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course.check.small import small_course, written


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course, which is the present folder; what is to be imported stands beside it."""
    folder = written(tmp_path / "gardens", small_course())
    monkeypatch.chdir(folder)
    return folder
