"""The rule `picture-alt-absent`: every picture has an `alt`, be it an empty one."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule


def pictures_without_alt(page: Page) -> Iterator[Fault]:
    """An image, or an area or button that is one, without the attribute `alt`."""
    for picture in page.all("img", "area", "input"):
        if picture.get("alt") is None and _is_picture(picture) and not page.look(picture).hidden:
            address = page.attribute(picture, "src") or page.attribute(picture, "href")
            fix = 'Add `alt="…"` that says what it shows, or `alt=""` where it is only for looks.'
            yield Fault(f"The picture {_shortened(address)} has no `alt`.", fix, page.place(picture))


def _is_picture(element: HtmlElement) -> bool:
    if element.tag == "input":
        return (element.get("type") or "").lower() == "image"
    return element.tag == "img" or element.get("href") is not None


def _shortened(address: str) -> str:
    return f"`{address[:77]}…`" if len(address) > 78 else f"`{address}`"


RULE = Rule(
    "picture-alt-absent",
    Severity.ERROR,
    "Without it a screen reader spells out the picture's address, and whoever sees no pictures sees an empty frame.",
    in_email=pictures_without_alt,
)
