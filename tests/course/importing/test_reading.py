"""Any text is read, quickly and whole: what the text states comes before what its file states."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.errors import CourseError
from course.importing.document import Document, Stated
from course.importing.reading import read_document
from tests.course.importing.reading_aids import texts

if TYPE_CHECKING:
    from _typeshed import TraceFunction

SENTENCE = "This is a sentence of the sample document, which says something."
MARKS = ["#", "- ", "1. ", "> ", "|", "---", "```", "**", "_", "[", "]", "(", ")", "<", ">", "`", "\\", "&amp;", ":"]
PAGES = [
    "By Sample Author",
    "June 5, 2023",
    "5 min read",
    "On this page",
    "Share this post",
    "Related posts",
    "3 comments",
    "Asked a question last year",
    "1 answer",
    "Sample Author",
    "Author",
    "© 2024 Sample Site",
    "[00:01:02]",
    "(1:02)",
    "0:10 words",
    '<a data-t="00:01:02">[00:01:02]</a>',
    "[[a|b]]",
    "title: a",
    "date: 2023-06-05",
    "What is this about?",
    SENTENCE,
]
LETTERS = st.text(st.characters(categories=["Ll", "Lu"], max_codepoint=0x24F), min_size=1, max_size=9)


def read(text: str) -> Document | None:
    """The document, or None where the text holds no words; any other error is a failure."""
    try:
        return read_document(text, Stated())
    except CourseError as error:
        return None if error.place is None and error.fix else pytest.fail(f"it tells a caller too little: {error}")


def assert_fit(document: Document) -> None:
    """What every document must be: it has words, on one line each but for code, and stamps of one form."""
    for section in document.sections:
        assert section.heading == " ".join(section.heading.split())
        for block in section.blocks:
            assert block.text.strip()
            assert not re.search("[\ufdd0-\ufdef]", block.text)
            assert re.fullmatch(r"(?:\d\d:\d\d:\d\d)?", block.stamp)
    assert all(section.heading for section in document.sections[1:])
    assert any(section.blocks for section in document.sections)
    assert not (document.url and document.video)


@given(st.text(max_size=300))
def test_any_text_is_a_document_or_holds_no_words(text: str) -> None:
    document = read(text)
    if document is not None:
        assert_fit(document)


@settings(max_examples=300)
@given(
    st.lists(st.one_of(st.sampled_from(PAGES), st.sampled_from(MARKS), LETTERS, st.just("\n\n")), max_size=40),
    st.sampled_from(["", " ", "\n"]),
)
def test_any_mixture_of_marks_and_furniture_is_read(parts: list[str], between: str) -> None:
    document = read(between.join(parts))
    if document is not None:
        assert_fit(document)


@given(
    st.lists(st.lists(LETTERS, min_size=12, max_size=40), min_size=1, max_size=8),
    st.sampled_from(["", "# A title\n\n"]),
)
def test_no_word_of_a_paragraph_is_lost(paragraphs: list[list[str]], head: str) -> None:
    prose = [f"A {' '.join(words)} and so on." for words in paragraphs]
    document = read_document(head + "\n\n".join(prose), Stated())
    assert texts(document) == prose


@given(st.lists(st.lists(LETTERS, min_size=3, max_size=12), min_size=2, max_size=8))
def test_no_word_of_a_stamped_remark_is_lost(remarks: list[list[str]]) -> None:
    stamped = "\n\n".join(f"A {' '.join(words)} [00:00:{number:02d}]." for number, words in enumerate(remarks))
    assert texts(read_document(stamped, Stated())) == [f"A {' '.join(words)}." for words in remarks]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "---\ntitle: a\n---\n", "# Doors\n", "Share this post\n", "![a](b.png)", "© 2024 Sample Site"]
)
def test_a_text_without_words_is_an_error(text: str) -> None:
    with pytest.raises(CourseError) as caught:
        read_document(text, Stated(title="A title"))
    assert "no words" in caught.value.message
    assert caught.value.place is None


FROM_THE_FILE = Stated("Locks", "File Author", "File Site", date(2020, 1, 2), "https://example.com/file", "")


def test_what_the_text_does_not_state_comes_from_the_file() -> None:
    document = read_document(f"{SENTENCE}\n", FROM_THE_FILE)
    assert (document.title, document.author, document.publisher) == ("Locks", "File Author", "File Site")
    assert (document.date, document.url) == (date(2020, 1, 2), "https://example.com/file")


def test_what_the_text_states_comes_before_the_file() -> None:
    head = "---\nsite: Sample Site\nvideo: sampleVID-1\n---\n# Doors\n\nBy Sample Author on 5 June 2023\n\n"
    document = read_document(head + SENTENCE, FROM_THE_FILE)
    assert (document.title, document.author, document.publisher) == ("Doors", "Sample Author", "Sample Site")
    assert (document.date, document.url, document.video) == (date(2023, 6, 5), "", "sampleVID-1")


def test_an_address_in_the_text_stands_for_itself() -> None:
    document = read_document(f"---\nurl: https://example.com/a\n---\n{SENTENCE}", Stated(video="sampleVID-1"))
    assert (document.url, document.video) == ("https://example.com/a", "")


HOSTILE: dict[str, Callable[[int], str]] = {
    "one line of words": lambda size: "word " * (size // 5),
    "one word": lambda size: "a" * size,
    "brackets": lambda size: "[" * size,
    "open links": lambda size: "[a](" * (size // 4),
    "open wiki links": lambda size: "[[a" * (size // 3),
    "stars": lambda size: "*a " * (size // 3),
    "half bold": lambda size: "a** " * (size // 4),
    "underscores": lambda size: "_a_ " * (size // 4),
    "backquotes": lambda size: "`a " * (size // 3),
    "open tags": lambda size: "<a " * (size // 3),
    "open remarks": lambda size: "<!--" * (size // 4),
    "entities": lambda size: "&amp" * (size // 4),
    "quotes": lambda size: ">" * size,
    "bars": lambda size: "|" * size,
    "dashes and a bar": lambda size: "a|b\n" + "-" * size + "|x",
    "spaces": lambda size: "a" + " " * size + "b",
    "empty lines": lambda size: "\n" * size,
    "short lines": lambda size: "Some line\n\n" * (size // 11),
    "short lines that differ": lambda size: "".join(f"Line {number}\n\n" for number in range(size // 12)),
    "items": lambda size: "- item\n" * (size // 7),
    "headings": lambda size: "# a\n" * (size // 4),
    "fences": lambda size: "```\na\n" * (size // 6),
    "front matter": lambda size: "---\n" + "a: b\n" * (size // 5),
    "rules": lambda size: "---\n" * (size // 4),
    "stamps": lambda size: "word [00:01:02]. " * (size // 17),
    "stamped lines": lambda size: "00:01 word\n" * (size // 11),
    "names above a question": lambda size: "Asked a question last year\n" + "Sample Person\n" * (size // 14),
    "furniture": lambda size: "Related posts\n" * (size // 14),
    "comments": lambda size: "3 comments\n" * (size // 11),
    "announcements": lambda size: "a:\n" * (size // 3),
}


def steps(text: str) -> int:
    """How many lines of Python reading a text takes: what grows with its size, whatever the machine does meanwhile."""
    count = 0

    def counting(_frame: FrameType, event: str, _argument: object) -> TraceFunction:
        nonlocal count
        count += event == "line"
        return counting

    before = sys.gettrace()
    sys.settrace(counting)
    try:
        read(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_work_grows_with_the_text_and_no_faster(kind: str) -> None:
    small, large = (steps(HOSTILE[kind](size)) for size in (4_000, 16_000))
    assert large <= small * 4.5 + 2_000


ON_ONE_LINE = [kind for kind, text in HOSTILE.items() if text(1_000).count("\n") < 10]


@pytest.mark.parametrize("kind", ON_ONE_LINE)
def test_a_line_of_a_million_letters_is_read(kind: str) -> None:
    read(HOSTILE[kind](1_000_000))  # a pattern that tries every part of a line again would take hours
