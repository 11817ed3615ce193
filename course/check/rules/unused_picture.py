"""The rule `unused-picture`: every picture in assets/ is shown somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from course.check.pictures import picture_of, shown_pictures
from course.check.report import Severity
from course.check.rule import THEME, Checked, Fault, Rule
from course.errors import CourseError, Place
from course.pictures import Picture


def unused_pictures(checked: Checked) -> Iterator[Fault]:
    """A picture in assets/ that neither a lesson nor the theme shows.

    Nothing is said while an address leads nowhere, or where Jinja computes one: it may be meant for any picture.
    """
    shown = list(shown_pictures(checked))
    try:
        used = {picture.path for one in shown if (picture := picture_of(checked, one))}
    except CourseError:
        return
    if any(one.computed for one in shown):
        return
    for picture in checked.renderer.pictures.all():
        if picture.path not in used and not _is_the_themes(checked, picture):
            yield Fault("No lesson shows this picture.", "Show it, or take it away.", Place(picture.path))


def _is_the_themes(checked: Checked, picture: Picture) -> bool:
    """Whether a template of the course, which a lesson may include, mentions the picture's file."""
    name = PurePosixPath(picture.path).name.encode()
    return any(name in content for path, content in checked.files.items() if path.startswith(THEME))


RULE = Rule(
    "unused-picture",
    Severity.WARNING,
    "It is published with the course although nobody sees it, and often the lesson that should show it does not.",
    in_course=unused_pictures,
)
