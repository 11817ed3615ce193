"""The rule `left-to-write`: no place for what an author has still to write is left in a lesson that goes out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

import yaml

from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule, fault_of
from course.errors import CourseError, Place
from course.fences import fenced_lines
from course.folder import Files
from course.folder.front_matter import decode
from course.model import Course, Lesson

LEFT_TO_WRITE = "left-to-write"

# It ends at its bracket; one that is never closed ends with its paragraph, and is left to write all the same.
_PLACE = re.compile(r"(?<!\\)\[write:(?:[^\]\n]|\n(?!\s*\n|\s*\Z))*\]?", re.IGNORECASE)
_LONGEST_QUOTE = 80


def unwritten_places(checked: Checked) -> Iterator[Fault]:
    """A place `[write: …]`, which says what belongs there, in a lesson's text or front matter."""
    return (fault_of(error) for error in left_to_write(checked.course, checked.files))


def left_to_write(course: Course, files: Files) -> Iterator[CourseError]:
    """An error for each place left to write in the lessons of a course, at its line.

    A place in a code fence is none, nor is one behind a backslash: that shows the brackets themselves.
    """
    for lesson in course.all_lessons:
        file = lesson.place.file
        source = decode(file, files[file]).split("\n")[1 : lesson.body_line - 2]
        for line, place in (*_in_front_matter("\n".join(source)), *_in_body(lesson)):
            message = f"This is left to write: {textwrap.shorten(place, _LONGEST_QUOTE, placeholder='…')}"
            fix = "Write it, or take the line away."
            yield CourseError(message, fix=fix, place=Place(file, line), rule=LEFT_TO_WRITE)


def _in_front_matter(source: str) -> Iterator[tuple[int, str]]:
    """The line in the file, and the words, of each place in the values of YAML that begins in line 2."""
    root = yaml.compose(source, Loader=yaml.BaseLoader)
    for scalar in _scalars(root) if root is not None else ():
        found = [match[0] for match in _PLACE.finditer(scalar.value)]
        raw = source[scalar.start_mark.index : scalar.end_mark.index]
        starts = [match.start() for match in re.finditer(r"\[write:", raw, re.IGNORECASE)]
        if len(starts) != len(found):  # written with escapes
            starts = [0] * len(found)
        for place, start in zip(found, starts, strict=True):
            yield scalar.start_mark.line + raw.count("\n", 0, start) + 2, place


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _scalars(value)


def _in_body(lesson: Lesson) -> Iterator[tuple[int, str]]:
    code = fenced_lines(lesson.body)
    for found in _PLACE.finditer(lesson.body):
        line = lesson.body.count("\n", 0, found.start())
        if line not in code:
            yield lesson.body_line + line, found[0]


RULE = Rule(
    LEFT_TO_WRITE,
    Severity.ERROR,
    "Readers would get the notes for a lesson in place of the lesson.",
    in_course=unwritten_places,
    essential=True,
)
