"""The theme of a course's emails: colours, font stack, logo and width, with a default for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course.folder.table import Table  # whose package reads themes: importing it here would go in a circle

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_PIXELS = re.compile(r"[1-9]\d{2,3}px")
_LOGO = re.compile(r"assets/[^\x00-\x1f]+")
_FONTS = re.compile(r"(?:[A-Za-z0-9 ,\-]|'[A-Za-z0-9 \-]+')+")

DEFAULT_THEME = {
    "background": "#f4f1ea",
    "surface": "#fffdf9",
    "text": "#23211d",
    "muted": "#5f5a50",
    "accent": "#1c5a55",
    "line": "#ddd6c8",
    "dark_background": "#171614",
    "dark_surface": "#211f1c",
    "dark_text": "#ece7dc",
    "dark_muted": "#b3ab9c",
    "dark_accent": "#8fd0c6",
    "dark_line": "#3b3832",
    "font": "Georgia, 'Times New Roman', serif",
    "logo": "",
    "width": "600px",
}

TEXT_ON = tuple(
    (f"{look}{front}", f"{look}{behind}")
    for look in ("", "dark_")
    for front in ("text", "muted", "accent")
    for behind in ("surface", "background")
)
"""Which colour the templates write in on which other; on a button and a banner, the other way about."""

LEAST_CONTRAST = 4.5
"""For text of any size: https://www.w3.org/TR/WCAG22/#contrast-minimum."""

_STEPS = 100  # from a colour to white, or to black


def parse_theme(table: Table | None) -> dict[str, str]:
    """The theme's values, defaults filled in. Raises CourseError, with the line, for one that is none.

    An accent of the course's own brings one for the dark, unless that is given as well.
    """
    if table is None:
        return dict(DEFAULT_THEME)
    table.refuse_unknown(DEFAULT_THEME)
    given = {key: table.text(key) for key in table.values}
    for key, value in given.items():
        pattern, fix = _expected(key)
        if not pattern.fullmatch(value):
            raise table.error(key, f"`{value}` is not a value for `{key}`.", fix)
    theme = {**DEFAULT_THEME, **given}
    if "accent" in given and "dark_accent" not in given:
        theme["dark_accent"] = lit(theme["accent"], (theme["dark_surface"], theme["dark_background"]))
    return theme


def _expected(key: str) -> tuple[re.Pattern[str], str]:
    if key == "font":
        return _FONTS, 'Write a font stack, such as "Georgia, serif".'
    if key == "logo":
        return _LOGO, "Put the picture into assets/ and write its path, such as assets/logo.png."
    if key == "width":
        return _PIXELS, "Write it in pixels, such as 600px."
    return _COLOUR, "Write a colour as #1c5a55."


def contrast(foreground: str, background: str) -> float:
    """How well two colours, each as `#rrggbb`, stand apart: from 1 to 21, whichever of them is in front.

    https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio

    >>> contrast("#ffffff", "#000000")
    21.0
    """
    lighter, darker = sorted((_luminance(foreground), _luminance(background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def lit(colour: str, surfaces: Sequence[str]) -> str:
    """A colour made lighter until text in it can be read on each of the surfaces; all are `#rrggbb`.

    On surfaces too light for that it is made darker instead; where neither helps, it is the usual `dark_accent`.

    >>> lit("#1c5a55", ["#211f1c", "#171614"])
    '#658f8b'
    """
    shades = (_mixed(colour, end, step / _STEPS) for end in ("#ffffff", "#000000") for step in range(_STEPS + 1))
    readable = (one for one in shades if all(contrast(one, surface) >= LEAST_CONTRAST for surface in surfaces))
    return next(readable, DEFAULT_THEME["dark_accent"])


def _mixed(colour: str, other: str, share: float) -> str:
    parts = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in parts)


def _luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
