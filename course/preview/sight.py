"""All that the page shows at one moment, put together from the desk for an author's choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from course.check import Finding, Report, Severity
from course.errors import CourseError
from course.preview.calendar import Stop
from course.preview.choices import Choices
from course.preview.desk import Desk
from course.preview.excerpts import Problem, problems_in
from course.preview.showing import ShownCourse, ShownEmail


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to see. `course` is None where it cannot be loaded, `email` where `problems` say why not.

    `report` is that of the newest check; where `checking`, another on the newest files is under way.
    """

    choices: Choices
    today: date
    version: int
    checked: int
    course: ShownCourse | None
    email: ShownEmail | None
    problems: tuple[Problem, ...]
    report: Report | None

    @property
    def checking(self) -> bool:
        """Whether the report is still to come, or on files as they were before."""
        return self.checked != self.version

    def at(self, **changes: Any) -> str:
        """The address of this page with some other choices."""
        query = self.query(**changes)
        return f"/?{query}" if query else "/"

    def query(self, **changes: Any) -> str:
        """The query of such an address."""
        return self.choices.but(**changes).query(self.today)

    @property
    def file(self) -> str:
        """The file that the email comes from; empty where none is known."""
        if self.email is not None:
            return self.email.place.file
        places = (problem.place for problem in self.problems if problem.place)
        return next((place.file for place in places), "")

    @property
    def own_findings(self) -> tuple[Finding, ...]:
        """What was found in the file of the email."""
        return tuple(one for one in self._findings if one.file == self.file)

    @property
    def other_findings(self) -> Mapping[str, tuple[Finding, ...]]:
        """What was found elsewhere, by file; the empty name for what is in none."""
        files = sorted({one.file or "" for one in self._findings if one.file != self.file})
        return {file: tuple(one for one in self._findings if (one.file or "") == file) for file in files}

    @property
    def _findings(self) -> tuple[Finding, ...]:
        return self.report.findings if self.report else ()

    def neighbour(self, step: int) -> Stop | None:
        """The email before this one (-1), or after it (1)."""
        if self.course is None:
            return None
        along, notices = self.course.calendar.stops, self.course.notices
        stops = notices if any(stop.key == self.course.lesson for stop in notices) else along
        here = next((index for index, stop in enumerate(stops) if stop.key == self.course.lesson), None)
        there = -1 if here is None else here + step
        return stops[there] if 0 <= there < len(stops) else None

    @property
    def stop(self) -> Stop | None:
        """The email itself, in the calendar."""
        return self.neighbour(0)


async def sight(desk: Desk, choices: Choices, today: date) -> Sight:
    """What the newest files show for some choices; whatever is wrong with them is a part of it."""
    state = desk.state
    course: ShownCourse | None = None
    email: ShownEmail | None = None
    problems: tuple[Problem, ...] = ()
    try:
        course = await desk.course(choices)
        email = await desk.email(choices)
    except CourseError as error:
        problems = problems_in(error, state.files)
    return Sight(choices, today, state.version, desk.checked, course, email, problems, desk.report)


def counted(findings: tuple[Finding, ...]) -> str:
    """How many errors and warnings there are, as words."""
    errors = sum(1 for one in findings if one.severity is Severity.ERROR)
    parts = (_number(errors, "error"), _number(len(findings) - errors, "warning"))
    return ", ".join(part for part in parts if part) or "nothing"


def _number(count: int, noun: str) -> str:
    return "" if not count else f"1 {noun}" if count == 1 else f"{count} {noun}s"
