"""A link in a sentence is told by more than its colour."""

from __future__ import annotations

import pytest

from tests.course.check.looked_at import CONTENT_LINE, THEME, a_page, faults, found, places, themed
from tests.course.check.small import a_lesson

BARE = '<a href="https://example.com" style="color:#00f;text-decoration:none{}">the guide</a>'


def test_a_link_without_a_line_in_a_sentence_is_found_at_its_line() -> None:
    content = '<mj-text font-size="16px">\n<p>Read {} today.</p></mj-text>'.format(BARE.format(""))
    findings = found("link-colour", themed(content))
    assert places(findings) == [(THEME, CONTENT_LINE + 1)]
    assert "“the guide”" in findings[0].message


def test_links_of_a_lesson_are_underlined() -> None:
    assert (
        found("link-colour", a_lesson("Read [the guide](https://example.com) today. [@on-soil#what-soil-is-1]")) == []
    )


@pytest.mark.parametrize(
    ("html", "number"),
    [
        (f"<p>Read {BARE.format('')}.</p>", 1),
        (f"<p>{BARE.format('')} · {BARE.format('')}</p>", 0),
        (f"<p>Read this:<br>{BARE.format('')}</p>", 0),
        (f"<p>Read {BARE.format(';text-decoration:underline')}.</p>", 0),
        (f"<p>Read {BARE.format(';border-bottom:1px solid #00f')}.</p>", 0),
        (f"<p>Read {BARE.format(';border-bottom:0')}.</p>", 1),
        (f"<p>Read {BARE.format(';background:#eee')}.</p>", 0),
        (f"<p>Read {BARE.format(';font-weight:bold')}.</p>", 0),
        (f"<p><b>Read {BARE.format(';font-weight:bold')}.</b></p>", 1),
        ('<p>Read <a href="#">the guide</a>.</p>', 0),
        ('<p>Read <a href="#" style="text-decoration:none"><u>the guide</u></a>.</p>', 0),
    ],
)
def test_a_line_a_background_or_bold_type_tell_it_too(html: str, number: int) -> None:
    assert len(faults("link-colour", a_page(html))) == number
