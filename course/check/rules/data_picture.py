"""The rule `data-picture`: a picture is fetched from the web, and not written into the email."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule


def pictures_as_data(page: Page) -> Iterator[Fault]:
    """A picture whose address is a `data:` one."""
    for element in page.elements:
        for name in ("src", "background"):
            if (element.get(name) or "").lstrip().lower().startswith("data:"):
                fix = "Put the file into assets/ and show it from there, or give it an https:// address."
                yield Fault("The picture is written into its own address (`data:`).", fix, page.place(element))


# https://www.caniemail.com/features/image-base64/
RULE = Rule(
    "data-picture",
    Severity.WARNING,
    "Gmail and most versions of Outlook for Windows show no such picture, and it makes every email larger.",
    in_email=pictures_as_data,
)
