"""An email that is a picture says next to nothing to whoever does not see it."""

from __future__ import annotations

from course.check import Finding, check_files
from tests.course.check.looked_at import LESSON, places
from tests.course.check.small import ENOUGH, a_lesson, small_course

PICTURE = "![A poster that says when to dig, where, and how deep, and what you may find](https://example.com/a.png)"


def found(changes: dict[str, str]) -> list[Finding]:
    return [one for one in check_files(small_course(changes)).findings if one.rule == "picture-only"]


def test_a_picture_with_next_to_no_words_is_found_at_its_line() -> None:
    findings = found(a_lesson(f"Look:\n\n{PICTURE}"))
    assert places(findings) == [(LESSON, 7)]


def test_a_picture_with_words_is_in_order() -> None:
    assert found(a_lesson(f"{PICTURE}\n\n{ENOUGH}")) == []


def test_few_words_without_a_picture_are_another_rules_concern() -> None:
    assert found(a_lesson("Look.")) == []
