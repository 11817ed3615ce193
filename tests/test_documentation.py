"""What the documents say is there is there, and what is there they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click import Context

from course.links import LINKS
from sender.cli import dripcourse

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COURSE = (ROOT / "docs" / "course.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
COMMANDS = dripcourse.list_commands(Context(dripcourse))
SETTINGS = sorted(
    set(re.findall(r'"((?:DRIPCOURSE|SENDGRID)_[A-Z_]+)"', (ROOT / "sender" / "settings.py").read_text("utf-8")))
)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_command(command: str) -> None:
    assert f"dripcourse {command}" in README or f"make {command}" in README or f"`{command}`" in README


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^dripcourse ([a-z]+) .*#", README, re.MULTILINE))))
def test_every_command_in_the_readme_is_there(command: str) -> None:
    assert command in COMMANDS


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_readme_names_every_setting(setting: str) -> None:
    assert f"`{setting}`" in README


@pytest.mark.parametrize("link", sorted(LINKS))
def test_the_course_s_document_names_every_link(link: str) -> None:
    assert f"`links.{link}`" in COURSE


@pytest.mark.parametrize("module", sorted(set(re.findall(r"`(sender/[a-z_/]+\.py)", ARCHITECTURE))))
def test_every_module_that_the_architecture_names_is_there(module: str) -> None:
    assert (ROOT / module).is_file()
