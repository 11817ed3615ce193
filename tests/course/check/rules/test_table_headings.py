"""The columns of a table have names, and their cells say that they are headings."""

from __future__ import annotations

from tests.course.check.looked_at import CONTENT_LINE, LESSON, THEME, a_page, faults, found, places, themed
from tests.course.check.small import a_lesson


def test_a_table_of_a_lesson_without_headings_is_found_at_its_line() -> None:
    findings = found("table-headings", a_lesson("Look:\n\n| | |\n|---|---|\n| Monday | much |"))
    assert places(findings) == [(LESSON, 7)]
    assert findings[0].message == "The table's columns have no headings."


def test_one_with_headings_is_in_order_and_its_first_cell_may_be_empty() -> None:
    assert found("table-headings", a_lesson("| | Water |\n|---|---|\n| Monday | much |")) == []


def test_a_heading_that_says_not_what_it_heads_is_found_at_its_line() -> None:
    content = '<mj-text font-size="16px">\n<table><tr><th>Day</th><th scope="col">Water</th></tr></table></mj-text>'
    findings = found("table-headings", themed(content))
    assert places(findings) == [(THEME, CONTENT_LINE + 1)]
    assert "“Day”" in findings[0].message


def test_a_table_for_looks_needs_none() -> None:
    assert faults("table-headings", a_page('<table role="presentation"><tr><td>x</td></tr></table>')) == []


def test_what_to_do_is_said_for_markdown_in_a_lesson_and_for_html_in_a_theme() -> None:
    table = '<table role="table"{}><tr><td>Monday</td><td>Dig</td></tr><tr><td>Tuesday</td><td>Sow</td></tr></table>'
    fixes = [fault.fix for at in (' data-from="0"', "") for fault in faults("table-headings", a_page(table.format(at)))]
    assert ["| Day |" in fix for fix in fixes] == [True, False]
    assert "<th scope=" in fixes[1]
