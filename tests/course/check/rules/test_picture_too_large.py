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
