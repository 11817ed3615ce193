"""Our own templates are the baseline: no rule for emails finds anything in a lesson of a single word."""

from __future__ import annotations

import pytest

from course.check import check_files
from course.check.rules import RULES
from tests.course.check.small import COURSE, small_course

IN_EMAILS = {rule.id for rule in RULES if rule.in_email is not None}
WORDS = {"en": "Soil", "de": "Boden", "ar": "تربة"}


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("quiz", [False, True], ids=["plain", "quiz"])
def test_no_rule_finds_anything_in_an_email_that_is_all_template(language: str, quiz: bool) -> None:
    word = WORDS[language]
    more = (
        f"quiz:\n  id: soil\n  question: {word}?\n  answers:\n"
        f"    - {{text: {word}, explanation: {word}, right: true}}\n    - {{text: {word} 2, explanation: {word}}}\n"
    )
    lesson = f"---\nsubject: {word}\npreheader: {word} {word} {word} {word}\n{more if quiz else ''}---\n\n{word}\n"
    files = small_course({"course.toml": COURSE.replace('"en"', f'"{language}"')}, without="sources/on-soil.md")
    files |= {path: lesson.encode() for path in files if path.startswith("lessons/")}
    files = {path: content.replace(b"id: soil", f"id: {path[8:-3]}".encode()) for path, content in files.items()}
    found = [one for one in check_files(files).findings if one.rule in IN_EMAILS]
    assert found == []


def test_there_are_rules_to_find_something() -> None:
    assert {"contrast", "html-language", "missing-default", "tap-target"} <= IN_EMAILS
