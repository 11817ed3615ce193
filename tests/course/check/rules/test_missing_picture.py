"""The rule `missing-picture`."""

from __future__ import annotations

import pytest

from course.check import Severity
from tests.course.check.rules.showing import findings, only
from tests.course.check.small import a_lesson, check, check_of, small_course
from tests.course.drawn import a_png


def test_a_picture_that_is_there_is_no_finding() -> None:
    shown = "![A desk](../assets/desk.png)\n\n[![A desk](assets/desk.png)](https://example.com)"
    assert findings(shown, desk_png=a_png(1200, 800)) == []


def test_a_picture_that_is_not_there_is_found_once_at_its_line_with_the_one_that_was_meant() -> None:
    finding = only("A word\nand ![A desk](../assets/desk.jpg).", desk_png=a_png())
    assert (finding.rule, finding.severity) == ("missing-picture", Severity.ERROR)
    assert (finding.file, finding.line) == ("lessons/01-soil.md", 6)
    assert "assets/desk.jpg" in finding.message
    assert "`assets/desk.png`" in finding.fix


def test_every_picture_that_is_not_there_is_found() -> None:
    report = check(a_lesson("![a](assets/a.png)\n\n![b](assets/b.png) ![b](assets/b.png)\n\n![a](assets/a.png)"))
    assert [(finding.rule, finding.line) for finding in report.findings] == [
        ("missing-picture", 5), ("missing-picture", 7), ("missing-picture", 9),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"no picture", a_png()[:20], b""])
def test_a_file_that_holds_no_picture_is_an_error(content: bytes) -> None:
    assert only("![A desk](../assets/desk.png)", desk_png=content).rule == "missing-picture"


def test_a_picture_outside_the_course_is_an_error() -> None:
    assert only("![A desk](../../desk.png)").rule == "missing-picture"


@pytest.mark.parametrize("name", ["assets/{{ subscriber.role }}.png", "{{ 'assets/' ~ 'none' }}.png"])
def test_what_jinja_makes_of_an_address_is_looked_at_too(name: str) -> None:
    finding = only(f"A word.\n\n![A desk]({name})", desk_png=a_png())
    assert (finding.rule, finding.severity, finding.file) == ("missing-picture", Severity.ERROR, "lessons/01-soil.md")


def test_a_picture_that_jinja_names_is_shown_and_may_be_any() -> None:
    named = "{% set name = 'desk' %}\n![A desk](../assets/{{ name }}.png)"
    assert findings(named, desk_png=a_png(), lamp_png=a_png(shade=1)) == []


def test_a_picture_in_the_branch_of_another_reader_is_looked_at_too() -> None:
    branch = "Text.\n{% if subscriber.role == 'expert' %}\n\n![A desk](../assets/desk.png)\n{% endif %}"
    assert [finding.rule for finding in findings(branch)] == ["missing-picture"]


def test_a_missing_picture_of_a_template_that_a_lesson_includes_is_found() -> None:
    files = {**small_course(a_lesson("{% include 'desk.md' %}")), "theme/desk.md": b"![A desk](assets/desk.png)\n"}
    assert [(finding.rule, finding.file) for finding in check_of(files).findings] == [
        ("missing-picture", "lessons/01-soil.md")
    ]
    assert check_of({**files, "assets/desk.png": a_png()}).findings == ()
