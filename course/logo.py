"""The logo of a course, which stands in the head of its emails: how large it is shown, and from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from course.errors import CourseError, Place
from course.folder import Files
from course.folder.course_file import FILE, line_of
from course.pictures import Picture, Pictures

_WIDEST, _HIGHEST = 240, 56


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo: its address below `links.assets`, and the size in pixels in which it is shown; 0 × 0 for an SVG."""

    address: str
    width: int
    height: int


def logo_of(theme: Mapping[str, str], pictures: Pictures, files: Files) -> Logo | None:
    """The logo that a theme names, if it does.

    It is shown as large as it is, and at most 240 pixels wide and 56 high: one of twice that size is sharp on any
    screen. Raises CourseError, with the line in course.toml, where there is no such picture.
    """
    if not theme["logo"]:
        return None
    try:
        picture = pictures.find(quote(theme["logo"]), FILE)
    except CourseError as error:
        raise CourseError(error.message, fix=error.fix, place=logo_place(files), rule=error.rule) from error
    assert picture is not None  # it is below assets/
    return Logo(picture.address, *_shown_size(picture))


def logo_place(files: Files) -> Place:
    """Where a course's file names the logo."""
    return Place(FILE, line_of(files[FILE], "theme", "logo"))


def _shown_size(picture: Picture) -> tuple[int, int]:
    if not picture.width:
        return 0, 0
    scale = min(1.0, _WIDEST / picture.width, _HIGHEST / picture.height)
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
