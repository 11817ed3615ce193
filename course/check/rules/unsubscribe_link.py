"""The rule `unsubscribe-link`: every email, but notices such as the one that asks to confirm, says how to leave."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.names import is_nameless
from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule
from course.links import SAMPLE_LINKS

_ADDRESS = SAMPLE_LINKS["unsubscribe"]


def missing_unsubscribe_links(page: Page) -> Iterator[Fault]:
    """No link to unsubscribe, that can be seen, in the HTML; or none in the plain text."""
    if page.letter.lesson is None:
        return
    if not any((link.get("href") or "").startswith(_ADDRESS) and not is_nameless(link) for link in page.links):
        fix = 'Add `<a href="{{ links.unsubscribe }}">Unsubscribe</a>` to the template.'
        yield Fault("The email has no link to unsubscribe.", fix, page.template)
    if _ADDRESS not in page.email.text:
        fix = "Add `Unsubscribe: {{ links.unsubscribe }}` to the template that ends in .txt."
        yield Fault("The email's plain-text part has no link to unsubscribe.", fix, page.templates["txt"])


RULE = Rule(
    "unsubscribe-link",
    Severity.ERROR,
    "The law of many countries demands one, and whoever finds none reports the email as spam.",
    in_email=missing_unsubscribe_links,
    essential=True,
)
