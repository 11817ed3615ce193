"""What a rule is: an id, why it is there, and a function that finds what offends against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from course.check.page import Page
from course.check.report import Severity
from course.check.variants import Version, versions
from course.errors import CourseError, Place
from course.folder import Files
from course.model import Course
from course.render import TEMPLATES, Letter, Renderer

# What is rendered for a check is never sent, so nobody gains from guessing its tags.
_SALT = "c0ffee0000"
THEME = "theme/"


@dataclass(frozen=True, slots=True)
class Fault:
    """One offence against a rule: what is wrong, what to do, and where.

    `severity` is the rule's unless given; `rule` is the id of another rule, where looking for one thing finds a second.
    """

    message: str
    fix: str
    place: Place
    severity: Severity | None = None
    rule: str = ""


class Checked:
    """A course under check: its files, and what all rules share, a renderer and the variants that it has rendered."""

    def __init__(self, course: Course, files: Files) -> None:
        self.course = course
        self.files = files
        self.renderer = Renderer(course, files, _SALT, marks=True)
        self._versions: dict[Letter, list[Version]] = {}

    def versions(self, letter: Letter) -> list[Version]:
        """Every variant of an email; what one rule has had rendered, the next does not have rendered again.

        Raises CourseErrors where there is one that cannot be rendered, or there are too many.
        """
        if letter not in self._versions:
            self._versions[letter] = versions(self.renderer, letter)
        return self._versions[letter]

    def template(self, letter: Letter) -> Place:
        """The place of the template that an email is made with: the course's own, or ours."""
        name = f"{letter.template}.mjml"
        return Place(f"{THEME}{name}" if f"{THEME}{name}" in self.files else f"{TEMPLATES}{name}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a check looks for.

    `id` is what authors ignore it by and what its page in `docs/rules/` is called. `reason` says in a sentence why it
    matters. `in_course` looks at the course as its files are, `in_email` at one email as one reader gets it; a rule has
    one of the two, or none where its faults are found by loading and rendering. An `essential` rule cannot be ignored.
    """

    id: str
    severity: Severity
    reason: str
    in_course: Callable[[Checked], Iterator[Fault]] | None = None
    in_email: Callable[[Page], Iterator[Fault]] | None = None
    essential: bool = False


def fault_of(error: CourseError, at: Place | None = None) -> Fault:
    """The fault that says what an error says; `at` is its place where the error has none, or a better one."""
    place = at or error.place
    assert place is not None
    return Fault(error.message, error.fix, place, rule=error.rule)
