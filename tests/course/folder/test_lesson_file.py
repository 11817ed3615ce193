"""A lesson is one file: its name gives number and slug, its front matter the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from course.errors import CourseError, Place
from course.folder.lesson_file import parse_lesson
from course.model import LessonKind

FILE = "lessons/03-first-steps.md"


def content(settings: str = "", body: str = "\nText.\n", *, subject: str = "subject: Steps\n") -> bytes:
    return f"---\n{subject}preheader: One by one.\n{settings}---\n{body}".encode()


def refusal(settings: str = "", file: str = FILE, **more: str) -> CourseError:
    with pytest.raises(CourseError) as caught:
        parse_lesson(file, content(settings, **more))
    return caught.value


def test_a_lesson_says_all_that_its_file_says() -> None:
    lesson = parse_lesson(FILE, content("title: First  steps\ntracks: [a, b]\nwait: 1w\naliases: [steps, step-1]\n"))
    assert (lesson.slug, lesson.kind, lesson.number) == ("first-steps", LessonKind.LESSON, 3)
    assert (lesson.subject, lesson.preheader, lesson.title) == ("Steps", "One by one.", "First steps")
    assert (lesson.tracks, lesson.wait, lesson.aliases) == (("a", "b"), timedelta(weeks=1), ("steps", "step-1"))
    assert (lesson.body, lesson.body_line, lesson.place) == ("\nText.\n", 9, Place(FILE))
    assert lesson.lines["wait"] == 6


def test_a_lesson_of_megabytes_is_refused() -> None:
    assert "1,000 KB" in refusal(body="x" * 1_000_000).message


@pytest.mark.parametrize("title", ["", "title:\n", "title: ''\n", "title: ' '\n"])
def test_the_subject_is_the_title_where_there_is_none(title: str) -> None:
    assert parse_lesson(FILE, content(title)).title == "Steps"


@pytest.mark.parametrize(("name", "kind"), [("welcome", LessonKind.WELCOME), ("closing", LessonKind.CLOSING)])
def test_a_welcome_and_a_closing_have_no_number(name: str, kind: LessonKind) -> None:
    lesson = parse_lesson(f"lessons/{name}.md", content())
    assert (lesson.slug, lesson.kind, lesson.number) == (name, kind, None)


@pytest.mark.parametrize(
    "name",
    [
        "first-steps",
        "03_first",
        "03-First",
        "3",
        "03-",
        "-first",
        "03-a--b",
        "1234567-a",
        "03-schön",
        "٣-a",
        "03-a b",
        "Welcome",
    ],
)
def test_a_file_of_another_name_is_refused(name: str) -> None:
    error = refusal(file=f"lessons/{name}.md")
    assert error.place == Place(f"lessons/{name}.md")
    assert f"`{name}.md`" in error.message


@pytest.mark.parametrize(
    "setting",
    [
        "title: [a]",
        "tracks: a",
        "tracks: {a: b}",
        "tracks: [[a]]",
        "wait: soon",
        "wait: [3d]",
        "wait: -3d",
        "wait: 3",
        "aliases: a",
        "aliases: [Big]",
        "aliases: ['']",
        "aliases: [a b]",
        "subjekt: x",
        "quizz: x",
    ],
)
def test_a_wrong_setting_is_named_with_its_line(setting: str) -> None:
    assert refusal(f"{setting}\n").place == Place(FILE, 4)


@pytest.mark.parametrize("subject", ["", "subject:\n", "subject: ''\n", "subject: '  '\n"])
def test_a_lesson_without_a_subject_is_refused(subject: str) -> None:
    assert "`subject`" in refusal(subject=subject).message


def test_a_misspelt_setting_is_answered_with_the_one_that_was_meant() -> None:
    assert refusal("prehader: x\n").fix == "Did you mean `preheader`?"


@pytest.mark.parametrize("body", ["", "\n\n", " \n\t\n"])
def test_a_lesson_without_text_is_refused(body: str) -> None:
    assert "no text" in refusal(body=body).message


@pytest.mark.parametrize(("setting", "line"), [("tracks: [a]", 4), ("wait: 3d", 4)])
def test_a_welcome_goes_to_everyone_at_its_own_time(setting: str, line: int) -> None:
    assert refusal(f"{setting}\n", file="lessons/welcome.md").place == Place("lessons/welcome.md", line)


def test_a_wait_of_more_than_a_year_is_refused() -> None:
    assert "longer than a year" in refusal("wait: 60w\n").message
