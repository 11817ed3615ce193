"""What the documents say is there is there, and what is there they say."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from click import Context

from course.links import LINKS
from sender.cli import dripcourse
from sender.commands.subscribers import subscribers
from sender.joining import FIELDS, KEPT, MOST_CONFIRMATIONS, WITHIN
from sender.web.gate import Gate

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COURSE = (ROOT / "docs" / "course.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
JOINING = (ROOT / "docs" / "joining.md").read_text("utf-8")
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


@pytest.mark.parametrize("command", sorted({*subscribers.commands} - {"import"}))
def test_the_operators_document_names_every_command_for_people(command: str) -> None:
    assert f"`dripcourse subscribers {command}" in OPERATING


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_readme_names_every_setting(setting: str) -> None:
    assert f"`{setting}`" in README


@pytest.mark.parametrize("link", sorted(LINKS))
def test_the_course_s_document_names_every_link(link: str) -> None:
    assert f"`links.{link}`" in COURSE


@pytest.mark.parametrize("field", FIELDS)
def test_the_document_on_joining_names_every_field(field: str) -> None:
    assert f"| `{field}` |" in JOINING


def test_the_document_on_joining_has_the_numbers_that_hold() -> None:
    gate, text = Gate(), " ".join(JOINING.split())
    assert f"{gate.per_address} for one address, {gate.per_network} from one network" in text
    assert gate.least_seconds == 0.25
    assert "at least a quarter of a second" in text
    assert MOST_CONFIRMATIONS == 3
    assert timedelta(hours=24) == WITHIN
    assert "at most three within 24 hours" in text
    assert f"within {KEPT.days} days" in text


@pytest.mark.parametrize("module", sorted(set(re.findall(r"`(sender/[a-z_/]+\.py)", ARCHITECTURE))))
def test_every_module_that_the_architecture_names_is_there(module: str) -> None:
    assert (ROOT / module).is_file()
