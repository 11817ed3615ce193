"""The title is an email's one heading of the first level."""

from __future__ import annotations

from tests.course.check.looked_at import CONTENT_LINE, THEME, a_page, faults, found, places, themed
from tests.course.check.small import a_lesson


def test_a_second_one_in_a_theme_is_found_at_its_line() -> None:
    findings = found("one-heading", themed('\n<mj-text font-size="16px"><h1>On soil</h1></mj-text>'))
    assert places(findings) == [(THEME, CONTENT_LINE)]
    assert "“On soil”" in findings[0].message
    assert "`<h2>`" in findings[0].fix


def test_headings_of_a_lesson_begin_at_the_second_level() -> None:
    assert found("one-heading", a_lesson("# On soil\n\nDeep.\n\n## Worms")) == []


def test_a_theme_without_one_is_found_in_its_template() -> None:
    findings = found("one-heading", {THEME: themed("").pop(THEME).replace("<h1>{{ title }}</h1>", "")})
    assert places(findings) == [(THEME, None)]


def test_a_part_that_a_theme_has_emptied_is_where_it_is_missing() -> None:
    assert set(places(found("one-heading", {"theme/hero.mjml": "\n"}))) == {("theme/hero.mjml", None)}
    no_body = {"theme/layout.mjml": '<mjml lang="en" dir="ltr"><mj-body></mj-body></mjml>'}
    assert set(places(found("one-heading", no_body))) == {("theme/layout.mjml", None)}


def test_one_that_is_hidden_does_not_count() -> None:
    hidden = '<div style="display:none"><h1>Soil</h1></div>'
    assert len(faults("one-heading", a_page(hidden))) == 1
    assert faults("one-heading", a_page(f"<h1>Soil</h1>{hidden}")) == []


def test_what_to_do_is_said_for_markdown_in_a_lesson_and_for_html_in_a_theme() -> None:
    fixes = [
        fault.fix
        for at in (' data-from="0"', "")
        for fault in faults("one-heading", a_page(f"<h1>A</h1><h1{at}>B</h1>"))
    ]
    assert ["`##` before it" in fix for fix in fixes] == [True, False]
    assert "`<h2>`" in fixes[1]
