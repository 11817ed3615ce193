"""The words of sources show as they are, whatever signs are in them, and are cut where a word ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from course.citations import Bibliography
from course.fences import hide_fences
from course.outline.wording import markdown, one_line, plain, shortened, slug
from course.prose import EmailFrame, render_prose
from course.slugs import LONGEST_WORD
from course.theme import DEFAULT_THEME

FRAME = EmailFrame(DEFAULT_THEME)
MARKUP = st.text(st.sampled_from("a1 {}%#[]()@*_`~\\<>&;:!|-+=.\n\t\"'é\u2028\x07"), max_size=30)


@given(st.one_of(MARKUP, st.text(max_size=30)))
def test_neither_jinja_nor_markdown_finds_anything_in_escaped_words(text: str) -> None:
    escaped = markdown(text)
    assert Environment(autoescape=True).from_string(hide_fences(escaped)).render() == escaped
    shown = render_prose(escaped, Bibliography({}), FRAME).text
    assert shown.strip() == one_line(text).strip()


@pytest.mark.parametrize(
    "text",
    ["{{ x }}", "{% if %}", "{# no", "{{{", "[@a#b]", "[a](https://b.example)", "![a](b)", "<b>", "<a@b.example>",
     "&amp; &#35;", "# a", "a ##", "- a", "+ a", "1. a", "2) a", "---", "===", "~~~", "```", "> a", "a\\", "*a* _b_"],
)  # fmt: skip
def test_signs_with_a_meaning_are_shown(text: str) -> None:
    for whole in (text, f"words, then {text}", f"{text} and words"):
        assert render_prose(markdown(whole), Bibliography({}), FRAME).text.strip() == whole


def test_a_heading_keeps_its_closing_signs() -> None:
    assert "What C# is ##" in render_prose(f"## {markdown('What C# is ##')}", Bibliography({}), FRAME).text


def test_ordinary_words_are_left_as_they_are() -> None:
    text = 'It\'s 5 % of Müller & Co. (since 2019): "yes", they said - twice!'
    assert markdown(text) == text


@given(st.text(max_size=40))
def test_plain_words_hold_no_brackets_that_mean_something(text: str) -> None:
    assert not set(plain(text)) & set("[]{}\n\t\x00")


@given(st.text("ab c-,", max_size=40), st.integers(2, 30))
def test_a_shortened_text_is_never_too_long_and_begins_as_the_whole(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert text.startswith(short.removesuffix("…"))
    assert (short == text) == (len(text) <= limit)


@given(st.text(max_size=80))
def test_a_slug_can_name_a_lesson(text: str) -> None:
    name = slug(text)
    assert name == "" or (set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and len(name) <= LONGEST_WORD)
    assert not name.startswith("-")
    assert not name.endswith("-")
