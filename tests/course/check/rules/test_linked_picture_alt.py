"""A picture that is a link says where it leads."""

from __future__ import annotations

import pytest

from course.check import Severity
from tests.course.check.looked_at import LESSON, a_page, faults, found, places
from tests.course.check.small import a_lesson

PICTURE = "https://example.com/a.png"


def test_a_linked_picture_without_words_is_an_error_at_its_line() -> None:
    findings = found("linked-picture-alt", a_lesson(f"Look\n\n[![]({PICTURE})](https://example.com/guide)"))
    assert places(findings) == [(LESSON, 7)]
    assert findings[0].severity is Severity.ERROR
    assert "`https://example.com/guide`" in findings[0].message


@pytest.mark.parametrize(
    "body",
    [
        f"[![The guide]({PICTURE})](https://example.com)",
        f"[![]({PICTURE}) The guide](https://example.com)",
        f"![]({PICTURE})",
    ],
)
def test_a_picture_with_words_or_without_a_link_is_not(body: str) -> None:
    assert found("linked-picture-alt", a_lesson(body)) == []


def test_what_to_do_is_said_for_markdown_in_a_lesson_and_for_html_in_a_theme() -> None:
    picture = '<a href="https://example.com"{}><img src="https://example.com/a.png" alt=""></a>'
    fixes = [
        fault.fix for at in (' data-from="0"', "") for fault in faults("linked-picture-alt", a_page(picture.format(at)))
    ]
    assert ["brackets" in fix for fix in fixes] == [True, False]
    assert "alt=" in fixes[1]
