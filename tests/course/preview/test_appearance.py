"""An email looks the same whatever the author's own machine is set to, in the way that was chosen."""

from __future__ import annotations

import re

import pytest

from course.preview.appearance import appearing
from course.preview.choices import Mode

EMAIL = """<!doctype html><html><head><meta name="color-scheme" content="light dark">
<style>:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) { p { color: white } }
@media only screen and ( prefers-color-scheme:LIGHT ) { p { color: black } }
.hero { background: url("https://example.com/a.png") }</style></head>
<body background="https://example.com/b.png">
<picture><source media="(prefers-color-scheme: dark)" srcset="https://example.com/d.png">
<img src="https://example.com/c.png" alt="A desk" width="10" style="background:url(https://example.com/e.png)"></picture>
<p>Write (prefers-color-scheme: dark) and src="x" and light dark.</p></body></html>"""
PROSE = '<p>Write (prefers-color-scheme: dark) and src="x" and light dark.</p>'


def queries(html: str) -> list[str]:
    return re.findall(r"(?:@media|media=\") ?(.*?)(?: \{|\")", html)


def test_light_is_light_wherever_it_is_shown() -> None:
    assert queries(appearing(EMAIL, Mode.LIGHT)) == [
        "(max-width: 0px)",
        "only screen and (min-width: 0px)",
        "(max-width: 0px)",
    ]


def test_dark_is_dark_wherever_it_is_shown() -> None:
    assert queries(appearing(EMAIL, Mode.DARK)) == [
        "(min-width: 0px)",
        "only screen and (max-width: 0px)",
        "(min-width: 0px)",
    ]


@pytest.mark.parametrize(("mode", "scheme"), [(Mode.LIGHT, "light"), (Mode.DARK, "dark"), (Mode.INVERTED, "light")])
def test_a_mode_settles_which_scheme_an_email_has(mode: Mode, scheme: str) -> None:
    shown = appearing(EMAIL, mode)
    assert f'content="{scheme}"' in shown
    assert f"color-scheme: {scheme};" in shown


@pytest.mark.parametrize("mode", Mode)
def test_an_email_that_knows_no_dark_is_left_light(mode: Mode) -> None:
    assert 'content="light"' in appearing('<head><meta name="color-scheme" content="light"></head>', mode)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("images", [True, False])
def test_what_an_email_says_is_never_changed(mode: Mode, images: bool) -> None:
    assert PROSE in appearing(EMAIL, mode, images=images)


def test_inversion_turns_the_light_email_and_leaves_its_pictures() -> None:
    shown = appearing(EMAIL, Mode.INVERTED)
    assert queries(shown)[0] == "(max-width: 0px)"
    assert re.search(r"html \{ filter: invert\(1\)", shown)
    assert re.search(r"img, video, svg, \[background\] \{ filter: invert\(1\)", shown)


def test_without_images_nothing_is_fetched_and_their_words_stay() -> None:
    shown = appearing(EMAIL, Mode.LIGHT, images=False)
    assert "https://example.com" not in shown
    assert 'alt="A desk" width="10"' in shown


def test_links_open_elsewhere_since_a_frame_has_no_way_back() -> None:
    assert '<head><base target="_blank">' in appearing(EMAIL, Mode.LIGHT)


@pytest.mark.parametrize("html", ["", "<p>no head", "<head>", "<style>", "<img src=", "<" * 5_000, "<a " * 5_000])
@pytest.mark.parametrize("mode", Mode)
def test_broken_html_is_shown_as_it_is(html: str, mode: Mode) -> None:
    assert isinstance(appearing(html, mode, images=False), str)
