"""The rule `long-gap`: it is the same on any day on which a check is run."""

from __future__ import annotations

import pytest

from course.check import Finding, Severity
from tests.course.check.small import COURSE, check

START = 'timezone = "Europe/London"\n'
WEEKLY = COURSE.replace('days = ["tuesday", "thursday"]', 'days = ["tuesday"]')


def found(changes: dict[str, str]) -> list[Finding]:
    report = check(changes)
    assert {finding.rule for finding in report.findings} <= {"long-gap"}
    return list(report.findings)


def waiting(wait: str, *, name: str = "02-light", tracks: str = "") -> dict[str, str]:
    settings = f"subject: Light\npreheader: Above you.\n{tracks}wait: {wait}\n"
    return {f"lessons/{name}.md": f"---\n{settings}---\n\nLook up.\n"}


def skipping(dates: str, course: str = COURSE) -> dict[str, str]:
    return {"course.toml": course.replace(START, f"{START}    skip = [{dates}]\n")}


def test_a_wait_of_over_two_weeks_is_a_warning_at_its_line() -> None:
    [finding] = found(waiting("3w"))
    assert (finding.severity, finding.file, finding.line) == (Severity.WARNING, "lessons/02-light.md", 4)
    assert finding.message == "The lesson comes 21 days after the one before."


@pytest.mark.parametrize("wait", ["2w", "9d", "8d"])
def test_two_weeks_are_not_too_long(wait: str) -> None:
    assert found(waiting(wait)) == []


def test_whoever_waits_longest_counts() -> None:
    [finding] = found(waiting("15d"))  # from a Tuesday to a Thursday 16 days, from a Thursday to a Tuesday 19
    assert "up to 19 days" in finding.message


def test_the_days_of_the_cadence_count() -> None:
    weekly = {"course.toml": WEEKLY}
    assert found(waiting("8d") | weekly) == []
    [finding] = found(waiting("15d") | weekly)
    assert "comes 21 days" in finding.message


def test_the_first_lesson_of_a_track_waits_for_nobody() -> None:
    assert found(waiting("8w", name="00-air")) == []
    assert found(waiting("8w", tracks="tracks: [field]\n", name="00-air")) == []


def test_a_lesson_that_is_the_first_on_one_track_alone_is_told() -> None:
    only_field = {"lessons/01-soil.md": "---\nsubject: Soil\npreheader: Below.\ntracks: [field]\n---\n\nDig.\n"}
    assert len(found(only_field | waiting("8w"))) == 1


def test_every_lesson_that_waits_for_a_year_is_told() -> None:
    assert len(found(waiting("366d") | waiting("366d", name="03-water") | waiting("366d", name="04-air"))) == 3


def test_dates_that_part_any_two_lessons_are_a_warning_at_the_setting() -> None:
    [finding] = found(skipping("2026-12-22, 2026-12-29", WEEKLY))
    assert (finding.file, finding.line) == (
        "course.toml",
        WEEKLY.splitlines().index('    timezone = "Europe/London"') + 2,
    )
    assert finding.message == "Between 2026-12-15 and 2027-01-05 no lesson goes out: 21 days."


def test_dates_that_are_past_are_told_until_they_are_taken_out() -> None:
    [finding] = found(skipping("1999-12-21, 1999-12-28", WEEKLY))
    assert "is past" in finding.fix


@pytest.mark.parametrize("dates", ["2026-12-24, 2026-12-25, 2026-12-29, 2026-12-31", "2026-12-22", "2026-12-21"])
def test_a_fortnight_without_a_lesson_is_not_too_long(dates: str) -> None:
    assert found(skipping(dates)) == []


def test_each_of_several_pauses_is_told() -> None:
    christmas, summer = "2026-12-22, 2026-12-29", "2027-08-03, 2027-08-10, 2027-08-17"
    told = [one.message.split()[1] for one in found(skipping(f"{summer}, {christmas}", WEEKLY))]
    assert told == ["2026-12-15", "2027-07-27"]


def test_a_gap_can_be_ignored_in_the_lesson_and_in_the_course() -> None:
    lesson = {
        "lessons/02-light.md": "---\nsubject: L\npreheader: M\nwait: 3w\nignore:\n  long-gap: A holiday.\n---\n\nUp.\n"
    }
    assert found(lesson) == []
    course = skipping("2026-12-22, 2026-12-29", WEEKLY + '\n    [ignore]\n    long-gap = "Nobody reads then."\n')
    assert found(course) == []
