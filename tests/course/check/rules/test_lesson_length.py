"""The rule `lesson-length`."""

from __future__ import annotations

import pytest

from course.check import Finding, Severity, check_files
from tests.course.check.small import COURSE, a_lesson, small_course

DIG = "Dig. "


def found(body: str, changes: dict[str, str] | None = None, *, settings: str = "") -> list[Finding]:
    report = check_files(small_course(a_lesson(body, settings=settings) | (changes or {})))
    return [finding for finding in report.findings if finding.rule == "lesson-length"]


def test_a_lesson_of_one_word_is_a_warning_at_its_text() -> None:
    [finding] = found("Dig.")
    assert (finding.severity, finding.file, finding.line) == (Severity.WARNING, "lessons/01-soil.md", 5)
    assert finding.message == "The lesson has 1 word; 50 are the fewest."


def test_a_lesson_of_ten_thousand_words_is_a_warning_that_says_how_many_to_make_of_it() -> None:
    [finding] = found(DIG * 10_000)
    assert finding.message == "The text has 10,000 words, 50 minutes to read; 2,000 are the most."
    assert "5 lessons" in finding.fix


@pytest.mark.parametrize(("count", "faults"), [(49, 1), (50, 0), (2_000, 0), (2_001, 1)])
def test_fifty_words_are_enough_and_two_thousand_not_too_many(count: int, faults: int) -> None:
    assert len(found(DIG * count)) == faults


def test_the_quiz_is_read_and_its_explanations_are_not() -> None:
    quiz = (
        "quiz:\n  id: dig\n  question: Dig, dig and dig?\n  answers:\n    - text: Dig here\n      explanation: {why}\n"
        "    - text: Dig there\n      right: true\n      explanation: Because."
    )
    assert found(DIG * 42, settings=quiz.format(why="Because.")) == []
    assert len(found(DIG * 41, settings=quiz.format(why=DIG * 20))) == 1


def test_code_and_citations_are_not_read() -> None:
    assert len(found(f"{DIG * 49}[@on-soil#what-soil-is-1]\n\n```\n{DIG * 50}\n```")) == 1
    assert found(f"{DIG * 50}\n\n```\n{DIG * 2_000}\n```") == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"{{% if subscriber.indoors %}}{DIG * 50}{{% else %}}Dig.{{% endif %}}", "1 word for some of its readers"),
        (f"{DIG * 60}{{% if subscriber.indoors %}}{DIG * 2_000}{{% endif %}}", "2,060 words for some of its readers"),
    ],
    ids=["short", "long"],
)
def test_a_lesson_that_only_some_get_so_says_so(body: str, said: str) -> None:
    [finding] = found(body)
    assert said in finding.message


def test_a_welcome_may_be_short_but_not_long() -> None:
    for name in ("welcome", "closing"):
        text = "---\nsubject: Hello\npreheader: You.\n---\n\n"
        assert found(DIG * 60, {f"lessons/{name}.md": f"{text}Hello.\n"}) == []
        [finding] = found(DIG * 60, {f"lessons/{name}.md": f"{text}{DIG * 2_001}\n"})
        assert (finding.file, finding.line) == (f"lessons/{name}.md", 5)


def test_a_draft_is_not_judged() -> None:
    assert found("Dig. [write: more]") == []
    assert found(f"{DIG * 3_000}\n\n[write: less]") == []


@pytest.mark.parametrize(("language", "judged"), [("de", True), ("ja", False), ("zh-Hant", False), ("th", False)])
def test_a_language_without_spaces_between_words_is_not_judged(language: str, judged: bool) -> None:
    course = {"course.toml": COURSE.replace('language = "en"', f'language = "{language}"')}
    assert bool(found("土を掘る。", course)) is judged


def test_a_lesson_that_cannot_be_rendered_is_left_to_the_rule_that_says_so() -> None:
    assert found("{{ subscriber.nick }}") == []
