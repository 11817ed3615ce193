"""A table that only arranges things says so, and one that holds data is left alone."""

from __future__ import annotations

import pytest

from course.check import Severity
from tests.course.check.looked_at import CONTENT_LINE, THEME, a_page, faults, found, places, themed
from tests.course.check.small import a_lesson


def test_a_table_without_role_or_headings_is_an_error_at_its_line() -> None:
    findings = found(
        "layout-table", themed("<mj-table font-size='16px'>\n<tr><td>Left</td><td>Right</td></tr></mj-table>")
    )
    assert places(findings) == [(THEME, CONTENT_LINE)]
    assert findings[0].severity is Severity.ERROR
    assert 'role="presentation"' in findings[0].fix


@pytest.mark.parametrize(
    "content",
    [
        '<mj-text font-size="16px"><table role="presentation"><tr><td>Left</td></tr></table></mj-text>',
        '<mj-text font-size="16px"><table><tr><th scope="col">Day</th></tr></table></mj-text>',
    ],
)
def test_a_table_with_a_role_or_with_headings_is_in_order(content: str) -> None:
    assert found("layout-table", themed(content)) == []


def test_a_table_of_a_lesson_holds_data() -> None:
    assert found("layout-table", a_lesson("| Day | Water |\n|---|---|\n| Monday | much |")) == []


def test_headings_of_a_table_within_are_not_its_own() -> None:
    inner = '<table data-from="0"><tr><th scope="col">Day</th></tr></table>'
    assert len(faults("layout-table", a_page(f"<table><tr><td>{inner}</td></tr></table>"))) == 1
