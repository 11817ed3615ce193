"""One file of `lessons/` → a `Lesson`."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import PurePosixPath

from course.cadence import parse_duration
from course.errors import CourseError, Place
from course.folder.front_matter import split
from course.folder.ignored import ignored
from course.folder.quiz import parse_quiz
from course.folder.table import Table
from course.model import Lesson, LessonKind
from course.slugs import SLUG

_NAME = re.compile(rf"(?P<number>[0-9]{{1,6}})-(?P<slug>{SLUG.pattern})")
_LARGEST = 1_000_000
_LONGEST_WAIT = timedelta(days=366)
_UNNUMBERED = {"welcome": LessonKind.WELCOME, "closing": LessonKind.CLOSING}
_SETTINGS = frozenset({"subject", "preheader", "title", "tracks", "wait", "aliases", "quiz", "ignore"})


def parse_lesson(file: str, content: bytes) -> Lesson:
    """Read one lesson file, whose path within the course folder is `file`. Raises CourseError."""
    slug, kind, number = _identity(file)
    if len(content) > _LARGEST:
        message = f"The lesson has more than {_LARGEST // 1_000:,} KB, and mail programs show about 100 of an email."
        raise CourseError(message, fix="Make several lessons of it.", place=Place(file))
    document = split(file, content)
    table = document.table
    table.refuse_unknown(_SETTINGS)
    if not document.body.strip():
        raise CourseError("The lesson has no text.", fix="Write it below the front matter.", place=table.place())
    if kind is not LessonKind.LESSON and (table.texts("tracks") or "wait" in table.values):
        setting = "tracks" if "tracks" in table.values else "wait"
        raise table.error(setting, f"A {kind} goes to everyone, at its own time.", "Leave `tracks` and `wait` out.")
    for alias in table.texts("aliases"):
        if not SLUG.fullmatch(alias):
            fix = "Write an earlier name of the file, without number and `.md`."
            raise table.error("aliases", f"`{alias}` is not a lesson's slug.", fix)
    subject = table.text("subject")
    return Lesson(
        slug=slug,
        kind=kind,
        number=number,
        subject=subject,
        preheader=table.text("preheader"),
        title=table.text("title", "") or subject,
        body=document.body,
        place=Place(file),
        body_line=document.body_line,
        lines=table.lines,
        tracks=table.texts("tracks"),
        wait=_wait(table),
        aliases=table.texts("aliases"),
        quiz=parse_quiz(table.table("quiz")),
        ignore=ignored(table.table("ignore")),
    )


def _identity(file: str) -> tuple[str, LessonKind, int | None]:
    stem = PurePosixPath(file).stem
    if stem in _UNNUMBERED:
        return stem, _UNNUMBERED[stem], None
    name = _NAME.fullmatch(stem)
    if name is None:
        raise CourseError(
            f"`{PurePosixPath(file).name}` is not a lesson's name.",
            fix="Name it NN-some-words.md in lower case, such as 03-first-steps.md, or welcome.md or closing.md.",
            place=Place(file),
        )
    return name["slug"], LessonKind.LESSON, int(name["number"])


def _wait(table: Table) -> timedelta | None:
    text = table.text("wait", "")
    if not text:
        return None
    try:
        wait = parse_duration(text)
    except ValueError as error:
        raise table.error("wait", str(error), "Write it as 3d, 12h or 1w.") from error
    if wait > _LONGEST_WAIT:
        raise table.error("wait", f"`{text}` is longer than a year.", "Write a shorter one.")
    return wait
