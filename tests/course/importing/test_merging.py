"""Importing a document again gives its note the document's words, and takes nothing from the author."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.errors import CourseError, Place
from course.folder.source_note import parse_source
from course.importing.document import Block, Document, Section
from course.importing.ids import OPENING, numbered
from course.importing.merging import Merged, merged
from course.importing.naming import new_slug, note_of, proposed_slug
from course.importing.note import write_note
from course.model import Passage, Source

FILE = "sources/on-soil.md"
RAIN = "Rain falls on the soil and runs into the river below the hill."
CLAY = "Clay holds more water than sand does, and gives it up slowly."
SAND = "Sand lets the water through, which roots like in a wet year."
WORMS = "Worms keep the ground loose, so that air can reach the roots."
FROST = "Frost breaks the clods that the plough has left behind in autumn."


def document(*sections: tuple[str, list[str]], **stated: Any) -> Document:
    made = tuple(Section(heading, tuple(Block(text) for text in texts)) for heading, texts in sections)
    return Document("On soil", made, **stated)


def talk(*remarks: tuple[str, str]) -> Document:
    return Document("A talk", (Section("Soil", tuple(Block(text, stamp) for stamp, text in remarks)),))


def note(of: Document) -> bytes:
    """The note of a document that is imported for the first time."""
    place = Place(FILE)
    passages = (
        Passage(one.id, one.block.stamp or one.heading or OPENING, "", one.block.text, place, one.heading)
        for one in numbered(of)
    )
    return write_note(Source("on-soil", of.title, place, passages=tuple(passages))).encode()


def with_claims(content: bytes) -> bytes:
    """The note with a claim for each of its passages."""
    source = parse_source(FILE, content)
    claimed = (replace(passage, claim=f"It claims {passage.id}.") for passage in source.passages)
    return write_note(replace(source, passages=tuple(claimed))).encode()


def without_texts(content: bytes) -> bytes:
    return b"".join(line for line in content.splitlines(keepends=True) if not line.startswith(b">"))


def texts(note: Merged) -> dict[str, str]:
    return {passage.id: passage.text for passage in note.source.passages}


SOIL = document(("", [RAIN]), ("Soils", [CLAY, SAND]), ("Animals", [WORMS]))
NOTE = with_claims(note(SOIL))


def test_a_document_that_has_not_changed_leaves_its_note_byte_for_byte_as_it_is() -> None:
    again = merged(FILE, NOTE, SOIL)
    assert (again.content, again.added, again.updated, again.gone) == (NOTE, (), (), ())


def test_lines_that_the_author_broke_or_spaced_otherwise_stay_as_they_are() -> None:
    content = NOTE.replace(b"> Clay holds more water", b">Clay holds more\n>   water").replace(
        b"\n## Soils", b"\n\n\n## Soils"
    )
    assert merged(FILE, content, SOIL).content == content


@pytest.mark.parametrize(
    "change", [(b"\n## Soils", b"\r\n## Soils"), (b"animals-1.\n", b"animals-1.\n\n\n"), (b"1.\n", b"1. \n")]
)
def test_odd_line_ends_and_blanks_stay_as_they_are(change: tuple[bytes, bytes]) -> None:
    content = NOTE.replace(*change)
    assert content != NOTE
    assert merged(FILE, content, SOIL).content == content


def test_a_text_that_was_edited_in_the_document_is_updated_and_keeps_id_and_claim() -> None:
    edited = CLAY.replace("slowly", "very slowly")
    again = merged(FILE, NOTE, document(("", [RAIN]), ("Soils", [edited, SAND]), ("Animals", [WORMS])))
    assert again.content == NOTE.replace(b"up slowly", b"up very slowly")
    assert again.updated == ("soils-1",)


def test_a_note_of_claims_alone_is_given_the_words_by_id() -> None:
    claims = without_texts(NOTE)
    again = merged(FILE, claims, SOIL)
    assert texts(again) == {"opening-1": RAIN, "soils-1": CLAY, "soils-2": SAND, "animals-1": WORMS}
    assert [one.claim for one in again.source.passages] == [one.claim for one in parse_source(FILE, NOTE).passages]
    assert len(again.updated) == 4


def test_a_new_passage_stands_behind_the_one_before_it_and_has_the_next_free_id() -> None:
    again = merged(FILE, NOTE, document(("", [RAIN]), ("Soils", [CLAY, FROST, SAND]), ("Animals", [WORMS])))
    assert list(texts(again)) == ["opening-1", "soils-1", "soils-3", "soils-2", "animals-1"]
    assert again.added == ("soils-3",)
    assert again.content == NOTE.replace(b"### soils-2", f"### soils-3\n\n> {FROST}\n\n### soils-2".encode())


def test_a_new_first_passage_stands_before_the_others_of_its_section() -> None:
    again = merged(FILE, NOTE, document(("", [FROST, RAIN]), ("Soils", [SAND, CLAY]), ("Animals", [WORMS])))
    assert list(texts(again)) == ["opening-2", "opening-1", "soils-1", "soils-2", "animals-1"]
    assert again.source.passages[0].locator == "Opening"


def test_a_new_section_stands_where_it_stands_in_the_document() -> None:
    again = merged(
        FILE, NOTE, document(("", [RAIN]), ("Soils", [CLAY, SAND]), ("Winter", [FROST]), ("Animals", [WORMS]))
    )
    assert [(one.id, one.section) for one in again.source.passages][-2:] == [
        ("winter-1", "Winter"),
        ("animals-1", "Animals"),
    ]
    assert again.content == NOTE.replace(
        b"## Animals", f"## Winter\n\n### winter-1\n\n> {FROST}\n\n## Animals".encode()
    )


def test_a_new_last_section_stands_at_the_end() -> None:
    again = merged(FILE, NOTE, document(("", [RAIN]), ("Soils", [CLAY, SAND]), ("Animals", [WORMS]), ("Ice", [FROST])))
    assert again.content == NOTE + f"\n## Ice\n\n### ice-1\n\n> {FROST}\n".encode()


def test_a_passage_that_the_document_no_longer_has_stays_and_is_named() -> None:
    again = merged(FILE, NOTE, document(("", [RAIN]), ("Soils", [SAND]), ("Animals", [WORMS])))
    assert (again.content, again.gone) == (NOTE, ("soils-1",))


def test_a_passage_of_the_author_s_own_stays_where_it_is_and_is_not_named() -> None:
    content = NOTE.replace(b"### soils-2", b"### my-own-1 \xc2\xb7 page 3\n\nMine.\n\n### soils-2")
    again = merged(FILE, content, document(("", [RAIN]), ("Soils", [CLAY + " Still.", SAND]), ("Animals", [WORMS])))
    assert again.content == content.replace(b"slowly.", b"slowly. Still.")
    assert again.gone == ()


def test_the_id_of_a_passage_that_is_gone_is_never_given_again() -> None:
    shorter = document(("", [RAIN]), ("Soils", [CLAY]), ("Animals", [WORMS]))
    longer = document(("", [RAIN]), ("Soils", [CLAY, FROST]), ("Animals", [WORMS]))
    again = merged(FILE, merged(FILE, NOTE, shorter).content, longer)
    assert texts(again)["soils-2"] == SAND
    assert texts(again)["soils-3"] == FROST


def test_locators_and_headings_that_were_written_by_hand_stay() -> None:
    content = NOTE.replace(b"### soils-1", b"### soils-1 \xc2\xb7 page 3").replace(b"## Soils", b"## Kinds of soil")
    edited = document(("", [RAIN]), ("Soils", [CLAY + " Still.", SAND, FROST]), ("Animals", [WORMS]))
    again = merged(FILE, content, edited)
    found = {one.id: (one.locator, one.section) for one in again.source.passages}
    assert found["soils-1"] == ("page 3", "Kinds of soil")
    assert found["soils-3"] == ("Kinds of soil", "Kinds of soil")


def test_passages_that_changed_places_keep_their_ids() -> None:
    again = merged(FILE, NOTE, document(("Animals", [WORMS]), ("Soils", [SAND, CLAY]), ("", [RAIN])))
    assert again.content == NOTE


def test_equal_texts_each_keep_their_own_id() -> None:
    twice = document(("Soils", [CLAY, SAND, CLAY]))
    content = note(twice)
    assert merged(FILE, content, twice).content == content
    assert merged(FILE, content, document(("Soils", [FROST, CLAY, SAND, CLAY]))).added == ("soils-4",)


def test_a_stamped_passage_with_other_words_is_known_by_its_stamp() -> None:
    content = with_claims(note(talk(("00:01:00", CLAY), ("00:02:00", SAND))))
    again = merged(FILE, content, talk(("00:01:00", FROST), ("00:02:00", SAND), ("00:02:00", RAIN)))
    assert texts(again) == {"t-00-01-00": FROST, "t-00-02-00": SAND, "t-00-02-00-2": RAIN}
    assert (again.updated, again.added) == (("t-00-01-00",), ("t-00-02-00-2",))


def test_a_language_without_spaces_is_compared_by_its_letters() -> None:
    content = note(document(("土", ["粘土は砂よりも多くの水を含む。"])))
    again = merged(FILE, content, document(("土", ["粘土は砂よりもずっと多くの水を含む。"])))
    assert (again.updated, again.added) == (("section-1-1",), ())


def test_settings_written_by_hand_stay_and_empty_ones_are_filled_in() -> None:
    content = NOTE.replace(b"title: On soil\n", b"# ours\ntitle: Soil, ours\nauthor: ''  # who?\npublisher: Mine\n")
    stated = replace(SOIL, author="Sample: Author", publisher="Theirs", url="https://example.com/soil")
    again = merged(FILE, content, replace(stated, date=date(2023, 6, 5)))
    assert again.content.decode().startswith(
        '---\n# ours\ntitle: Soil, ours\nauthor: "Sample: Author"  # who?\npublisher: Mine\n'
        "date: 2023-06-05\nurl: https://example.com/soil\n---\n"
    )


def test_an_address_by_hand_is_not_joined_by_another() -> None:
    content = NOTE.replace(b"title: On soil\n", b"title: On soil\nurl: https://example.com/ours\n")
    assert merged(FILE, content, replace(SOIL, video="E3dUveqt9Bw")).content == content


def test_line_ends_and_the_byte_order_mark_stay() -> None:
    content = b"\xef\xbb\xbf" + NOTE.replace(b"\n", b"\r\n")
    again = merged(FILE, content, document(("", [RAIN]), ("Soils", [CLAY, SAND, FROST]), ("Animals", [WORMS])))
    assert again.added == ("soils-3",)
    assert again.content.replace(b"\r\n", b"").count(b"\n") == 0
    assert again.content.startswith(b"\xef\xbb\xbf---\r\n")


def test_a_note_without_passages_is_filled() -> None:
    again = merged(FILE, b"---\ntitle: On soil\n---", SOIL)
    assert again.content == note(SOIL)


def test_a_note_that_cannot_be_read_is_refused_with_its_line() -> None:
    with pytest.raises(CourseError) as caught:
        merged(FILE, NOTE.replace(b"### soils-2", b"### soils-1"), SOIL)
    assert caught.value.place == Place(FILE, 19)


def test_a_long_document_is_matched_in_little_time() -> None:
    many = [f"Remark {number} of many that all read alike, but for their number." for number in range(1500)]
    before, after = document(("Soils", many)), document(("Soils", [text.replace("Remark", "Note") for text in many]))
    again = merged(FILE, note(before), after)
    assert len(again.updated) == 1500


TEXTS = st.sampled_from(
    [RAIN, CLAY, SAND, WORMS, FROST, "Rain.", "Rain.\nMore.", "> quoted", "# marked", "Rain and more."]
)
SECTIONS = st.lists(
    st.tuples(
        st.sampled_from(["Soils", "Water", "土", "### odd"]),
        st.lists(st.builds(Block, TEXTS, st.sampled_from(["", "", "00:01:00", "00:02:00"])), max_size=4),
    ),
    max_size=4,
)
DOCUMENTS = st.builds(
    lambda opening, named: Document(
        "On soil",
        (Section("", tuple(Block(text) for text in opening)), *(Section(head, tuple(found)) for head, found in named)),
    ),
    st.lists(TEXTS, max_size=2),
    SECTIONS,
)


@given(DOCUMENTS, DOCUMENTS)
def test_whatever_changes_no_id_and_no_claim_is_lost_and_every_text_of_the_document_is_there(
    first: Document, second: Document
) -> None:
    content = with_claims(note(first))
    before = parse_source(FILE, content)
    again = merged(FILE, content, second)
    claims = {passage.id: passage.claim for passage in again.source.passages}
    assert {passage.id: passage.claim for passage in before.passages}.items() <= claims.items()
    assert sorted(one.block.text for one in numbered(second)) == sorted(
        passage.text for passage in again.source.passages if passage.id not in again.gone
    )
    settled = merged(FILE, again.content, second)
    assert (settled.content, settled.added, settled.updated) == (again.content, (), ())


def a_note(slug: str, title: str = "On soil", **stated: Any) -> Source:
    return Source(slug, title, Place(f"sources/{slug}.md"), **stated)


@pytest.mark.parametrize(
    ("note", "stated"),
    [
        (a_note("talk", "Another title", video="E3dUveqt9Bw"), {"video": "E3dUveqt9Bw"}),
        (a_note("page", "Another title", url="http://www.example.com/soil/"), {"url": "https://example.com/soil#top"}),
        (a_note("page", "ON  SOIL", publisher="sample press"), {"publisher": "Sample Press"}),
        (a_note("page", publisher="Ours", author="Sample Author"), {"author": "Sample Author", "publisher": "Theirs"}),
        (a_note("on-soil", publisher="Ours"), {"publisher": "Theirs"}),
        (a_note("page"), {"url": "https://example.com/soil"}),
    ],
)
def test_a_note_is_known_by_its_video_its_address_or_its_title(note: Source, stated: dict[str, str]) -> None:
    other = a_note("other", "Something else", url="https://example.com/else")
    assert note_of(document(**stated), [other, note]) is note


@pytest.mark.parametrize(
    ("note", "stated"),
    [
        (a_note("on-soil", url="https://example.com/a"), {"url": "https://example.com/b"}),
        (a_note("on-soil", url="https://example.com/?p=1"), {"url": "https://example.com/?p=2"}),
        (a_note("on-soil", video="E3dUveqt9Bw"), {"video": "E3dUveqt9Bx"}),
        (a_note("page", publisher="Ours"), {"publisher": "Theirs"}),
        (a_note("on-soil", "On soils"), {}),
    ],
)
def test_a_note_of_another_document_is_not_taken(note: Source, stated: dict[str, str]) -> None:
    assert note_of(document(**stated), [note]) is None


def edited(of: Document, content: bytes, **stated: Any) -> Source:
    """A note of a document, with a title and whatever else an author has set by hand."""
    source = parse_source("sources/by-hand.md", content)
    return replace(source, title="A title by hand", publisher="A publisher by hand", **stated)


def test_a_note_whose_title_was_changed_by_hand_is_known_by_its_words() -> None:
    assert note_of(SOIL, [a_note("on-soil", "Else"), edited(SOIL, NOTE)]) == edited(SOIL, NOTE)
    changed = document(("", [RAIN]), ("Soils", [CLAY, FROST]), ("Animals", [FROST]))
    assert note_of(changed, [edited(SOIL, NOTE)]) == edited(SOIL, NOTE)


def test_a_note_of_claims_alone_is_known_by_its_ids() -> None:
    long = document(*((heading, [RAIN, CLAY]) for heading in ("Soils", "Animals", "Seasons")))
    assert note_of(long, [edited(long, without_texts(with_claims(note(long))))]) is not None
    few = document(("Soils", [RAIN, CLAY]))
    assert note_of(few, [edited(few, without_texts(with_claims(note(few))))]) is None


def test_a_note_that_shares_little_with_a_document_is_not_taken() -> None:
    other = document(("", [RAIN]), ("Else", [FROST, f"{FROST} Again.", f"{FROST} And again."]))
    assert note_of(other, [edited(SOIL, NOTE)]) is None
    stated = replace(SOIL, url="https://example.com/b")
    assert note_of(stated, [edited(SOIL, NOTE, url="https://example.com/a")]) is None


def test_two_notes_that_could_be_meant_are_named() -> None:
    with pytest.raises(CourseError, match=r"sources/a\.md and sources/b\.md.*--as a"):
        note_of(document(video="E3dUveqt9Bw"), [a_note("a", video="E3dUveqt9Bw"), a_note("b", video="E3dUveqt9Bw")])


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Navigating the Chasm: Product Manager to Product Leader", "navigating-the-chasm"),
        ("Soil - A Guide", "soil"),
        ("Soil – a guide", "soil"),
        ("What's a good way for someone who has", "whats-a-good-way-for-someone"),
        ("土: soil", "soil"),
        ("土について", "source"),
        ("2024", "2024"),
    ],
)
def test_a_title_makes_a_name(title: str, slug: str) -> None:
    assert proposed_slug(title) == slug


def test_a_name_that_is_taken_is_numbered() -> None:
    assert new_slug("Soil", {"soil", "soil-2"}) == "soil-3"
