"""What is published speaks of no machine: no package index, no folder of someone's own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OF_ONE_MACHINE = re.compile(
    r"""
    https?://[^\s"'<>]+/simple\b            # the address of a package index
    | --(?:extra-)?index-url[ =]\S          # …or the option that gives one
    | (?<![\w./~-])/(?:home|Users)/(?!you\b)\w  # a person's folder
    | (?<![\w./~-])/root/\w
    """,
    re.VERBOSE,
)


def tracked_files() -> list[Path]:
    """Every file that git holds or would take up, that is there."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize(
    ("text", "betrays"),
    [
        ("found at https://packages.example.com/root/simple/", True),
        ("pip install --index-url x", True),
        ("see " + "/home/" + "ada/notes", True),
        ("run it in /home/you/courses", False),
        ("https://example.com/home/page", False),
        ("a simple https://example.com/page", False),
    ],
)
def test_the_scan_tells_a_machine_of_ones_own_from_an_example(text: str, betrays: bool) -> None:
    assert bool(OF_ONE_MACHINE.search(text)) is betrays


@pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(),
    reason="not a checkout: nothing says which files are ours",
)
def test_no_file_names_a_package_index_or_a_folder_of_ones_own() -> None:
    files = [path for path in tracked_files() if path != Path(__file__)]
    found = []
    for path in files:
        lines = path.read_bytes().decode("utf-8", errors="ignore").splitlines()
        found += [
            f"{path.relative_to(ROOT)}:{n}: {line}" for n, line in enumerate(lines, 1) if OF_ONE_MACHINE.search(line)
        ]
    assert ROOT / "pyproject.toml" in files
    assert found == []
