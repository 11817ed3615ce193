"""The rule `picture-without-alt`."""

from __future__ import annotations

import pytest

from course.check import Severity
from tests.course.check.rules.showing import findings, only
from tests.course.drawn import a_png


@pytest.mark.parametrize("address", ["../assets/desk.png", "https://example.com/desk.png"])
def test_a_picture_without_words_is_a_warning(address: str) -> None:
    shown = f"A word\n![]({address})\n![ ]({address})\n![A desk]({address})"
    found = [finding for finding in findings(shown, desk_png=a_png()) if finding.rule != "unused-picture"]
    assert [(finding.rule, finding.severity, finding.line) for finding in found] == [
        ("picture-without-alt", Severity.WARNING, 6),
        ("picture-without-alt", Severity.WARNING, 7),
    ]
    assert "![A desk by a window](…)" in found[0].fix


def test_a_picture_below_html_is_found_as_the_email_shows_it() -> None:
    finding = only("<div>\n![](../assets/desk.png)", desk_png=a_png())
    assert (finding.rule, finding.line) == ("picture-without-alt", 6)


def test_a_picture_with_words_is_none() -> None:
    assert findings("![A desk](../assets/desk.png)", desk_png=a_png()) == []


def test_within_a_link_it_is_the_link_that_needs_words() -> None:
    linked = "A word\n[![](../assets/desk.png) The guide to desks](https://example.com)"
    assert findings(linked, desk_png=a_png()) == []
    [finding] = findings("A word\n[![](../assets/desk.png)](https://example.com)", desk_png=a_png())
    assert finding.rule == "linked-picture-alt"


def test_a_picture_after_a_link_is_in_none() -> None:
    after = only("A word [and a link](https://example.com) ![](../assets/desk.png)", desk_png=a_png())
    assert after.rule == "picture-without-alt"
