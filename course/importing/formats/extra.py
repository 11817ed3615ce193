"""Libraries that only some kinds of document need, and that come with an extra."""

from __future__ import annotations

from importlib.util import find_spec

from course.errors import CourseError


def needed(library: str, kind: str) -> None:
    """Raise CourseError where the library that reads this kind of file is not installed."""
    if find_spec(library) is None:
        message = f"Reading {kind} files needs the extra:"
        raise CourseError(message, fix="pip install 'dripcourse[documents]'.")
