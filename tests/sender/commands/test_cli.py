"""The command line as a whole: help, wrong use, and a sentence for whatever a user can mend."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sender.cli import _COMMANDS
from tests.architecture.source import ROOT
from tests.sender.commands.conftest import Run

PATHS = [[name] for name in _COMMANDS] + [["subscribers", "import"]]
NEED_A_DATABASE = [
    ["subscribers", "import", "people.csv", "--course", "letters"], ["send"], ["status"], ["hold", "letters"],
    ["hold", "--all"], ["release", "letters"], ["release", "--all"],
]  # fmt: skip
READ_SETTINGS = [*NEED_A_DATABASE, ["publish", "letters"], ["migrate"]]


def name(words: list[str]) -> str:
    return " ".join(words)


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_names_every_command_and_what_it_does(run: Run, flag: str) -> None:
    shown = run(flag, status=0).stdout
    for command, (_, does) in _COMMANDS.items():
        assert any(line.split()[:1] == [command] for line in shown.splitlines())
        assert does.split()[0] in shown


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("words", PATHS, ids=name)
def test_every_command_explains_itself(run: Run, words: list[str], flag: str) -> None:
    shown = run(*words, flag, status=0).stdout
    assert shown.startswith("Usage: ")
    assert len(shown.splitlines()) > 3
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("command", _COMMANDS)
def test_a_command_says_the_same_of_itself_in_both_places(run: Run, command: str) -> None:
    module, _, attribute = _COMMANDS[command][0].partition(":")
    found = getattr(__import__(module, fromlist=[attribute]), attribute)
    assert found.name == command
    assert found.get_short_help_str(limit=200) == _COMMANDS[command][1]


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-command"], ["--no-such-option"], ["send", "--no-such-option"], ["subscribers", "no-such-command"],
        ["send", "--limit", "-1"], ["send", "--limit", "many"], ["send", "--now", "soon"], ["send", "--now", ""],
        ["send", "--now", "0001-01-01"], ["send", "--now", "9999-12-31T23:59:59-12:00"], ["send", "--format", "xml"],
        ["status", "--format", "xml"], ["status", "more"], ["hold"], ["release"], ["hold", "letters", "--all"],
        ["release", "letters", "--all"], ["subscribers", "import"], ["subscribers", "import", "people.csv"],
        ["subscribers", "import", "people.csv", "--course"],
        ["subscribers", "import", "nobody.csv", "--course", "letters"],
        ["subscribers", "import", ".", "--course", "letters"],
        ["subscribers", "import", "people.csv", "--course", "letters", "--start", "tomorrow"],
        ["subscribers", "import", "people.csv", "--course", "letters", "--start", "9999-12-31"],
        ["subscribers", "import", "people.csv", "--course", "letters", "--start", "0001-01-01"],
        ["demo", "--people", "0"], ["run", "--port", "99999"], ["preview", "--port", "99999"],
        ["preview", "people.csv"], ["send-test"], ["send-test", "one"],
    ],
    ids=name,
)  # fmt: skip
def test_wrong_use_ends_with_2_and_changes_nothing(run: Run, words: list[str]) -> None:
    Path("people.csv").write_text("email\nann@example.com\n")
    result = run(*words, status=2)
    assert "Error: " in result.stderr
    assert result.stdout == ""
    assert [path.name for path in Path().iterdir()] == ["people.csv"]


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    assert "Commands:" in run(status=2).output


@pytest.mark.parametrize("words", NEED_A_DATABASE, ids=name)
def test_without_a_database_a_command_says_what_to_do_first(run: Run, words: list[str]) -> None:
    Path("people.csv").write_text("email\nann@example.com\n")
    result = run(*words, status=1)
    assert result.stderr == (
        "Error: There is no database dripcourse.db yet. Publish a course first: `dripcourse publish COURSE`.\n"
    )
    assert result.stdout == ""
    assert not Path("dripcourse.db").exists()


@pytest.mark.parametrize("words", READ_SETTINGS, ids=name)
@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("DRIPCOURSE_DATABASE", "mysql://u:hunter2@h/n", "DRIPCOURSE_DATABASE"),
        ("DRIPCOURSE_DATABASE", "sqlite:///nowhere/a.db", "nowhere"),
        ("DRIPCOURSE_SECRET", "hunter2", "DRIPCOURSE_SECRET"),
        ("DRIPCOURSE_CONCURRENCY", "none", "DRIPCOURSE_CONCURRENCY"),
    ],
    ids=["another database", "no folder", "a short secret", "no number"],
)
def test_a_wrong_setting_is_told_by_its_name(
    run: Run, course: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], setting: str, value: str, said: str
) -> None:
    Path("people.csv").write_text("email\nann@example.com\n")
    monkeypatch.setenv(setting, value)
    result = run(*words, status=1)
    assert said in result.stderr
    assert "hunter2" not in result.output
    assert result.stdout == ""


@pytest.mark.parametrize("words", READ_SETTINGS, ids=name)
def test_a_file_that_is_no_database_is_told(run: Run, course: Path, words: list[str]) -> None:
    Path("people.csv").write_text("email\nann@example.com\n")
    Path("dripcourse.db").write_text("a shopping list\n" * 100)
    result = run(*words, status=1)
    assert "not a SQLite database" in result.stderr
    assert Path("dripcourse.db").read_text().startswith("a shopping list")


@pytest.mark.parametrize("words", NEED_A_DATABASE[1:], ids=name)
def test_a_database_of_another_schema_is_told(run: Run, published: Path, words: list[str]) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect("dripcourse.db", isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "schema 9999" in run(*words, status=1).stderr
    assert "none that this version knows" in run("migrate", status=1).stderr


HEAVY = {
    "alembic", "apscheduler", "babel", "jinja2", "markdown_it", "mjml", "sendgrid", "sqlalchemy", "starlette",
    "uvicorn",
}  # fmt: skip


@pytest.mark.parametrize("words", [[], ["send"], ["publish"], ["subscribers", "import"], ["run"], ["demo"], ["check"],
                                   ["preview"], ["send-test"]], ids=name)  # fmt: skip
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    """Asked in a process of its own: this one has imported it all."""
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop(1))\n"
        "from sender.cli import dripcourse\n"
        "dripcourse(standalone_mode=False)\n"
        "print('loaded:', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, ROOT, *words, "--help"], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.partition("loaded:")[2].split()
    assert "sender.cli" in loaded
    assert sorted(HEAVY & set(loaded)) == []


def test_a_pipe_that_is_closed_at_the_other_end_is_no_traceback() -> None:
    program = "import sys; sys.path.insert(0, sys.argv.pop(1)); from sender.cli import main; main()"
    with subprocess.Popen([sys.executable, "-c", program, ROOT, "--help"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert "Traceback" not in said
    assert "Exception" not in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_what_cannot_be_shown_is_told_in_a_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sender", "check", "course/starter"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE,
            text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "Error: What is to be shown cannot be written: No space left on device.\n"


def test_a_terminal_without_a_courses_letters_shows_them_spelled(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sender", "check", str(tmp_path / "机")], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"}, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "\\u673a" in done.stdout
