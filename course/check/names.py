"""What an email's links are called, to whoever hears them one by one."""

from __future__ import annotations

from lxml.html import HtmlElement

from course.check.page import has_words, words_of


def name_of(link: HtmlElement) -> str:
    """What a screen reader calls a link: what it is labelled as, else its words and those of its pictures."""
    return (link.get("aria-label") or "").strip() or words_of(link)


def is_nameless(link: HtmlElement) -> bool:
    """Whether a screen reader has nothing to call a link."""
    return not name_of(link)


def says_signs_only(link: HtmlElement) -> bool:
    """Whether a link is called by signs such as an arrow, and by no letter or digit."""
    return not is_nameless(link) and not has_words(name_of(link))
