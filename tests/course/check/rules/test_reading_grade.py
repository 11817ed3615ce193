"""The rule `reading-grade`."""

from __future__ import annotations

import re

import pytest

from course.check import Finding, Severity
from tests.course.check.small import COURSE, a_lesson, check, only_finding

HARD = (
    "Administrators consequently communicate organizational responsibilities to their subordinates, who subsequently\n"
    "disseminate the **corresponding information** about [every institution](https://example.com) that is affected. "
)
EASY = "We dig in the soil. It is dark and wet. A worm lives in it, and so do a great many other small things.\n"


def found(body: str, changes: dict[str, str] | None = None) -> list[Finding]:
    report = check(a_lesson(body) | (changes or {}))
    return [finding for finding in report.findings if finding.rule == "reading-grade"]


def test_a_hard_lesson_is_a_warning_at_its_text_that_says_where_to_begin() -> None:
    finding = only_finding(a_lesson(f"{EASY}{EASY}\n{HARD}It matters. {EASY}{HARD.replace('every', 'each')}"))
    assert (finding.rule, finding.severity) == ("reading-grade", Severity.WARNING)
    assert (finding.file, finding.line) == ("lessons/01-soil.md", 5)
    assert re.search(r"at grade \d+\.\d \(", finding.message)
    assert (
        "“Administrators consequently communicate organizational responsibilities to …” (line 8, 20 words)"
        in finding.fix
    )
    assert "organizational" in finding.fix.partition("Long words")[2]


def test_an_easy_lesson_is_none() -> None:
    assert found(EASY * 30) == []


@pytest.mark.parametrize(("times", "judged"), [(4, False), (5, True)])
def test_a_text_of_less_than_a_hundred_words_is_not_judged(times: int, judged: bool) -> None:
    assert bool(found(HARD * times)) is judged


@pytest.mark.parametrize(("language", "judged"), [("en", True), ("en-GB", True), ("de", False), ("eng", False)])
def test_only_english_is_judged(language: str, judged: bool) -> None:
    course = COURSE.replace('language = "en"', f'language = "{language}"')
    assert bool(found(HARD * 9, {"course.toml": course})) is judged


def test_a_lesson_is_judged_as_those_read_it_for_whom_it_is_hardest() -> None:
    body = f"{EASY * 20}\n{{% if subscriber.role == 'expert' %}}\n\n{HARD * 20}\n{{% endif %}}\n"
    assert len(found(body)) == 1
    assert found(body.replace(HARD, EASY)) == []


def test_code_and_citations_are_not_read() -> None:
    cited = EASY.replace(". ", " [@on-soil#what-soil-is-1]. ")
    assert found(f"{cited * 20}\n```\n{HARD * 30}\n```\n") == []


def test_a_lesson_that_cannot_be_rendered_is_left_to_the_rule_that_says_so() -> None:
    report = check(a_lesson(HARD * 9 + "{{ subscriber.nick }}"))
    assert {finding.rule for finding in report.findings} == {"undeclared-field"}
