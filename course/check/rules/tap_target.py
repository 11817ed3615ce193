"""The rule `tap-target`: a button, or a link that stands by itself, is large enough for a finger."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from course.check.looks import length, style_of
from course.check.names import name_of
from course.check.page import Page, has_words
from course.check.report import Severity
from course.check.rule import Fault, Rule

LEAST, GOOD = 24, 44
"""Pixels. https://www.w3.org/TR/WCAG22/#target-size-minimum, and target-size-enhanced."""

_AVERAGE_LETTER = 0.5
"""How wide a letter is, about, as a share of the size of its type."""

_PIXELS = re.compile(r"(\d+(?:\.\d+)?)(?:px)?")
_BOXES = frozenset({"table", "div", "p"})


def small_targets(page: Page) -> Iterator[Fault]:
    """A link that stands in no sentence and is less than 24 px high or wide, as far as its style tells."""
    for link in page.links:
        if has_words(page.beside[link]) or not name_of(link):
            continue
        width, height = _measured(page, link)
        small = {"high": height, "wide": width}
        for direction, pixels in small.items():
            if pixels is not None and pixels < LEAST - 0.01:
                yield Fault(
                    f"The link “{page.quoted(link)}” stands by itself and is about {pixels:.0f} px {direction}; "
                    f"{LEAST} px are the least.",
                    _fix(direction, link, in_lesson=page.is_of_a_lesson(link)),
                    page.place(link),
                )
                break


def _fix(direction: str, link: HtmlElement, *, in_lesson: bool) -> str:
    """What to do, in HTML; or in Markdown, which has no say in how a link looks."""
    if not in_lesson:
        return f"Give it `display:inline-block` and a `padding`, so that it has {LEAST} px; {GOOD} px are good."
    if link.find(".//img") is not None:
        return "Show a larger picture, or put words beside it into the same link."
    return "Use longer words, or put it into a sentence." if direction == "wide" else "Put it into a sentence."


def _measured(page: Page, link: HtmlElement) -> tuple[float | None, float | None]:
    """How wide and how high a link is, in pixels, or None where that cannot be told from its style."""
    picture = link.find(".//img")
    if picture is not None:
        return _side(picture, "width"), _side(picture, "height")
    if any(child.tag in _BOXES for child in link):
        return None, None
    style, look = style_of(link), page.look(link)
    top, right, bottom, left = _padding(style, look.size)
    wide = len(name_of(link)) * look.size * _AVERAGE_LETTER + left + right
    high = look.line_height + top + bottom
    if style.get("display", "inline") == "inline":
        # Its padding can be tapped, but takes no room; above and below it is the rest of the line.
        high = max(look.line_height, look.size * 1.2 + top + bottom)
    least_wide = (_pixels(style.get(name, "")) for name in ("width", "min-width"))
    least_high = (_pixels(style.get(name, "")) for name in ("height", "min-height"))
    return max(wide, *(one or 0 for one in least_wide)), max(high, *(one or 0 for one in least_high))


def _padding(style: Mapping[str, str], size: float) -> list[float]:
    """The padding above, to the right, below and to the left."""
    sides = [length(side, size) or 0.0 for side in style.get("padding", "").split()] or [0.0]
    usual = (sides * 4)[:4] if len(sides) < 3 else [*sides, sides[1]][:4]
    own = (length(style.get(f"padding-{side}", ""), size) for side in ("top", "right", "bottom", "left"))
    return [around if side is None else side for side, around in zip(own, usual, strict=True)]


def _side(picture: HtmlElement, name: str) -> float | None:
    return _pixels(style_of(picture).get(name, "")) or _pixels(picture.get(name) or "")


def _pixels(value: str) -> float | None:
    """A length in pixels, as a style or an attribute has it; None for any other."""
    found = _PIXELS.fullmatch(value)
    return float(found[1]) if found else None


RULE = Rule(
    "tap-target",
    Severity.WARNING,
    "A finger covers about a centimetre: where a target is smaller, it hits another one, or none.",
    in_email=small_targets,
)
