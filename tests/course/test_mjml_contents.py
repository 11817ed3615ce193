"""What an MJML element holds is checked and arrives as it was written."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.mjml_contents import Mistake, MistakeError, UnclosedError, held, without_remarks

PIECES = (
    "<b>", "</b>", "<i class='a'>", "</i>", "<br>", "<br />", '<img src="x" alt="é">', "words", " ", "\n", "&amp;",
    "é\u0301", "<!--[if mso]><p>&<![endif]-->", "<style>a > b { & }</style>", "<p>x</p>", '<a title="a > b">y</a>',
    "`0`", "\\", "&", "<",
)  # fmt: skip
ODD_PIECES = (
    '<p -a="b">', '<i title="<b></b>">y</i>', '<style title="<b>"></style>', "<style>", "</style>", '<p title="\n',
    '">', "<td>x</td>\n" * 40, '<td title="a&b">x</td>\n' * 40, "<P>", "<i/>", "<b\nclass='a'>",
)  # fmt: skip


def outcome(content: str, mark: Callable[[int], str] | None = None) -> str | Mistake:
    """What an <mj-raw> holds, or what is wrong with it. With a mark, it is always looked at closely."""
    try:
        return held("mj-raw", content, mark)
    except MistakeError as error:
        return error.mistake
    except UnclosedError as left:
        return Mistake(left.name, "Close it.", left.lines)


def refusal(content: str) -> Mistake | None:
    """What is wrong with what an <mj-raw> holds, if anything is."""
    found = outcome(content)
    return found if isinstance(found, Mistake) else None


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_is_taken_arrives_as_it_was_written(content: str) -> None:
    if refusal(content) is None:
        assert held("mj-raw", content) == content
    else:
        assert re.search(r"<(?!!)|&(?!amp;)", content)


@given(st.lists(st.sampled_from(PIECES + ODD_PIECES), max_size=12).map("".join))
def test_what_is_taken_at_a_glance_is_what_a_close_look_takes(content: str) -> None:
    assert outcome(content) == outcome(content, lambda _lines: "")


@pytest.mark.parametrize(
    ("before", "behind", "taken"),
    [
        ("<div>", "</div>", True),
        ('<p title="', '">', False),
        ('<p title="', '"><i>x</i></p>', False),
        ("<p ", ">", False),
        ("<p", "", False),
        ("", "<p", False),
        ("<style>", "</style>", True),
        ("<style>", "</style></style>", False),
        ("<b>" * 58, "</b>" * 58, True),
        ("<b>" * 59, "</b>" * 59, False),
    ],
)
def test_lines_that_are_repeated_are_refused_wherever_they_may_not_stand(before: str, behind: str, taken: bool) -> None:
    lines = "<p><i>x</i></p>\n" * 40
    content = f"{before}\n{lines}{behind}"
    found = outcome(content)
    assert found == outcome(content, lambda _lines: "")
    assert (found == content) is taken


@pytest.mark.parametrize("depth", [10, 11, 60, 61])
def test_lines_that_are_repeated_stand_no_deeper_than_others(depth: int) -> None:
    lines = ("<b>" * depth + "</b>" * depth + "\n") * 40
    assert outcome(lines) == outcome(lines, lambda _lines: "")
    assert (outcome(lines) == lines) is (depth <= 60)


def test_lines_that_are_repeated_and_close_what_another_opens_are_each_looked_at() -> None:
    content = "<b>\n</b>\n" * 40
    assert held("mj-text", content) == content
    assert isinstance(outcome(f"{content}</b>"), Mistake)
    assert isinstance(outcome("</p><p>\n" * 40), Mistake)


@given(st.text("ab <>/&;!-\n'\"=", max_size=30))
def test_whatever_stands_there_is_taken_or_refused_in_words(content: str) -> None:
    found = refusal(content)
    if found is not None:
        assert found.message
        assert found.fix
        assert 0 <= found.lines <= content.count("\n")


def test_an_element_that_closes_itself_is_closed_for_html() -> None:
    assert isinstance(outcome("<div/>a</div>"), Mistake)
    assert held("mj-text", "<div/>a<td class='b' />c<br/>") == "<div></div>a<td class='b' ></td>c<br/>"


def test_a_mark_stands_behind_the_attributes() -> None:
    content = "<p>a</p>\n<a href='b'>c<br>d</a>\n<img alt=\"\" /><i/>"
    marked = held("mj-text", content, lambda lines: f' data-from="{lines}"')
    assert marked == (
        '<p data-from="0">a</p>\n<a href=\'b\' data-from="1">c<br>d</a>\n'
        '<img alt="" data-from="2" /><i data-from="2"></i>'
    )


def test_a_style_is_no_markup() -> None:
    css = "a > b::before { content: '<p>&' }"
    assert held("mj-style", css) == css
    assert held("mj-raw", f"<style>{css}</style>") == f"<style>{css}</style>"


@pytest.mark.parametrize("holder", ["mj-title", "mj-preview"])
@pytest.mark.parametrize("content", ["a <b>c</b>", "a</b>", "1 < 2", "a & b", "<!--[if mso]>x<![endif]-->"])
def test_a_title_is_words_alone(holder: str, content: str) -> None:
    with pytest.raises(MistakeError):
        held(holder, content)


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("a<!-- b -->c", "ac"),
        ("a<!-- b\n<mj-text>\n-->c", "a\n\nc"),
        ("<!--[if mso]>a<![endif]-->", "<!--[if mso]>a<![endif]-->"),
        ("<!--[if !mso]><!-->a<!--<![endif]-->", "<!--[if !mso]><!-->a<!--<![endif]-->"),
        ("<style><!-- a {} --></style><!-- b -->", "<style><!-- a {} --></style>"),
        ("<mj-style>/* <!-- */</mj-style> a --> b", "<mj-style>/* <!-- */</mj-style> a --> b"),
        ("a<!-- b", "a<!-- b"),
        ("<style> <!-- a -->", "<style> <!-- a -->"),
    ],
)
def test_remarks_are_taken_out_and_conditions_stay(source: str, left: str) -> None:
    assert without_remarks(source) == left


@pytest.mark.parametrize("part", ["<style>", "<!--", "<!-- -- ", "<!--[if ", "<p>", "</p>", "<img ", "<p/>"])
def test_whatever_is_repeated_is_read_in_one_go(part: str) -> None:
    content = without_remarks(part * 50_000)
    assert (refusal(content) is None) == (part == "<p/>")
