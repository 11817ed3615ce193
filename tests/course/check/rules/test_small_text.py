"""Text has at least 14 pixels, wherever its size is set."""

from __future__ import annotations

import pytest

from tests.course.check.looked_at import CONTENT_LINE, THEME, a_page, faults, found, places, themed


def test_small_print_is_found_at_its_line() -> None:
    findings = found("small-text", themed('\n<mj-text font-size="12px">Small print.</mj-text>'))
    assert places(findings) == [(THEME, CONTENT_LINE)]
    assert findings[0].message == "Here text is 12 px large; 14 px are the least."


def test_mjmls_own_size_is_too_small() -> None:
    [finding] = found("small-text", themed("<mj-text>Text.</mj-text>"))
    assert "13 px" in finding.message


def test_14_pixels_are_enough() -> None:
    assert found("small-text", themed('<mj-text font-size="14px">Text.</mj-text>')) == []


@pytest.mark.parametrize(
    ("html", "number"),
    [
        ('<p style="font-size:10px">Text</p>', 1),
        ('<p style="font-size:10pt">Text</p>', 1),
        ('<p style="font-size:11pt">Text</p>', 0),
        ('<div style="font-size:20px"><p style="font-size:0.6em">Text</p></div>', 1),
        ("<p><small>Text</small></p>", 1),
        ('<p style="font-size:12px"><span style="font-size:16px">Text</span></p>', 0),
        ('<td style="font-size:0px"><div style="font-size:16px">Text</div></td>', 0),
        ('<div style="display:none;font-size:1px">The preheader</div>', 0),
        ('<p style="font-size:10px"> &nbsp; · </p>', 0),
        ("<p>H<sub>2</sub>O</p>", 0),
    ],
)
def test_what_counts_is_what_is_seen(html: str, number: int) -> None:
    assert len(faults("small-text", a_page(html))) == number


def test_in_a_lesson_the_template_is_named_that_sets_the_size() -> None:
    fixes = [one.fix for one in faults("small-text", a_page('<p style="font-size:12px" data-from="0">Soil</p>'))]
    assert fixes == ["The template sets it, not the lesson: write 14px or more in theme/lesson.mjml."]
