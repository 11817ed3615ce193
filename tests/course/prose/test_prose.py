"""A lesson's Markdown becomes HTML that an email can hold, and plain text that reads well by itself."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.citations import Bibliography
from course.errors import Place
from course.model import Passage, Source
from course.personal.tokens import symbol_token, value_token
from course.pictures import Picture
from course.prose import EmailFrame, Prose, render_prose
from course.theme import DEFAULT_THEME

HERE = Place("sources/talk.md")
SOURCES = {
    "talk": Source(
        "talk",
        "A talk",
        HERE,
        video="abcdefghijk",
        passages=(Passage("t-1", "01:05", "c", "", HERE), Passage("t-2", "00:59", "c", "", HERE)),
    ),
    "page": Source(
        "page",
        "A page",
        HERE,
        url="https://example.com/page?a=1&b=2",
        passages=(Passage("p-1", "Soil", "c", "", HERE),),
    ),
    "book": Source("book", "A book", HERE, passages=(Passage("b-1", "Soil", "c", "", HERE),)),
}


def prose(markdown: str) -> Prose:
    return render_prose(markdown, Bibliography(SOURCES), EmailFrame(DEFAULT_THEME))


def html(markdown: str) -> str:
    """The HTML without its styles."""
    return re.sub(r' style="[^"]*"', "", prose(markdown).html)


def text(markdown: str) -> str:
    return prose(markdown).text


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> _Tags:
    tags = _Tags()
    tags.feed(markup)
    tags.close()
    return tags


def test_html_is_shown_as_the_text_it_is() -> None:
    source = 'a <b onclick="x">bold</b> <script>alert(1)</script>\n\n<div>\n\n<!-- c -->\n\n&lt;i&gt; &amp;amp;'
    assert read(prose(source).html).names == {"p"}
    assert '<b onclick="x">bold</b> <script>alert(1)</script>' in read(prose(source).html).text
    assert "<i> &amp;" in text(source)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JAVASCRIPT:x", "vbscript:x", "data:text/html,x", "file:///etc/passwd"]
)
def test_an_address_that_runs_something_is_no_link(address: str) -> None:
    assert "<a" not in html(f"[x]({address}) ![y]({address})")
    assert "<a" not in html(f"<{address}>")


@pytest.mark.parametrize(
    "address", ["page.html", "/page", "#part", "//example.com", "ftp://example.com", "sms:1", "example.com:80"]
)
def test_an_address_that_leads_nowhere_from_an_email_leaves_the_words_alone(address: str) -> None:
    assert html(f"see [the *page*]({address}).") == "<p>see the <em>page</em>.</p>\n"
    assert text(f"see [the *page*]({address}).") == "see the page.\n"


def test_an_address_that_a_printed_value_completes_is_judged_as_a_whole() -> None:
    token = value_token("javascript:alert(1)")
    assert "<a" not in html(f"[x]({token})")
    assert html(f"[x]({value_token('https://example.com')})") == '<p><a href="https://example.com">x</a></p>\n'
    assert "href" in html(f"[x]({symbol_token('links.view')})")
    assert "<a" not in html(f"[x](javascript{symbol_token('subscriber.a')})")


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("[a page](https://example.com/?a=1&b=2)", "a page (https://example.com/?a=1&b=2)"),
        ("<https://example.com>", "https://example.com"),
        ("[https://example.com](https://example.com)", "https://example.com"),
        ("[Write](mailto:a@example.com) <tel:+44>", "Write (mailto:a@example.com) tel:+44"),
        ("<a@example.com>", "a@example.com"),
        ("*a* **b** `c  d` \\* &copy;", "a b c  d * ©"),
        ("one\ntwo  \nthree\\\nfour", "one two\nthree\nfour"),
        ("# A\n\n## Bc *d*\n\n### E", "A\n-\n\nBc d\n----\n\nE\n~"),
        ("- a\n- b\n  c", "- a\n- b c"),
        ("- a\n\n- b", "- a\n\n- b"),
        ("3. a\n4. b\n   - c\n     1. d", "3. a\n4. b\n   - c\n     1. d"),
        ("0. a\n1. b", "0. a\n1. b"),
        ("* a\n  * b\n\n    c\n* d", "- a\n  - b\n\n    c\n- d"),
        ("> a\n>\n> - b", "> a\n>\n> - b"),
        ("```\na  b\n\n  c\n```", "    a  b\n\n      c"),
        ("a\n\n---\n\nb", "a\n\n* * *\n\nb"),
        ("| a | b |\n|---|---|\n| *1* | 2 |", "a | b\n1 | 2"),
        ("![a plant](https://example.com/p.png) ![](https://example.com/q.png)x", "[a plant] x"),
        ("![a **big**\nplant `x`](https://example.com/p.png)", "[a big plant x]"),
    ],
)
def test_plain_text_is_written_from_the_markdown(markdown: str, expected: str) -> None:
    assert text(markdown) == expected + "\n"


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("*a*\n**b**", "<p><em>a</em>\n<strong>b</strong></p>\n"),
        ("a  \nb", "<p>a<br />\nb</p>\n"),
        ("- a\n  - b\n- c", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ul>\n"),
        ("- a\n\n- b", "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>\n"),
        ("```python\nx < 1\n```", "<pre><code>x &lt; 1\n</code></pre>\n"),
        (
            '![a "plant"](https://example.com/p.png)',
            '<p><img src="https://example.com/p.png" alt="a &quot;plant&quot;" /></p>\n',
        ),
        ("![](https://example.com/p.png)", '<p><img src="https://example.com/p.png" alt="" /></p>\n'),
    ],
)
def test_html_is_what_the_markdown_says(markdown: str, expected: str) -> None:
    assert html(markdown) == expected


def test_a_tables_heads_say_what_they_are_heads_of() -> None:
    assert html("| a |\n|---|\n| b |").count('<th scope="col">') == 1


EXERCISE = "## A\n\na\n\n## {heading}\n\nb\n\n### C\n\nc\n\n## D\n\nd\n"


def test_an_exercise_stands_in_a_box_that_goes_to_the_next_heading_of_its_level() -> None:
    shown = html(EXERCISE.format(heading="Exercise: dig (10 minutes)"))
    before, _, rest = shown.partition('<table role="presentation"')
    box, _, after = rest.partition("</td></tr></table>")
    assert ("<h2>A</h2>" in before, "<h2>D</h2>" in after) == (True, True)
    assert '<td class="exercise">\n<h2>Exercise: dig (10 minutes)</h2>\n<p>b</p>\n<h3>C</h3>\n<p>c</p>\n' in box


def test_an_exercise_that_ends_a_lesson_ends_its_box() -> None:
    assert html("## Exercise\n\na\n").endswith("<p>a</p>\n</td></tr></table>\n")


@pytest.mark.parametrize("heading", ["Exercising", "An exercise", "Übung"])
def test_another_heading_opens_no_box(heading: str) -> None:
    assert "exercise" not in html(EXERCISE.format(heading=heading)).replace("exercise</h2>", "")


def test_the_word_for_an_exercise_is_the_languages() -> None:
    frame = EmailFrame(DEFAULT_THEME, exercise=("Übung", "Aufgabe"))
    for heading in ("übung 1", "Aufgabe: graben"):
        made = render_prose(EXERCISE.format(heading=heading), Bibliography({}), frame).html
        assert made.count('class="exercise"') == 1


def test_a_heading_of_any_level_is_at_least_as_large_as_the_text() -> None:
    made = prose("\n\n".join(f"{'#' * level} h{level}" for level in range(1, 7))).html
    sizes = [int(size) for size in re.findall(r"<h\d [^>]*font-size:(\d+)px", made)]
    assert (len(sizes), min(sizes)) == (6, 17)


def test_the_line_of_a_quote_ends_with_its_last_words() -> None:
    made = prose("> a\n>\n> b\n>\n> > c\n").html
    ends = [(tag, style.endswith(";margin-bottom:0")) for tag, style in re.findall(r'<(\w+) style="([^"]*)"', made)]
    assert ends == [("blockquote", False), ("p", False), ("p", False), ("blockquote", True), ("p", True)]
    inner = prose("> - a\n>\n>   b\n").html
    assert re.findall(r'<(\w+) style="[^"]*margin-bottom:0"', inner) == ["ul"]
    assert prose("> \n").html.count("margin-bottom:0") == 0


def test_a_table_scrolls_by_itself_and_breaks_between_words() -> None:
    made = prose("| a |\n|---|\n| b |\n").html
    assert "table-layout:fixed;width:100%" in made.partition('<div class="table" style="overflow-x:auto">')[0]
    assert made.rstrip().endswith("</table>\n</div></td></tr></table>")
    cells = re.findall(r'<t[hd][^>]* style="([^"]*)"', made)
    assert len(cells) == 2
    assert all("word-break:normal" in cell for cell in cells)


def test_what_is_read_from_the_right_is_indented_from_the_right() -> None:
    source = "- a\n  - b\n\n> c\n\n| d |\n|---|\n| e |\n\n`f`\n\n    g\n"
    made = render_prose(source, Bibliography({}), EmailFrame(DEFAULT_THEME, direction="rtl")).html
    assert re.findall(r"<ul style=\"[^\"]*padding:([^;\"]*)", made) == ["0 26px 0 0"] * 2
    assert re.findall(r"border-(\w+):3px", made) == ["right"]
    assert re.findall(r"<t[hd][^>]*text-align:(\w+)", made) == ["right"] * 2
    assert re.findall(r"<(code|pre)(?= [^>]*dir=\"ltr\")", made) == ["code", "pre"]
    assert "dir=" not in prose(source).html


def test_a_column_is_aligned_as_its_markdown_says() -> None:
    made = prose("| a | b | c |\n|---|:---:|---:|\n| d | e | f |\n").html
    assert [re.findall(r"text-align:\s*(\w+)", style)[-1] for style in re.findall(r'<td style="([^"]*)"', made)] == [
        "left",
        "center",
        "right",
    ]


def test_headings_begin_below_the_emails_title() -> None:
    assert html("# A\n\n## B") == "<h2>A</h2>\n<h2>B</h2>\n"


def test_every_element_that_shows_carries_its_style() -> None:
    source = "## h\n\np *e* `c` [l](https://e.example)\n\n- i\n\n> q\n\n---\n\n    code\n\n| t |\n|---|\n| d |\n"
    styled = re.findall(r"<(h2|p|code|a|ul|li|blockquote|hr|pre|table|th|td)(?= [^>]*style=)", prose(source).html)
    assert set(styled) == {"h2", "p", "code", "a", "ul", "li", "blockquote", "hr", "pre", "table", "th", "td"}


@pytest.mark.parametrize(
    "value", ["**bold**", "[x](javascript:alert(1))", "<b>", "# h", "1. a", "a|b", "`", "&amp;", "_a_", "![", "\n\n- x"]
)
def test_a_printed_value_is_never_read_as_markdown(value: str) -> None:
    token = value_token(value)
    assert read(html(f"a {token} b")).text == f"a {value} b\n"
    assert read(html(f"{token} b")).text == f"{value} b\n"
    assert text(f"a {token} b").rstrip() == f"a {value} b"


@given(st.text(max_size=40))
def test_whatever_is_written_the_html_holds_no_tag_of_the_authors_and_no_unfit_address(markdown: str) -> None:
    tags = read(prose(markdown).html)
    assert not tags.names & {"script", "style", "iframe", "form", "input", "object", "svg", "b"}
    assert prose(markdown).html.count("<div") == prose(markdown).html.count('<div class="table"')
    assert all(re.match(r"(https?|mailto|tel):", address) for address in tags.addresses if ":" in address)


@given(
    st.lists(
        st.sampled_from(
            ("# a", "- b", "  - c", "> d", "```", "1. e", "", "    f", "| g |", "|---|", "---", "h  ", "`i")
        ),
        max_size=12,
    )
)
def test_whatever_is_written_the_plain_text_ends_with_one_line_end(lines: list[str]) -> None:
    written = text("\n".join(lines))
    assert written.endswith("\n")
    assert written == "\n" or not written.startswith("\n")
    assert written == "\n" or not written.endswith("\n\n")


@pytest.mark.parametrize(
    ("markdown", "shown", "plain"),
    [
        (
            "Yes [@talk#t-1].",
            'Yes (<a href="https://www.youtube.com/watch?v=abcdefghijk&amp;t=65s">source 1, 1:05</a>).',
            "Yes [1, 1:05].",
        ),
        ("Yes [@page#p-1].", 'Yes (<a href="https://example.com/page?a=1&amp;b=2">source 1</a>).', "Yes [1]."),
        ("Yes [@book#b-1].", "Yes (source 1).", "Yes [1]."),
        (
            "a [@book#b-1][@page#p-1]",
            'a (source 1)(<a href="https://example.com/page?a=1&amp;b=2">source 2</a>)',
            "a [1][2]",
        ),
        ("**a [@book#b-1]**", "<strong>a (source 1)</strong>", "a [1]"),
        ("`[@book#b-1]`", "<code>[@book#b-1]</code>", "[@book#b-1]"),
        ("\\[@book#b-1]", "[@book#b-1]", "[@book#b-1]"),
        ("[@nobody#b-1] [@book#b-2]", "[@nobody#b-1] [@book#b-2]", "[@nobody#b-1] [@book#b-2]"),
    ],
)
def test_a_citation_reads_as_the_number_of_its_source(markdown: str, shown: str, plain: str) -> None:
    assert html(markdown).replace('<span class="cite">', "").replace("</span>", "") == f"<p>{shown}</p>\n"
    assert text(markdown) == f"{plain}\n"


def test_a_citation_stands_in_a_heading_a_list_and_a_table() -> None:
    source = "## a [@book#b-1]\n\n- b [@book#b-1]\n\n| c [@book#b-1] |\n|---|\n"
    assert html(source).count("(source 1)") == 3
    assert text(source).count("[1]") == 3


def test_the_line_below_a_heading_is_as_long_as_the_heading_that_is_read() -> None:
    assert text(f"## {value_token('Soil and water')}").split("\n")[1] == "-" * 14
    assert text(f"## Hi {symbol_token('subscriber.first_name')}").split("\n")[1] == "-" * 9
    assert len(text(f"## {'a' * 100}").split("\n")[1]) == 60


@pytest.mark.parametrize(("heading", "columns"), [("Übungen", 7), ("تمرينٌ", 5), ("土と水", 6), ("e\u0301t\u200de", 3)])
def test_the_line_below_a_heading_is_as_wide_as_its_letters_in_any_script(heading: str, columns: int) -> None:
    assert text(f"## {heading}").split("\n")[1] == "-" * columns


def test_a_picture_of_the_course_is_shown_from_where_it_is_served_at_most_as_wide_as_the_sheet() -> None:
    wide, narrow = (Picture(f"assets/{size}.png", bytes(size), "image/png", size, 100) for size in (2000, 20))
    drawn = Picture("assets/drawn.svg", b"<svg>", "image/svg+xml", 0, 0)
    known = {"../assets/a.png": wide, "assets/b%20c.png": narrow, "d.svg": drawn}
    source = (
        "![W](../assets/a.png) [![N](<assets/b c.png>)](https://example.com)\n![D](d.svg) ![E](https://e.com/e.png)"
    )
    rendered = render_prose(source, Bibliography({}), EmailFrame(DEFAULT_THEME, known.get)).html
    assets = symbol_token("links.assets")
    style = 'style="max-width:100%;height:auto;border:0"'
    assert f'<img src="{assets}/{wide.address}" alt="W" {style} width="512" />' in rendered
    assert re.search(
        rf'<a href="https://example.com"[^>]*><img src="{assets}/{narrow.address}" alt="N" [^>]* width="20" /></a>',
        rendered,
    )
    assert f'<img src="{assets}/{drawn.address}" alt="D" {style} />' in rendered
    boxed = render_prose("## Exercise\n\n![W](../assets/a.png)", Bibliography({}), EmailFrame(DEFAULT_THEME, known.get))
    assert 'width="464"' in boxed.html
    assert f'<img src="https://e.com/e.png" alt="E" {style} />' in rendered


def test_a_picture_without_words_has_an_empty_alt_and_none_in_plain_text() -> None:
    assert 'alt=""' in html("a ![](https://example.com/p.png) b")
    assert text("a ![](https://example.com/p.png) b") == "a  b\n"
    assert text("a ![A desk](https://example.com/p.png) b") == "a [A desk] b\n"
