"""An email's HTML has a title, whether it is shown in a program or in a browser."""

from __future__ import annotations

import pytest

from tests.course.check.looked_at import THEME, a_page, faults, found, places, themed


def test_a_theme_without_a_title_is_an_error() -> None:
    theme = themed("").pop(THEME).replace("<mj-title>{{ subject }}</mj-title>", "")
    findings = found("html-title", {THEME: theme})
    assert places(findings) == [(THEME, None)]
    assert "<mj-title>{{ subject }}</mj-title>" in findings[0].fix


@pytest.mark.parametrize(("head", "number"), [("", 1), ("<title> </title>", 1), ("<title>Soil</title>", 0)])
def test_a_title_is_made_of_words(head: str, number: int) -> None:
    assert len(faults("html-title", a_page(head=head))) == number
