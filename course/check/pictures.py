"""The rule for pictures: each has an address that a mail program can fetch."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt

from course.check.report import Finding
from course.check.rule import Checked
from course.errors import CourseError, Place
from course.model import Lesson


def unreachable_pictures(checked: Checked) -> Iterator[Finding]:
    """`unreachable-picture`: a picture by a relative path, which would be broken in every email."""
    for lesson in checked.course.all_lessons:
        for line, address in _pictures(lesson):
            if not address.startswith(("https://", "http://")) and "{" not in address and "%7B" not in address:
                error = CourseError(
                    f"The picture `{address}` has no address from which a mail program could fetch it.",
                    fix="Put it on a web server and write its https:// address.",
                    place=Place(lesson.place.file, line),
                    rule="unreachable-picture",
                )
                yield Finding.of(error)


def _pictures(lesson: Lesson) -> Iterator[tuple[int, str]]:
    """The line, in the lesson's file, of the block that each picture stands in, and its address."""
    for block in MarkdownIt("commonmark").parse(lesson.body):
        for token in block.children or ():
            if token.type == "image":
                yield lesson.body_line + (block.map[0] if block.map else 0), str(token.attrGet("src") or "")
