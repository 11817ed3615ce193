"""The rule `duplicate-id`: no two elements of an email have the same id."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule


def duplicate_ids(page: Page) -> Iterator[Fault]:
    """An id that an element before has as well."""
    known: set[str] = set()
    for element in page.elements:
        name = element.get("id")
        if name is not None and name in known:
            message = f"A second element has the id `{page.attribute(element, 'id')}`."
            yield Fault(message, "Give it an id of its own, or none.", page.place(element))
        if name is not None:
            known.add(name)


RULE = Rule(
    "duplicate-id",
    Severity.WARNING,
    "Labels and links that name an id mean the first element that has it: what belongs to the second is lost.",
    in_email=duplicate_ids,
)
