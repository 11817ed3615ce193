"""A command line in this process, in a folder of the test's own with a course in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sender.cli import dripcourse
from tests.sender.stage import a_course, written

Run = Callable[..., Result]

_published: dict[str, bytes] = {}


def run_here(*arguments: str | Path, status: int | None = None, text: str | bytes = "") -> Result:
    """Run a command; nothing may escape it but an exit status, and no secret may show."""
    result = CliRunner().invoke(dripcourse, [str(argument) for argument in arguments], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    if status is not None:
        assert result.exit_code == status, result.output
    return result


@pytest.fixture(autouse=True)
def one_child_for_all(one_child: None) -> None:
    """Every course that is published is checked in the same child process."""


@pytest.fixture
def run() -> Run:
    """Runs `dripcourse` with arguments; `status` is the exit status that it must have."""
    return run_here


@pytest.fixture
def run_json() -> Callable[..., Any]:
    """Runs a command with `--format json`: what it prints on stdout, which is one document and nothing else."""

    def run(*arguments: str | Path, status: int = 0, text: str | bytes = "") -> Any:
        return json.loads(run_here(*arguments, "--format", "json", status=status, text=text).stdout)

    return run


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course folder."""
    return written(tmp_path / "letters", a_course("one", "two"))


@pytest.fixture
def published(course: Path) -> Path:
    """A course folder that is published: in the first test by the command, in the others as it left the database."""
    if not _published:
        run_here("publish", course, "--yes", status=0)
        _published.update({file.name: file.read_bytes() for file in Path().glob("dripcourse.db*")})
    for name, content in _published.items():
        Path(name).write_bytes(content)
    return course
