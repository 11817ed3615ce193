"""Marks, links and tags go; every word stays, and so does a sign that is no mark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.importing.wording import plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**bold**, *italic*, ***both***, __too__, _also_, ~~gone~~", "bold, italic, both, too, also, gone"),
        ("**Ask *well*** first", "Ask well first"),
        ("5 * 3 * 2 and 2*3*4 and snake_case_name", "5 * 3 * 2 and 2*3*4 and snake_case_name"),
        ("a lone * or ** stays", "a lone * or ** stays"),
        ("`a_b` and ``c`d`` and `<div>`", "a_b and c`d and <div>"),
        ("`a_b` &amp; `c`", "a_b & c"),
        (r"\*no mark\* and \[none\]", "*no mark* and [none]"),
        ("[words](https://example.com/a_(b) 'title')", "words"),
        ("[a [b] c](<https://example.com/x y>)", "a [b] c"),
        ("[not a link] (really)", "[not a link] (really)"),
        ("[[page_name | words]] and [[show_name]]", "words and show name"),
        ("![IMG_1](a.png) ![[b.png]] [![x](y)](z) ![](c)", ""),
        ("![A door that is open, seen from inside.](a.png)", "A door that is open, seen from inside."),
        ("one<br/>two <b>three</b> <img src='x'>", "one two three"),
        ("a list of List<String>, x < y and y > z", "a list of List<String>, x < y and y > z"),
        ("<https://example.com/a> or <mailto:sample@example.com>", "https://example.com/a or sample@example.com"),
        ("a &amp; b &lt;c&gt; &#8217; &unknown; AT&T &copy=2", "a & b <c> ’ &unknown; AT&T &copy=2"),
        ("a\u00a0b\u200b c\u00ad\td  e\n f", "a b c d e f"),
    ],
)
def test_what_is_no_word_goes(text: str, words: str) -> None:
    assert plain(text) == words


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), min_size=1))
def test_words_without_marks_stay_as_they_are(words: list[str]) -> None:
    assert plain(" ".join(words)) == " ".join(words)


@given(st.text("*_~`[]()<>!&\\ab |", max_size=60))
def test_no_letter_outside_a_link_or_tag_is_lost(text: str) -> None:
    if not set(text) & set("[<(&"):
        kept = [sign for sign in plain(text) if sign in "ab"]
        assert kept == [sign for sign in text if sign in "ab"]
