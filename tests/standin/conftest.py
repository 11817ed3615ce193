"""Fixtures for the stand-in's own tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standin import SendGridStandin, StandinProcess


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    with SendGridStandin() as running:
        yield running


@pytest.fixture
def process(tmp_path: Path) -> Iterator[StandinProcess]:
    with StandinProcess(tmp_path / "journal.jsonl") as running:
        yield running
