"""Days are added to the cadence where they stand in course.toml, and every other byte is kept."""

from __future__ import annotations

import pytest

from course.errors import CourseError, Place
from course.folder.course_file import parse_course_file
from course.outline.days import more_days, with_days
from tests.course.outline.notes import COURSE_FILE

LINE = 'days = ["tuesday", "thursday"]'


def changed(line: str) -> str:
    before = COURSE_FILE.replace(LINE, line)
    after = with_days(before.encode(), (0, 2)).decode()
    start, end = before.index(line), len(before) - before.index(line) - len(line)
    assert after[:start] == before[:start]
    assert after[-end:] == before[-end:]
    assert parse_course_file(after.encode()).cadence.days == (0, 1, 2, 3)
    return after[start:-end]


@pytest.mark.parametrize(
    ("line", "after"),
    [
        (LINE, 'days = ["tuesday", "thursday", "monday", "wednesday"]'),
        ("days=['Tue','Thu']", "days=['Tue','Thu', 'monday', 'wednesday']"),
        (
            '"days"  =  [ "tuesday", "thursday", ] # two',
            '"days"  =  [ "tuesday", "thursday", "monday", "wednesday", ] # two',
        ),
        (
            'days = [\n  "tuesday",  # "the" [first]\n  "thursday",  # last\n]',
            'days = [\n  "tuesday",  # "the" [first]\n  "thursday", "monday", "wednesday",  # last\n]',
        ),
        (f'# days = ["sunday"]\n{LINE}', '# days = ["sunday"]\ndays = ["tuesday", "thursday", "monday", "wednesday"]'),
    ],
    ids=["plain", "single quotes", "spaces", "several lines", "behind a comment"],
)  # fmt: skip
def test_only_the_list_of_days_is_changed(line: str, after: str) -> None:
    assert changed(line) == after


def test_line_ends_and_a_byte_order_mark_are_kept() -> None:
    before = b"\xef\xbb\xbf" + COURSE_FILE.replace("\n", "\r\n").encode()
    assert with_days(before, (0,)) == before.replace(b'"thursday"]', b'"thursday", "monday"]')


def test_another_list_of_days_is_not_taken_for_the_cadences() -> None:
    before = COURSE_FILE.replace("[fields]", '[fields]\ndays = { values = ["tuesday"] }\n')
    before = before.replace('title = "Gardens"', "title = 'days = [\"monday\"]'")
    assert with_days(before.encode(), (0,)).decode() == before.replace(LINE, 'days = ["tuesday", "thursday", "monday"]')


def test_a_table_on_one_line_is_changed_as_well() -> None:
    table = f'[cadence]\n{LINE}\ntime = "08:00"\ntimezone = "Europe/London"\n'
    inline = 'cadence = { days = ["tuesday"], time = "08:00", timezone = "Europe/London" }\n'
    before = inline + COURSE_FILE.replace(table, "")
    assert with_days(before.encode(), (3,)).decode() == before.replace('"tuesday"', '"tuesday", "thursday"', 1)


def test_days_that_cannot_be_changed_in_place_are_told_with_their_line() -> None:
    before = COURSE_FILE.replace(LINE, '"d\\u0061ys" = ["tuesday"]  # the days')
    with pytest.raises(CourseError) as raised:
        with_days(before.encode(), (3,))
    assert raised.value.place == Place("course.toml", COURSE_FILE[: COURSE_FILE.index(LINE)].count("\n") + 1)
    assert 'days = ["tuesday", "thursday"]' in raised.value.fix


@pytest.mark.parametrize(
    ("days", "count", "more"),
    [((1, 3), 2, ()), ((1, 3), 3, (0,)), ((0, 4), 5, (1, 3, 2)), ((5,), 7, (1, 3, 0, 2, 4, 6)), ((0, 1, 2), 1, ())],
)
def test_days_in_the_middle_of_the_week_are_added_first(
    days: tuple[int, ...], count: int, more: tuple[int, ...]
) -> None:
    assert more_days(days, count) == more
