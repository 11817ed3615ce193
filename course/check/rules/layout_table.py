"""The rule `layout-table`: a table that is there for its looks says that it is none."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule
from course.check.tables import holds_data, is_for_layout


def layout_tables(page: Page) -> Iterator[Fault]:
    """A table without headings that has no `role` either."""
    for table in page.all("table"):
        if not table.get("role") and not is_for_layout(table) and not holds_data(table):
            yield Fault(
                "This table neither has headings nor says that it is only for looks.",
                'Write `<table role="presentation">` where it arranges what is in it. Where it holds data, head its '
                'columns with `<th scope="col">`; an `mj-table` takes no role, so write the table into an `mj-text`.',
                page.place(table),
            )


RULE = Rule(
    "layout-table",
    Severity.ERROR,
    "A screen reader announces every table with its rows and columns, and reads each cell by its place in them.",
    in_email=layout_tables,
)
