"""A course folder → a `Course`. A folder is first read into `Files`, which an edition can freeze and load again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias, TypeVar

from course.errors import CourseError, CourseErrors, Place
from course.folder.course_file import FILE, CourseFile, parse_course_file
from course.folder.lesson_file import parse_lesson
from course.folder.quiz import clash
from course.folder.source_note import parse_source
from course.model import Course, Lesson, LessonKind, Quiz, Source

__all__ = ["Files", "has_course", "load", "load_folder", "read_files"]

Files: TypeAlias = Mapping[str, bytes]
"""A course's files: each path relative to its folder, with `/`, and the bytes."""

_FOLDERS = {"lessons": "*.md", "sources": "*.md", "assets": "**/*", "theme": "**/*"}
_TEXTS = ("lessons", "sources")
_LARGEST_FILE = 10_000_000
T = TypeVar("T")

# Nine tenths of loading is YAML, and between two saves of an author all files but one are as they were.
_lesson = lru_cache(maxsize=256)(parse_lesson)
_source = lru_cache(maxsize=256)(parse_source)


def read_files(folder: Path) -> dict[str, bytes]:
    """Read what makes up the course in `folder`; anything else in it is left alone.

    Raises CourseError where there is no course, or a file cannot be read or is over 10 MB.
    """
    if not has_course(folder):
        raise CourseError(
            f"There is no course in {folder}: it has no {FILE}.",
            fix="Name a course folder, or make one with `dripcourse new DIR`.",
        )
    return {path.relative_to(folder).as_posix(): _read(folder, path) for path in _paths(folder)}


def has_course(folder: Path) -> bool:
    """Whether a course is in `folder`. Raises CourseError where it cannot be looked into."""
    try:
        return (folder / FILE).is_file()
    except OSError as error:
        message = f"The folder {folder} cannot be looked into: {error.strerror}."
        raise CourseError(message, fix="Mend that, or name another folder.") from error


def load_folder(folder: Path) -> Course:
    """Read and load the course in `folder`. Raises CourseError."""
    return load(read_files(folder))


def load(files: Files, *, unfinished: bool = False) -> Course:
    """The course that `files` describe. An `unfinished` one may have no lessons yet, or a track without any.

    Raises CourseErrors, in order of file and line, with what is wrong: of a file that cannot be read as it stands,
    the first thing in it.
    """
    errors: list[CourseError] = []
    settings = _attempt(errors, lambda: parse_course_file(files[FILE]))
    lessons = [
        lesson
        for file in _under(files, "lessons")
        if (lesson := _attempt(errors, _parser(_lesson, file, files[file]))) is not None
    ]
    sources = [
        source
        for file in _under(files, "sources")
        if (source := _attempt(errors, _parser(_source, file, files[file]))) is not None
    ]
    errors.extend(_clashes(lessons))
    if settings is not None:
        errors.extend(_misplaced(settings, lessons))
        # A lesson that cannot be read may be the one that is missed.
        if not unfinished and len(lessons) == len(_under(files, "lessons")):
            errors.extend(_without_lessons(settings, lessons))
    if errors or settings is None:
        raise CourseErrors(tuple(sorted(errors, key=lambda error: _sorting(error.place))))
    return _assembled(settings, lessons, sources)


def _paths(folder: Path) -> Iterator[Path]:
    yield folder / FILE
    for name, pattern in _FOLDERS.items():
        _refuse_unreadable(folder, folder / name)
        for path in sorted((folder / name).glob(pattern)):
            if any(part.startswith(".") for part in path.relative_to(folder).parts):
                continue
            if name in _TEXTS or not path.is_dir():
                yield path
            else:
                _refuse_unreadable(folder, path)


def _refuse_unreadable(folder: Path, path: Path) -> None:
    """What `glob` cannot look into it passes over, and the files would be missing without a word."""
    place = Place(path.relative_to(folder).as_posix())
    try:
        os.scandir(path).close()
    except FileNotFoundError:
        return
    except NotADirectoryError as error:
        message = "This is a file where a folder belongs."
        raise CourseError(message, fix="Give the file another name.", place=place) from error
    except OSError as error:
        message = f"The folder cannot be read: {error.strerror}."
        raise CourseError(message, fix="Mend that.", place=place) from error


def _read(folder: Path, path: Path) -> bytes:
    name = path.relative_to(folder).as_posix()
    place = Place(name.encode(errors="replace").decode())
    if place.file != name:
        raise CourseError("The name of this file is not UTF-8.", fix="Give it another name.", place=place)
    leads_nowhere = CourseError(
        "This is a link that leads nowhere, or back to itself.", fix="Put the file itself here.", place=place
    )
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError) as error:  # a RuntimeError until Python 3.12, and nothing from 3.13 on
        raise leads_nowhere from error
    # What is frozen into an edition goes out to strangers: nothing from elsewhere on this machine may slip in.
    if not inside:
        raise CourseError("This is a link out of the course's folder.", fix="Put the file itself here.", place=place)
    try:
        if path.is_symlink() and not path.exists():
            raise leads_nowhere
        if not path.is_file():
            raise CourseError("This is not a file.", fix="Put a file here, or give it another name.", place=place)
        if path.stat().st_size > _LARGEST_FILE:
            raise CourseError("The file is over 10 MB.", fix="Make it smaller: it is part of an email.", place=place)
        return path.read_bytes()
    except OSError as error:
        raise CourseError(f"The file cannot be read: {error.strerror}.", fix="Mend that.", place=place) from error


def _under(files: Files, folder: str) -> list[str]:
    return sorted(file for file in files if file.startswith(f"{folder}/") and file.endswith(".md"))


def _parser(parse: Callable[[str, bytes], T], file: str, content: bytes) -> Callable[[], T]:
    return lambda: parse(file, content)


def _attempt(errors: list[CourseError], parse: Callable[[], T]) -> T | None:
    try:
        return parse()
    except CourseError as error:
        errors.append(error)
        return None


def _sorting(place: Place | None) -> tuple[str, int]:
    return ("", 0) if place is None else (place.file, place.line or 0)


def _clashes(lessons: list[Lesson]) -> Iterator[CourseError]:
    """Two lessons must not share a number, a slug, an alias or a quiz's id."""
    names: dict[str, Lesson] = {}
    quizzes: dict[str, Quiz] = {}
    numbers: dict[int, Lesson] = {}
    for lesson in lessons:
        for name in (lesson.slug, *lesson.aliases):
            if (other := names.setdefault(name, lesson)) is not lesson:
                message = f"`{name}` already names {other.place.file}."
                yield CourseError(message, fix="Give this lesson another name.", place=_at(lesson, "aliases"))
        if lesson.number is not None and (other := numbers.setdefault(lesson.number, lesson)) is not lesson:
            message = f"The number {lesson.number} is also that of {other.place.file}."
            yield CourseError(message, fix="Renumber one of them.", place=lesson.place)
        if lesson.quiz is not None and (known := quizzes.setdefault(lesson.quiz.id, lesson.quiz)) is not lesson.quiz:
            yield clash(lesson.quiz, known)


def _misplaced(settings: CourseFile, lessons: list[Lesson]) -> Iterator[CourseError]:
    """Every track that a lesson names exists."""
    known = {track.slug for track in settings.tracks}
    for lesson in lessons:
        for name in lesson.tracks:
            if name not in known:
                fix = f"Name one of {', '.join(sorted(known))}, or add [tracks.{name}] to {FILE}."
                yield CourseError(f"There is no track `{name}`.", fix=fix, place=_at(lesson, "tracks"))


def _without_lessons(settings: CourseFile, lessons: list[Lesson]) -> Iterator[CourseError]:
    """Every track has a lesson."""
    numbered = [lesson for lesson in lessons if lesson.kind is LessonKind.LESSON]
    if not numbered:
        fix = "Add lessons/01-some-words.md, or run `dripcourse outline` for drafts of what stands in sources/."
        yield CourseError("The course has no lessons.", fix=fix, place=Place(FILE))
        return
    for track in settings.tracks:
        if not any(not lesson.tracks or track.slug in lesson.tracks for lesson in numbered):
            fix = f"Add `tracks: [{track.slug}]` to a lesson, or take the track out."
            yield CourseError(f"The track `{track.slug}` has no lesson.", fix=fix, place=Place(FILE))


def _at(lesson: Lesson, setting: str) -> Place:
    return Place(lesson.place.file, lesson.lines.get(setting))


def _assembled(settings: CourseFile, lessons: list[Lesson], sources: list[Source]) -> Course:
    kinds = {lesson.kind: lesson for lesson in lessons if lesson.kind is not LessonKind.LESSON}
    numbered = (lesson for lesson in lessons if lesson.kind is LessonKind.LESSON)
    return Course(
        slug=settings.slug,
        title=settings.title,
        description=settings.description,
        language=settings.language,
        sender=settings.sender,
        reply_to=settings.reply_to,
        postal_address=settings.postal_address,
        cadence=settings.cadence,
        tracks=settings.tracks,
        fields=settings.fields,
        theme=settings.theme,
        tracking=settings.tracking,
        lessons=tuple(sorted(numbered, key=lambda lesson: lesson.number or 0)),
        welcome=kinds.get(LessonKind.WELCOME),
        closing=kinds.get(LessonKind.CLOSING),
        sources={source.slug: source for source in sources},
        ignore=settings.ignore,
        public_archive=settings.public_archive,
    )
