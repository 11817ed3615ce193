"""The rule `no-catalogue`."""

from __future__ import annotations

import pytest

from course.check import Finding, Severity
from tests.course.check.small import COURSE, check

WORDS = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Unsubscribe"\nmsgstr "Se désinscrire"\n'
)


def found(language: str, theme: dict[str, str] | None = None) -> list[Finding]:
    course = COURSE.replace('language = "en"', f'language = "{language}"')
    report = check({"course.toml": course, **(theme or {})})
    return [finding for finding in report.findings if finding.rule == "no-catalogue"]


def test_a_language_without_words_is_a_warning_at_the_setting_that_says_where_to_put_some() -> None:
    [finding] = found("pt-BR")
    assert (finding.severity, finding.file, finding.line) == (Severity.WARNING, "course.toml", 3)
    assert "`pt-BR`" in finding.message
    assert "theme/locale/pt_BR/LC_MESSAGES/messages.po" in finding.fix
    assert "ar, de, en" in finding.fix


@pytest.mark.parametrize("language", ["en", "en-GB", "de", "de-AT", "ar"])
def test_a_language_with_words_is_no_finding(language: str) -> None:
    assert found(language) == []


def test_words_of_the_course_s_own_are_enough() -> None:
    assert found("fr", {"theme/locale/fr/LC_MESSAGES/messages.po": WORDS}) == []
    assert found("fr-CA", {"theme/locale/fr/LC_MESSAGES/messages.po": WORDS}) == []
    assert len(found("fr", {"theme/locale/fr_CA/LC_MESSAGES/messages.po": WORDS})) == 1
