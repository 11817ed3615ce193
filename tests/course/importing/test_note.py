"""What is written into a source note is what is read from it, whatever the document's words are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import Place
from course.folder.source_note import parse_source
from course.importing.note import one_line, plain_text, write_note
from course.model import Passage, Source

FILE = "sources/on-soil.md"
HERE = Place(FILE)


def reread(source: Source) -> Source:
    """What a note of this source is read as, without the lines that passages stand in."""
    found = parse_source(FILE, write_note(source).encode())
    return replace(found, passages=tuple(replace(passage, place=HERE) for passage in found.passages))


def passage(id: str, text: str = "", claim: str = "", section: str = "", locator: str | None = None) -> Passage:
    return Passage(id, section if locator is None else locator, claim, text, HERE, section)


def test_a_note_reads_as_the_course_s_document_shows_it() -> None:
    source = Source(
        "on-soil",
        "Soil: a guide",
        HERE,
        author="Sample Author",
        date=date(2023, 6, 5),
        video="E3dUveqt9Bw",
        passages=(
            passage("opening-1", "Soil is under you.", locator="Opening"),
            passage("t-00-51-54", "Soil, they say,\n\nholds water.", "It holds water,\nand air.", "Water", "00:51:54"),
            passage("water-1", "Rain.", "", "Water"),
        ),
    )
    assert write_note(source) == (
        '---\ntitle: "Soil: a guide"\nauthor: Sample Author\ndate: 2023-06-05\nvideo: E3dUveqt9Bw\n---\n\n'
        "### opening-1 · Opening\n\n> Soil is under you.\n\n"
        "## Water\n\n### t-00-51-54 · 00:51:54\n\n> Soil, they say,\n>\n> holds water.\n\nIt holds water,\nand air.\n\n"
        "### water-1\n\n> Rain.\n"
    )
    assert reread(source) == source


@pytest.mark.parametrize(
    "text",
    [
        "> quoted\n>> twice",
        "# heading\n## heading\n### heading · 00:00:01",
        "---\ntitle: x\n---",
        "one\n\n\nfour",
        "-  list\n    - nested",
        ">",
        ">>> a",
        "a\n>\n> b",
        "{{ subscriber.first_name }} {% raw %}",
        "\u00a0\u3000word\u2028next",
    ],
)
def test_the_document_s_words_are_kept_whatever_they_look_like(text: str) -> None:
    source = Source("on-soil", "On soil", HERE, passages=(passage("a-1", text), passage("a-2", "after")))
    assert [one.text for one in reread(source).passages] == [text.strip(), "after"]


@pytest.mark.parametrize(
    "title",
    ["a: b", "#1 on soil", "no", "'tis", '"On soil"', "- soil", "*soil*", "&soil", "[soil]", "{soil}", "soil #1", "?"],
)
def test_a_title_is_kept_whatever_yaml_makes_of_its_signs(title: str) -> None:
    assert_title_is_kept(title)


@pytest.mark.parametrize(
    "title",
    ["null", "2023-06-05", "!soil", "%soil", "@soil", "`soil`", "| soil", "> soil", "---", "a \\ b", "a\tb", ":"],
)
def test_a_title_is_kept_whatever_yaml_would_make_of_it(title: str) -> None:
    assert_title_is_kept(title)


def assert_title_is_kept(title: str) -> None:
    source = Source("on-soil", title, HERE, author=title, publisher=title, passages=(passage("a-1", "x"),))
    assert reread(source).title == reread(source).author == reread(source).publisher == one_line(title)


@pytest.mark.parametrize("heading", ["# soil", "### soil", "soil ##", "> soil", "soil · 00:01:02", "·", "---", "#"])
def test_a_section_s_heading_is_kept_whatever_it_looks_like(heading: str) -> None:
    source = Source("on-soil", "On soil", HERE, passages=(passage("a-1", "x", section=heading),))
    assert reread(source) == source


LINES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [">", "> ", ">>", "#", "##", "## a", "###", "### a · b", "---", "", " ", "\r", "\x85", "\ufeff", "·"]
    ),
)
TEXTS = st.lists(LINES, max_size=5).map("\n".join)
CLAIMS = st.lists(LINES, max_size=4).map(
    lambda lines: "\n".join(line for line in map(plain_text, lines) if not line.startswith((">", "##"))).strip()
)


@given(
    title=TEXTS.filter(one_line),
    author=TEXTS,
    sections=st.lists(
        st.tuples(TEXTS.filter(one_line), st.lists(st.tuples(TEXTS, CLAIMS, LINES.filter(one_line)), max_size=3)),
        max_size=3,
    ),
)
def test_reading_a_note_gives_back_what_was_written(
    title: str, author: str, sections: list[tuple[str, list[tuple[str, str, str]]]]
) -> None:
    passages = [
        passage(
            f"a-{number}-{place}", plain_text(text), claim, one_line(heading), one_line(locator) or one_line(heading)
        )
        for number, (heading, within) in enumerate(sections)
        for place, (text, claim, locator) in enumerate(within)
        if plain_text(text) or claim
    ]
    source = Source("on-soil", one_line(title), HERE, author=one_line(author), passages=tuple(passages))
    assert reread(source) == source
