"""Lessons as their readers read them: what the rules for reading look at."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from course.check.rule import Checked
from course.check.variants import letters
from course.errors import CourseErrors
from course.model import Lesson
from course.readability import as_read


def texts_of(checked: Checked, lesson: Lesson) -> Iterator[str]:
    """The lesson as read, in each of its variants on each of its tracks; what cannot be rendered is left out."""
    for letter in letters(checked.course):
        if letter.lesson is lesson:
            try:
                versions = checked.versions(letter)
            except CourseErrors:
                continue  # another rule's finding
            yield from dict.fromkeys(_as_read(version.variant.markdown) for version in versions)


@lru_cache(maxsize=512)
def _as_read(markdown: str) -> str:
    """As `as_read` has it, kept since more than one rule asks."""
    return as_read(markdown)
