"""The authors' commands keep their contract: results on stdout, exit statuses, and never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.course.check.small import a_lesson, small_course, written
from tests.course.command_line import run

pytestmark = pytest.mark.usefixtures("one_child")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return written(tmp_path / "gardens", small_course())


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return written(tmp_path / "broken", small_course(a_lesson("{{ subscriber.nick }}")))


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    return written(tmp_path / "doubtful", small_course({"theme/leson.mjml": "<mjml></mjml>"}))


def test_new_says_what_to_do_next_and_that_works(tmp_path: Path) -> None:
    result = run("new", "my course")
    assert result.exit_code == 0
    assert "dripcourse check 'my course'" in result.stdout
    assert "dripcourse build 'my course' --out 'my course/emails'" in result.stdout
    assert "dripcourse simulate 'my course' --from" in result.stdout
    assert run("check", "my course").exit_code == 0
    assert run("build", "my course", "--out", "my course/emails").exit_code == 0
    assert run("simulate", "my course", "--from", "2026-03-03").exit_code == 0


def test_new_in_the_present_folder_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("new", ".")
    assert result.output.startswith("Wrote a course of 6 files to this folder. What to do next:")
    assert run("check", ".").exit_code == 0


def test_new_copies_the_bundled_course(tmp_path: Path) -> None:
    assert run("new", tmp_path / "copy", "--from", "product-path").exit_code == 0
    assert 'slug = "product-path"' in (tmp_path / "copy" / "course.toml").read_text(encoding="utf-8")


def test_new_of_an_unknown_course_is_wrong_use_and_names_what_there_is(tmp_path: Path) -> None:
    result = run("new", tmp_path / "copy", "--from", "other-path")
    assert result.exit_code == 2
    assert "product-path" in result.stderr
    assert not (tmp_path / "copy").exists()


def test_new_refuses_a_folder_that_is_not_empty(course: Path) -> None:
    result = run("new", course)
    assert result.exit_code == 1
    assert "not empty" in result.stderr
    assert result.stdout == ""


def test_check_of_a_course_in_order_ends_well(course: Path) -> None:
    result = run("check", course)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "on-soil: 2 of 2 passages cited"
    assert result.stdout.splitlines()[-1] == "No errors."


def test_check_takes_the_present_folder_unless_told(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course)
    assert run("check").exit_code == 0


def test_check_says_file_line_and_what_to_do_and_fails(broken: Path) -> None:
    result = run("check", broken)
    assert result.exit_code == 1
    assert "lessons/01-soil.md:5: error [undeclared-field]" in result.stdout
    assert "[fields] in course.toml" in result.stdout
    assert result.stdout.splitlines()[-1] == "1 error."


def test_check_prints_one_json_document_and_nothing_else(broken: Path) -> None:
    result = run("check", broken, "--format", "json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    [finding] = document["findings"]
    assert set(finding) == {"rule", "severity", "file", "line", "message", "fix", "reason"}
    assert (finding["rule"], finding["severity"]) == ("undeclared-field", "error")
    assert (finding["file"], finding["line"]) == ("lessons/01-soil.md", 5)
    assert document["coverage"] == {"on-soil": {"passages": 2, "cited": 0}}


def test_check_prints_a_document_where_there_is_no_course_too(tmp_path: Path) -> None:
    result = run("check", tmp_path, "--format", "json")
    assert result.exit_code == 1
    [finding] = json.loads(result.stdout)["findings"]
    assert "no course" in finding["message"]


def test_a_warning_fails_only_a_strict_check(doubtful: Path) -> None:
    assert run("check", doubtful).exit_code == 0
    assert run("check", doubtful, "--strict").exit_code == 1


def test_a_strict_check_of_a_course_in_order_ends_well(course: Path) -> None:
    assert run("check", course, "--strict").exit_code == 0


def test_check_of_an_unknown_format_is_wrong_use(course: Path) -> None:
    assert run("check", course, "--format", "xml").exit_code == 2


def test_build_says_what_to_open(course: Path, tmp_path: Path) -> None:
    result = run("build", course, "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "16 files" in result.stdout
    assert f"Open {tmp_path / 'out' / 'index.html'}" in result.stdout


def test_build_of_a_broken_course_says_where_and_writes_nothing(broken: Path, tmp_path: Path) -> None:
    result = run("build", broken, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "lessons/01-soil.md:5" in result.stderr
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_build_without_a_folder_to_write_to_is_wrong_use(course: Path) -> None:
    assert run("build", course).exit_code == 2


def test_build_where_there_is_no_course_fails_with_a_sentence(tmp_path: Path) -> None:
    result = run("build", tmp_path, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "no course" in result.stderr


def test_simulate_shows_the_courses_first_track_in_its_own_zone(course: Path) -> None:
    result = run("simulate", course, "--from", "2026-03-24")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Gardens · Balcony · Europe/London",
        "",
        "  1  Tue 2026-03-24 08:00  soil  Soil",
    ]


def test_simulate_prints_a_json_list(course: Path) -> None:
    result = run("simulate", course, "--from", "2026-03-24", "--track", "field", "--timezone", "Asia/Kolkata",
                 "--format", "json")  # fmt: skip
    assert json.loads(result.stdout)[0] == {
        "lesson": "soil",
        "subject": "Soil",
        "local": "2026-03-24T08:00:00+05:30",
        "utc": "2026-03-24T02:30:00+00:00",
    }


def test_simulate_prints_csv_and_a_calendar(course: Path) -> None:
    table = run("simulate", course, "--from", "2026-03-24", "--format", "csv")
    assert table.stdout.splitlines()[0] == "lesson,subject,local,utc"
    calendar = run("simulate", course, "--from", "2026-03-24", "--format", "ics")
    assert calendar.stdout_bytes.endswith(b"END:VCALENDAR\r\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "tomorrow"], "Write it as 2026-03-03"),
        (["--from", "2026-02-30"], "not a date"),
        (["--from", "20260303"], "not a date"),
        ([], "--from"),
        (["--from", "2026-03-03", "--timezone", "Europe/Berln"], "Europe/Berlin"),
        (["--from", "2026-03-03", "--timezone", "xyzzy"], "IANA"),
        (["--from", "2026-03-03", "--track", "feild"], "balcony, field"),
        (["--from", "2026-03-03", "--format", "xml"], "ics"),
    ],
    ids=["no date", "no such date", "another form", "left out", "nearly a zone", "no zone", "no track", "no format"],
)
def test_simulate_with_a_wrong_option_is_wrong_use_and_names_what_there_is(
    options: list[str], said: str, course: Path
) -> None:
    result = run("simulate", course, *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_simulate_of_a_broken_course_says_where(broken: Path) -> None:
    result = run("simulate", broken, "--from", "2026-03-03")
    assert result.exit_code == 1
    assert "lessons/01-soil.md:5" in result.stderr


@pytest.mark.parametrize("command", [["check"], ["build", "--out", "out"], ["simulate", "--from", "2026-03-03"]],
                         ids=["check", "build", "simulate"])  # fmt: skip
@pytest.mark.parametrize(
    ("changes", "where", "advice"),
    [
        ({"lessons/01-soil.md": "---\nsubject: Soil: more\n---\n\nText.\n"}, "lessons/01-soil.md:2", "quotes"),
        (a_lesson("Text.", settings="tracks: [feild]"), "lessons/01-soil.md:4", "balcony, field"),
        (a_lesson("\n{{ subscriber.nick }}"), "lessons/01-soil.md:6", "[fields]"),
        ({"theme/lesson.mjml": "<mjml>\n<mj-body>\n<mj-txet>x</mj-txet>\n</mj-body>\n</mjml>"}, "theme/lesson.mjml:3",
         "spelling"),
    ],
    ids=["front matter", "track", "field", "mjml"],
)  # fmt: skip
def test_bad_input_is_told_with_file_line_and_what_to_do(
    command: list[str], changes: dict[str, str], where: str, advice: str, tmp_path: Path
) -> None:
    folder = written(tmp_path / "gardens", small_course(changes))
    name, *options = command
    result = run(name, folder, *options)
    assert result.exit_code == 1
    assert where in result.output
    assert advice in result.output
    assert not Path("out").exists()
