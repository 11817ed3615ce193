"""A new course folder: a small one to start from, or a copy of one that comes with dripcourse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from course.errors import CourseError

BUNDLED = {"product-path": "product_path"}
"""The folder, within this package, of each bundled course."""

_STARTER = "starter"


def new_course(folder: Path, copy_of: str | None = None) -> list[Path]:
    """Write a course into `folder`, which is new or empty, and say which files that made.

    `copy_of` is the slug of a bundled course; without it the course is a small one with comments that teach. Raises
    CourseError, having written nothing, where the folder holds something; KeyError where there is no such course.
    """
    name = _STARTER if copy_of is None else BUNDLED[copy_of]
    contents = dict(_files(resources.files("course") / name, Path()))
    made: list[Path] = []
    try:
        if folder.exists() and not folder.is_dir():
            raise CourseError(f"{folder} is a file.", fix="Name a folder that is new or empty.")
        if folder.is_dir() and any(folder.iterdir()):
            raise CourseError(f"{folder} is not empty.", fix="Name a folder that is new or empty.")
        for path, content in contents.items():
            place = folder / path
            made += [parent for parent in reversed(place.parents) if not parent.exists()]
            place.parent.mkdir(parents=True, exist_ok=True)
            made.append(place)
            place.write_bytes(content)
    except OSError as error:
        _take_away(made)
        message = f"The course cannot be written to {folder}: {error.strerror}."
        raise CourseError(message, fix="Name another folder.") from error
    return [folder / path for path in contents]


def _take_away(made: list[Path]) -> None:
    """Remove what was made, the last first; that something cannot be removed is less than the error before."""
    for path in reversed(made):
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)


def _files(folder: Traversable, path: Path) -> Iterator[tuple[Path, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.startswith((".", "__")):
            continue  # what an editor, or Python, leaves there
        if item.is_dir():
            yield from _files(item, path / item.name)
        else:
            yield path / item.name, item.read_bytes()
