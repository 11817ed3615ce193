"""The rule `unused-theme-file`."""

from __future__ import annotations

from course.check import Finding, Severity
from tests.course.check.small import a_lesson, check, only_finding


def found(changes: dict[str, str]) -> list[Finding]:
    return [finding for finding in check(changes).findings if finding.rule == "unused-theme-file"]


def test_a_theme_file_of_a_wrong_name_is_a_warning_that_names_the_right_one() -> None:
    finding = only_finding({"theme/leson.mjml": "<mjml></mjml>"})
    assert (finding.rule, finding.severity) == ("unused-theme-file", Severity.WARNING)
    assert finding.file == "theme/leson.mjml"
    assert "`lesson.mjml`" in finding.fix


def test_a_picture_in_the_theme_is_a_warning_that_says_where_pictures_go() -> None:
    finding = only_finding({"theme/logo.svg": "<svg/>"})
    assert finding.severity is Severity.WARNING
    assert "assets/" in finding.fix


def test_a_theme_file_that_another_one_includes_is_of_use() -> None:
    assert found({"theme/lesson.txt": "{{ body_text }}{% include 'sign.txt' %}", "theme/sign.txt": "Yours"}) == []


def test_a_theme_file_that_a_lesson_includes_is_of_use() -> None:
    assert found(a_lesson("{% include 'tip.md' %}") | {"theme/tip.md": "*Water*"}) == []


def test_a_theme_file_that_nothing_uses_is_still_read() -> None:
    findings = check({"theme/spare.txt": "\n{{ subscriber.nick }}"}).findings
    assert [(finding.rule, finding.line) for finding in findings] == [
        ("unused-theme-file", None),
        ("undeclared-field", 2),
    ]


def test_a_catalogue_for_the_course_s_language_is_of_use_and_any_other_is_told() -> None:
    words = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Unsubscribe"\nmsgstr "Leave"\n'
    assert found({"theme/locale/en/LC_MESSAGES/messages.po": words}) == []
    finding = only_finding({"theme/locale/fr/LC_MESSAGES/messages.po": words})
    assert (finding.rule, finding.file) == ("unused-theme-file", "theme/locale/fr/LC_MESSAGES/messages.po")
    assert "`en`" in finding.message
