"""axe-core in a page: what offends against WCAG 2.0, 2.1 and 2.2, levels A and AA, as far as a program can tell."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Frame, Page

TAGS: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_AXE: Final = Path(__file__).parents[2] / ".venv/node/node_modules/axe-core/axe.min.js"
# Frames are looked at one by one: axe reaches into one only where scripts may run in it.
_RUN: Final = """tags => axe.run(document, {
    runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], iframes: false, ancestry: true
})"""


@cache
def _source() -> str:
    if not _AXE.is_file():
        pytest.fail("axe-core is missing: sh requirements/install.sh dev", pytrace=False)
    return _AXE.read_text(encoding="utf-8")


def violations(frame: Page | Frame) -> list[str]:
    """What axe finds in a page or frame as it is shown now, one line for each element, and what would mend it."""
    if frame.evaluate("typeof axe") == "undefined":
        frame.evaluate(_source())
    found = frame.evaluate(_RUN, list(TAGS))
    return [_told(violation, node) for violation in found["violations"] for node in violation["nodes"]]


def _told(violation: dict[str, Any], node: dict[str, Any]) -> str:
    summary = " ".join(node["failureSummary"].split())
    return f"{violation['id']}: {violation['help']}. {summary} At {node['html'][:300]}"
