"""An outline turns what no lesson cites into a course that needs only its author, over the weeks asked for."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import pytest

from course.check import Severity, check_folder
from course.errors import CourseError, CourseErrors, Place
from course.folder import load_folder, read_files
from course.new import new_course
from course.outline import outline
from course.simulate import arrivals
from tests.course.check.small import written
from tests.course.outline.notes import COURSE_FILE, a_course, a_lesson, a_note, words

NOTES = [a_note({f"Part {number}": [words(70)] * 3 for number in range(9)}) for _ in range(2)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "gardens", a_course(*NOTES))


@pytest.fixture
def four_sources(tmp_path: Path) -> Path:
    """A new course with the sources of the bundled one."""
    new_course(tmp_path / "mine")
    with resources.as_file(resources.files("course") / "product_path" / "sources") as sources:
        for note in sources.glob("*.md"):
            (tmp_path / "mine" / "sources" / note.name).write_bytes(note.read_bytes())
    return tmp_path / "mine"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def weeks_of(folder: Path, start: date) -> list[int]:
    """The week of each lesson, from 1, as a simulation shows it."""
    course = load_folder(folder)
    found = arrivals(course, read_files(folder), start=start, track=course.tracks[0], zone=course.cadence.zone)
    return [(one.local.date() - found[0].local.date()).days // 7 + 1 for one in found]


def test_the_four_sources_make_a_course_that_lacks_only_what_is_left_to_write(four_sources: Path) -> None:
    found = outline(four_sources, weeks=6)
    assert all(3 <= draft.minutes <= 5 for draft in found.drafts)
    report = check_folder(four_sources)
    assert {finding.rule for finding in report.having(Severity.ERROR)} == {"left-to-write"}
    assert not any(one.uncited for one in report.coverage.values())
    for day in range(7):
        assert weeks_of(four_sources, date(2026, 10, 19) + timedelta(days=day))[-1] == 6


def test_all_that_was_there_is_left_as_it_was(four_sources: Path) -> None:
    before = contents(four_sources)
    found = outline(four_sources)
    after = contents(four_sources)
    assert {path: after[path] for path in before} == before
    assert set(after) - set(before) == {draft.file for draft in found.drafts}
    assert min(draft.number for draft in found.drafts) == 3


def test_outlining_again_does_nothing(folder: Path) -> None:
    assert outline(folder, weeks=8).drafts
    before = contents(folder)
    assert outline(folder, weeks=3, per_week=7).drafts == ()
    assert contents(folder) == before


def test_a_note_that_comes_later_is_outlined_behind_the_lessons_there_are(folder: Path) -> None:
    first = outline(folder).drafts
    (folder / "sources" / "a-later-one.md").write_text(NOTES[0], encoding="utf-8")
    second = outline(folder).drafts
    assert second[0].number == first[-1].number + 1
    assert {source for draft in second for source in draft.sources} == {"a-later-one"}
    assert not {draft.slug for draft in first} & {draft.slug for draft in second}


def test_the_same_course_in_two_folders_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "another"):
        written(tmp_path / name, a_course(*NOTES))
        outline(tmp_path / name, weeks=7, per_week=3)
    assert contents(tmp_path / "one") == contents(tmp_path / "another")


@pytest.mark.parametrize(("weeks", "per_week"), [(4, 2), (7, 2), (10, 1), (12, 2), (3, 3), (2, 5), (2, 7), (20, 1)])
def test_a_simulation_shows_the_weeks_and_the_lessons_a_week_that_were_asked_for(
    weeks: int, per_week: int, folder: Path
) -> None:
    found = outline(folder, weeks=weeks, per_week=per_week)
    for day in range(7):
        shown = weeks_of(folder, date(2026, 10, 19) + timedelta(days=day))
        assert shown == [draft.week for draft in found.drafts]
        assert shown[-1] == weeks
        assert max(shown.count(week) for week in shown) <= per_week


def test_lessons_come_as_near_to_the_slots_as_three_to_five_minutes_allow(folder: Path) -> None:
    assert len(outline(folder, weeks=5).drafts) == 10


def test_days_are_added_to_the_cadence_and_named(folder: Path) -> None:
    found = outline(folder, weeks=3, per_week=4)
    assert found.added_days == ("monday", "wednesday")
    line = 'days = ["tuesday", "thursday", "monday", "wednesday"]'
    expected = COURSE_FILE.replace('days = ["tuesday", "thursday"]', line)
    assert (folder / "course.toml").read_text(encoding="utf-8") == expected


def test_too_many_lessons_are_an_error_that_says_what_would_do(folder: Path) -> None:
    before = contents(folder)
    with pytest.raises(CourseError, match="at least 8 lessons") as raised:
        outline(folder, weeks=2)
    assert contents(folder) == before
    assert raised.value.fix == "Use --weeks 4 or --per-week 4."
    assert len(outline(folder, weeks=2, per_week=4).drafts) == 8


def test_a_course_without_lessons_but_with_drafts_alone_can_be_outlined_further(folder: Path) -> None:
    outline(folder)
    (folder / "sources" / "x.md").write_text(a_note({"More": [words(150)]}), encoding="utf-8")
    [draft] = outline(folder).drafts
    assert draft.subject == "More"


def test_a_course_without_notes_is_told_how_to_come_by_some(tmp_path: Path) -> None:
    folder = written(tmp_path / "my course", a_course())
    with pytest.raises(CourseError, match="no sources") as raised:
        outline(folder)
    assert f"dripcourse import FILE --course '{folder}'" in raised.value.fix


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("sources/note-1.md", "---\ntitle: A note\n---\n\nWords.\n", Place("sources/note-1.md", 5)),
        ("sources/note-1.md", "---\ntitle: A note\n", Place("sources/note-1.md", 1)),
        ("course.toml", COURSE_FILE.replace("tuesday", "tewsday"), Place("course.toml", 8)),
        ("lessons/01-soil.md", a_lesson().replace("subject:", "subjet:"), Place("lessons/01-soil.md", 2)),
    ],
    ids=["text in no passage", "front matter", "course.toml", "a lesson"],
)
def test_a_file_edited_into_nonsense_is_told_with_its_line_and_nothing_is_written(
    path: str, text: str, place: Place, folder: Path
) -> None:
    written(folder, {path: text.encode()})
    before = contents(folder)
    with pytest.raises(CourseErrors) as raised:
        outline(folder, per_week=5)
    assert raised.value.place == place
    assert contents(folder) == before
