"""Drafts are written all together or not at all, and never over a file."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from course.errors import CourseError, Place
from course.outline.writing import write_drafts

DRAFTS = {"lessons/01-a.md": b"a", "lessons/02-b.md": b"b"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    course = tmp_path / "course"
    course.mkdir()
    (course / "course.toml").write_bytes(b"before")
    return course


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_are_written_and_course_toml_replaced(folder: Path) -> None:
    (folder / "course.toml").chmod(0o640)
    write_drafts(folder, DRAFTS, (b"before", b"after"))
    assert contents(folder) == {**DRAFTS, "course.toml": b"after"}
    assert (folder / "course.toml").stat().st_mode & 0o777 == 0o640


def test_a_file_that_has_appeared_meanwhile_is_kept_and_nothing_else_written(folder: Path) -> None:
    (folder / "lessons").mkdir()
    (folder / "lessons" / "02-b.md").write_bytes(b"mine")
    with pytest.raises(CourseError, match="there already") as raised:
        write_drafts(folder, DRAFTS, (b"before", b"after"))
    assert raised.value.place == Place("lessons/02-b.md")
    assert contents(folder) == {"course.toml": b"before", "lessons/02-b.md": b"mine"}


def test_a_course_file_that_was_changed_meanwhile_is_kept_and_nothing_written(folder: Path) -> None:
    with pytest.raises(CourseError, match="changed meanwhile"):
        write_drafts(folder, DRAFTS, (b"earlier", b"after"))
    assert contents(folder) == {"course.toml": b"before"}
    assert not (folder / "lessons").exists()


def test_a_full_disk_leaves_nothing_half_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_ = Path.open

    def full(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == "02-b.md":
            raise OSError(errno.ENOSPC, "No space left on device")
        return open_(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(CourseError, match="No space left"):
        write_drafts(folder, DRAFTS)
    monkeypatch.undo()
    assert contents(folder) == {"course.toml": b"before"}
    assert not (folder / "lessons").exists()


def test_a_folder_of_lessons_that_leads_elsewhere_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "lessons").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CourseError, match="link out"):
        write_drafts(folder, DRAFTS)
    assert contents(tmp_path / "elsewhere") == {}
