"""An id says where a passage stands, is never given twice, and is the same whenever a document is imported."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.folder.source_note import parse_source
from course.importing.document import Block, Document, Section
from course.importing.ids import Ids, heading_slug, numbered

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
BUNDLED = Path(str(resources.files("course"))) / "product_path" / "sources"


def sections(*named: tuple[str, list[Block]]) -> Document:
    return Document("A title", tuple(Section(heading, tuple(blocks)) for heading, blocks in named))


def block_ids(document: Document) -> tuple[str, ...]:
    return tuple(one.id for one in numbered(document))


def remarks(*stamps: str) -> list[Block]:
    return [Block(f"Remark {number}.", stamp) for number, stamp in enumerate(stamps)]


@pytest.mark.parametrize(
    ("heading", "slug"),
    [
        ("What is No Person's Land?", "what-no-persons-land"),
        ("What is No Person’s Land?", "what-no-persons-land"),
        ("Embracing Continuous Learning and Personal Growth", "embracing-continuous-learning-personal"),
        ("Build and Empower High-Performing Teams", "build-empower-high-performing"),
        ("Have a Bias Toward Action", "have-bias-toward-action"),
        ("Überblick über Größe", "uberblick-uber-grosse"),
        ("Søren's œuvre", "sorens-oeuvre"),
        ("The Of And", "the-of-and"),
        ("Step 2: Water", "step-2-water"),
        ("مقدمة 2", "section-7"),
        ("はじめに", "section-7"),
        ("2024", "section-7"),
        ("—", "section-7"),
        ("", "opening"),
    ],
)
def test_a_heading_gives_its_first_telling_words(heading: str, slug: str) -> None:
    assert heading_slug(heading, 7) == slug


@pytest.mark.parametrize("path", sorted(BUNDLED.glob("*.md")), ids=lambda path: path.stem)
def test_the_headings_of_the_bundled_notes_give_the_ids_that_lessons_cite(path: Path) -> None:
    source = parse_source(f"sources/{path.name}", path.read_bytes())
    document = sections(
        *(
            (passage.section, [Block("Some words.", "" if passage.seconds is None else passage.locator)])
            for passage in source.passages
        )
    )
    assert block_ids(document) == tuple(passage.id for passage in source.passages)


def test_blocks_are_counted_under_their_heading_through_the_whole_document() -> None:
    document = sections(
        ("", remarks("", "")), ("Water", remarks("")), ("Soil", remarks("")), ("The water", remarks("", ""))
    )
    assert block_ids(document) == ("opening-1", "opening-2", "water-1", "soil-1", "water-2", "water-3")


def test_a_stamped_block_goes_by_its_stamp_and_is_not_counted() -> None:
    document = sections(("Water", remarks("", "00:51:54", "", "00:51:54", "00:51:54")))
    assert block_ids(document) == ("water-1", "t-00-51-54", "water-2", "t-00-51-54-2", "t-00-51-54-3")


def test_sections_without_latin_letters_are_numbered_by_their_headings() -> None:
    document = sections(("", remarks("")), ("はじめに", remarks("")), ("Soil", remarks("")), ("土", remarks("")))
    assert block_ids(document) == ("opening-1", "section-1-1", "soil-1", "section-3-1")


def test_the_next_id_follows_the_highest_there_is() -> None:
    ids = Ids({"water-1", "water-7", "t-00-51-54", "soil"})
    assert ids.fresh("water", stamped=False) == "water-8"
    assert ids.fresh("soil", stamped=False) == "soil-1"
    assert ids.fresh("t-00-51-54", stamped=True) == "t-00-51-54-2"
    assert ids.fresh("t-00-51-55", stamped=True) == "t-00-51-55"


HEADINGS = st.one_of(st.text(max_size=40), st.sampled_from(["T 00 51 54", "Opening", "Section 2", "A 1", "A"]))
BLOCKS = st.lists(st.builds(Block, st.just("Words."), st.sampled_from(["", "00:51:54", "00:51:55"])), max_size=4)


@given(st.lists(st.tuples(HEADINGS, BLOCKS), max_size=6))
def test_whatever_the_headings_every_id_is_fit_and_its_own(named: list[tuple[str, list[Block]]]) -> None:
    found = block_ids(sections(*named))
    assert all(ID.fullmatch(id) for id in found)
    assert len(set(found)) == len(found)


def test_a_heading_that_no_note_could_hold_is_made_readable() -> None:
    document = sections(("", remarks("")), (" On\n soil ", remarks("")), ("\n", remarks("")))
    assert [one.heading for one in numbered(document)] == ["", "On soil", "Section 2"]
    assert block_ids(document) == ("opening-1", "soil-1", "section-2-1")
