"""A check that ends: what takes too long is stopped and told with its lesson or its rule, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType

from course.check.linked import links_in
from course.check.rule import Checked, Fault
from course.citations import references
from course.errors import CourseError, Place
from course.folder import Files, load
from course.folder.course_file import FILE
from course.limits import RULE, PartOutOfTime, for_part
from course.model import Course, Lesson

SECONDS_FOR_TEXT = 1.0
"""How long the Markdown of one lesson may take to read: a hundred times what a long one takes."""

_SECONDS_FOR_RULES, _MORE_FOR_LESSON = 10.0, 0.2


def set_aside(course: Course, files: Files) -> tuple[Course, Files, tuple[CourseError, ...]]:
    """The course and its files with another text in each lesson that takes too long to read, and an error for each.

    Every rule reads the lessons, and each of them would take as long.
    """
    errors = tuple(error for lesson in course.all_lessons if (error := _unreadable(lesson)) is not None)
    if not errors:
        return course, files, ()
    slow = {error.place.file for error in errors if error.place}
    bodies = {lesson.place.file: lesson.body_line for lesson in course.all_lessons if lesson.place.file in slow}
    shorter = {path: b"".join(files[path].splitlines(keepends=True)[: line - 1]) for path, line in bodies.items()}
    left = {**files, **{path: content + b"Text.\n" for path, content in shorter.items()}}
    return load(left), left, errors


def _unreadable(lesson: Lesson) -> CourseError | None:
    try:
        with for_part(SECONDS_FOR_TEXT, lesson.place.file):
            list(references(lesson))
            list(links_in(lesson))
    except PartOutOfTime:
        return CourseError(
            "The text of this lesson takes too long to read, and the lesson was not looked at any further.",
            fix="Look for signs such as `[`, `*` or `- ` that are repeated thousands of times, and take them out.",
            place=Place(lesson.place.file, lesson.body_line),
            rule=RULE,
        )
    return None


def in_time(checked: Checked, look: Callable[[Callable[[str], None]], None]) -> Iterator[Fault]:
    """Look at a course for as long as rules may, without what they render; a fault where that is too long.

    `look` says which rule is at work.
    """
    at = [""]
    seconds = _SECONDS_FOR_RULES + _MORE_FOR_LESSON * len(checked.course.all_lessons)
    try:
        with for_part(seconds):
            look(lambda rule: at.__setitem__(0, rule))
    except PartOutOfTime as error:
        place = _lesson_at(error.__traceback__) or Place(FILE)
        yield Fault(
            f"The rule `{at[0]}` takes too long on this, and the check was stopped there.",
            "Look for what is unusually long, or repeated thousands of times, and mend what else is found.",
            place,
            rule=RULE,
        )


def _lesson_at(traceback: TracebackType | None) -> Place | None:
    """The lesson that was looked at when an error was raised, as far as what was under way tells."""
    place = None
    while traceback is not None:
        for value in traceback.tb_frame.f_locals.values():
            place = value.place if isinstance(value, Lesson) else place
        traceback = traceback.tb_next
    return place
