"""A link has words, for every reader."""

from __future__ import annotations

import pytest

from course.check import Severity
from tests.course.check.looked_at import LESSON, a_page, faults, found, places, themed
from tests.course.check.small import a_lesson


def test_a_link_without_words_is_an_error_at_its_line() -> None:
    findings = found("link-text", a_lesson("Look\n\n[](https://example.com/guide)"))
    assert places(findings) == [(LESSON, 7)]
    assert findings[0].severity is Severity.ERROR
    assert findings[0].message == "The link to `https://example.com/guide` has no words."


def test_a_link_that_is_empty_for_some_readers_says_what_is_printed_and_what_to_do() -> None:
    [finding] = found("link-text", a_lesson("See [{{ subscriber.nickname }}](https://example.com)."))
    assert "`{{ subscriber.nickname }}` is empty. So it is for some readers (nothing known)." in finding.message
    assert "default" in finding.fix


def test_a_link_with_words_is_in_order() -> None:
    assert found("link-text", a_lesson("See [the guide](https://example.com).")) == []


@pytest.mark.parametrize(
    ("html", "number"),
    [
        ('<a href="https://example.com"> &nbsp; </a>', 1),
        ('<a href="https://example.com" aria-label="The guide"></a>', 0),
        ('<a href="https://example.com"><img src="https://example.com/a.png" alt=""></a>', 0),
        ('<a name="here"></a>', 0),
        ('<div style="display:none"><a href="https://example.com"></a></div>', 0),
    ],
)
def test_what_is_no_link_or_has_another_name_is_none_of_its_concern(html: str, number: int) -> None:
    assert len(faults("link-text", a_page(html))) == number


def test_what_to_do_in_a_theme_is_said_for_html() -> None:
    [finding] = found("link-text", themed('<mj-text font-size="16px"><a href="https://example.com"></a></mj-text>'))
    assert "<a href=" in finding.fix
    assert "brackets" not in finding.fix
