"""The rule `picture-format`."""

from __future__ import annotations

import pytest

from course.check import Severity
from tests.course.check.rules.showing import findings
from tests.course.drawn import AN_SVG, a_jpeg, a_png, a_webp


@pytest.mark.parametrize(("content", "said"), [(AN_SVG, "an SVG"), (a_webp(), "a WebP"), (a_jpeg(), ""), (a_png(), "")])
def test_a_format_that_many_mail_programs_do_not_show_is_a_warning(content: bytes, said: str) -> None:
    found = findings("A word.\n\n![A desk](../assets/desk.png)", desk_png=content)
    assert [(one.rule, one.severity, one.line) for one in found] == (
        [("picture-format", Severity.WARNING, 7)] if said else []
    )
    assert all(said in one.message for one in found)


def test_a_format_counts_by_what_is_in_the_file() -> None:
    assert findings("A word.\n\n![A desk](../assets/desk.webp)", desk_webp=a_png()) == []
    [finding] = findings("A word.\n\n![A desk](../assets/desk.png)", desk_png=a_webp())
    assert finding.rule == "picture-format"
