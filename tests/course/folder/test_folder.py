"""A course folder is read whole: nothing hidden, nothing from outside, and everything wrong with it said at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from course.errors import CourseError, CourseErrors, Place
from course.folder import load, load_folder, read_files
from tests.course.check.small import COURSE, small_course, written

LESSON = "---\nsubject: A\npreheader: B\n---\n\nText.\n"


def errors(changes: dict[str, str] | None = None, *, without: str = "") -> tuple[CourseError, ...]:
    with pytest.raises(CourseErrors) as caught:
        load(small_course(changes, without=without))
    return caught.value.errors


def only(changes: dict[str, str] | None = None, *, without: str = "") -> CourseError:
    [error] = errors(changes, without=without)
    return error


def test_a_course_is_the_same_from_a_folder_and_from_its_files(tmp_path: Path) -> None:
    files = small_course({"assets/a/b.png": "x", "theme/lesson.txt": "x"})
    written(tmp_path, files)
    assert read_files(tmp_path) == files
    assert load_folder(tmp_path) == load(files)


def test_lessons_stand_in_the_order_of_their_numbers_and_not_of_their_names() -> None:
    course = load(small_course({"lessons/10-a.md": LESSON, "lessons/9-b.md": LESSON}))
    assert [lesson.number for lesson in course.lessons] == [1, 2, 9, 10]
    assert [lesson.slug for lesson in course.all_lessons] == ["welcome", "soil", "light", "b", "a", "closing"]
    assert [lesson.slug for lesson in course.lessons_of("balcony")] == ["soil", "b", "a"]


def test_what_is_hidden_or_no_part_of_a_course_is_left_alone(tmp_path: Path) -> None:
    files = small_course()
    others = (
        "lessons/.#01-soil.md",
        "lessons/notes.txt",
        "assets/.git/config",
        "assets/.DS_Store",
        "README.md",
        "lessons/old/01-soil.md",
    )
    written(tmp_path, files | dict.fromkeys(others, b"\xff"))
    assert read_files(tmp_path) == files


@pytest.mark.parametrize("name", ["lessons", "sources", "assets", "theme"])
def test_a_file_where_a_folder_belongs_is_an_error_and_not_an_empty_folder(tmp_path: Path, name: str) -> None:
    written(tmp_path, {"course.toml": b"", name: b""})
    with pytest.raises(CourseError, match="a file where a folder belongs") as caught:
        read_files(tmp_path)
    assert caught.value.place == Place(name)


@pytest.mark.parametrize("path", ["lessons", "sources", "assets", "assets/deep", "theme"])
def test_a_folder_that_cannot_be_read_is_an_error_and_not_an_empty_one(
    tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path, small_course({"assets/deep/a.png": "x", "theme/lesson.txt": "x"}))
    scandir = os.scandir

    def refused(there: Path | str) -> object:
        if Path(there) == folder / path:
            raise PermissionError(13, "Permission denied")
        return scandir(there)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(CourseError, match="cannot be read: Permission denied") as caught:
        read_files(folder)
    assert caught.value.place == Place(path)


@pytest.mark.parametrize("name", ["course.toml", "lessons/01-soil.md"])
def test_a_folder_whose_files_cannot_be_looked_at_is_told_in_a_sentence(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path, small_course())
    is_file = Path.is_file

    def refused(path: Path) -> bool:
        if path == folder / name:
            raise PermissionError(13, "Permission denied")
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", refused)
    with pytest.raises(CourseError, match="Permission denied"):
        read_files(folder)


@pytest.mark.parametrize("folder", [b"lessons", b"sources", b"assets", b"theme"])
def test_a_name_that_is_not_utf_8_is_told(tmp_path: Path, folder: bytes) -> None:
    written(tmp_path, small_course({"assets/a.png": "x", "theme/lesson.txt": "x"}))
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + folder + b"/\xff.md")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(CourseError, match="not UTF-8") as caught:
        read_files(tmp_path)
    assert caught.value.place == Place(f"{folder.decode()}/?.md")


def test_a_link_to_itself_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path, small_course())
    (folder / "lessons" / "03-air.md").symlink_to("03-air.md")
    with pytest.raises(CourseError, match="back to itself") as caught:
        read_files(folder)
    assert caught.value.place == Place("lessons/03-air.md")


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("root:x:0:0")
    for path in ("assets/passwd", "lessons/03-secret.md", "theme/lesson.txt"):
        folder = written(tmp_path / path.replace("/", "-"), small_course())
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).symlink_to(secret)
        with pytest.raises(CourseError, match="link out of the course") as caught:
            read_files(folder)
        assert caught.value.place == Place(path)


def test_a_folder_of_lessons_that_is_a_link_out_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "course", {"course.toml": b""})
    elsewhere = written(tmp_path / "elsewhere", {"01-a.md": b""})
    (folder / "lessons").symlink_to(elsewhere)
    with pytest.raises(CourseError, match="link out of the course"):
        read_files(folder)


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    folder = written(tmp_path, small_course({"assets/a.png": "x"}))
    (folder / "assets/b.png").symlink_to(folder / "assets/a.png")
    assert read_files(folder)["assets/b.png"] == b"x"


def test_a_folder_in_the_place_of_a_lesson_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, small_course())
    (folder / "lessons/03-water.md").mkdir()
    with pytest.raises(CourseError, match="not a file") as caught:
        read_files(folder)
    assert caught.value.place == Place("lessons/03-water.md")


def test_a_pipe_in_the_place_of_a_picture_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    folder = written(tmp_path, small_course({"assets/a.png": "x"}))
    os.mkfifo(folder / "assets/b.png")
    with pytest.raises(CourseError, match="not a file"):
        read_files(folder)


def test_a_file_of_ten_megabytes_is_taken_and_a_larger_one_is_not(tmp_path: Path) -> None:
    folder = written(tmp_path, small_course({"assets/a.png": "x" * 10_000_000}))
    assert len(read_files(folder)["assets/a.png"]) == 10_000_000
    with (folder / "assets/a.png").open("ab") as file:
        file.truncate(10_000_001)
    with pytest.raises(CourseError, match="over 10 MB") as caught:
        read_files(folder)
    assert caught.value.place == Place("assets/a.png")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path, small_course())

    def denied(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(CourseError, match="Permission denied") as caught:
        read_files(folder)
    assert caught.value.place == Place("course.toml")


@pytest.mark.parametrize("kind", ["nothing", "an empty folder", "a file"])
def test_where_there_is_no_course_it_says_how_to_make_one(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "course"
    if kind == "an empty folder":
        folder.mkdir()
    elif kind == "a file":
        folder.write_text("x")
    with pytest.raises(CourseError, match="There is no course") as caught:
        read_files(folder)
    assert "dripcourse new" in caught.value.fix


def test_everything_that_is_wrong_is_said_in_the_order_of_files_and_lines() -> None:
    found = errors(
        {
            "sources/on-soil.md": "---\ntitel: x\n---\n",
            "lessons/02-light.md": LESSON.replace("subject: A", "subject: A: B"),
            "lessons/01-soil.md": LESSON.replace("B\n", "B\ntracks: [meadow, wood]\n"),
            "lessons/03-a.md": LESSON.replace("A\n", "A\nwait: soon\n"),
            "course.toml": COURSE.replace("08:00", "8 o'clock"),
        }
    )
    assert [str(error.place) for error in found] == [
        "course.toml:9",
        "lessons/02-light.md:2",
        "lessons/03-a.md:3",
        "sources/on-soil.md:2",
    ]


def test_each_unknown_track_is_named_where_it_stands() -> None:
    found = errors(
        {"lessons/01-soil.md": LESSON.replace("B\n", "B\ntracks: [meadow, field, wood]\n"), "lessons/03-a.md": LESSON}
    )
    assert [(error.message, str(error.place)) for error in found] == [
        ("There is no track `meadow`.", "lessons/01-soil.md:4"),
        ("There is no track `wood`.", "lessons/01-soil.md:4"),
    ]


def test_two_lessons_of_one_number_or_one_slug_are_refused() -> None:
    assert only({"lessons/01-water.md": LESSON}).message == "The number 1 is also that of lessons/01-soil.md."
    assert only({"lessons/03-soil.md": LESSON}).message == "`soil` already names lessons/01-soil.md."
    assert len(errors({"lessons/1-soil.md": LESSON})) == 2


@pytest.mark.parametrize("alias", ["soil", "welcome", "old"])
def test_an_alias_names_no_other_lesson(alias: str) -> None:
    error = only(
        {
            "lessons/01-soil.md": LESSON.replace("B\n", "B\naliases: [old]\n"),
            "lessons/03-a.md": LESSON.replace("B\n", f"B\naliases: [{alias}]\n"),
        }
    )
    assert f"`{alias}` already names" in error.message


def test_a_lesson_may_be_its_own_alias() -> None:
    assert load(small_course({"lessons/03-a.md": LESSON.replace("B\n", "B\naliases: [a]\n")})).lessons


def test_a_course_without_lessons_is_told_to_have_one() -> None:
    files = {path: content for path, content in small_course().items() if not path.startswith("lessons/0")}
    with pytest.raises(CourseErrors, match="no lessons"):
        load(files)


def test_a_track_without_lessons_is_named() -> None:
    both = {"lessons/01-soil.md": LESSON.replace("B\n", "B\ntracks: [field]\n")}
    assert only(both).message == "The track `balcony` has no lesson."


def test_a_lesson_that_cannot_be_read_does_not_make_its_track_seem_empty() -> None:
    assert "track" not in only({"lessons/01-soil.md": "no front matter"}).message


def test_a_track_that_is_misspelt_is_named_once() -> None:
    assert {
        str(error.place) for error in errors({"lessons/02-light.md": LESSON.replace("B\n", "B\ntracks: [feild]\n")})
    } == {"lessons/02-light.md:4"}
