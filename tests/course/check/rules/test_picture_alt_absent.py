"""A picture without the attribute `alt` is an error, one with an empty `alt` is not."""

from __future__ import annotations

import pytest

from tests.course.check.looked_at import CONTENT_LINE, LESSON, THEME, a_page, faults, found, places, themed

ICONS = '<mj-social font-size="16px"><mj-social-element name="facebook"{} href="https://example.com" /></mj-social>'


def test_icons_that_mjml_makes_without_alt_are_found_at_their_line() -> None:
    findings = found("picture-alt-absent", themed("\n" + ICONS.format("")))
    assert places(findings) == [(THEME, CONTENT_LINE)]
    assert "facebook.png` has no `alt`" in findings[0].message


def test_icons_with_alt_are_in_order() -> None:
    assert found("picture-alt-absent", themed(ICONS.format(' alt="Us on Facebook"'))) == []


@pytest.mark.parametrize(
    ("html", "number"),
    [
        ('<img src="https://example.com/a.png" data-from="0">', 1),
        ('<img src="https://example.com/a.png" alt="">', 0),
        ('<img src="https://example.com/a.png" alt="A desk">', 0),
        ('<img src="https://example.com/a.png" style="display:none">', 0),
        ('<map><area href="https://example.com"></map>', 1),
        ('<input type="image" src="https://example.com/a.png">', 1),
        ('<input type="checkbox">', 0),
    ],
)
def test_whatever_is_a_picture_has_an_alt(html: str, number: int) -> None:
    assert len(faults("picture-alt-absent", a_page(html))) == number


def test_a_picture_is_found_at_the_line_it_comes_from() -> None:
    [fault] = faults("picture-alt-absent", a_page('<img src="https://example.com/a.png" data-from="0">'))
    assert (fault.place.file, fault.place.line) == (LESSON, 7)
