"""The bundled course keeps the promises of its kind: every claim cited, every link exact, every word our own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from course.check.variants import letters, variants
from course.citations import Bibliography, references, unresolved
from course.folder import load, read_files
from course.model import Lesson
from course.render import Renderer

FOLDER = Path(str(resources.files("course"))) / "product_path"
FILES = read_files(FOLDER)
COURSE = load(FILES)
DOCUMENTS = Path(__file__).resolve().parents[2].parent / "shared" / "sources"
LONGEST_RUN = 8

each_lesson = pytest.mark.parametrize("lesson", COURSE.all_lessons, ids=lambda lesson: lesson.slug)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+(?:['’][a-z]+)?", text.lower())


def prose(lesson: Lesson) -> str:
    """A lesson's text without its headings, its citations and Jinja."""
    without = re.sub(r"\[@[^\]]*\]|\{%.*?%\}|\{\{.*?\}\}", " ", lesson.body)
    return "\n".join(line for line in without.split("\n") if not line.startswith("#"))


def our_texts() -> Iterator[tuple[str, str]]:
    """Each piece of prose in the course, by its place."""
    for lesson in COURSE.all_lessons:
        yield lesson.place.file, prose(lesson)
    for source in COURSE.sources.values():
        for passage in source.passages:
            yield str(passage.place), passage.claim


def test_it_has_a_lesson_on_each_track_and_a_welcome() -> None:
    assert COURSE.welcome is not None
    assert all(COURSE.lessons_of(track.slug) for track in COURSE.tracks)
    assert len(COURSE.sources) == 4


@each_lesson
def test_every_citation_leads_to_a_passage(lesson: Lesson) -> None:
    assert list(unresolved(COURSE, lesson)) == []


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.slug)
def test_every_lesson_cites(lesson: Lesson) -> None:
    assert len(list(references(lesson))) >= 3


def test_every_passage_with_a_time_stamp_leads_to_its_second() -> None:
    bibliography = Bibliography(COURSE.sources)
    for slug, found in COURSE.sources.items():
        for passage in found.passages:
            cited = bibliography.cite(slug, passage.id)
            assert cited is not None
            stamp = re.match(r"t-(\d\d)-(\d\d)-(\d\d)(?:-\d+)?$", passage.id)
            if stamp is None:
                assert "&t=" not in cited.address
                continue
            hours, minutes, seconds = map(int, stamp.groups())
            assert passage.locator == ":".join(stamp.groups())
            assert cited.address.endswith(f"{found.video}&t={hours * 3600 + minutes * 60 + seconds}s")


def test_only_a_source_that_states_an_address_has_one() -> None:
    assert [slug for slug, source in COURSE.sources.items() if source.url or source.video] == ["breaking-in"]


@each_lesson
def test_subject_and_preheader_fit_where_they_are_read(lesson: Lesson) -> None:
    assert len(lesson.subject) < 50
    assert 40 <= len(lesson.preheader) <= 110


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.slug)
def test_a_lesson_can_be_read_in_a_few_minutes(lesson: Lesson) -> None:
    for variant in lesson_texts(lesson):
        assert 350 <= len(words(variant)) <= 700


def lesson_texts(lesson: Lesson) -> list[str]:
    """What each kind of reader reads of a lesson, without the frame around it and the list of sources."""
    renderer = Renderer(COURSE, FILES, "0123456789abcdef")
    letter = next(letter for letter in letters(COURSE) if letter.lesson is lesson)
    texts = (variant.email.text for variant in variants(renderer, letter))
    return [
        re.sub(r"\[\d+(?:, [\d:]+)?\]", "", text.partition("\n\n")[2].partition("\nSources\n")[0]) for text in texts
    ]


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the documents stand beside the project only where it is built")
def test_no_run_of_eight_words_is_taken_from_a_document() -> None:
    taken: set[tuple[str, ...]] = set()
    for path in DOCUMENTS.iterdir():
        taken |= runs(path.read_text(encoding="utf-8"))
    assert taken
    shared = {place: sorted(" ".join(run) for run in runs(text) & taken) for place, text in our_texts()}
    assert {place: found for place, found in shared.items() if found} == {}


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + LONGEST_RUN]) for start in range(len(found) - LONGEST_RUN + 1)}
