"""`dripcourse import` at work in a small course, and a look at its files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import Result

from tests.course import command_line

PAGE = """\
<!doctype html><html><head><title>On worms</title><meta name="author" content="Sample Author">
<link rel="canonical" href="https://example.com/worms"></head><body><h1>On worms</h1>
<p>Worms live in the ground.</p><h2>What worms do</h2><p>Worms keep the ground loose.</p></body></html>
"""
NOTE = """\
---
title: On worms
author: Sample Author
url: https://example.com/worms
---

### opening-1 · Opening

> Worms live in the ground.

## What worms do

### what-worms-do-1

> Worms keep the ground loose.
"""


def run(*arguments: str | Path, given: bytes = b"") -> Result:
    return command_line.run("import", *arguments, given=given)


def data(*arguments: str | Path, given: bytes = b"") -> list[dict[str, Any]]:
    result = run(*arguments, "--format", "json", given=given)
    assert (result.exit_code, result.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def files(folder: Path) -> dict[str, bytes]:
    """All that is in a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def a_file(course: Path, name: str, content: str | bytes) -> Path:
    path = course.parent / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
