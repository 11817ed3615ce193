"""The rule `picture-too-large`."""

from __future__ import annotations

import pytest

from course.check import Severity
from tests.course.check.rules.showing import findings
from tests.course.drawn import a_png


@pytest.mark.parametrize(
    ("content", "large"),
    [
        (a_png(2000, 1), False),
        (a_png(2001, 1), True),
        (a_png(1, 2001), False),
        (a_png(filling=1_000_000 - len(a_png())), False),
        (a_png(filling=1_000_001 - len(a_png())), True),
    ],
    ids=["wide", "too wide", "high", "large", "too large"],
)
def test_a_picture_of_over_a_megabyte_or_2000_pixels_across_is_a_warning(content: bytes, large: bool) -> None:
    found = findings("A word.\n\n![A desk](../assets/desk.png)", desk_png=content)
    assert [(one.rule, one.severity, one.line) for one in found] == [("picture-too-large", Severity.WARNING, 7)] * large


def test_a_picture_on_the_web_is_not_weighed() -> None:
    assert findings("A word.\n\n![A desk](https://example.com/desk.png)") == []


@pytest.mark.parametrize(
    ("content", "said", "fix"),
    [
        (a_png(2001, 1), "is 2,001 pixels wide.", "Save it at most 2,000 pixels wide."),
        (a_png(filling=1_000_001), "is 1.1 MB large.", "Save it at most 1 MB large."),
        (
            a_png(2001, 1, filling=3_000_000 - len(a_png(2001, 1))),
            "is 3.0 MB large and 2,001 pixels wide.",
            "Save it at most 1 MB large and 2,000 pixels wide.",
        ),
    ],
    ids=["wide", "large", "both"],
)
def test_only_what_is_too_large_is_told(content: bytes, said: str, fix: str) -> None:
    [finding] = findings("A word.\n\n![A desk](../assets/desk.png)", desk_png=content)
    assert (finding.message, finding.fix) == (f"The picture assets/desk.png {said}", fix)
