"""The rule `undeclared-field`."""

from __future__ import annotations

import pytest

from tests.course.check.small import a_lesson, check, only_finding


def test_an_undeclared_field_is_found_at_its_line_with_the_line_to_add() -> None:
    finding = only_finding(a_lesson("Hello\n\nthere {{ subscriber.nick }}."))
    assert (finding.rule, finding.file, finding.line) == ("undeclared-field", "lessons/01-soil.md", 7)
    assert "`subscriber.nick`" in finding.message
    assert "[fields] in course.toml" in finding.fix


@pytest.mark.parametrize("part", ["subject", "preheader", "title"])
def test_an_undeclared_field_in_front_matter_is_found_at_its_line(part: str) -> None:
    settings = {"subject": "Soil", "preheader": "Under you.", "title": "Soil"} | {part: "{{ subscriber.nick }}"}
    lines = [f'{name}: "{text}"' for name, text in settings.items()]
    finding = only_finding({"lessons/01-soil.md": "\n".join(["---", *lines, "---", "", "Text.", ""])})
    assert (finding.rule, finding.line) == ("undeclared-field", 2 + list(settings).index(part))


def test_a_mistake_in_each_part_of_a_lesson_is_found_at_once() -> None:
    report = check(a_lesson("{{ subscriber.three }}\n\n{{ 1 +", subject='"{{ subscriber.one }}"'))
    assert [finding.line for finding in report.findings] == [2, 7]


def test_an_undeclared_field_in_a_theme_is_found_once() -> None:
    finding = only_finding({"theme/lesson.txt": "{{ body_text }}\n{{ subscriber.nick }}\n"})
    assert (finding.rule, finding.file, finding.line) == ("undeclared-field", "theme/lesson.txt", 2)


def test_a_declared_field_is_no_finding() -> None:
    assert check(a_lesson("Hello {{ subscriber.first_name }}.")).findings == ()
