"""A preheader is neither a word nor a paragraph, and says more than the subject."""

from __future__ import annotations

import pytest

from course.check import Finding, check_files
from tests.course.check.looked_at import LESSON, places
from tests.course.check.small import small_course


def found(preheader: str, subject: str = "Soil") -> list[Finding]:
    changes = {LESSON: f"---\nsubject: {subject}\npreheader: {preheader}\n---\n\nSoil.\n"}
    return [one for one in check_files(small_course(changes)).findings if one.rule == "preheader-length"]


@pytest.mark.parametrize(
    ("preheader", "said"),
    [
        ("x" * 14, "has 14 characters; an inbox fills the line"),
        ("x" * 15, ""),
        ("x" * 120, ""),
        ("x" * 121, "has 121 characters, and hardly an inbox shows more than 120"),
    ],
)
def test_it_has_from_15_to_120_characters(preheader: str, said: str) -> None:
    findings = found(preheader)
    assert places(findings) == [(LESSON, 3)] * bool(said)
    assert all(said in finding.message for finding in findings)


@pytest.mark.parametrize(
    ("subject", "preheader", "again"),
    [
        ("What is under your feet", "What is under your feet.", True),
        ("What is under your feet", "WHAT IS UNDER YOUR FEET, and more", True),
        ("On wet soil", "A lesson on wet soil, for you", True),
        ("Wet soil", "Wet soil, and what grows there", False),
        ("Soil", "Soil holds water and air.", False),
        ("What is under your feet", "What is above your head.", False),
    ],
)
def test_it_does_not_say_the_subject_again(subject: str, preheader: str, again: bool) -> None:
    messages = [finding.message for finding in found(preheader, subject)]
    assert messages == ["The preheader says again what the subject says."] * again


def test_one_with_a_printed_name_is_one_finding() -> None:
    [finding] = found("'{{ subscriber.first_name }}: " + "x" * 130 + "'")
    assert finding.message.startswith("The preheader has over 120 characters")


def test_one_character_is_no_characters() -> None:
    assert [one.message.partition(";")[0] for one in found("x")] == ["The preheader has 1 character"]
