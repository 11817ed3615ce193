"""The bundled course keeps the promises of its kind: every claim cited, every link exact, every word our own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from course.check import check_files, letters, variants
from course.citations import Bibliography, coverage, references, unresolved
from course.folder import load, read_files
from course.model import Lesson
from course.readability import as_read, reading_grade, word_count
from course.render import Renderer

FOLDER = Path(str(resources.files("course"))) / "product_path"
FILES = read_files(FOLDER)
COURSE = load(FILES)
DOCUMENTS = Path(__file__).resolve().parents[2].parent / "shared" / "sources"
LONGEST_RUN = 8

each_lesson = pytest.mark.parametrize("lesson", COURSE.all_lessons, ids=lambda lesson: lesson.slug)
each_numbered_lesson = pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.slug)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+(?:['’][a-z]+)?", text.lower())


def prose(lesson: Lesson) -> str:
    """A lesson's text without its citations and Jinja."""
    return re.sub(r"\[@[^\]]*\]|\{%.*?%\}|\{\{.*?\}\}", " ", lesson.body)


def our_texts() -> Iterator[tuple[str, str]]:
    """Each piece of prose in the course, by its place."""
    for lesson in COURSE.all_lessons:
        yield lesson.place.file, prose(lesson)
        yield f"{lesson.place.file}, front matter", f"{lesson.subject}. {lesson.title}. {lesson.preheader}"
        if lesson.quiz is not None:
            answers = " ".join(f"{answer.text} {answer.explanation}" for answer in lesson.quiz.answers)
            yield str(lesson.quiz.place), f"{lesson.quiz.question} {answers}"
    for track in COURSE.tracks:
        yield f"track {track.slug}", f"{track.title}. {track.description}"
    for source in COURSE.sources.values():
        for passage in source.passages:
            yield str(passage.place), passage.claim


def test_it_is_a_whole_course_of_three_parts() -> None:
    assert COURSE.welcome is not None
    assert COURSE.closing is not None
    assert len(COURSE.lessons) >= 12
    assert len(COURSE.cadence.days) == 2
    assert len(COURSE.sources) == 4


def test_one_track_has_all_lessons_and_each_part_has_one_of_its_own() -> None:
    whole, *parts = COURSE.tracks
    assert COURSE.lessons_of(whole.slug) == COURSE.lessons
    assert [track.slug for track in parts] == ["breaking-in", "internal-transition", "leadership"]
    assert all(len(COURSE.lessons_of(track.slug)) >= 4 for track in parts)


def test_the_welcome_counts_the_lessons_of_each_track_rightly() -> None:
    assert COURSE.welcome is not None
    counts = {5: "five", 6: "six", 9: "nine", 16: "sixteen"}
    for track in COURSE.tracks[1:]:
        assert f"**{track.title}**, {counts[len(COURSE.lessons_of(track.slug))]}" in COURSE.welcome.body
    weeks = len(COURSE.lessons) // len(COURSE.cadence.days)
    assert f"{counts[len(COURSE.lessons)]} lessons and takes {({8: 'eight'})[weeks]} weeks" in COURSE.welcome.body


def test_tracks_share_lessons_and_begin_in_different_places() -> None:
    begin = {track.slug: COURSE.lessons_of(track.slug)[0].slug for track in COURSE.tracks}
    assert len(set(begin.values())) == 3
    assert begin["whole-path"] == begin["breaking-in"]
    assert set(COURSE.lessons_of("breaking-in")) & set(COURSE.lessons_of("internal-transition"))


def test_at_least_95_percent_of_the_passages_are_cited() -> None:
    covered = coverage(COURSE)
    passages = sum(one.passages for one in covered.values())
    assert passages == 91
    assert sum(len(one.uncited) for one in covered.values()) <= passages * 0.05


@each_numbered_lesson
def test_a_lesson_has_an_exercise_of_under_fifteen_minutes(lesson: Lesson) -> None:
    [minutes] = re.findall(r"^## Exercise: .+ \((\d+) minutes\)$", lesson.body, re.MULTILINE)
    assert int(minutes) < 15


@each_numbered_lesson
def test_a_lesson_asks_one_question_with_a_reason_for_each_answer(lesson: Lesson) -> None:
    assert lesson.quiz is not None
    assert len(lesson.quiz.answers) >= 3
    assert all(len(words(answer.explanation)) >= 5 for answer in lesson.quiz.answers)


def test_the_right_answer_is_told_neither_by_its_place_nor_by_its_length() -> None:
    quizzes = [lesson.quiz for lesson in COURSE.lessons if lesson.quiz is not None]
    right = Counter(answer.letter for quiz in quizzes for answer in quiz.answers if answer.right)
    assert max(right.values()) <= len(quizzes) / 2
    longest = [max(quiz.answers, key=lambda answer: len(answer.text)).right for quiz in quizzes]
    assert sum(longest) <= len(quizzes) / 2


@each_lesson
def test_every_citation_leads_to_a_passage(lesson: Lesson) -> None:
    assert list(unresolved(COURSE, lesson)) == []


@each_numbered_lesson
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


@each_numbered_lesson
def test_a_lesson_can_be_read_in_a_few_minutes_by_every_reader(lesson: Lesson) -> None:
    for markdown in bodies(lesson):
        assert 350 <= word_count(markdown) <= 700


@each_lesson
def test_a_lesson_reads_at_grade_9_or_lower_for_every_reader(lesson: Lesson) -> None:
    for markdown in bodies(lesson):
        assert reading_grade(as_read(markdown)) <= 9


def bodies(lesson: Lesson) -> set[str]:
    """What each kind of reader reads of a lesson, as Markdown."""
    renderer = Renderer(COURSE, FILES, "0123456789abcdef")
    own = [letter for letter in letters(COURSE) if letter.lesson is lesson]
    return {variant.markdown for letter in own for variant in variants(renderer, letter)}


def test_a_check_finds_nothing_at_all() -> None:
    assert check_files(FILES).findings == ()


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
