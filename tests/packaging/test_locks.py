"""The locks say which file of which version is installed, and leave it to whoever installs where it comes from."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


def npm_lock() -> dict[str, dict[str, Any]]:
    """What package-lock.json says of each package, by the folder that it is put into; ours has no name."""
    text = (ROOT / "requirements" / "package-lock.json").read_text(encoding="utf-8")
    packages: dict[str, dict[str, Any]] = json.loads(text)["packages"]
    return packages


def texts_in(value: object) -> Iterator[str]:
    """Every text in a piece of JSON, but for a package's licence and where its authors take donations."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in {"funding", "license"}:
                yield from texts_in(item)


def test_npms_lock_holds_nothing_but_exact_versions_and_hashes() -> None:
    hashed = re.compile(r"sha512-[A-Za-z0-9+/]{86}==")
    packages = {folder: package for folder, package in npm_lock().items() if folder}
    unhashed = [folder for folder, package in packages.items() if not hashed.fullmatch(package.get("integrity", ""))]
    unpinned = [folder for folder, package in packages.items() if not re.match(r"\d+\.\d+\.\d+", package["version"])]
    assert (unhashed, unpinned) == ([], [])
    assert packages


def test_npms_lock_names_no_place_to_take_a_package_from() -> None:
    assert [text for text in texts_in(npm_lock()) if "://" in text] == []
    assert [folder for folder, package in npm_lock().items() if "resolved" in package] == []


def test_npms_lock_is_of_what_is_asked_for() -> None:
    asked = json.loads((ROOT / "requirements" / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert npm_lock()[""]["devDependencies"] == asked
    assert {f"node_modules/{name}" for name in asked} <= npm_lock().keys()
