"""Readers may make an email larger."""

from __future__ import annotations

import pytest

from course.check import Severity
from tests.course.check.looked_at import THEME, a_page, faults, found, places, themed


def test_a_theme_that_forbids_to_zoom_is_an_error_at_its_line() -> None:
    meta = '<mj-raw><meta name="viewport" content="width=device-width, user-scalable=no"></mj-raw>'
    findings = found("zoom-blocked", themed("", head=meta))
    assert places(findings) == [(THEME, 5)]
    assert findings[0].severity is Severity.ERROR
    assert "`user-scalable=no`" in findings[0].message


@pytest.mark.parametrize(
    ("content", "number"),
    [
        ("user-scalable=0", 1),
        ("maximum-scale=1", 1),
        ("initial-scale=1, maximum-scale=1.0, minimum-scale=1", 1),
        ("maximum-scale=5", 0),
        ("maximum-scale=10", 0),
        ("width=device-width, initial-scale=1", 0),
        ("user-scalable=yes", 0),
    ],
)
def test_what_leaves_room_for_twice_the_size_is_in_order(content: str, number: int) -> None:
    assert len(faults("zoom-blocked", a_page(head=f'<meta name="viewport" content="{content}">'))) == number


def test_another_meta_is_not_looked_at() -> None:
    assert faults("zoom-blocked", a_page(head='<meta name="description" content="user-scalable=no">')) == []
