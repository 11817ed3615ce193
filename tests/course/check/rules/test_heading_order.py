"""Headings go down one level at a time, and up as they like."""

from __future__ import annotations

import pytest

from tests.course.check.looked_at import LESSON, found, places, themed
from tests.course.check.small import a_lesson


def test_a_level_that_is_left_out_is_found_at_the_heading_after_it() -> None:
    findings = found("heading-order", a_lesson("## Soil\n\nDeep.\n\n#### Worms\n\nMany."))
    assert places(findings) == [(LESSON, 9)]
    assert findings[0].message == "“Worms” is a heading of level 4, and the one before it of level 2."
    assert "`###`" in findings[0].fix


def test_the_first_heading_is_below_the_title() -> None:
    [finding] = found("heading-order", a_lesson("### Soil\n\nDeep."))
    assert "level 3, and the one before it of level 1" in finding.message


@pytest.mark.parametrize("body", ["## A\n\n### B\n\n## C\n\n### D", "## A\n\n### B\n\n#### C\n\n## D", "Text."])
def test_down_by_one_and_up_by_any_is_in_order(body: str) -> None:
    assert found("heading-order", a_lesson(body)) == []


def test_a_readers_name_makes_no_other_finding() -> None:
    [finding] = found("heading-order", a_lesson("### For {{ subscriber.first_name }}"))
    assert "“For {{ subscriber.first_name }}”" in finding.message


def test_what_to_do_in_a_theme_is_said_for_html() -> None:
    [finding] = found("heading-order", themed('<mj-text font-size="16px"><h4>Soil</h4></mj-text>'))
    assert "`<h2>`" in finding.fix
    assert "#" not in finding.fix
