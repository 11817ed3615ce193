"""Passages become lessons of three to five minutes, in order, each passage once."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from course.outline.grouping import Group, Groupings
from course.outline.passages import FEWEST_WORDS, MOST_WORDS, minutes, uncited
from tests.course.outline.notes import a_course, a_lesson, a_note, loaded, words


def groupings(*notes: str) -> Groupings:
    return Groupings(uncited(loaded(a_course(*notes))))


def ids(groups: Sequence[Group]) -> list[list[str]]:
    return [[f"{one.source.slug}#{one.passage.id}" for one in group] for group in groups]


def test_sections_stay_whole_where_they_can() -> None:
    note = a_note({"One": [words(90)] * 3, "Two": [words(100)] * 3, "Three": [words(110)] * 3})
    assert [[one.heading for one in group] for group in groupings(note).lessons(3)] == [
        ["One"] * 3, ["Two"] * 3, ["Three"] * 3,
    ]  # fmt: skip


def test_small_sections_are_joined() -> None:
    note = a_note({f"Section {number}": [words(60)] for number in range(4)})
    assert len(groupings(note).lessons(1)) == 1


def test_a_long_section_is_divided_evenly_between_passages() -> None:
    found = groupings(a_note({"One": [words(100)] * 8}))
    assert [len(group) for group in found.lessons(2)] == [4, 4]


def test_an_opening_is_never_left_alone() -> None:
    note = a_note({"Opening": [words(300)], "One": [words(120)], "Two": [words(200)]})
    assert [one[0].heading for one in groupings(note).lessons(2)] == ["Opening", "Two"]


def test_a_lesson_is_of_one_source_where_that_is_long_enough() -> None:
    found = groupings(a_note({"One": [words(150)]}), a_note({"Two": [words(150)]}))
    assert ids(found.lessons(found.fewest)) == [["note-1#p-1"], ["note-2#p-1"]]


def test_what_is_too_short_goes_with_the_next_source_and_at_the_end_with_the_one_before() -> None:
    short, long = a_note({"One": [words(50)]}), a_note({"Two": [words(150)]})
    assert ids(groupings(short, long).lessons(1)) == [["note-1#p-1", "note-2#p-1"]]
    assert ids(groupings(long, short).lessons(1)) == [["note-1#p-1", "note-2#p-1"]]


def test_a_passage_that_is_too_long_is_a_lesson_by_itself() -> None:
    found = groupings(a_note({"One": [words(300), words(900), words(300)]}))
    assert ids(found.lessons(9))[1] == ["note-1#p-2"]


def test_the_part_with_the_longest_lessons_is_divided_first() -> None:
    found = groupings(a_note({"One": [words(100)] * 5}), a_note({"Two": [words(50)] * 6}))
    assert [len(group) for group in found.lessons(3)] == [2, 3, 6] or [len(g) for g in found.lessons(3)] == [3, 2, 6]


def test_a_claim_counts_rather_than_the_documents_words() -> None:
    note = "---\ntitle: A note\n---\n\n### p-1\n\n> " + words(50) + "\n\nFour words of mine.\n"
    [one] = uncited(loaded(a_course(note)))
    assert one.words == 4


def test_each_sign_of_chinese_counts_as_a_word() -> None:
    [one] = uncited(loaded(a_course(a_note({"一": ["土壤有水 and air"]}))))
    assert one.words == 6


def test_what_a_lesson_cites_is_left_out_and_code_cites_nothing() -> None:
    lesson = a_lesson("Soil [@note-1#p-1].\n\n```\n[@note-1#p-2]\n```")
    course = loaded(a_course(a_note({"One": ["a", "b"]}), lessons={"lessons/01-soil.md": lesson}))
    assert [one.passage.id for one in uncited(course)] == ["p-2"]


def test_a_very_long_source_is_grouped_in_reasonable_time() -> None:
    note = a_note({f"Section {section}": [words(30)] * 20 for section in range(150)})
    found = groupings(note)
    assert sum(map(len, found.lessons(found.usual))) == 3000


SECTIONS = st.lists(st.lists(st.integers(1, 400), min_size=1, max_size=6), min_size=1, max_size=6)


@given(st.lists(SECTIONS, min_size=1, max_size=4), st.integers(1, 30))
def test_every_passage_is_in_exactly_one_lesson_in_order(sources: list[list[list[int]]], most: int) -> None:
    notes = [
        a_note({f"Section {index}": [words(count) for count in section] for index, section in enumerate(source)})
        for source in sources
    ]
    left = uncited(loaded(a_course(*notes)))
    found = Groupings(left)
    groups = found.lessons(most)
    assert tuple(one for group in groups for one in group) == left
    assert found.fewest <= len(groups) <= max(most, found.fewest)
    assert all(groups)


@given(st.lists(st.integers(1, 40), min_size=10, max_size=120), st.integers(1, 30))
def test_every_lesson_reads_in_three_to_five_minutes_where_passages_are_short(counts: list[int], most: int) -> None:
    found = groupings(a_note({"One": [words(count) for count in counts]}))
    for group in found.lessons(most):
        assert sum(counts) < FEWEST_WORDS or 3 <= minutes(group) <= 5


def test_the_bounds_are_three_and_five_minutes() -> None:
    [shortest] = groupings(a_note({"One": [words(FEWEST_WORDS)]})).lessons(1)
    [longest] = groupings(a_note({"One": [words(MOST_WORDS)]})).lessons(1)
    assert (minutes(shortest), minutes(longest)) == (3, 5)
