"""Courses with notes to outline, for the tests of drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import dedent

from course.folder import load
from course.model import Course
from tests.course.check.small import COURSE

COURSE_FILE = dedent(COURSE)


def a_note(sections: Mapping[str, Sequence[str]], *, title: str = "A sample note", quoted: bool = False) -> str:
    """A source note with a passage for each text, a claim or, where `quoted`, the document's own words."""
    parts = [f"---\ntitle: {title}\n---\n"]
    number = 0
    for heading, texts in sections.items():
        if heading:
            parts.append(f"## {heading}\n")
        for text in texts:
            number += 1
            parts.append(f"### p-{number}\n\n{'> ' if quoted else ''}{text}\n")
    return "\n".join(parts)


def words(count: int) -> str:
    """A sentence of so many words."""
    return " ".join(["soil"] * (count - 1) + ["rests."])


def a_course(*notes: str, lessons: Mapping[str, str] | None = None, settings: str = COURSE_FILE) -> dict[str, bytes]:
    """The files of a course with these notes, called `note-1` and so on, and with no lessons unless given."""
    texts = {"course.toml": settings, **(lessons or {})}
    texts |= {f"sources/note-{number}.md": note for number, note in enumerate(notes, start=1)}
    return {path: text.encode() for path, text in texts.items()}


def a_lesson(body: str = "Dig.", *, wait: str = "") -> str:
    """A lesson that is written."""
    more = f"wait: {wait}\n" if wait else ""
    return f"---\nsubject: A lesson\npreheader: Of soil.\n{more}---\n\n{body}\n"


def loaded(files: Mapping[str, bytes]) -> Course:
    """The course, finished or not."""
    return load(files, unfinished=True)
