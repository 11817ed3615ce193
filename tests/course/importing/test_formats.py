"""Whatever a document's format, its words come out in order, and what it states of itself; nothing of it is run."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import suppress
from datetime import date

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError, Place
from course.importing.document import Stated
from course.importing.formats import LARGEST, Text, read_text
from course.importing.formats.paragraphs import paragraphs
from tests.architecture.source import ROOT
from tests.course.importing.files import WORD, docx, paragraph, pdf

PAGE = """\
<!doctype html>
<html lang="en"><head><title>On soil | Sample Garden</title>
<meta property="og:site_name" content="Sample Garden"><meta name="author" content="Sample Author">
<meta property="article:published_time" content="2023-06-05T10:00:00Z">
<link rel="canonical" href="https://example.com/soil"><script>var x = "evil";</script></head>
<body><header><a href="/">Sample Garden</a></header><nav><a href="/">Home</a> <a href="/a">About</a></nav>
<article><h1>On soil</h1><p>First, in short.</p><h2>What soil is</h2>
<p onclick="steal()">Soil holds <a href="javascript:alert(1)">water</a> and <b>air</b>, as the <time>fifth</time> of
our letters told. It has been so for as long as anybody can remember, and gardeners live by it.</p>
<ul><li>Clay</li><li>Sand<ul><li>Fine sand</li></ul></li></ul><ol><li>Dig</li><li>Sow</li></ol>
<blockquote><p>A quote about soil.</p></blockquote>
<table><tr><th>Kind</th><th>Holds</th></tr><tr><td>Clay</td><td>Much</td></tr></table>
<figure><img src="x.png" alt="A worm"><figcaption>A worm at work.</figcaption></figure>
<dl><dt>Loam</dt><dd>A mix of them.</dd></dl><pre><code>dig(deep)
  sow()</code></pre>
<h3>Below</h3><p>Short.</p><h2>Related</h2><ul class="related"><li><a href="/b">Other page</a></li></ul></article>
<aside>Buy our seeds today, they are the best seeds that there are.</aside>
<section id="comments"><h2>Comments</h2><p>I do not like soil at all, said somebody.</p></section>
<footer>Copyright 2023 Sample Garden</footer></body></html>
"""
ARTICLE = """\
# On soil

First, in short.

## What soil is

Soil holds water and air, as the fifth of our letters told. It has been so for as long as anybody can remember, \
and gardeners live by it.

- Clay

- Sand

  - Fine sand

1. Dig

2. Sow

> A quote about soil.

| Kind | Holds |
|---|---|
| Clay | Much |

A worm at work.

Loam

A mix of them.

```
dig(deep)
  sow()
```

### Below

Short.
"""


def html(body: str, head: str = "") -> Text:
    return read_text("page.html", f"<html><head>{head}</head><body>{body}</body></html>".encode())


def refusal(name: str, content: bytes) -> CourseError:
    with pytest.raises(CourseError) as caught:
        read_text(name, content)
    assert caught.value.place is not None
    assert caught.value.place.file == name
    return caught.value


def test_a_page_gives_its_article_and_what_it_states() -> None:
    read = read_text("page.html", PAGE.encode())
    assert read.text == ARTICLE
    stated = Stated("On soil", "Sample Author", "Sample Garden", date(2023, 6, 5), "https://example.com/soil")
    assert (read.stated, read.remarks) == (stated, ())


@pytest.mark.parametrize("tag", ["main", "article", "div"])
@pytest.mark.parametrize("length", [1, 60])
def test_nothing_of_an_article_is_lost_however_long_the_page_is(length: int, tag: str) -> None:
    text = "".join(
        f"<h2>Part {n}</h2><p>Part {n} says that roots go down, and that water does.</p>" for n in range(length)
    )
    small = (
        "<p>Small.</p><ul><li>One</li></ul><figure><figcaption>This is what one sees of roots.</figcaption></figure>"
    )
    read = html(f"<{tag}><h1>Roots</h1>{text}{small}</{tag}>")
    for words in ("# Roots", f"## Part {length - 1}", "- One", "This is what one sees of roots."):
        assert words in read.text.split("\n")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Short.</p><h2>A</h2><p>One.</p>", "Short.\n\n## A\n\nOne.\n"),
        ("<div>Loose<br>lines<br><br>and more</div>tail", "Loose\nlines\n\nand more\n\ntail\n"),
        ("<table><tr><td><h2>A</h2><p>Laid out by a table.</p></td></tr></table>", "## A\n\nLaid out by a table.\n"),
        ("<ol start=3><li>c<p>and</p></li><li>d</li></ol>", "3. c\n\n  and\n\n4. d\n"),
        ("<p>Unclosed <b>bold <p>and <li>more", "Unclosed bold\n\nand\n\n- more\n"),
        ("<p># one</p><p>- two</p><p>3. three</p><p>* four</p>", "\\# one\n\n\\- two\n\n3\\. three\n\n\\* four\n"),
        ("<p>&lt;b&gt; a_b *c* `d` [e](f) &amp;amp;</p>", "\\<b\\> a\\_b \\*c\\* \\`d\\` \\[e](f) \\&amp;\n"),
        ("<p>[00:01:22] said</p>", "[00:01:22] said\n"),
        ('<p>said <a href="https://youtu.be/x?t=82">1:22</a></p>', "said [1:22]\n"),
        ("<pre>```\ncode</pre>", "``````\n```\ncode\n``````\n"),
    ],
)
def test_a_small_or_odd_page_is_taken_as_it_is(body: str, text: str) -> None:
    assert html(body).text == text


def test_nothing_that_runs_comes_out_of_a_hostile_page() -> None:
    hostile = (
        "<script>alert(1)</script><style>p{}</style><template>alert(2)</template><iframe srcdoc='<p>alert(3)'></iframe>"
        "<p onmouseover='alert(4)'>Soil <a href=' javascript:alert(5)'>holds</a> <img src=x onerror=alert(6)>water.</p>"
        "<svg><script>alert(7)</script></svg><object data='alert(8)'></object><noscript><p>alert(9)</p></noscript>"
        "<button>alert(10)</button><!-- alert(11) --><p hidden>alert(12)</p>"
    )
    head = '<link rel="canonical" href="javascript:alert(13)"><meta property="og:url" content="javascript:alert(14)">'
    read = html(hostile, head)
    assert (read.text, read.stated.url) == ("Soil holds water.\n", "")


@pytest.mark.parametrize(
    "address",
    ["https://www.youtube.com/watch?v=E3dUveqt9Bw&t=5s", "https://youtu.be/E3dUveqt9Bw"],
)
@pytest.mark.parametrize("tag", ['<link rel="canonical" href="{}">', '<meta property="og:url" content="{}">'])
def test_the_page_of_a_video_states_the_video(tag: str, address: str) -> None:
    stated = html("<p>A talk about soil.</p>", tag.format(address)).stated
    assert (stated.video, stated.url) == ("E3dUveqt9Bw", "")


def test_a_page_states_no_publisher_that_only_its_address_tells() -> None:
    assert html("<p>Soil.</p>", '<link rel="canonical" href="https://example.com/a">').stated.publisher == ""


def test_a_date_is_read_alike_on_every_day() -> None:
    assert html("<p>Soil.</p>", '<meta property="article:published_time" content="2150-06-05">').stated.date == date(
        2150, 6, 5
    )


def test_an_author_of_one_word_is_taken_as_it_is_written() -> None:
    assert html("<p>Soil.</p>", '<meta name="author" content="sampler">').stated.author == "sampler"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('<meta charset="windows-1252"><p>Grüße – “soil”</p>'.encode("cp1252"), "Grüße – “soil”"),
        ('<meta charset="iso-8859-1"><p>“soil”</p>'.encode("cp1252"), "“soil”"),
        ('<?xml version="1.0" encoding="shift_jis"?><html><p>土について</p></html>'.encode("cp932"), "土について"),
        ("<html><p>Grüße</p></html>".encode("utf-8-sig"), "Grüße"),
        ("<html><p>Grüße</p></html>".encode("utf-16"), "Grüße"),
        ("<!DOCTYPE html><p>Grüße</p>".encode(), "Grüße"),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_declares(content: bytes, words: str) -> None:
    assert read_text("page.html", content).text == f"{words}\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<html>\n<p>Grüße</p></html>".encode("latin-1"), "not UTF-8"),
        ('<meta charset="utf-8">\n<p>Grüße</p>'.encode("latin-1"), "not UTF-8"),
        (b'<html>\n<meta charset="klingon"><p>x</p>', "`klingon`"),
        (b'<html>\n<meta charset="unicode_escape"><p>x</p>', "`unicode_escape`"),
        (b'<html>\n<meta charset="zlib"><p>x</p>', "`zlib`"),
    ],
)
def test_a_page_of_another_encoding_is_refused_with_its_line(content: bytes, message: str) -> None:
    error = refusal("page.html", content)
    assert error.place == Place("page.html", 2)
    assert message in error.message


@pytest.mark.parametrize("tag", ["div", "b", "span"])
def test_a_page_nested_a_hundred_thousand_deep_is_read(tag: str) -> None:
    deep = f"<p>Start.</p>{f'<{tag}>' * 100_000}<p>Deep down.</p>{f'</{tag}>' * 100_000}<p>End.</p>"
    assert html(deep).text == "Start.\n\nDeep down.\n\nEnd.\n"


def test_lists_nested_a_hundred_thousand_deep_are_refused() -> None:
    assert "elements deep" in refusal("page.html", f"<html><body>{'<ul><li>a' * 100_000}".encode()).message


def test_a_very_large_page_is_taken_whole_and_says_so() -> None:
    read = html("<nav>Home</nav>" + "<p>Soil holds water.</p>" * 50_001)
    assert read.text.count("Soil holds water.") == 50_001
    assert "Home" not in read.text
    assert "very large" in read.remarks[0]


def test_a_page_that_is_all_margin_is_taken_whole_and_says_so() -> None:
    read = html('<div class="menu"><p>Soil holds water.</p></div>')
    assert read.text == "Soil holds water.\n"
    assert "could not be told" in read.remarks[0]


def test_what_libraries_tell_their_log_does_not_reach_the_terminal() -> None:
    program = (
        "import logging, sys; sys.path.insert(0, sys.argv[1]); import course.importing.formats\n"
        "for name in ('trafilatura.utils', 'htmldate.core', 'pypdf.generic'): logging.getLogger(name).error('odd')"
    )
    run = subprocess.run([sys.executable, "-c", program, ROOT], capture_output=True, text=True, check=True)
    assert run.stderr == ""


@given(st.text(alphabet=st.sampled_from('<>/="p divaul!-#&;h1 \n'), max_size=60))
def test_whatever_stands_in_a_page_it_is_read_or_refused(body: str) -> None:
    with suppress(CourseError):  # nothing else may come of it
        assert html(body).text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", b"<!doctype html><p>Soil.</p>"),
        ("notes", b"<!-- saved --> \n<HTML><p>Soil.</p></HTML>"),
        ("standard input", b"<div><p>Soil.</p></div>"),
        ("page.htm", b"Soil.<br>"),
        ("page.html", b"\xef\xbb\xbf<p>Soil.</p>"),
    ],
)
def test_a_page_is_known_by_what_it_holds(name: str, content: bytes) -> None:
    assert read_text(name, content).text == "Soil.\n"


@pytest.mark.parametrize("name", ["readme.md", "notes.txt", "standard input"])
def test_markdown_may_begin_with_a_tag(name: str) -> None:
    assert read_text(name, b"<p align=center>Soil.</p>\n\n# Soil\n").text.startswith("<p align=center>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_is_utf_8_or_says_what_it_is(encoding: str) -> None:
    assert read_text("notes.txt", "Grüße\r\nErde\r".encode(encoding)).text == "Grüße\nErde\n"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", None, "empty"),
        (b" \n\t\r\n", None, "empty"),
        ("Erde\nGrüße".encode("latin-1"), 2, "not UTF-8"),
        (b"Erde\n\n\0\1\2", 3, "binary"),
        (b"Erde\n\x1a\x02", 2, "control characters"),
        (b"\x89PNG\r\n\x1a\n\0", 1, "binary"),
        ("Erde".encode("utf-16")[:-1], 1, "not UTF-16"),
        ("Erde und Grüße\n".encode("utf-16-le"), 1, "looks like UTF-16"),
        ("Erde und Grüße\n".encode("utf-16-be"), 1, "looks like UTF-16"),
        ("Erde und Grüße\n".encode("utf-32-le"), 1, "binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", None, "old Office"),
        (b"{\\rtf1 x}", None, "RTF"),
        (b"a" * (LARGEST + 1), None, "over 10 MB"),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(content: bytes, line: int | None, message: str) -> None:
    error = refusal("notes.txt", content)
    assert error.place == Place("notes.txt", line)
    assert message in error.message


def test_a_word_document_gives_its_styles_as_headings_lists_and_tables() -> None:
    cell = f"<w:tc>{paragraph('Clay')}</w:tc><w:tc>{paragraph('Much')}</w:tc>"
    body = (
        paragraph("On soil", "Title")
        + paragraph("What soil is", "Heading1")
        + paragraph("Soil holds *water* & air.")
        + paragraph("Below", "Heading2")
        + f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>"
        + paragraph("Home")
    )
    read = read_text(
        "soil.docx", docx(body, "<dc:title>Soil &amp; more</dc:title><dc:creator>Sample Author</dc:creator>")
    )
    assert read.text == (
        "# On soil\n\n## What soil is\n\nSoil holds \\*water\\* \\& air.\n\n### Below\n\n"
        "| Clay | Much |\n|---|---|\n\nHome\n"
    )
    assert read.stated == Stated("Soil & more", "Sample Author")


def test_a_word_document_that_does_not_list_its_styles_has_a_title_too() -> None:
    body = paragraph("On soil", "Title") + paragraph("What soil is", "Heading1") + paragraph("Soil holds water.")
    content = docx(body, **{"word/styles.xml": f'<w:styles xmlns:w="{WORD}"/>'})
    assert read_text("soil.docx", content).text == "# On soil\n\n## What soil is\n\nSoil holds water.\n"


def test_the_only_heading_of_the_first_level_is_a_word_document_s_title() -> None:
    body = paragraph("On soil", "Heading1") + paragraph("Below", "Heading2") + paragraph("Words.")
    assert read_text("x", docx(body)).text == "# On soil\n\n## Below\n\nWords.\n"
    assert read_text("x", docx(body + paragraph("More", "Heading1"))).text.startswith("## On soil\n\n### Below")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (docx(paragraph("Soil."))[:-40], "broken archive"),
        (docx(paragraph("Soil.") * 1_000)[:500], "broken archive"),
        (docx("", **{"word/document.xml": ""}).replace(b"word/document.xml", b"word/document.txt"), "no Word document"),
        (docx("<w:p>"), "broken"),
        (docx("", **{"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "broken"),
        (docx("", **{"word/big.xml": "a" * 20_000_001}), "too large"),
        (docx("", **{f"word/{number}": "a" * 11_000_000 for number in range(10)}), "too large"),
        (docx("<w:p>" + "<w:r>" * 5_000 + "</w:r>" * 5_000 + "</w:p>"), "nested too deeply"),
        (b"Just a text.", "not a DOCX"),
    ],
)
def test_a_word_document_that_is_none_is_refused(content: bytes, message: str) -> None:
    assert message in refusal("soil.docx", content).message


def test_a_part_of_a_word_document_that_unpacks_to_more_than_it_declares_is_refused() -> None:
    content = docx(paragraph("Soil."), **{"word/bomb.xml": "a" * 500_000})
    size = (500_000).to_bytes(4, "little")
    assert content.count(size) == 2
    assert "broken" in refusal("soil.docx", content.replace(size, (10).to_bytes(4, "little"))).message


LETTER = [
    "Soil holds water and air, and that is what most of the plants in a garden need to",
    "live. A gardener who digs knows how the ground feels when it is too wet: it is hea-",
    "vy and sticks to the spade.",
    "Sand lets water through. It is warm early in the year, and roots find their way in",
    "it with ease, though it needs more feeding than other soils do.",
    "\u2022 One item of a list",
    "\u2022 Another item of it",
    "Worms",
    "Worms keep the ground loose, so that air can reach the roots of what is grown in it,",
]


def test_a_pdf_gives_paragraphs_without_what_every_page_repeats() -> None:
    pages = [
        ["Garden Letters, page 1", *LETTER, "1"],
        ["Garden Letters, page 2", "and so that water goes down.", "2"],
        ["Garden Letters, page 3", "That is all.", "3 of 3"],
    ]
    read = read_text("letter.pdf", pdf(pages, "On soil", "Sample Author"))
    assert read.text == (
        "Soil holds water and air, and that is what most of the plants in a garden need to live. A gardener who digs "
        "knows how the ground feels when it is too wet: it is heavy and sticks to the spade.\n\n"
        "Sand lets water through. It is warm early in the year, and roots find their way in it with ease, though it "
        "needs more feeding than other soils do.\n\n\u2022 One item of a list\n\n\u2022 Another item of it\n\nWorms\n\n"
        "Worms keep the ground loose, so that air can reach the roots of what is grown in it, and so that water goes "
        "down.\n\nThat is all.\n"
    )
    assert read.stated == Stated("On soil", "Sample Author")


def test_the_name_of_a_file_is_no_title_of_a_pdf() -> None:
    assert read_text("a.pdf", pdf([LETTER], "Microsoft Word - letter.docx")).stated.title == ""


def test_a_compound_keeps_its_hyphen_and_a_line_that_looks_like_a_number_stays_within_a_page() -> None:
    lines = ["We met the well-", "Known speaker, who grew a num-", "ber of plants, in all about", "12", "at the end."]
    assert paragraphs(["\n".join(lines)]) == (
        "We met the well- Known speaker, who grew a number of plants, in all about 12 at the end.\n"
    )


def locked(password: str) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(pdf([LETTER])))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def test_a_pdf_that_only_its_owner_may_change_can_be_read() -> None:
    assert "Soil holds water" in read_text("letter.pdf", locked("")).text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pdf([[], []]), "no text: it may be a scan"),
        (locked("secret"), "password"),
        (pdf([LETTER])[:300], "broken"),
        (b"%PDF-1.7 nothing else", "broken"),
        (b"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 1 0 R >> endobj\ntrailer << /Root 1 0 R >>", "PDF"),
        (b"Just a text.", "not a PDF"),
    ],
)
def test_a_pdf_that_cannot_be_read_is_refused(content: bytes, message: str) -> None:
    assert message in refusal("letter.pdf", content).message


@given(st.integers(0, 3_000), st.binary(max_size=40))
def test_whatever_is_broken_in_a_pdf_or_a_word_document_is_told_in_a_sentence(place: int, junk: bytes) -> None:
    for name, whole in (("letter.pdf", pdf([LETTER])), ("soil.docx", docx(paragraph("Soil.")))):
        at = place % len(whole)
        with suppress(CourseError):  # nothing else may come of it
            assert read_text(name, whole[:at] + junk + whole[at + len(junk) :]).text


def test_two_pages_tell_what_they_repeat_and_a_sentence_goes_on_across_them() -> None:
    first = (
        "Sample Papers No. 4\nOn soil\nSoil holds water and air, and every gardener lives by\nit. In every spring\n2"
    )
    second = "Sample Papers No. 4\nthere are stones in it.\nSo it has been since the first of gardens.\nDig on.\n3"
    assert paragraphs([first, second]) == (
        "On soil\n\nSoil holds water and air, and every gardener lives by it. In every spring there are stones in "
        "it.\n\nSo it has been since the first of gardens.\n\nDig on.\n"
    )


def test_a_heading_below_a_full_line_stands_alone() -> None:
    full = (
        "Soil holds water and air, as everybody knows who digs\nand whoever does not may ask their neighbours for it."
    )
    text = paragraphs([f"{full}\nClay\n{full}\nSand and loam\n{full}\n"])
    assert [line for line in text.split("\n\n") if len(line) < 20] == ["Clay", "Sand and loam"]


def test_a_title_that_runs_above_every_page_is_kept_once() -> None:
    words = ["By Sample Author", "Soil holds water and air.", "It always has.", "So it will."]
    pages = ["\n".join(["On soil and water", *words]), "\n".join(["On soil and water", *words[1:], "The end of it."])]
    assert paragraphs(pages).count("On soil and water") == 1


def test_a_date_above_every_page_is_the_documents() -> None:
    lines = ["Soil holds water.", "It holds air.", "It holds stones.", "That is all."]
    content = pdf([["Sample Letter 5 June 2023", "On soil", *lines], ["Sample Letter 5 June 2023", *lines]])
    assert read_text("a.pdf", content).stated.date == date(2023, 6, 5)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<div><a>Home</a> <a>Letters</a><a>Shop</a></div><p>Yes.</p>", "Home · Letters · Shop\n\nYes.\n"),
        ("<p>answered <span>May 2</span> <a>Sample Writer</a></p>", "answered May 2 · Sample Writer\n"),
        ("<p>See <a>one</a> <a>two</a>, and go on.</p>", "See one two, and go on.\n"),
        ("<p><strong>Clay and sand</strong></p><p>They <b>hold</b>.</p>", "**Clay and sand**\n\nThey hold.\n"),
        ("<p><b>It holds.</b></p>", "It holds.\n"),
        ("<h2>Clay<a href='#clay'>¶</a></h2><p>It holds. <a class='btn'>Buy it</a></p>", "## Clay\n\nIt holds.\n"),
    ],
)
def test_links_beside_each_other_are_a_row_and_bold_lines_are_marked(body: str, text: str) -> None:
    assert read_text("a.html", f"<html><body>{body}</body></html>".encode()).text == text


def test_the_name_of_a_site_in_its_first_heading_is_no_title() -> None:
    head = '<title>Clay | Sample Garden</title><meta property="og:site_name" content="Sample Garden">'
    page = f"<html><head>{head}</head><body><h1>Sample Garden</h1><h2>Clay</h2><p>It holds.</p></body></html>"
    assert read_text("a.html", page.encode()).stated.title == "Clay | Sample Garden"


def test_an_author_may_be_marked_where_nobody_sees_it() -> None:
    mark = '<span itemprop="author" itemscope><link itemprop="name" content="Sample Channel"></span>'
    page = f"<html><head><title>Clay</title></head><body>{mark}<h1>Clay</h1><p>It holds.</p></body></html>"
    assert read_text("a.html", page.encode()).stated.author == "Sample Channel"
