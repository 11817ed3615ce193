"""The rule `client-support`."""

from __future__ import annotations

import pytest

from course.check import Finding, Severity
from course.render import TEMPLATES, email_templates
from tests.course.check.small import COURSE, check

OURS = {
    path.removeprefix(TEMPLATES): content.decode()
    for path, content in email_templates().items()
    if path.startswith(TEMPLATES)
}
LESSON = '{{% extends "layout.mjml" %}}\n{{% block content %}}\n<mj-text>{}{{{{ body }}}}</mj-text>\n{{% endblock %}}\n'


def found(theme: dict[str, str], changes: dict[str, str] | None = None) -> list[Finding]:
    report = check({**{f"theme/{name}": text for name, text in theme.items()}, **(changes or {})})
    return [finding for finding in report.findings if finding.rule == "client-support"]


def found_in(html: str) -> list[Finding]:
    """What is found in a lesson's template that has some HTML of its own in line 3."""
    return found({"lesson.mjml": LESSON.format(html)})


def test_a_style_that_outlook_does_not_know_is_a_warning_at_its_line_with_the_date_of_the_test() -> None:
    [finding] = found_in('<div style="display:grid">')
    assert (finding.severity, finding.file, finding.line) == (Severity.WARNING, "theme/lesson.mjml", 3)
    assert finding.message == "`display: grid` is not supported by Outlook (classic, Windows) (tested 2019-02)."
    assert "<mj-column>" in finding.fix
    assert finding.fix.endswith("https://www.caniemail.com/features/css-display-grid/")


@pytest.mark.parametrize(
    ("html", "shown", "advice"),
    [
        ("<video src='https://example.com/a.mp4'></video>", "`<video>`", "Show a picture"),
        ("<p inert>", "`inert`", "reads well without it"),
        ("<p style='width:calc(1px + 2px)'>", "`calc()`", "Write the value itself"),
        ("<p style='width:50vw'>", "`vw`", "Write the value itself"),
        ("<p style='margin-inline-start:4px'>", "`margin-inline-start`", "`direction`"),
        ("<p style='background-image:url(https://example.com/a.png)'>", "`background-image`", "`background-url`"),
        ("<input type='text' />", '`<input type="text">`', "Show a picture"),
    ],
)  # fmt: skip
def test_each_kind_of_markup_has_its_advice(html: str, shown: str, advice: str) -> None:
    [finding] = found_in(html)
    assert finding.message.startswith(f"{shown} is not supported by ")
    assert advice in finding.fix


@pytest.mark.parametrize("css", ["p::before { top: 1px }", "@import url(https://example.com/a.css);", "p { & b {} }"])
def test_a_style_sheet_of_the_theme_is_looked_at_too(css: str) -> None:
    layout = OURS["layout.mjml"]
    changed = layout.replace("</mj-head>", f"<mj-style>\n{css}\n</mj-style></mj-head>")
    [finding, *_] = found({"layout.mjml": changed})
    assert finding.line == layout.count("\n", 0, layout.index("</mj-head>")) + 2


def test_a_feature_is_told_once_in_a_file() -> None:
    flex = '<div style="display:flex"></div>'
    assert len(found_in(f"{flex}\n{flex}")) == 1
    assert len(found({name: LESSON.format(flex) for name in ("lesson.mjml", "confirm.mjml")})) == 2


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_plain_copy_of_a_template_is_no_finding(name: str) -> None:
    assert found({name: OURS[name]}) == []


@pytest.mark.parametrize(
    "html",
    [
        "<b>Dig</b>",
        '<p style="color:#111111;padding:4px">',
        '<p aria-hidden="true">',
        '<img src="https://example.com/a.png" alt="A" style="height:auto" loading="lazy" />',
        "<!--[if mso]><video></video><![endif]-->",
        "{# <video> #}",
    ],
)
def test_what_is_supported_or_does_no_harm_is_no_finding(html: str) -> None:
    assert found_in(html) == []


def test_a_course_without_a_theme_has_none_and_reads_no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("course.check.rules.client_support.unsupported")
    assert found({}) == []
    with pytest.raises(NameError):
        found_in("<video>")


def test_a_plain_text_template_holds_no_markup() -> None:
    assert found({"lesson.txt": '{{ body_text }} <video> <p style="display:flex">'}) == []


def test_it_can_be_ignored_in_the_course() -> None:
    course = {"course.toml": COURSE + '\n    [ignore]\n    client-support = "It falls back to blocks."\n'}
    assert found({"lesson.mjml": LESSON.format('<div style="display:flex">')}, course) == []
