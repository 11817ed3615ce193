"""Files of a course by lines: as a page shows them, and the few around a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from course.errors import CourseError, CourseErrors, Place
from course.folder import Files
from course.render import email_templates

_AROUND = 3
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, counted from 1, without its end; `marked` where something is wrong with it."""

    number: int
    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps an email from being shown: what is wrong, what to do, where, and the lines around it."""

    message: str
    fix: str
    rule: str
    place: Place | None
    lines: tuple[Line, ...]


def problems_in(error: CourseError, files: Files) -> tuple[Problem, ...]:
    """Each thing that an error says, with the lines around its place."""
    errors = error.errors if isinstance(error, CourseErrors) else (error,)
    return tuple(Problem(one.message, one.fix, one.rule, one.place, _around(one.place, files)) for one in errors)


def lines_of(file: str, files: Files) -> tuple[Line, ...] | None:
    """A file of the course, or a template that comes with dripcourse, by lines; None for a picture and an unknown one.

    What is not UTF-8 is replaced.
    """
    content = files.get(file)
    if content is None:
        content = email_templates().get(file)
    if content is None or b"\0" in content:
        return None
    # Not splitlines, which knows more ends of lines than an editor does.
    texts = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    return tuple(Line(number, text) for number, text in enumerate(texts, start=1))


def _around(place: Place | None, files: Files) -> tuple[Line, ...]:
    if place is None or place.line is None:
        return ()
    return tuple(_excerpt(lines_of(place.file, files) or (), place.line))


def _excerpt(lines: tuple[Line, ...], at: int) -> Iterator[Line]:
    for line in lines[max(0, at - 1 - _AROUND) : at + _AROUND]:
        text = line.text if len(line.text) <= _LONGEST else f"{line.text[:_LONGEST]}…"
        yield Line(line.number, text, line.number == at)
