"""The rule `never-sent`: it is the same on any day on which a check is run."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from course.check import Finding, Severity
from tests.course.check.small import COURSE, check, only_finding

START = 'timezone = "Europe/London"\n'


def skipping(first: date, days: int, *, also: str = "", weekday: int | None = None) -> dict[str, str]:
    """The small course, which skips so many days in a row, or those of them that are a day of the week."""
    every = (first + timedelta(number) for number in range(days))
    dates = [also, *(str(day) for day in every if weekday is None or day.weekday() == weekday)]
    skip = ", ".join(filter(None, dates))
    return {"course.toml": COURSE.replace(START, f"{START}    skip = [{skip}]\n")}


def errors(changes: dict[str, str]) -> list[Finding]:
    return [finding for finding in check(changes).findings if finding.severity is Severity.ERROR]


def test_two_years_of_skipped_dates_are_an_error_at_the_setting() -> None:
    [finding] = errors(skipping(date(2030, 1, 1), 740, also="2026-12-24"))
    assert (finding.rule, finding.file) == ("never-sent", "course.toml")
    assert finding.line == COURSE.splitlines().index('    timezone = "Europe/London"') + 2
    assert "From 2030-01-01 on" in finding.message


def test_so_are_two_years_from_the_first_date_that_is_skipped() -> None:
    [finding] = errors(skipping(date(2026, 1, 1), 800))
    assert finding.rule == "never-sent"


def test_a_date_at_the_end_of_the_calendar_is_an_error_and_no_crash() -> None:
    course = COURSE.replace(START, f"{START}    skip = [0001-01-02, 9999-12-30]\n")
    assert [finding.rule for finding in errors({"course.toml": course})] == ["never-sent"]


def test_years_that_are_past_are_told_as_well_and_can_be_taken_out() -> None:
    [finding] = errors(skipping(date(1990, 1, 1), 740, also="1980-01-01"))
    assert "is past" in finding.fix


def test_what_comes_behind_a_pause_that_never_ends_is_not_told_again() -> None:
    assert len(errors(skipping(date(2030, 1, 1), 2_000, also="2026-12-24"))) == 1


@pytest.mark.parametrize("changes", [{}, skipping(date(2030, 1, 1), 30), skipping(date(2030, 1, 1), 700)])
def test_a_pause_that_ends_is_no_error(changes: dict[str, str]) -> None:
    assert errors(changes) == []


def test_one_day_of_two_that_is_skipped_for_years_is_no_error() -> None:
    assert errors(skipping(date(2030, 1, 1), 800, weekday=1)) == []


def test_the_longest_wait_for_every_lesson_is_no_error() -> None:
    waiting = "---\nsubject: {0}\npreheader: {0}.\nwait: 366d\n---\n\nDig.\n"
    assert (
        errors(
            {
                f"lessons/{number:02d}-l.md".replace("-l", f"-l{number}"): waiting.format(number)
                for number in range(3, 9)
            }
        )
        == []
    )


def test_a_grace_of_nothing_is_an_error_at_its_line() -> None:
    finding = only_finding({"course.toml": COURSE.replace(START, f'{START}    grace = "0m"\n')})
    assert (finding.rule, finding.severity, finding.file) == ("never-sent", Severity.ERROR, "course.toml")
    assert finding.line == COURSE.splitlines().index('    timezone = "Europe/London"') + 2


def test_a_grace_of_a_minute_is_none() -> None:
    assert errors({"course.toml": COURSE.replace(START, f'{START}    grace = "1m"\n')}) == []
