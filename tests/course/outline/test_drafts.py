"""A draft cites its passages, says what is left to write, and has no other mistake in it, whatever the notes hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.check import Severity, check_files
from course.citations import references
from course.folder import Files, load
from course.model import Lesson
from course.outline import Outline, planned
from tests.course.outline.notes import COURSE_FILE, a_course, a_lesson, a_note, words

ONE_TRACK = COURSE_FILE.replace('[tracks.field]\ntitle = "Field"\n', "")


def outlined(files: Files) -> Outline:
    found = planned(files)
    assert found is not None
    return found


def with_drafts(files: Files) -> dict[str, bytes]:
    return {**files, **{draft.file: draft.text.encode() for draft in outlined(files).drafts}}


def lessons(files: Files) -> tuple[Lesson, ...]:
    return load(with_drafts(files)).lessons


def the_draft(*notes: str) -> Lesson:
    [lesson] = lessons(a_course(*notes))
    return lesson


def test_a_draft_reads_as_a_lesson_with_its_places() -> None:
    note = a_note({"What soil is": ["Soil holds water and air.", "Worms keep it loose, and so it can breathe"]})
    [draft] = outlined(a_course(note)).drafts
    assert draft.text == (
        "---\n"
        'subject: "What soil is"\n'
        'preheader: "Soil holds water and air. Worms keep it loose, and so it can breathe"\n'
        "quiz:\n"
        "  id: what-soil-is\n"
        '  question: "[write: a question that makes the reader think]"\n'
        "  answers:\n"
        '    - text: "[write: an answer that is likely but wrong]"\n'
        '      explanation: "[write: why it is not the best]"\n'
        '    - text: "[write: the best answer]"\n'
        "      right: true\n"
        '      explanation: "[write: why it is]"\n'
        "---\n\n"
        "[write: the one idea, in two or three sentences]\n\n"
        "## What soil is\n\n"
        "Soil holds water and air [@note-1#p-1].\n\n"
        "Worms keep it loose, and so it can breathe [@note-1#p-2]\n\n"
        "## Exercise\n\n"
        "[write: something to do in under fifteen minutes, with pen and paper]\n\n"
        "## Before next time\n\n"
        "[write: something to watch for until then]\n"
    )


def test_a_documents_own_words_are_only_a_reminder_in_a_place() -> None:
    text = "Soil is a mixture of minerals, water, air and living things that took ages to form."
    lesson = the_draft(a_note({"Soil": [text]}, quoted=True))
    assert (
        "[write: in your own words: Soil is a mixture of minerals, water, air and living things…] [@note-1#p-1]"
        in lesson.body
    )
    assert text not in lesson.body
    assert "minerals" not in lesson.preheader


def test_an_opening_has_no_heading_at_the_beginning_and_its_sources_title_later() -> None:
    assert "##" not in the_draft(a_note({"Opening": ["Hello."]})).body.partition("## Exercise")[0]
    later = the_draft(a_note({"Soil": ["Dig."]}), a_note({"Opening": ["Hello."]}, title="On light"))
    assert "## On light\n\nHello [@note-2#p-1]." in later.body


def test_a_lesson_is_named_after_the_first_section_that_begins_in_it() -> None:
    note = a_note({"Opening": ["Hello."], "How to dig": [words(300), words(300)], "How to sow": [words(60)]})
    first, second = lessons(a_course(note))
    assert (first.subject, first.slug) == ("How to dig", "how-to-dig")
    assert (second.subject, second.slug) == ("How to sow", "how-to-sow")


def test_lessons_on_one_section_have_names_of_their_own() -> None:
    made = lessons(a_course(a_note({"How to dig": [words(300), words(300), words(300)]})))
    assert [lesson.subject for lesson in made] == ["How to dig", "How to dig (2)", "How to dig (3)"]
    assert [lesson.slug for lesson in made] == ["how-to-dig", "how-to-dig-2", "how-to-dig-3"]


def test_names_numbers_and_ids_go_on_from_those_that_are_taken() -> None:
    written = a_lesson().replace("---\n\n", "aliases: [how-to-dig]\n---\n\n")
    note = a_note({"How to dig": [words(200)], "Welcome": ["Hello."], "Index": [words(300)], "End": [words(400)]})
    files = a_course(note, lessons={"lessons/07-soil.md": written})
    assert [draft.file for draft in outlined(files).drafts] == [
        "lessons/08-how-to-dig-2.md", "lessons/09-index-2.md", "lessons/10-end.md",
    ]  # fmt: skip
    load(with_drafts(files))


def test_a_heading_without_latin_letters_is_named_after_its_source() -> None:
    lesson = the_draft(a_note({"土壤": ["Dig."]}))
    assert (lesson.slug, lesson.subject) == ("note-1", "土壤")


def test_a_long_heading_is_cut_between_words() -> None:
    lesson = the_draft(a_note({"Everything that anybody could ever want to know about soil": ["Dig."]}))
    assert lesson.subject == "Everything that anybody could ever want to know…"


@pytest.mark.parametrize("claim", ["Dig.", "Soil", "Soil is what this is about, and more of it.", words(90)])
def test_a_preheader_is_neither_short_nor_long_nor_the_subject(claim: str) -> None:
    lesson = the_draft(a_note({"Soil": [claim]}))
    assert 40 <= len(lesson.preheader) <= 110
    assert not lesson.preheader.casefold().startswith("soil is")
    assert lesson.preheader != lesson.subject


def test_the_same_notes_give_the_same_drafts() -> None:
    files = a_course(a_note({f"Section {number}": [words(100)] for number in range(30)}), a_note({"One": ["Dig."]}))
    again = dict(reversed(files.items()))
    assert outlined(files) == outlined(again)


NASTY = st.text(st.sampled_from("ab 1.{}%#[]()@*_`~\\<>&;:!|-+=\"'é土\u2028\x07\u200f"), min_size=1, max_size=60)
LINES = NASTY.map(lambda text: f"x{text}").filter(lambda text: bool(text.strip()))


@settings(max_examples=40)
@given(
    st.dictionaries(LINES.map(str.strip), st.lists(LINES, min_size=1, max_size=3), min_size=1, max_size=3),
    st.booleans(),
)
def test_nothing_in_a_note_makes_a_draft_that_a_check_finds_more_in_than_what_is_left_to_write(
    sections: dict[str, list[str]], quoted: bool
) -> None:
    files = with_drafts(a_course(a_note(sections, quoted=quoted), settings=ONE_TRACK))
    report = check_files(files)
    assert {finding.rule for finding in report.having(Severity.ERROR)} == {"left-to-write"}
    assert [one.uncited for one in report.coverage.values()] == [()]
    cited = [reference.passage for lesson in load(files).lessons for reference in references(lesson)]
    assert cited == [f"p-{number}" for number in range(1, len(cited) + 1)]
    for lesson in load(files).lessons:
        assert len(lesson.subject) < 50
        assert 40 <= len(lesson.preheader) <= 110
        assert "[" not in lesson.subject + lesson.preheader
