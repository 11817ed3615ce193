"""`dripcourse publish` asks first, refuses what is wrong, and changes all or nothing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT
from tests.sender.commands.conftest import Run
from tests.sender.stage import a_course, a_lesson, written

RunJson = Callable[..., Any]


def test_a_first_publication_says_what_to_do_next(run: Run, course: Path) -> None:
    result = run("publish", course, "--yes", status=0)
    assert result.stdout.startswith("Published letters, edition ")
    assert "letters is new: 2 emails." in result.stderr
    assert "dripcourse subscribers import FILE --course letters" in result.stderr


def test_the_present_folder_is_published_unless_told(run: Run, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course)
    assert run("publish", "--yes", status=0).stdout.startswith("Published letters, edition ")


def test_json_is_one_document(run_json: RunJson, course: Path) -> None:
    first = run_json("publish", course, "--yes")
    assert set(first) == {"course", "edition", "added", "removed", "changed"}
    assert (first["course"], first["added"], first["removed"], first["changed"]) == ("letters", ["one", "two"], [], [])
    written(course, a_course("one", "two", "three", files={"lessons/01-one.md": a_lesson("one", "New.")}))
    second = run_json("publish", course, "--yes")
    assert (second["added"], second["changed"]) == (["three"], ["one"])
    assert second["edition"] != first["edition"]


def test_without_yes_and_without_a_terminal_nothing_is_published(run: Run, course: Path) -> None:
    result = run("publish", course, status=2)
    assert "Add --yes." in result.stderr
    assert result.stdout == ""
    assert "letters" not in run("status", status=0).stdout


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 1), ("", 1)])
def test_on_a_terminal_it_asks(course: Path, answer: str, status: int) -> None:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        done = subprocess.run(
            [sys.executable, "-m", "sender", "publish", str(course)], stdin=theirs, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}, check=False,
        )  # fmt: skip
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == status
    assert "Publish this?" in done.stderr
    assert done.stdout.startswith("Published") == (status == 0)


def test_with_no_standard_input_at_all_it_is_wrong_use(run: Run, course: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", sys.executable, "-m", "sender", "publish", str(course)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Add --yes." in done.stderr


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"lessons/01-one.md": "---\nsubject: a: b\n---\nText.\n"}, "lessons/01-one.md:2"),
        ({"lessons/01-one.md": a_lesson("one", settings="tracks: [nowhere]\n")}, "lessons/01-one.md:4"),
        ({"lessons/01-one.md": a_lesson("one", "{{ subscriber.undeclared }}")}, "lessons/01-one.md:6"),
        ({"theme/lesson.mjml": "<mjml>\n<mj-body>\n<mj-nothing/></mj-body></mjml>"}, "theme/lesson.mjml:3"),
        ({"course.toml": "slug = "}, "course.toml:1"),
    ],
    ids=["front matter", "track", "field", "theme", "settings"],
)
def test_a_course_with_an_error_is_refused_with_file_and_line(
    run: Run, published: Path, files: dict[str, str], said: str
) -> None:
    before = run("status", "--format", "json").stdout
    written(published, {path: text.encode() for path, text in files.items()})
    result = run("publish", published, "--yes", status=1)
    assert said in result.stderr
    assert "nothing was published" in result.stderr
    assert result.stdout == ""
    assert run("status", "--format", "json").stdout == before


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_where_there_is_no_course_it_is_told(run: Run, folder: str) -> None:
    result = run("publish", folder, "--yes", status=1)
    assert "no course" in result.stderr
    assert list(Path().iterdir()) == []


def test_the_earlier_name_of_a_lesson_is_refused_in_a_sentence(run: Run, published: Path) -> None:
    (published / "lessons" / "01-one.md").unlink()
    written(published, {"lessons/01-new.md": a_lesson("new", settings="aliases: [one]\n").encode()})
    run("publish", published, "--yes", status=0)
    written(published, a_course("new", "two", "one"))
    assert "`one` has the name under which `new`" in run("publish", published, "--yes", status=1).stderr


def test_the_same_again_says_so(run: Run, published: Path) -> None:
    assert "has not changed" in run("publish", published, "--yes", status=0).stderr


def test_what_changes_for_how_many_is_told_before(run: Run, published: Path) -> None:
    run("subscribers", "import", "-", "--course", "letters", "--confirmed", text="email\nann@example.com\n", status=0)
    (published / "lessons" / "02-two.md").unlink()
    written(
        published, {"lessons/01-one.md": a_lesson("one", "New.").encode(), "lessons/03-x.md": a_lesson("x").encode()}
    )
    told = run("publish", published, status=2).stderr.splitlines()
    assert told[:4] == ["letters, which 1 person is taking:", "  new: x", "  changed: one", "  removed: two"]
