"""The rule `template`: a template that cannot be read is found in its file and line, whoever it is for."""

from __future__ import annotations

from tests.course.check.small import a_lesson, check, only_finding


def test_bad_jinja_is_found_at_its_line() -> None:
    finding = only_finding(a_lesson("Hello\n\n{% if subscriber.role == 'novice' %}\n\nyou"))
    assert (finding.rule, finding.file) == ("template", "lessons/01-soil.md")
    assert "Jinja" in finding.message


def test_a_template_nested_too_deeply_is_a_finding_and_no_crash() -> None:
    deep = "{% for a in [1] %}" * 30 + "{% endfor %}" * 30
    assert {finding.rule for finding in check(a_lesson(deep)).findings} == {"template"}


def test_code_may_hold_what_looks_like_a_template() -> None:
    assert check(a_lesson("```\n{{ subscriber.nick }} {% if %}\n```")).findings == ()


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


def test_jinja_over_what_templates_are_given_is_no_finding() -> None:
    assert (
        check(
            a_lesson("{% if subscriber.role == 'novice' %}Dig{% else %}Sow{% endif %} in {{ track.title }}.")
        ).findings
        == ()
    )


def test_a_sentence_of_the_engine_s_own_ends_in_one_full_stop() -> None:
    for body in ("Dig {{", "Dig {% endfor %}", "{{ subscriber.nickname x }}", "{% if %}"):
        for finding in check(a_lesson(body)).findings:
            assert not finding.message.endswith(".."), finding.message
