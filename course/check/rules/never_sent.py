"""The rule `never-sent`: every lesson has its slot, whenever somebody comes so far."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from course.check.pauses import pauses
from course.check.report import Severity
from course.check.rule import Checked, Fault, Rule
from course.errors import Place
from course.folder.course_file import FILE, line_of


def unsendable_lessons(checked: Checked) -> Iterator[Fault]:
    """Dates in `skip` after which no slot comes for two years, which is how far one is looked for; a grace of nothing.

    No `wait` can do the same: after the longest, a year, the cadence is as it was. That a lesson's tracks exist, and
    that a cadence has days, has been made sure of when the course was loaded. What day it is today makes no difference:
    where dates are past, they can be taken out of `skip` all the same.
    """
    content, cadence = checked.files[FILE], checked.course.cadence
    for pause in pauses(cadence):
        if pause.after is None:
            yield Fault(
                f"From {pause.first} on no lesson goes out: every day of the cadence is skipped for two years.",
                "Skip fewer dates, or name more days of the week. Take out of `skip` what is past.",
                Place(FILE, line_of(content, "cadence", "skip")),
            )
    if cadence.grace == timedelta(0):
        yield Fault(
            "With a `grace` of nothing every lesson is too late for its slot, and waits for the next for ever.",
            "Write how late a lesson may still be sent, such as 6h.",
            Place(FILE, line_of(content, "cadence", "grace")),
        )


RULE = Rule(
    "never-sent",
    Severity.ERROR,
    "Whoever waits for a lesson that never comes gets none of those behind it either, and is not told.",
    in_course=unsendable_lessons,
    essential=True,
)
