"""Whatever a document's format, its words come out in order, and what it states of itself; nothing of it is run."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError, Place
from course.importing.document import Stated
from course.importing.formats import LARGEST, Text, read_text
from tests.architecture.source import ROOT
from tests.course.importing.files import refusal

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
