"""The rule `link-colour`: a link in a text is told by more than its colour."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from course.check.looks import style_of
from course.check.names import name_of
from course.check.page import Page, has_words
from course.check.report import Severity
from course.check.rule import Fault, Rule

_LINE = re.compile(r"\b(?:solid|dashed|dotted|double|thin|medium|thick|[1-9][\d.]*px)\b")


def links_told_by_colour(page: Page) -> Iterator[Fault]:
    """A link among words that is not underlined, nor set off by a line, a background or bold type."""
    for link in page.links:
        if has_words(page.beside[link]) and name_of(link) and not _is_told(page, link):
            yield Fault(
                f"The link “{page.quoted(link)}” is told from the text around it by its colour alone.",
                "Take `text-decoration:none` away from it, or give it a line: `border-bottom:1px solid`.",
                page.place(link),
            )


def _is_told(page: Page, link: HtmlElement) -> bool:
    around = page.look(link.getparent())
    return any(
        _is_underlined(one)
        or page.look(one).background != around.background
        or (page.look(one).bold and not around.bold)
        for one in (link, *link.iterdescendants("span", "u", "b", "strong", "font", "img"))
    )


def _is_underlined(element: HtmlElement) -> bool:
    style = style_of(element)
    decoration = style.get("text-decoration", style.get("text-decoration-line", ""))
    if element.tag in {"u", "img"} or "underline" in decoration:
        return True
    if _LINE.search(style.get("border-bottom", style.get("border", ""))):
        return True
    return element.tag == "a" and not decoration


RULE = Rule(
    "link-colour",
    Severity.WARNING,
    "One man in twelve does not see some colours: to him such a link is a word like any other.",
    in_email=links_told_by_colour,
)
