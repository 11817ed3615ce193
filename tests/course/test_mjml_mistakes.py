"""A mistake in MJML is said in a sentence, with its line, whatever has been read before."""

from __future__ import annotations

import pytest

from tests.course.mjml_documents import compiled, document, mistake


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("\n<mj-txt>x</mj-txt>", 5, "`<mj-txt>` is not an MJML element"),
        ("\n<MJ-Text>x</MJ-Text>", 5, "`<MJ-Text>` is not an MJML element"),
        ("<p>x</p>", 4, "`<p>` is not an MJML element"),
        ("\n\n<mj-section></mj-section>", 6, "`<mj-section>` cannot stand inside `<mj-column>`"),
        ("<mj-text>\n<mj-image src='x' alt='' /></mj-text>", 5, "`<mj-image>` cannot stand inside `<mj-text>`"),
        ("<mj-include path='x' />", 4, "`<mj-include>` is not an MJML element"),
        ("<mj-text>\n\nx", 7, "`</mj-column>` closes nothing here: `<mj-text>` is open"),
        ("<mj-text>\n<b>x</i></mj-text>", 5, "`</i>` closes nothing here: `<b>` is open"),
        ("<mj-text>\n<p>x\n</mj-text>", 6, "`</mj-text>` closes nothing here: `<p>` is open"),
        ("<mj-text>x</mj-text>\n</mj-text>", 5, "`</mj-text>` closes nothing here: `<mj-column>` is open"),
        ("<mj-text>\nsalt & water</mj-text>", 5, "A `&` stands here by itself"),
        ('<mj-text>x</mj-text>\n<mj-button href="?a=1&b=2">x</mj-button>', 5, "A `&` stands by itself in an attribute"),
        ("<mj-text>\n1 < 2</mj-text>", 5, "A `<` begins no tag here"),
        ("<mj-text>\n<3</mj-text>", 5, "A `<` begins no tag here"),
        ("\n<mj-text color=red>x</mj-text>", 5, "The tag `<mj-text` is not well written"),
        ('\n<mj-text -color="red">x</mj-text>', 5, "The tag `<mj-text` is not well written"),
        ("<mj-text>\n<a href=x>y</a></mj-text>", 5, "The tag `<a` is not well written"),
        ('\n<mj-image src="x alt="y" />', 5, "The tag `<mj-image` is not well written"),
        ('<mj-text>\n<a title="1 < 2">x</a></mj-text>', 5, "The tag `<a` is not well written"),
        ("<mj-text>\n<b", 5, "The tag `<b` is not well written"),
        ("\nstray words", 5, "This text stands in no element that holds text"),
        ("<mj-text>a</mj-text>\n<![CDATA[x]]>", 5, "A `<` begins no tag here"),
        (
            "<mj-text>\n<b>x\n<mj-image src='x' alt='' /></b></mj-text>",
            6,
            "`<mj-image>` cannot stand inside `<mj-text>`",
        ),
        ("<mj-text>a</mj-text>\n<mj-text>\n</b></mj-text>", 6, "`</b>` closes nothing here: `<mj-text>` is open"),
        ("<mj-text>a</mj-text>\n</b>", 5, "`</b>` closes nothing here: `<mj-column>` is open"),
        ("<mj-text>a</mj-text>\n<!--[if mso]><br /><![endif]-->", 5, "A condition for Outlook stands in no element"),
        ("<mj-text>a</mj-text>\n<!-- a -- b -->", 5, "A `<` begins no tag here"),
        ("<mj-text>\n<!-- a -- b --></mj-text>", 5, "A `<` begins no tag here"),
        ("<mj-text>\n<style>a {}</mj-text>\n<mj-raw>\n</mj-raw>", 5, "`</mj-text>` closes nothing here: `<style>` is"),
        ("<mj-text><b>x</b>\n<b</mj-text>", 5, "The tag `<b` is not well written"),
        ("<mj-text>a</mj-text>\n<mj-button\n", 5, "The tag `<mj-button` is not well written"),
        ("<mj-text><b>\n<mj-button\ntitle='a > b' c></mj-button>", 5, "`<mj-button>` cannot stand inside `<mj-text>`"),
        ("<!-- a\nremark -->\n<mj-text>\n<p>&</p></mj-text>", 7, "A `&` stands here by itself"),
    ],
)
def test_a_mistake_is_said_with_its_line(content: str, line: int, said: str) -> None:
    found, message = mistake(document(content))
    assert said in message
    assert found == line


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("", 1, "refuses"),
        ("<mjml>\n<mj-body>", 2, "`<mj-body>` is never closed"),
        ("<mjml></mjml>\n</mjml>", 2, "`</mjml>` closes nothing"),
        ("<html></html>", 1, "is not an MJML element"),
        ("<mj-body></mj-body>", 1, "cannot stand outside `<mjml>`"),
        (
            "<mjml>\n<mj-head>\n<mj-attributes><mj-txt color='red' /></mj-attributes></mj-head></mjml>",
            3,
            "is not an MJML element",
        ),
        ("<mjml>\n<mj-head><mj-text>x</mj-text></mj-head></mjml>", 2, "cannot stand inside `<mj-head>`"),
        ("<mjml>\n<mj-body>\n<mj-section><mj-column><mj-text>\n<b>", 4, "`<b>` is never closed"),
        ("<mjml>\n<mj-head>\n<mj-title>a\n<b>c</b></mj-title></mj-head></mjml>", 4, "cannot stand inside `<mj-title>`"),
        ("<mjml>\n<mj-head>\n<mj-style>a {}\n", 3, "`<mj-style>` is never closed"),
        ("\n\n", 1, "refuses"),
        (
            "<mjml><mj-head><mj-title>a\nb</mj-title>\n<mj-attributes>\n<mj-class /></mj-attributes></mj-head></mjml>",
            4,
            "refuses",
        ),
    ],
)
def test_a_mistake_in_the_frame_is_said_with_its_line(source: str, line: int, said: str) -> None:
    found, message = mistake(source)
    assert said in message
    assert found == line


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("<mj-text>\n</b></mj-text>\n<mj-foo />", 5),
        ("<mj-foo />\n<mj-text></b></mj-text>", 4),
        ("<mj-foo />\nstray words", 4),
        ("stray words\n<mj-foo />", 4),
        ("<mj-section></mj-section>\n<mj-text><b></mj-text>", 4),
        ("<mj-button href='&'>x</mj-button>\n<mj-foo />", 4),
        ("<mj-foo />\n<mj-button href='&'>x</mj-button>", 4),
    ],
)
def test_of_several_mistakes_the_first_is_said(content: str, line: int) -> None:
    assert mistake(document(content))[0] == line


def test_what_is_known_from_one_place_is_still_a_mistake_in_another() -> None:
    html = compiled(document("<mj-text><b>x</b></mj-text>"))
    assert "<b>x</b>" in html
    assert mistake(document("", head="<mj-title><b>x</b></mj-title>"))[0] == 2
    for _ in range(2):
        assert mistake(document("<mj-text>\n<i></mj-text>")) == (5, "`</mj-text>` closes nothing here: `<i>` is open.")


def test_an_element_that_is_known_is_still_a_mistake_where_it_may_not_stand() -> None:
    text = "<mj-text>known</mj-text>"
    compiled(document(text))
    assert mistake(document("", head=f"\n{text}")) == (3, "`<mj-text>` cannot stand inside `<mj-head>`.")
    assert mistake(document(f"{text}\n{text}</mj-text>")) == (
        5,
        "`</mj-text>` closes nothing here: `<mj-column>` is open.",
    )


def test_a_remark_hides_what_is_known() -> None:
    both, second = (compiled(document(f"{text}<mj-text>b</mj-text>")) for text in ("<mj-text>a</mj-text>", ""))
    assert compiled(document("<!-- <mj-text>a</mj-text> --><mj-text>b</mj-text>")) == second
    assert compiled(document("<mj-text><!-- a</mj-text><mj-text> -->a</mj-text><mj-text>b</mj-text>")) == both
    remark = "<mj-text>c<!-- d -->e</mj-text>"
    assert "c<!-- d -->e" in compiled(document(f"<mj-raw><style /></mj-raw>{remark}"))  # as if it stood in the style
    assert ">ce<" in compiled(document(remark))
