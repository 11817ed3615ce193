"""What a rule is: a function from a loaded course to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from course.check.report import Finding
from course.folder import Files
from course.model import Course
from course.render import Letter, Renderer, Variant

# What is rendered for a check is never sent, so nobody gains from guessing its tags.
_SALT = "c0ffee0000"


class Checked:
    """A course under check: its files, and what all rules share, a renderer and the variants that it has rendered."""

    def __init__(self, course: Course, files: Files) -> None:
        self.course = course
        self.files = files
        self.renderer = Renderer(course, files, _SALT)
        self.variants: dict[Letter, list[Variant]] = {}


Rule: TypeAlias = Callable[[Checked], Iterator[Finding]]
