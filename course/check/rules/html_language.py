"""The rule `html-language`: an email says what language it is in, and in which direction that runs, in two places."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

_FIX = 'Write `<mjml lang="{{ course.language }}" dir="{{ direction }}">`, which sets both, in both places.'
_UNKNOWN = "und"  # what MJML writes where it is told nothing


def languages(page: Page) -> Iterator[Fault]:
    """No `lang` or `dir`, or one that is not the course's, on `html` or on the first element of the body that shows."""
    first = next((child for child in page.body if isinstance(child.tag, str) and not page.look(child).hidden), None)
    both = {"`html`": (page.root, page.template)}
    if first is not None:
        both["the first element of the body"] = (first, page.place(first))
    for judged in (_language, _direction):
        said = {named: judged(page, element) for named, (element, _) in both.items()}
        for what in dict.fromkeys(said.values()):
            where = [named for named in both if said[named] == what]
            if what:
                yield Fault(f"On {' and on '.join(where)}, the email {what}.", _FIX, both[where[0]][1])


def _language(page: Page, element: HtmlElement) -> str:
    said = element.get("lang") or _UNKNOWN
    if said.partition("-")[0].lower() == page.language:
        return ""
    if said == _UNKNOWN:
        return "does not say what language it is in"
    return f"says that it is in `{said}`, and the course is in `{page.course.language}`"


def _direction(_page: Page, element: HtmlElement) -> str:
    if (element.get("dir") or "").lower() in {"ltr", "rtl"}:
        return ""
    return "does not say whether it runs from the left or from the right"


RULE = Rule(
    "html-language",
    Severity.ERROR,
    "A screen reader pronounces an email by the language it names, and some programs drop the `html` element.",
    in_email=languages,
)
