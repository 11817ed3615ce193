"""A place left to write is found wherever it stands in a lesson, at its line, and keeps a course from going out."""

from __future__ import annotations

import pytest

from course.check import Finding, Severity
from tests.course.check.small import a_lesson, check

QUIZ = """\
---
subject: Soil
preheader: "[write: what an inbox shows]"
quiz:
  id: soil
  question: "[write: a question
    over two lines] [write: and another]"
  answers:
    - text: One
      explanation: '[write: it''s not]'
    - text: Two  # [write: a comment is no text]
      right: true
      explanation: >
        Folded, and
        [write: why]
---

Text.
"""


def left(changes: dict[str, str]) -> list[Finding]:
    return [finding for finding in check(changes).findings if finding.rule == "left-to-write"]


def lines(body: str) -> list[int | None]:
    return [finding.line for finding in left(a_lesson(body))]


def test_a_place_is_an_error_that_quotes_it() -> None:
    [finding] = left(a_lesson("Soil.\n\n[write: the one idea] [@on-soil#what-soil-is-1]"))
    assert (finding.severity, finding.file, finding.line) == (Severity.ERROR, "lessons/01-soil.md", 7)
    assert finding.message == "This is left to write: [write: the one idea]"
    assert finding.fix == "Write it, or take the line away."


def test_each_place_has_a_finding_of_its_own() -> None:
    assert lines("[write: a] and [write: b]\n- [Write: c]\n\n## [write: d]") == [5, 5, 6, 8]


def test_places_of_the_front_matter_are_found_at_their_lines() -> None:
    found = left({"lessons/01-soil.md": QUIZ})
    assert [(finding.line, finding.message.removeprefix("This is left to write: ")) for finding in found] == [
        (3, "[write: what an inbox shows]"),
        (6, "[write: a question over two lines]"),
        (7, "[write: and another]"),
        (10, "[write: it's not]"),
        (15, "[write: why]"),
    ]


def test_a_place_written_with_escapes_is_found_at_the_beginning_of_its_text() -> None:
    changes = {"lessons/01-soil.md": '---\nsubject: "\\x5bwrite: it]"\npreheader: Below.\n---\n\nText.\n'}
    assert [finding.line for finding in left(changes)] == [2]


def test_a_place_without_quotes_in_the_front_matter_is_told_to_need_them() -> None:
    [finding] = check({"lessons/01-soil.md": "---\nsubject: [write: it]\npreheader: x\n---\n\nText.\n"}).findings
    assert finding.line == 2
    assert "quotes" in finding.fix


@pytest.mark.parametrize("file", ["welcome", "closing"])
def test_a_welcome_and_a_closing_are_looked_at_as_well(file: str) -> None:
    changes = {f"lessons/{file}.md": "---\nsubject: S\npreheader: P\n---\n\n[write: it]\n"}
    assert [finding.file for finding in left(changes)] == [f"lessons/{file}.md"]


@pytest.mark.parametrize(
    "body", ["```\n[write: it]\n```", "~~~\n\n[write: it]\n~~~", "As \\[write: it] shows", "[rewrite: it]", "write: it"]
)
def test_what_shows_the_brackets_themselves_is_no_place(body: str) -> None:
    assert lines(body) == []


def test_a_place_may_go_over_lines_and_one_that_is_not_closed_ends_with_its_paragraph() -> None:
    [first, second] = left(a_lesson("[write: one\nthing]\n\n[write: another\n\nText ] of the author's"))
    assert first.message.endswith(": [write: one thing]")
    assert second.message.endswith(": [write: another")
    assert (first.line, second.line) == (5, 8)


def test_a_long_place_is_quoted_in_part() -> None:
    [finding] = left(a_lesson(f"[write: {'words ' * 50}]"))
    assert len(finding.message) < 110
    assert finding.message.endswith("…")


def test_a_course_without_places_has_no_such_finding() -> None:
    assert left({}) == []
