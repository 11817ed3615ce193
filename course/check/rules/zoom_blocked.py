"""The rule `zoom-blocked`: nothing keeps a reader from making an email larger."""

from __future__ import annotations

import re
from collections.abc import Iterator

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

_FIXED = re.compile(r"user-scalable\s*=\s*(?:no|0)\b|maximum-scale\s*=\s*(?:0|1)(?:\.\d+)?\b", re.IGNORECASE)


def blocked_zoom(page: Page) -> Iterator[Fault]:
    """A viewport that forbids to zoom, or does not let an email become twice as large."""
    for meta in page.all("meta"):
        found = _FIXED.search(meta.get("content") or "") if (meta.get("name") or "").lower() == "viewport" else None
        if found:
            fix = "Leave it out: MJML sets `width=device-width, initial-scale=1` by itself."
            yield Fault(f"`{found[0]}` keeps readers from zooming in.", fix, page.place(meta))


RULE = Rule(
    "zoom-blocked",
    Severity.ERROR,
    "Whoever sees little makes the text larger with two fingers; this takes it from them.",
    in_email=blocked_zoom,
)
