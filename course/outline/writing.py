"""Drafts → files: all of them, or none, and never over a file that is there."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from course.errors import CourseError, Place
from course.folder.course_file import FILE

_LESSONS = "lessons"


def write_drafts(folder: Path, drafts: Mapping[str, bytes], course_file: tuple[bytes, bytes] | None = None) -> None:
    """Write new files, by path, into a course folder; then `course.toml`, given as what it was and what it becomes.

    Raises CourseError where one is there already or cannot be written, or `course.toml` is no longer what it was; what
    was written is taken away again.
    """
    lessons = folder / _LESSONS
    if not lessons.resolve().is_relative_to(folder.resolve()):
        message = "This is a link out of the course's folder."
        raise CourseError(message, fix="Put the folder itself here.", place=Place(_LESSONS))
    made: list[Path] = []
    file = _LESSONS
    try:
        if not lessons.exists():
            lessons.mkdir()
            made.append(lessons)
        for file, content in drafts.items():
            with (folder / file).open("xb") as draft:
                made.append(folder / file)
                draft.write(content)
        if course_file is not None:
            file = FILE
            _replace(folder / FILE, *course_file)
    except BaseException as error:
        _take_away(made)
        if isinstance(error, OSError):
            raise _unwritten(file, error) from error
        raise


def _replace(path: Path, before: bytes, after: bytes) -> None:
    """Put other content into a file at once: whoever reads it sees the one or the other."""
    path = path.resolve()
    with NamedTemporaryFile(prefix=f".{path.name}-", dir=path.parent, delete=False) as beside:
        try:
            beside.write(after)
            beside.close()
            shutil.copymode(path, beside.name)
            if path.read_bytes() != before:
                message = "The file was changed meanwhile."
                raise CourseError(message, fix="Run the command again.", place=Place(FILE))
            Path(beside.name).replace(path)
        except BaseException:
            Path(beside.name).unlink(missing_ok=True)
            raise


def _take_away(made: list[Path]) -> None:
    for path in reversed(made):
        try:
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
        except OSError:
            continue  # somebody put a file of their own into the folder, or the disk is gone: the first error says more


def _unwritten(file: str, error: OSError) -> CourseError:
    if isinstance(error, FileExistsError):
        message, fix = "The file is there already.", "Run the command again: drafts are never written over a file."
    else:
        message = f"The file cannot be written: {error.strerror}."
        fix = "Mend that, and run the command again; nothing was written."
    return CourseError(message, fix=fix, place=Place(file))
