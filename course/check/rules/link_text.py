"""The rule `link-text`: every link has words to follow."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.names import is_nameless
from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

_FIX = "Say in the square brackets where it leads: `[The guide to soil](https://…)`."
_FIX_IN_HTML = 'Say within it where it leads: `<a href="…">The guide to soil</a>`.'


def wordless_links(page: Page) -> Iterator[Fault]:
    """A link in which stand neither words nor a picture."""
    for link in page.links:
        if is_nameless(link) and link.find(".//img") is None:
            printed = page.quoted(link)
            prints = f": `{printed}` is empty" if printed else ""
            default = " Give the value a default, `| default('…')`." if printed else ""
            yield Fault(
                f"The link to `{page.attribute(link, 'href')}` has no words{prints}.",
                f"{_FIX if page.is_of_a_lesson(link) else _FIX_IN_HTML}{default}",
                page.place(link),
            )


RULE = Rule(
    "link-text",
    Severity.ERROR,
    "Nobody sees a link without words, and whoever goes from link to link by ear comes upon one that says nothing.",
    in_email=wordless_links,
)
