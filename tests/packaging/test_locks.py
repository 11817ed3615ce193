"""The locks say which file of which version is installed, and leave it to whoever installs where it comes from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("run", "dev")
PINNED = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[0-9a-z.]+)( ; [^\\]+)? \\")


def requirements(lock: str) -> list[str]:
    """The lock's lines, its heading left out."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def versions(lock: str) -> dict[str, str]:
    """Which version of each package a lock asks for."""
    found = [PINNED.fullmatch(line) for line in requirements(lock)]
    return {match["name"]: match["version"] for match in found if match}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_nothing_but_exact_versions_and_hashes(lock: str) -> None:
    hashed = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    lines = requirements(lock)
    assert [line for line in lines if not PINNED.fullmatch(line) and not hashed.fullmatch(line)] == []
    unhashed = [
        line
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if PINNED.fullmatch(line) and not hashed.fullmatch(after)
    ]
    assert unhashed == []


def test_what_the_tests_run_on_is_what_is_run() -> None:
    assert versions("run").items() <= versions("dev").items()


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [*project["project"]["dependencies"], *project["dependency-groups"]["build"]]
    assert {re.split(r"[^\w-]", requirement)[0] for requirement in named} <= versions("run").keys()
