"""An id belongs to one element."""

from __future__ import annotations

from tests.course.check.looked_at import CONTENT_LINE, THEME, found, places, themed


def test_a_second_element_of_an_id_is_found_at_its_line() -> None:
    findings = found("duplicate-id", themed('<mj-text font-size="16px"><p id="a">One</p>\n<p id="a">Two</p></mj-text>'))
    assert places(findings) == [(THEME, CONTENT_LINE + 1)]
    assert "`a`" in findings[0].message


def test_two_ids_are_in_order() -> None:
    assert found("duplicate-id", themed('<mj-text font-size="16px"><p id="a">One</p><p id="b">Two</p></mj-text>')) == []
