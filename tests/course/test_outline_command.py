"""`dripcourse outline` says what it wrote and what to do next, and its drafts go no further than a look at them."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from course.outline import MOST_PER_WEEK, MOST_WEEKS
from sender.cli import dripcourse
from tests.course.check.small import written
from tests.course.command_line import run
from tests.course.outline.notes import COURSE_FILE, a_course, a_lesson, a_note, words

SETTINGS = COURSE_FILE.replace('[tracks.field]\ntitle = "Field"\n', "")
NOTE = a_note({"What soil is": [words(200)], "What lives in it": [words(200)]})


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return written(tmp_path / "my gardens", a_course(NOTE, settings=SETTINGS))


def test_it_shows_the_drafts_and_what_to_do_next(course: Path) -> None:
    result = run("outline", course)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Wrote 1 draft to lessons/.",
        "",
        "number  week  lesson        minutes  passages",
        "1       1     what-soil-is  4.4      2 of note-1",
        "",
        "What to do next: write what stands in `[write: …]`, then",
        "",
        f"  dripcourse check '{course}'                 what is left to write, and what is wrong",
        f"  dripcourse simulate '{course}' --from DATE  when each lesson would arrive",
    ]


def test_it_prints_one_json_document(course: Path) -> None:
    result = run("outline", course, "--format", "json", "--per-week", "3")
    assert json.loads(result.stdout) == {
        "drafts": [
            {
                "file": "lessons/01-what-soil-is.md",
                "number": 1,
                "week": 1,
                "lesson": "what-soil-is",
                "subject": "What soil is",
                "minutes": 4.4,
                "passages": ["note-1#p-1", "note-1#p-2"],
            }
        ],
        "added_days": ["monday"],
    }


def test_it_says_that_it_changed_the_cadence(course: Path) -> None:
    result = run("outline", course, "--per-week", "4")
    assert "Added monday and wednesday to the cadence's days in course.toml." in result.stdout


def test_with_nothing_left_to_outline_it_says_so_and_ends_well(course: Path) -> None:
    run("outline", course)
    again = run("outline", course)
    assert again.exit_code == 0
    assert again.stdout == "Nothing to outline: the lessons cite every passage of the sources.\n"


def test_it_takes_the_present_folder_unless_told(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course)
    assert "dripcourse check .\n" in run("outline").stdout.replace("  ", "\n")


def test_lessons_that_do_not_fit_are_told_with_what_would_do(tmp_path: Path) -> None:
    folder = written(tmp_path / "gardens", a_course(NOTE, NOTE, NOTE, settings=SETTINGS))
    result = run("outline", folder, "--weeks", "1")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        "Error: The sources make at least 3 lessons of five minutes; 1 week of 2 a week have room for 2. "
        "Use --weeks 2 or --per-week 3.\n"
    )
    assert not (folder / "lessons").exists()


@pytest.mark.parametrize(
    "options",
    [["--weeks", "0"], ["--weeks", str(MOST_WEEKS + 1)], ["--per-week", "0"], ["--per-week", "8"], ["--weeks", "x"]],
)
def test_a_number_out_of_range_is_wrong_use(options: list[str], course: Path) -> None:
    assert run("outline", course, *options).exit_code == 2
    assert not (course / "lessons").exists()


def test_the_largest_numbers_are_in_range(course: Path) -> None:
    assert run("outline", course, "--weeks", str(MOST_WEEKS), "--per-week", str(MOST_PER_WEEK)).exit_code in {0, 1}


@pytest.mark.parametrize("files", [{}, a_course(settings=SETTINGS)], ids=["no course", "no sources"])
def test_where_there_is_nothing_to_make_lessons_of_it_says_what_to_do(files: dict[str, bytes], tmp_path: Path) -> None:
    result = run("outline", written(tmp_path, files))
    assert result.exit_code == 1
    assert "dripcourse import FILE" in result.stderr or "dripcourse new DIR" in result.stderr


def test_a_broken_note_is_told_with_its_line(course: Path) -> None:
    written(course, {"sources/note-1.md": b"---\ntitle: A note\n---\n\nWords.\n"})
    result = run("outline", course)
    assert result.exit_code == 1
    assert "sources/note-1.md:5" in result.stderr
    assert not (course / "lessons").exists()


def test_a_draft_can_be_looked_at_and_simulated_but_fails_its_check(course: Path, tmp_path: Path) -> None:
    run("outline", course)
    built = run("build", course, "--out", tmp_path / "out")
    assert built.exit_code == 0
    assert built.stderr == f"8 places are left to write: `dripcourse check '{course}'` says where.\n"
    assert "[write: the one idea" in (tmp_path / "out" / "what-soil-is.txt").read_text(encoding="utf-8")
    assert run("simulate", course, "--from", "2026-10-19").exit_code == 0
    assert run("check", course).exit_code == 1


def test_a_draft_is_not_published(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("outline", course)
    result = run("publish", course)
    assert result.exit_code == 1
    assert "This is left to write" in result.stderr


def test_a_build_of_a_written_course_says_nothing_of_places(tmp_path: Path) -> None:
    files = a_course(settings=SETTINGS, lessons={"lessons/01-soil.md": a_lesson()})
    built = run("build", written(tmp_path / "gardens", files), "--out", tmp_path / "out")
    assert (built.exit_code, built.stderr) == (0, "")


def test_other_errors_beside_places_still_stop_a_build(course: Path, tmp_path: Path) -> None:
    run("outline", course)
    written(course, {"lessons/09-more.md": a_lesson("[@note-9#p-1] [write: more]").encode()})
    built = run("build", course, "--out", tmp_path / "out")
    assert built.exit_code == 1
    assert "note-9" in built.stderr
    assert "left to write" not in built.stderr
    assert not (tmp_path / "out").exists()


def test_new_leads_on_to_importing_and_outlining() -> None:
    result = run("new", "gardens")
    assert "dripcourse import FILE --course gardens" in result.stdout
    assert "dripcourse outline gardens" in result.stdout


def test_a_course_without_lessons_leads_on_to_outlining(course: Path) -> None:
    assert "dripcourse outline" in run("check", course).stdout


def test_the_command_is_known_to_the_command_line() -> None:
    assert isinstance(dripcourse.get_command(click.Context(dripcourse), "outline"), click.Command)
