"""The four documents that the bundled course is made from are read whole, and give the ids that its notes have."""

from __future__ import annotations

import html
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from course.importing.document import Document, Stated
from course.importing.ids import numbered
from course.importing.reading import read_document
from tests.course.importing.reading_aids import sentences, texts
from tests.course.test_product_path import COURSE, DOCUMENTS

pytestmark = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason="the documents stand beside the project only where it is built"
)

NOTES = {
    "000_92388c89129f1eea.txt": "breaking-in",
    "001_e97ca6222e4e552a.txt": "chasm",
    "002_b9cad7756923f8df.txt": "developer-to-product",
    "003_ef1b0a15b4f829e5.txt": "leader-guide",
}

# What a reader of the pages would not call the documents' words, in pieces of four words or more.
FURNITURE = (
    "June 05, 2023 - 5 min read",
    "Updated: October 2, 2024- 5 min read",
    "Breaking-Into-Product-Leadership-03-4-transitions-detail v2 (1)",
    "Updated: October 2, 2024",
    "Subscribe to The Product Blog",
    "Discover where Product is heading next",
    "By sharing your email, you agree to our Privacy Policy and Terms of Service",
    "Skip to main content",
    "Product Manager & Writer",
    "Asked a question last year",
    "In Product Collective Answers you can ask and answer questions and share your experience with others!",
)
SHORT_FURNITURE = (
    "Breaking-Into",
    "Share this post",
    "Where am I",
    "On this page",
    "Staff writer",
    "Michelle Parson",
    "Kent J McDonald",
    "lennyspodcast",
    "yt-timestamp",
    "[[",
    "**",
)

each_document = pytest.mark.parametrize("file", NOTES)


def raw(file: str) -> str:
    return (Path(DOCUMENTS) / file).read_text(encoding="utf-8")


@cache
def document(file: str) -> Document:
    return read_document(raw(file), Stated())


def bare(text: str) -> str:
    """A text without tags, marks and what is between brackets, by other means than the readers'."""
    text = re.sub(r"<[^>]*>\[[\d:]+\]<[^>]*>|<[^>]*>", "", html.unescape(text))
    text = re.sub(r"\[\[[^\]|]*\|([^\]]*)\]\]", r"\1", text).replace("*", "")
    return re.sub(r"\s+([.,:])", r"\1", " ".join(text.split()))


@each_document
def test_each_gives_the_ids_that_its_note_has(file: str) -> None:
    note = COURSE.sources[NOTES[file]]
    assert [one.id for one in numbered(document(file))] == [passage.id for passage in note.passages]


@each_document
def test_each_passage_has_the_locator_that_its_note_has(file: str) -> None:
    note = COURSE.sources[NOTES[file]]
    locators = [one.block.stamp or one.heading or "Opening" for one in numbered(document(file))]
    assert locators == [passage.locator for passage in note.passages]


@pytest.mark.parametrize(
    ("file", "title", "author", "publisher", "day", "video"),
    [
        (
            "000_92388c89129f1eea.txt",
            "Breaking into product management",
            *("Anuka Gupta", "lennyspodcast", None, "E3dUveqt9Bw"),
        ),
        (
            "001_e97ca6222e4e552a.txt",
            "Navigating the Chasm: Product Manager to Product Leader",
            *("Michelle Parsons", "Product School", date(2023, 6, 5), ""),
        ),
        (
            "002_b9cad7756923f8df.txt",
            (
                "What's a good way for someone who has primarily worked on software development inside organizations"
                " (ie IT) to move into a product management role?"
            ),
            *("Kent J McDonald (asked the question)", "Product Collective Answers", None, ""),
        ),
        (
            "003_ef1b0a15b4f829e5.txt",
            "Transitioning from Product Manager to Product Leader - A Guide to Advancing Your Product Career",
            *("Staff writer", "Visulry", None, ""),
        ),
    ],
)
def test_each_states_what_its_document_states(
    file: str, title: str, author: str, publisher: str, day: date | None, video: str
) -> None:
    found = document(file)
    assert (found.title, found.author, found.publisher) == (title, author, publisher)
    assert (found.date, found.video, found.url) == (day, video, "")


@each_document
def test_every_sentence_of_substance_is_in_some_passage(file: str) -> None:
    body = raw(file).rpartition("---\n")[2]
    found = document(file)
    kept = [bare(text) for text in texts(found)]
    known = {*FURNITURE, found.title, *(section.heading for section in found.sections)}
    lines = [re.sub(r"^(?:#+|\*|•|\d\.)\s+", "", line.strip()) for line in body.split("\n")]
    wanted = [sentence for line in lines for sentence in sentences(bare(line)) if sentence.rstrip(":") not in known]
    assert len(wanted) > 10
    assert [sentence for sentence in wanted if not any(sentence in text for text in kept)] == []


@each_document
def test_no_furniture_is_in_any_passage(file: str) -> None:
    found = document(file)
    words = "\n".join((*texts(found), *(section.heading for section in found.sections)))
    assert [line for line in (*FURNITURE, *SHORT_FURNITURE) if line in words] == []
