"""What is seen at a glance of a part of MJML is what a close look finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import course.mjml
from course.errors import CourseError, Place
from course.mjml import compile_mjml
from course.mjml_parts import plain_part

NAMES = ("mj-text", "mj-button", "mj-image", "mj-style", "mj-divider", "mj-foo", "mj-Text", "mjmlx")
ATTRIBUTES = (
    ' css-class="a"', ' css-class=""', "\n  color='b'", ' padding="1px"', ' href="/c"', ' href="/d?e=f&amp;g=h"',
    ' href=""', ' href="/i?j&k"', ' href="`"', ' title="é > \\"', ' alt="l"', ' alt=""', ' src="m.png"', " inline",
    ' inline="inline"', ' n="o title="', ' -p="q"', ' R="s"', ' t="u < v"', ' w="x &#x27; y"', ' z="é"', ' a-b ="c"',
    'd="e"', " /", " ", "&",
)  # fmt: skip
TAG = st.builds("{}{}".format, st.sampled_from(NAMES), st.lists(st.sampled_from(ATTRIBUTES), max_size=4).map("".join))
WORDS = st.sampled_from(["", "\n ", "words", "<p>x</p>", "<p>x", "&", "<!-- a -->", "a > b"])
ENDS = st.sampled_from([">", " >", "/>", " />", "\n/>", ""])
PIECE = st.one_of(
    st.builds("{}{}{}".format, TAG, ENDS, WORDS),
    st.builds("/{}{}{}".format, st.sampled_from(NAMES), ENDS, WORDS),
)


def compiled(piece: str) -> str | tuple[str, str, Place | None]:
    """What becomes of a document with a piece in it, or what is wrong with that."""
    source = f"<mjml><mj-body>\n<mj-section><mj-column>\n<{piece}</mj-text></mj-column></mj-section></mj-body></mjml>"
    try:
        return compile_mjml(source, lambda line: Place("theme/lesson.mjml", line))
    except CourseError as error:
        return error.message, error.fix, error.place


@given(PIECE)
def test_a_part_that_is_seen_at_a_glance_is_what_a_close_look_finds(piece: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course.mjml, "known", lambda _piece: None)
        at_a_glance = compiled(piece)
        patch.setattr(course.mjml, "plain_part", lambda _piece: None)
        assert at_a_glance == compiled(piece)


@pytest.mark.parametrize(
    ("piece", "shape", "around"),
    [
        ('mj-text css-class="a">\n', '<mj-text css-class="a">', ()),
        ("mj-text>x", "<mj-text>`", ("x",)),
        ("/mj-text>\n", "</mj-text>", ()),
        ('mj-button color="a" href="/b" padding="c">d', '<mj-button color="a" href="`" padding="c">`', ("/b", "d")),
        ("mj-divider/>", "<mj-divider />", ()),
    ],
)
def test_most_parts_are_seen_at_a_glance(piece: str, shape: str, around: tuple[str, ...]) -> None:
    part = plain_part(piece)
    assert part is not None
    assert (part.shape, part.around) == (shape, around)
