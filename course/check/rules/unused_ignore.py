"""The rule `unused-ignore`: what a lesson asks to ignore is there. `course.check.ignoring` finds what is not."""

from __future__ import annotations

from course.check.report import Severity
from course.check.rule import Rule

RULE = Rule(
    "unused-ignore",
    Severity.WARNING,
    "What is ignored without need would hide the next mistake of its kind.",
    essential=True,
)
