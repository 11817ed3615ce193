"""The rule `link-address`: every link and picture of an email has a whole address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule
from course.personal.placeholders import ALLOWED_SCHEMES, Where

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_LONGEST = 80


def broken_addresses(page: Page) -> Iterator[Fault]:
    """An address that is empty, relative or a script, of a link or a picture."""
    for element in page.all("a", "area", "img", "form"):
        for name in ("href", "src", "action"):
            address = element.get(name)
            if address is None or page.look(element).hidden:
                continue
            said = _wrong_with(address.strip(), name)
            if said is not None and not _is_only_made_up(page, element, name):
                message, fix = said
                shown = page.attribute(element, name)
                shown = f"{shown[:_LONGEST]}…" if len(shown) > _LONGEST else shown
                kind = "picture" if name == "src" else "form" if name == "action" else "link"
                what = f"The address `{shown}` of a {kind}" if shown else f"The address of a {kind}"
                yield Fault(f"{what} {message}.", fix, page.place(element))


def _wrong_with(address: str, name: str) -> tuple[str, str] | None:
    whole = "Write the whole address, with https:// in front."
    if not address:
        return "is empty", "Write an address, or ask whether the reader has one: `{% if subscriber.NAME %}`."
    if address.startswith("#"):
        return "leads to a part of the email, which few mail programs do", "Say in words where it stands."
    scheme = _SCHEME.match(address)
    if scheme is None:
        return "is relative, and an email has no files around it", whole
    kind = scheme[1].lower()
    if name == "src" and kind == "data":
        return None  # another rule's
    if kind not in (ALLOWED_SCHEMES if name == "href" else {"http", "https"}):
        return f"begins with `{kind}:`, which mail programs refuse", whole
    if kind.startswith("http") and not _host(address):
        return "names no host", whole
    return None


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _is_only_made_up(page: Page, element: HtmlElement, name: str) -> bool:
    """Whether an address is a reader's value that is none only because this reader, who is made up, has a word there.

    A reader of whom nothing is known has none, or the default.
    """
    written = page.twin(element).get(name) or ""
    printed = [one for one in page.placeholders if one.where is Where.ADDRESS and one.tag in written]
    return bool(printed) and not any(one in page.missing for one in printed)


RULE = Rule(
    "link-address",
    Severity.ERROR,
    "An email is read by itself, with no page around it: only a whole address leads anywhere from there.",
    in_email=broken_addresses,
)
