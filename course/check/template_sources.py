"""The templates that an author writes: the parts of lessons, and the files in theme/, each with its place."""

from __future__ import annotations

from collections.abc import Iterator

from course.catalogue import is_catalogue
from course.check.rule import THEME, Checked
from course.errors import CourseError, Place
from course.fences import hide_fences
from course.folder.front_matter import decode
from course.model import Lesson

_PARTS = ("subject", "preheader", "title", "body")


def lesson_parts(checked: Checked) -> Iterator[tuple[Place, str]]:
    """The text of each part of each lesson, and where it begins; code fences are hidden from Jinja."""
    for lesson in checked.course.all_lessons:
        for part in _PARTS:
            yield _part(lesson, part)


def _part(lesson: Lesson, part: str) -> tuple[Place, str]:
    if part == "body":
        return Place(lesson.place.file, lesson.body_line), hide_fences(lesson.body)
    # Where a lesson has no title of its own, its subject stands in for it.
    line = lesson.lines.get(part, lesson.lines.get("subject", 1))
    return Place(lesson.place.file, line), str(getattr(lesson, part))


def theme_files(checked: Checked) -> Iterator[tuple[Place, str]]:
    """The text of each file in theme/ that is one, but for catalogues of words."""
    for path, content in checked.files.items():
        if path.startswith(THEME) and not is_catalogue(path):
            try:
                yield Place(path, 1), decode(path, content)
            except CourseError:
                continue  # a template that is used says so when it is rendered, anything else is unused
