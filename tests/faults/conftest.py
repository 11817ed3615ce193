"""What the tests of faults share: a school to copy, and one stand-in for all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.school import School, found_school, opened_school
from tests.standin import StandinProcess, Step

PEOPLE = 24


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return found_school(tmp_path_factory.mktemp("founded") / "school", PEOPLE)


@pytest.fixture(scope="session")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandinProcess]:
    with StandinProcess(tmp_path_factory.mktemp("standin") / "journal.jsonl") as running:
        yield running


@pytest.fixture
def school(founded: Path, standin: StandinProcess, tmp_path: Path) -> School:
    school = opened_school(founded, tmp_path / "school", standin, PEOPLE)
    standin.script(default=Step())
    return school
