"""A check finds all that is wrong at once, says where, and what the lessons cite."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from course.check import Severity, check_files, check_folder
from tests.course.check.small import SOURCE, a_lesson, check, small_course, written


def test_a_course_in_order_has_no_finding() -> None:
    assert check().findings == ()


def test_the_bundled_course_has_no_finding() -> None:
    with resources.as_file(resources.files("course") / "product_path") as folder:
        assert check_folder(folder).findings == ()


def test_a_folder_without_a_course_is_a_finding(tmp_path: Path) -> None:
    [finding] = check_folder(tmp_path).findings
    assert (finding.rule, finding.severity) == ("structure", Severity.ERROR)
    assert "course.toml" in finding.message


def test_a_folder_is_checked_as_its_files_are(tmp_path: Path) -> None:
    files = small_course(a_lesson("Hello {{ subscriber.nick }}."))
    assert check_folder(written(tmp_path, files)) == check_files(files)


def test_coverage_counts_each_passage_once() -> None:
    coverage = check(a_lesson("Wet [@on-soil#what-soil-is-1]. Wet [@on-soil#what-soil-is-1].")).coverage["on-soil"]
    assert (coverage.passages, coverage.uncited) == (2, ("what-soil-is-2",))


def test_a_passage_that_nothing_cites_is_no_finding() -> None:
    assert check(a_lesson("Text.")).findings == ()


def test_findings_come_in_the_order_of_files_and_lines() -> None:
    report = check(
        a_lesson("{{ subscriber.b }}\n\n[@a#b]\n\n[@c#d]", subject="'{{ subscriber.a }}'")
        | {"lessons/02-light.md": "---\nsubject: Light\npreheader: x\ntracks: [field]\n---\n{{ subscriber.c }}\n"}
    )
    assert [(finding.file, finding.line) for finding in report.findings] == [
        ("lessons/01-soil.md", 2),
        ("lessons/01-soil.md", 5),
        ("lessons/01-soil.md", 7),
        ("lessons/01-soil.md", 9),
        ("lessons/02-light.md", 6),
    ]


@pytest.mark.parametrize("place", ["lessons/welcome.md", "lessons/closing.md"])
def test_the_welcome_and_the_closing_are_checked_too(place: str) -> None:
    report = check({place: "---\nsubject: x\npreheader: y\n---\n\n{{ subscriber.nick }} [@on-soil#x]\n"})
    assert [(finding.file, finding.rule) for finding in report.findings] == [
        (place, "undeclared-field"),
        (place, "unresolved-citation"),
    ]


def test_a_source_of_which_no_more_than_title_and_address_are_known_has_a_link_large_enough_to_tap() -> None:
    note = SOURCE.replace("title: On soil", "title: Soil\n    url: https://example.com/soil", 1)
    assert check({"sources/on-soil.md": note}).findings == ()
