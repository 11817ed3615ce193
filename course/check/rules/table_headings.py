"""The rule `table-headings`: the rows or columns of a table have headings."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.page import Page, has_words, words_of
from course.check.report import Severity
from course.check.rule import Fault, Rule
from course.check.tables import headings, holds_data, is_for_layout


def tables_without_headings(page: Page) -> Iterator[Fault]:
    """A table of data whose headings are missing, empty, or do not say what they head."""
    for table in page.all("table"):
        if is_for_layout(table) or not (table.get("role") or holds_data(table)):
            continue  # another rule's, where it says nothing
        heads = headings(table)
        if not any(has_words(words_of(head)) for head in heads):
            fix = 'Name the columns in its first row: `<th scope="col">Day</th>`.'
            if page.is_of_a_lesson(table):
                fix = "Name the columns in its first line: `| Day | What to do |`."
            yield Fault("The table's columns have no headings.", fix, page.place(table))
        for head in heads:
            if has_words(words_of(head)) and not head.get("scope"):
                message = f"The heading “{page.quoted(head)}” does not say whether it heads a column or a row."
                yield Fault(message, 'Write `<th scope="col">`, or `<th scope="row">`.', page.place(head))


RULE = Rule(
    "table-headings",
    Severity.WARNING,
    "Who cannot see a table hears one cell after another, and only the headings tell what each of them means.",
    in_email=tables_without_headings,
)
