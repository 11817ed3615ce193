"""How text looks is what inline styles, attributes and the names of elements make of it, handed down."""

from __future__ import annotations

import pytest

from course.check.looks import Look, length, style_of
from tests.course.check.looked_at import a_page


def look(html: str) -> Look:
    """The look of the first `i`, or else of the first `a`, in some HTML."""
    page = a_page(html)
    return page.look((page.all("i") or page.all("a"))[0])


@pytest.mark.parametrize(
    ("html", "size"),
    [
        ("<i>x</i>", 16),
        ('<p style="font-size:20px"><i>x</i></p>', 20),
        ('<p style="font-size:20px"><i style="font-size:1.5em">x</i></p>', 30),
        ('<p style="font-size:20px"><i style="font-size:50%">x</i></p>', 10),
        ('<p style="font-size:20px"><i style="font-size:1rem">x</i></p>', 16),
        ('<i style="font-size:12pt">x</i>', 16),
        ('<i style="font:bold 18px/1.5 Georgia">x</i>', 18),
        ('<i style="FONT-SIZE: 18px !important">x</i>', 18),
        ("<h1><i>x</i></h1>", 32),
        ('<font size="5"><i>x</i></font>', 24),
        ('<i style="font-size:var(--size)">x</i>', 16),
        ('<p style="font-size:24px"><i style="font-size:smaller">x</i></p>', 20),
        ('<p style="font-size:20px"><i style="font-size:larger">x</i></p>', 24),
        ('<i style="font-size:large">x</i>', 18),
    ],
)
def test_sizes_are_worked_out_from_those_around(html: str, size: float) -> None:
    assert look(html).size == pytest.approx(size)


@pytest.mark.parametrize(
    ("html", "height"),
    [
        ("<i>x</i>", 19.2),
        ('<p style="line-height:1.5"><i style="font-size:20px">x</i></p>', 30),
        ('<p style="line-height:150%"><i style="font-size:20px">x</i></p>', 24),
        ('<p style="line-height:30px"><i style="font-size:20px">x</i></p>', 30),
        ('<p style="line-height:30px"><i style="line-height:normal">x</i></p>', 19.2),
        ('<i style="font:20px/2 Georgia">x</i>', 40),
    ],
)
def test_a_factor_is_handed_down_as_such_and_a_length_as_it_is(html: str, height: float) -> None:
    assert look(html).line_height == pytest.approx(height)


@pytest.mark.parametrize(
    ("html", "colour", "background"),
    [
        ("<i>x</i>", "#000000", "#ffffff"),
        ('<p style="color:#123"><i>x</i></p>', "#112233", "#ffffff"),
        ('<p style="background:#123;color:white"><i>x</i></p>', "#ffffff", "#112233"),
        ('<p style="background-color:rgba(0,0,0,0.5)"><i>x</i></p>', "#000000", "#808080"),
        ('<p style="background:#123"><i style="background:transparent">x</i></p>', "#000000", "#112233"),
        ('<p style="background:#123"><i style="background:none">x</i></p>', "#000000", "#112233"),
        ('<p style="background:#123 url(x.png) no-repeat"><i>x</i></p>', "#000000", None),
        ('<p style="background-image:linear-gradient(#fff, #000)"><i>x</i></p>', "#000000", None),
        ('<table bgcolor="#112233"><tr><td><i>x</i></td></tr></table>', "#000000", "#112233"),
        ('<table bgcolor="#112233"><tr><td style="background:#fff"><i>x</i></td></tr></table>', "#000000", "#ffffff"),
        ('<div style="background:url(x)"><p style="background:#123"><i>x</i></p></div>', "#000000", "#112233"),
        ('<div style="background:url(x)"><p style="background:#1238"><i>x</i></p></div>', "#000000", None),
        ('<table bgcolor="#112233"><tr><td bgcolor="none"><i>x</i></td></tr></table>', "#000000", "#112233"),
        ('<p style="background:#000;color:rgba(255,255,255,0.5)"><i>x</i></p>', "#808080", "#000000"),
        ('<font color="red"><i>x</i></font>', "#ff0000", "#ffffff"),
        ('<p style="color:#112233"><a href="#">x</a></p>', "#0000ee", "#ffffff"),
        ('<p style="color:#112233"><a href="#" style="color:inherit">x</a></p>', "#112233", "#ffffff"),
        ('<p style="color:#112233"><a>x</a></p>', "#112233", "#ffffff"),
        ('<i style="color:var(--ink)">x</i>', None, "#ffffff"),
    ],
)
def test_colours_are_the_nearest_ones(html: str, colour: str | None, background: str | None) -> None:
    assert (look(html).colour, look(html).background) == (colour, background)


@pytest.mark.parametrize(
    ("html", "bold"),
    [
        ("<p><i>x</i></p>", False),
        ("<b><i>x</i></b>", True),
        ('<b style="font-weight:normal"><i>x</i></b>', False),
        ('<p style="font-weight:600"><i>x</i></p>', True),
        ('<p style="font-weight:500"><i>x</i></p>', False),
        ("<h2><i>x</i></h2>", True),
        ('<b><i style="font-weight:inherit">x</i></b>', True),
    ],
)
def test_bold_type_is_known_by_name_and_by_style(html: str, bold: bool) -> None:
    assert look(html).bold is bold


@pytest.mark.parametrize(
    ("style", "hidden"),
    [
        ("display:none", True),
        ("display: none !important", True),
        ("visibility:hidden", True),
        ("opacity:0", True),
        ("max-height:0;overflow:hidden", True),
        ("max-height:0px;max-width:0px;overflow:hidden", True),
        ("height:0", False),
        ("opacity:0.5", False),
        ("mso-hide:all", False),
        ("display:block", False),
        ("overflow:hidden;max-height:10px", False),
    ],
)
def test_what_nobody_sees_is_hidden_with_all_that_is_in_it(style: str, hidden: bool) -> None:
    assert look(f'<div style="{style}"><p><i>x</i></p></div>').hidden is hidden


def test_the_attribute_hides_too() -> None:
    assert look("<div hidden><i>x</i></div>").hidden


def test_a_style_may_hold_signs_in_quotes_and_brackets() -> None:
    [element] = a_page("""<i style="font-family:'a;b';background:url(data:x;y);COLOR:red">x</i>""").all("i")
    assert style_of(element) == {"font-family": "'a;b'", "background": "url(data:x;y)", "color": "red"}


@pytest.mark.parametrize(
    ("value", "pixels"),
    [("12px", 12), ("0", 0), ("1em", 20), ("50%", 10), ("12", None), ("auto", None), ("", None), ("1.2.3px", None)],
)
def test_a_length_is_told_where_it_can_be(value: str, pixels: float | None) -> None:
    assert length(value, 20) == pixels
