"""The plain-text part says what the HTML says."""

from __future__ import annotations

from course.check import Severity
from tests.course.check.looked_at import a_page, faults, found, places
from tests.course.check.small import ENOUGH, a_lesson

TEXT = "theme/lesson.txt"


def test_a_plain_text_without_the_lesson_is_an_error_in_its_template() -> None:
    findings = found("plain-text", {TEXT: "Read this as HTML.\n{{ links.unsubscribe }}\n", **a_lesson(ENOUGH)})
    assert places(findings) == [(TEXT, None)]
    assert findings[0].severity is Severity.ERROR
    assert "lacks most of what its HTML says" in findings[0].message
    assert "{{ body_text }}" in findings[0].fix


def test_an_empty_one_is_an_error() -> None:
    [finding] = found("plain-text", {TEXT: "\n", **a_lesson(ENOUGH)})
    assert finding.message == "The email's plain-text part is empty."


def test_a_layout_that_a_theme_has_emptied_is_where_all_emails_are_found_to_be_empty() -> None:
    assert places(found("plain-text", {"theme/layout.txt": ""})) == [("theme/layout.txt", None)]


def test_one_with_the_lesson_is_in_order_though_it_is_put_differently() -> None:
    theme = {TEXT: "{{ title | upper }}\n\n{{ body_text }}\n\n{{ links.unsubscribe }}\n"}
    assert found("plain-text", {**theme, **a_lesson(ENOUGH)}) == []


def test_half_of_the_words_are_enough() -> None:
    html = '<p>One two three four</p><p style="display:none">five six seven</p>'
    assert faults("plain-text", a_page(html, text="two one")) == []
    assert len(faults("plain-text", a_page(html, text="one one"))) == 1
