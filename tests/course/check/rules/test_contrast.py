"""Text stands out from what is behind it, wherever either colour is set; the theme's colours are told at the theme."""

from __future__ import annotations

import pytest

from tests.course.check.looked_at import CONTENT_LINE, THEME, a_page, faults, found, places, themed
from tests.course.check.small import COURSE


def test_faint_text_is_found_at_its_line_with_colours_and_ratio() -> None:
    findings = found("contrast", themed('\n<mj-text font-size="16px" color="#999999">Faint.</mj-text>'))
    assert places(findings) == [(THEME, CONTENT_LINE)]
    assert findings[0].message == (
        "Text in #999999 on #ffffff, what most programs show where no background is set, has a contrast of "
        "2.8:1; 4.5:1 is the least."
    )
    assert "darker" in findings[0].fix


def test_dark_text_is_in_order() -> None:
    assert found("contrast", themed('<mj-text font-size="16px" color="#595959">Clear.</mj-text>')) == []


def test_colours_of_the_theme_are_judged_at_the_theme_and_told_by_name_beside_others() -> None:
    faint = {"course.toml": f'{COURSE}\n    [theme]\n    text = "#bbbbbb"\n'}
    assert found("contrast", faint) == []
    content = '<mj-text font-size="16px" color="{{ theme.text }}" container-background-color="#eeeeee">Faint.</mj-text>'
    [finding] = [one for one in found("contrast", faint | themed(f"\n{content}")) if one.line == CONTENT_LINE]
    assert "Text in #bbbbbb (`text` of the theme) on #eeeeee has" in finding.message


@pytest.mark.parametrize(
    ("html", "number"),
    [
        ('<p style="color:#767676">Text</p>', 0),
        ('<p style="color:#777777">Text</p>', 1),
        ('<p style="color:#777777;font-size:24px">Large text</p>', 0),
        ('<p style="color:#777777;font-size:19px;font-weight:bold">Large text</p>', 0),
        ('<p style="color:#777777;font-size:18.66px;font-weight:bold">Large text</p>', 0),
        ('<p style="color:#777777;font-size:18px;font-weight:bold">Text</p>', 1),
        ('<p style="color:#777777;font-size:19px">Text</p>', 1),
        ('<p style="color:#999999;font-size:24px">Large text</p>', 1),
        ('<div style="background:#333333"><p>Text</p></div>', 1),
        ('<div style="background:#333333"><p style="color:#fff">Text</p></div>', 0),
        ('<table bgcolor="#333333"><tr><td style="color:white">Text</td></tr></table>', 0),
        ('<table bgcolor="black"><tr><td>Text</td></tr></table>', 1),
        ('<div style="background:#000"><p><a href="#">A link in its own blue</a></p></div>', 1),
        ('<div style="background:#000 url(a.png)"><p>Text</p></div>', 0),
        ('<td background="a.png"><p style="color:#fff">Text</p></td>', 0),
        ('<p style="color:rgba(0, 0, 0, 0.3)">Text</p>', 1),
        ('<p style="color:#ddd"> · </p>', 0),
        ('<p style="color:#ddd;display:none">Text</p>', 0),
        ('<p style="color:var(--text)">Text</p>', 0),
        ('<p style="color:#eee"><span style="color:#000">Text</span></p>', 0),
    ],
)
def test_the_nearest_colours_count(html: str, number: int) -> None:
    assert len(faults("contrast", a_page(html))) == number
