"""A new course is in order from its first day, and never lands on top of anything."""

from __future__ import annotations

import errno
from importlib import resources
from pathlib import Path

import pytest

from course.check import check_folder
from course.errors import CourseError
from course.folder import load_folder, read_files
from course.new import BUNDLED, new_course


def test_a_new_course_passes_its_check_with_no_finding_and_nothing_uncited(tmp_path: Path) -> None:
    new_course(tmp_path / "mine")
    report = check_folder(tmp_path / "mine")
    assert report.findings == ()
    assert [one.uncited for one in report.coverage.values()] == [()]


def test_a_new_course_has_two_lessons_between_a_welcome_and_a_closing(tmp_path: Path) -> None:
    new_course(tmp_path / "mine")
    course = load_folder(tmp_path / "mine")
    assert [lesson.slug for lesson in course.all_lessons] == ["welcome", "one-idea", "practice", "closing"]
    assert list(course.sources) == ["sample-note"]


def test_every_file_of_a_new_course_but_one_teaches_by_a_comment(tmp_path: Path) -> None:
    written = new_course(tmp_path / "mine")
    texts = {path.name: path.read_text(encoding="utf-8") for path in written}
    assert all("{#" in text or "\n# " in text or text.startswith("# ") for text in texts.values())


def test_no_comment_reaches_a_subscriber(tmp_path: Path) -> None:
    from course.build import built_files

    new_course(tmp_path / "mine")
    files = read_files(tmp_path / "mine")
    built = built_files(load_folder(tmp_path / "mine"), files)
    assert not [name for name, content in built.items() if b"{#" in content or b"#}" in content]


@pytest.mark.parametrize("slug", BUNDLED)
def test_a_copy_of_a_bundled_course_is_that_course(slug: str, tmp_path: Path) -> None:
    written = new_course(tmp_path / "copy", slug)
    with resources.as_file(resources.files("course") / BUNDLED[slug]) as original:
        assert read_files(tmp_path / "copy") == read_files(original)
    assert load_folder(tmp_path / "copy").slug == slug
    assert sorted(written) == sorted(path for path in (tmp_path / "copy").rglob("*") if path.is_file())


def test_a_course_may_be_started_in_a_folder_that_is_there_and_empty(tmp_path: Path) -> None:
    assert new_course(tmp_path)
    assert (tmp_path / "course.toml").is_file()


def test_a_course_may_be_started_in_folders_that_are_not_there_yet(tmp_path: Path) -> None:
    new_course(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b" / "course.toml").is_file()


def test_a_folder_that_holds_anything_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_text("mine")
    with pytest.raises(CourseError, match="not empty"):
        new_course(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".hidden"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("a file")
    with pytest.raises(CourseError, match="is a file"):
        new_course(tmp_path / "mine")


def test_a_place_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(CourseError, match="cannot be written"):
        new_course(tmp_path / "file" / "mine")


def test_what_cannot_be_written_whole_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bytes, written = Path.write_bytes, list[Path]()

    def full_disk(path: Path, content: bytes) -> int:
        written.append(path)
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(CourseError, match="No space left on device"):
        new_course(tmp_path / "shelf" / "mine")
    assert len(written) == 3
    assert list(tmp_path.iterdir()) == []
