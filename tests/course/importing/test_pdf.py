"""A PDF gives paragraphs without what its pages repeat, or says what is wrong with it."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import date

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError
from course.importing.document import Stated
from course.importing.formats import read_text
from course.importing.formats.paragraphs import paragraphs
from tests.course.importing.files import docx, paragraph, pdf, refusal

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
