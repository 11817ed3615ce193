"""The pictures that a course's emails show: what all rules for pictures look at."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from course.check.rule import Checked
from course.errors import CourseError
from course.logo import logo_place
from course.pictures import Picture, Shown, pictures_in


def shown_pictures(checked: Checked) -> Iterator[Shown]:
    """The course's logo, and every picture of every lesson, in order, on every path through it."""
    if logo := checked.course.theme["logo"]:
        yield Shown(quote(logo), checked.course.title, logo_place(checked.files))
    for lesson in checked.course.all_lessons:
        yield from pictures_in(lesson)


def picture_of(checked: Checked, shown: Shown) -> Picture | None:
    """The course's own picture, or None for one that is elsewhere or that only rendering tells.

    Raises CourseError, without a place, where there is none although there should be.
    """
    return None if shown.computed else checked.renderer.pictures.find(shown.address, shown.place.file)


def own_pictures(checked: Checked) -> Iterator[tuple[Shown, Picture]]:
    """What lessons show of the course's own pictures; what is missing is left out."""
    for shown in shown_pictures(checked):
        try:
            picture = picture_of(checked, shown)
        except CourseError:
            continue
        if picture is not None:
            yield shown, picture


def lost_pictures(checked: Checked, rule: str) -> Iterator[CourseError]:
    """An error, at its line, for each picture that would be broken in every email in the way that a rule names.

    Rendering finds the same, but only the first in each email.
    """
    for shown in shown_pictures(checked):
        try:
            picture_of(checked, shown)
        except CourseError as error:
            if error.rule == rule:
                yield CourseError(error.message, fix=error.fix, place=shown.place, rule=rule)
