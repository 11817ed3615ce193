"""What a rule is: a function from a loaded course to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from course.check.report import Finding
from course.folder import Files
from course.model import Course
from course.render import Renderer

# What is rendered for a check is never sent, so nobody gains from guessing its tags.
_SALT = "c0ffee0000"


class Checked:
    """A course under check: its files, and a renderer that all rules share."""

    def __init__(self, course: Course, files: Files) -> None:
        self.course = course
        self.files = files
        self.renderer = Renderer(course, files, _SALT)


Rule: TypeAlias = Callable[[Checked], Iterator[Finding]]
