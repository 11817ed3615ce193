"""A picture that is written into the email is found; one that is fetched is not."""

from __future__ import annotations

from tests.course.check.looked_at import CONTENT_LINE, THEME, found, places, themed

DATA = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


def test_a_picture_in_its_own_address_is_found_at_its_line() -> None:
    findings = found("data-picture", themed(f'\n<mj-image alt="A dot" src="{DATA}" />'))
    assert places(findings) == [(THEME, CONTENT_LINE)]
    assert "assets/" in findings[0].fix


def test_so_is_one_in_the_background() -> None:
    table = f'<table role="presentation"><tr><td background="{DATA}">x</td></tr></table>'
    assert len(found("data-picture", themed(f'<mj-text font-size="16px">{table}</mj-text>'))) == 1


def test_one_from_the_web_is_in_order() -> None:
    assert found("data-picture", themed('<mj-image alt="A dot" src="https://example.com/a.gif" />')) == []
