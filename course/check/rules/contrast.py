"""The rule `contrast`: text stands out from what is behind it."""

from __future__ import annotations

from collections.abc import Iterator

from course.check.looks import Look
from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule
from course.theme import TEXT_ON, contrast

LEAST, LEAST_OF_LARGE = 4.5, 3.0
LARGE, LARGE_AND_BOLD = 24.0, 18.66
"""Pixels from which on text is large: 18 points, and 14 points bold. https://www.w3.org/TR/WCAG22/#contrast-minimum"""

_NAMES = ("text", "muted", "accent", "surface", "background", "line")


def faint_texts(page: Page) -> Iterator[Fault]:
    """Text whose inline colour has too little contrast with the nearest inline background.

    Two colours of the theme that templates put together are another rule's to judge.
    """
    known: dict[Look, tuple[str, str] | None] = {}
    for text in page.texts:
        look = page.look(text.element)
        if look not in known:
            known[look] = _wrong_with(page, look)
        said = known[look]
        if said is not None:
            yield Fault(*said, page.place(text.element))


def _wrong_with(page: Page, look: Look) -> tuple[str, str] | None:
    if look.colour is None or look.background is None or _is_of_theme(page, look):
        return None
    large = look.size >= LARGE or (look.bold and look.size >= LARGE_AND_BOLD)
    least = LEAST_OF_LARGE if large else LEAST
    ratio = contrast(look.colour, look.background)
    if ratio >= least:
        return None
    front, behind = (_named(page, colour) for colour in (look.colour, look.background))
    usual = "" if look.own_background else ", what most programs show where no background is set,"
    # Rounded down, so that what is too little never reads as enough.
    message = (
        f"Text in {front} on {behind}{usual} has a contrast of {int(ratio * 10) / 10}:1; "
        f"{least:g}:1 is the least{' for large text' if large else ''}."
    )
    darker = contrast(look.background, "#000000") > contrast(look.background, "#ffffff")
    return message, f"Take a {'darker' if darker else 'lighter'} colour for the text, or another background."


def _is_of_theme(page: Page, look: Look) -> bool:
    theme = page.course.theme
    pairs = ({theme[front].lower(), theme[behind].lower()} for front, behind in TEXT_ON)
    return any({look.colour, look.background} == pair for pair in pairs)


def _named(page: Page, colour: str) -> str:
    names = [name for name in _NAMES if page.course.theme[name].lower() == colour]
    return f"{colour} (`{names[0]}` of the theme)" if names else colour


RULE = Rule(
    "contrast",
    Severity.WARNING,
    "In the sun, on an old screen or with tired eyes, faint text cannot be read at all.",
    in_email=faint_texts,
)
