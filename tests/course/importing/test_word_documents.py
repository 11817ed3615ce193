"""A Word document gives its styles as headings, lists and tables, or says what is wrong with it."""

from __future__ import annotations

import pytest

from course.importing.document import Stated
from course.importing.formats import read_text
from tests.course.importing.files import WORD, docx, paragraph, refusal


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
