"""The rule `mjml`."""

from __future__ import annotations

from tests.course.check.small import check, only_finding


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


def test_mjml_that_is_known_is_no_finding() -> None:
    content = "<mj-text><h1>{{ title }}</h1>{{ body }}</mj-text>"
    theme = f'{{% extends "layout.mjml" %}}\n{{% block content %}}\n{content}\n{{% endblock %}}\n'
    assert check({"theme/lesson.mjml": theme}).findings == ()
