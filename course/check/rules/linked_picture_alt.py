"""The rule `linked-picture-alt`: a link that is only a picture has words."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.names import is_nameless
from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

_FIX = "Say in the square brackets where the link leads: `[![The guide as a web page](…)](https://…)`."
_FIX_IN_HTML = 'Say in its `alt` where the link leads: `alt="The guide as a web page"`.'


def nameless_pictures(page: Page) -> Iterator[Fault]:
    """A link in which stands a picture, with an empty `alt`, and not a word besides."""
    for link in page.links:
        if link.find(".//img") is not None and is_nameless(link):
            yield Fault(
                f"The picture that leads to `{page.attribute(link, 'href')}` has no words.",
                _FIX if page.is_of_a_lesson(link) else _FIX_IN_HTML,
                page.place(link),
            )


RULE = Rule(
    "linked-picture-alt",
    Severity.ERROR,
    "The words of a picture are all that such a link says: without them a screen reader spells out an address.",
    in_email=nameless_pictures,
)
