"""The rule `unreachable-picture`."""

from __future__ import annotations

import pytest

from course.check import Severity
from tests.course.check.rules.showing import findings, only
from tests.course.check.small import check_of
from tests.course.drawn import a_course_showing, a_png


@pytest.mark.parametrize("address", ["../p.png", "p.png", "/p.png", "data:image/png;base64,AA", "javascript:alert(1)"])
def test_a_picture_that_nobody_could_fetch_is_an_error_at_its_line(address: str) -> None:
    finding = only(f"A word.\n\n![A sample]({address})")
    assert (finding.rule, finding.severity, finding.line) == ("unreachable-picture", Severity.ERROR, 7)
    assert f"`{address}`" in finding.message


@pytest.mark.parametrize("address", ["../assets/my desk.png", "assets/a b  c.png"])
def test_a_picture_that_is_shown_as_text_is_an_error_at_its_line(address: str) -> None:
    finding = only(f"A word,\nand *one* ![A desk]({address}).")
    assert (finding.rule, finding.severity, finding.line) == ("unreachable-picture", Severity.ERROR, 6)
    assert f"![A desk]({address})" in finding.message
    assert "%20" in finding.fix


@pytest.mark.parametrize(
    "markdown", ["`![a](b c.png)`", r"!\[a](b c.png)", "![a](<../assets/b c.png>)", '![a](../assets/b%20c.png "A b c")']
)
def test_a_picture_whose_space_is_written_as_it_should_be_is_no_finding(markdown: str) -> None:
    files = a_course_showing(f"{markdown} ![a](../assets/b%20c.png)")
    assert check_of({**files, "assets/b c.png": a_png()}).findings == ()


@pytest.mark.parametrize("address", ["https://example.com/p.png", "http://example.com/p.png"])
def test_a_picture_on_the_web_is_none(address: str) -> None:
    assert findings(f"![A sample]({address})") == []


def test_an_address_that_a_reader_s_value_makes_up_is_not_looked_at_here() -> None:
    shown = findings("![A sample]({{ subscriber.nickname }})")
    assert "unreachable-picture" not in [finding.rule for finding in shown]
