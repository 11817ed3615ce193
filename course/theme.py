"""The theme of a course's emails: colours, font stack and width, with a default for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course.folder.table import Table  # whose package reads themes: importing it here would go in a circle

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_PIXELS = re.compile(r"[1-9]\d{2,3}px")
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
    "width": "600px",
}


def parse_theme(table: Table | None) -> dict[str, str]:
    """The theme's values, defaults filled in. Raises CourseError, with the line, for one that is none."""
    if table is None:
        return dict(DEFAULT_THEME)
    table.refuse_unknown(DEFAULT_THEME)
    given = {key: table.text(key) for key in table.values}
    for key, value in given.items():
        pattern, fix = _expected(key)
        if not pattern.fullmatch(value):
            raise table.error(key, f"`{value}` is not a value for `{key}`.", fix)
    return {**DEFAULT_THEME, **given}


def _expected(key: str) -> tuple[re.Pattern[str], str]:
    if key == "font":
        return _FONTS, 'Write a font stack, such as "Georgia, serif".'
    if key == "width":
        return _PIXELS, "Write it in pixels, such as 600px."
    return _COLOUR, "Write a colour as #1c5a55."
