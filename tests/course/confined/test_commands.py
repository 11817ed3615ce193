"""Every command that renders a course ends where a template would not, in a sentence with file and line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from course.confined import Confined
from sender.cli import dripcourse
from tests.architecture.source import ROOT
from tests.course.check.small import a_lesson, small_course, written
from tests.course.confined import calls
from tests.course.confined.test_rendering import ENDLESS

COMMANDS = [["check"], ["build", "--out", "out"], ["simulate", "--from", "2026-03-03"], ["publish", "--yes"]]
HUGE = "{{ 'x' * 100000000 }}"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_command_tells_a_lesson_that_never_ends(
    tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course.confined.Confined", partial(Confined, seconds_for_email=0.2))
    course = written(tmp_path / "gardens", small_course(a_lesson(f"Before.\n\n{ENDLESS}")))
    done = CliRunner().invoke(dripcourse, [*command, str(course)])
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert "lessons/01-soil.md:7" in done.output
    assert "too long" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["gardens"]


@pytest.mark.parametrize("command", [COMMANDS[0], COMMANDS[-1]], ids=lambda command: command[0])
def test_the_command_line_tells_a_text_of_gigabytes(tmp_path: Path, command: list[str]) -> None:
    course = written(tmp_path / "gardens", small_course(a_lesson("Dig.", subject=f'"{HUGE}"')))
    done = subprocess.run(
        [sys.executable, "-m", "sender", *command, str(course)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "lessons/01-soil.md:2" in done.stdout + done.stderr
    assert "2,000,000" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_check_reports_a_child_that_died_as_its_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = written(tmp_path / "gardens", small_course())
    monkeypatch.setattr("course.commands.checked", calls.checked_to_death)
    done = CliRunner().invoke(dripcourse, ["check", str(course), "--format", "json"])
    assert done.exit_code == 1
    [finding] = json.loads(done.stdout)["findings"]
    assert (finding["rule"], finding["file"]) == ("render-limit", "lessons/01-soil.md")
    assert "SIGABRT" in finding["message"]
