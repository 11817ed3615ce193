"""A finger finds every link that stands by itself; links in a sentence are as high as its lines."""

from __future__ import annotations

import pytest

from tests.course.check.looked_at import CONTENT_LINE, THEME, a_page, faults, found, places, themed
from tests.course.check.small import a_lesson

LINK = '<a href="https://example.com"'


def test_a_low_link_by_itself_is_found_at_its_line() -> None:
    content = f'\n<mj-text font-size="14px" line-height="1.2">{LINK}>Your settings</a></mj-text>'
    findings = found("tap-target", themed(content))
    assert places(findings) == [(THEME, CONTENT_LINE)]
    assert "“Your settings” stands by itself and is about 17 px high; 24 px are the least" in findings[0].message
    assert "44 px are good" in findings[0].fix


def test_a_button_of_mjml_is_large_enough_unless_it_is_made_small() -> None:
    button = '<mj-button font-size="16px" href="https://example.com"{}>Go on to the soil</mj-button>'
    assert found("tap-target", themed(button.format(""))) == []
    assert len(found("tap-target", themed(button.format(' inner-padding="0"')))) == 1


def test_links_of_a_lesson_are_in_order_alone_and_in_a_sentence() -> None:
    assert (
        found("tap-target", a_lesson("See [the guide](https://example.com).\n\n[The guide](https://example.com)")) == []
    )


@pytest.mark.parametrize(
    ("html", "number"),
    [
        (f'<p style="font-size:14px">Read {LINK}>the guide</a>.</p>', 0),
        (f'<p style="font-size:14px">{LINK}>The guide</a> · {LINK}>The map</a></p>', 2),
        (f'<p style="font-size:14px">Read this.<br>{LINK}>The guide</a></p>', 1),
        (f'<p style="font-size:14px;line-height:2">{LINK}>The guide</a></p>', 0),
        (f'<p style="font-size:14px;line-height:24px">{LINK}>The guide</a></p>', 0),
        (f'<p style="font-size:14px">{LINK} style="display:inline-block;padding:4px 0">The guide</a></p>', 0),
        (f'<p style="font-size:14px">{LINK} style="padding:2px">The guide</a></p>', 1),
        (f'<p style="font-size:14px">{LINK} style="display:block;padding-top:8px">The guide</a></p>', 0),
        (f'<p style="font-size:14px">{LINK}><div>The guide</div></a></p>', 0),
        (f'<p style="font-size:16px;line-height:2">{LINK}>1</a></p>', 1),
        (f'<p style="font-size:16px;line-height:2">{LINK} style="padding:0 10px">1</a></p>', 0),
        (f'<p>{LINK}><img src="https://example.com/a.png" alt="The guide" width="20" height="20"></a></p>', 1),
        (f'<p>{LINK}><img src="https://example.com/a.png" alt="The guide" width="200"></a></p>', 0),
    ],
)
def test_height_and_width_are_worked_out_from_the_style(html: str, number: int) -> None:
    assert len(faults("tap-target", a_page(html))) == number


@pytest.mark.parametrize(
    ("style", "number"),
    [
        ("padding:4px 0", 0),
        ("padding-top:8px", 0),
        ("padding-bottom:8px", 0),
        ("padding-left:8px", 1),
        ("display:block;padding:4px 0", 1),
        ("display:block;padding:5px 0", 0),
        ("display:block;padding:1px 9px", 1),
        ("display:block;padding:9px 0 1px", 0),
        ("display:block;padding:9px 0 1px 9px", 0),
        ("display:block;height:24px", 0),
    ],
)
def test_padding_makes_a_link_larger_and_an_inline_one_beyond_its_letters(style: str, number: int) -> None:
    html = f'<p style="font-size:14px;line-height:1">{LINK} style="{style}">The guide</a></p>'
    assert len(faults("tap-target", a_page(html))) == number


def test_what_to_do_in_a_lesson_is_said_for_markdown() -> None:
    [finding] = found("tap-target", a_lesson("Soil.\n\n[1](https://example.com)"))
    assert finding.fix == "Use longer words, or put it into a sentence."


def test_in_a_lesson_a_low_link_goes_into_a_sentence_and_a_small_picture_is_made_larger() -> None:
    marked = '<p style="font-size:14px" data-from="0"><a href="https://example.com">{}</a></p>'
    picture = '<img src="https://example.com/a.png" alt="The guide" width="20">'
    fixes = [
        fault.fix for words in ("The guide", picture) for fault in faults("tap-target", a_page(marked.format(words)))
    ]
    assert fixes == [
        "Put it into a sentence.",
        "Show a larger picture, or put words beside it into the same link.",
    ]
