"""A template that cannot be read is found in its file and line, wherever it stands and whoever it is for."""

from __future__ import annotations

import pytest

from course.check import Severity
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


def test_bad_jinja_is_found_at_its_line() -> None:
    finding = only_finding(a_lesson("Hello\n\n{% if subscriber.role == 'novice' %}\n\nyou"))
    assert (finding.rule, finding.file) == ("template", "lessons/01-soil.md")
    assert "Jinja" in finding.message


def test_a_mistake_in_each_part_of_a_lesson_is_found_at_once() -> None:
    report = check(a_lesson("{{ subscriber.three }}\n\n{{ 1 +", subject='"{{ subscriber.one }}"'))
    assert [finding.line for finding in report.findings] == [2, 7]


def test_a_template_nested_too_deeply_is_a_finding_and_no_crash() -> None:
    deep = "{% for a in [1] %}" * 30 + "{% endfor %}" * 30
    assert {finding.rule for finding in check(a_lesson(deep)).findings} == {"template"}


def test_code_may_hold_what_looks_like_a_template() -> None:
    assert check(a_lesson("```\n{{ subscriber.nick }} {% if %}\n```")).findings == ()


def test_bad_mjml_in_a_theme_is_found_once_at_its_line() -> None:
    theme = """\
        {% extends "layout.mjml" %}
        {% block content %}
        <mj-text>{{ title }}</mj-text>
        <mj-txet>{{ body }}</mj-txet>
        {% endblock %}
        """
    finding = only_finding({"theme/lesson.mjml": theme})
    assert (finding.rule, finding.file, finding.line) == ("mjml", "theme/lesson.mjml", 4)
    assert "`<mj-txet>`" in finding.message
    assert finding.fix


def test_an_undeclared_field_in_a_theme_is_found_once() -> None:
    finding = only_finding({"theme/lesson.txt": "{{ body_text }}\n{{ subscriber.nick }}\n"})
    assert (finding.rule, finding.file, finding.line) == ("undeclared-field", "theme/lesson.txt", 2)


def test_a_name_that_templates_are_not_given_is_found_in_the_theme() -> None:
    finding = only_finding({"theme/lesson.txt": "{{ body_text }}\n\n{{ boddy }}\n"})
    assert (finding.rule, finding.file, finding.line) == ("template", "theme/lesson.txt", 3)


def test_the_confirmation_is_checked_though_it_is_no_lesson() -> None:
    finding = only_finding({"theme/confirm.txt": "{{ links.confrim }}\n"})
    assert (finding.file, finding.line) == ("theme/confirm.txt", 1)


def test_a_subscribers_value_in_a_style_is_found_in_the_file_that_most_of_the_email_is_from() -> None:
    theme = """\
        {% extends "layout.mjml" %}
        {% block content %}
        <mj-text><p style="color:{{ subscriber.nickname }}">{{ body }}</p></mj-text>
        {% endblock %}
        """
    findings = check({"theme/confirm.mjml": theme}).findings
    assert {(finding.rule, finding.file) for finding in findings} == {("template", "theme/confirm.mjml")}


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
    assert check({"theme/lesson.txt": "{% include 'sign.txt' %}", "theme/sign.txt": "Yours"}).findings == ()


def test_a_theme_file_that_a_lesson_includes_is_of_use() -> None:
    assert check(a_lesson("{% include 'tip.md' %}") | {"theme/tip.md": "*Water*"}).findings == ()


def test_a_theme_file_that_nothing_uses_is_still_read() -> None:
    findings = check({"theme/spare.txt": "\n{{ subscriber.nick }}"}).findings
    assert [(finding.rule, finding.line) for finding in findings] == [
        ("unused-theme-file", None),
        ("undeclared-field", 2),
    ]
