"""What a rule is: an id, why it is there, and a function that finds what offends against it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from course.catalogue import is_catalogue, translations
from course.check.page import Page
from course.check.report import Severity
from course.check.variants import Version, versions
from course.errors import CourseError, CourseErrors, Place
from course.folder import Files
from course.folder.course_file import FILE, line_of
from course.model import Course
from course.render import TEMPLATES, Letter, Renderer, email_templates

# What is rendered for a check is never sent, so nobody gains from guessing its tags.
_SALT = "c0ffee0000"
THEME = "theme/"
_ENDINGS = ("mjml", "txt", "subject", "preheader")
_PART = re.compile(r'\{% *(?:extends|include) +"([^"]+)"')


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
        self._versions: dict[Letter, list[Version] | CourseErrors] = {}

    def versions(self, letter: Letter) -> list[Version]:
        """Every variant of an email; what one rule has had rendered, the next does not have rendered again.

        Raises CourseErrors where there is one that cannot be rendered, or there are too many.
        """
        if letter not in self._versions:
            try:
                self._versions[letter] = versions(self.renderer, letter)
            except CourseErrors as errors:
                self._versions[letter] = errors
        known = self._versions[letter]
        if isinstance(known, CourseErrors):
            raise known
        return known

    def templates(self, letter: Letter) -> Mapping[str, Place]:
        """The place of each template that an email is made with, by its ending: the course's own, or ours.

        What is missing from an email of ours is missing because of a part that the course has emptied or of its layout.
        """
        return {ending: Place(self._template(f"{letter.template}.{ending}")) for ending in _ENDINGS}

    def _template(self, name: str) -> str:
        own, ours = f"{THEME}{name}", f"{TEMPLATES}{name}"
        if own in self.files:
            return own
        parts = [f"{THEME}{part}" for part in _PART.findall(email_templates().get(ours, b"").decode())]
        emptied = (part for part in parts if not self.files.get(part, b"-").strip())
        layout = (part for part in parts if part in self.files and part.startswith(f"{THEME}layout."))
        return next(chain(emptied, layout), ours)

    @cached_property
    def theme_places(self) -> Mapping[str, Place]:
        """Where the course gives each value of its theme; a value that it leaves out is given with the table."""
        content = self.files[FILE]
        return {name: Place(FILE, line_of(content, "theme", name)) for name in self.course.theme}

    @cached_property
    def printed_texts(self) -> Sequence[tuple[str, Place]]:
        """What templates print of the course's settings and of its own catalogues, by lines, each with its place."""
        course, content = self.course, self.files[FILE]
        texts = {
            "title": course.title,
            "description": course.description,
            "postal_address": course.postal_address,
            "from": course.sender.name,
        }
        named = [(text, Place(FILE, line_of(content, "", setting))) for setting, text in texts.items()]
        named += [(one.title, Place(FILE, line_of(content, f"tracks.{one.slug}", "title"))) for one in course.tracks]
        lines = [(line, place) for text, place in named for line in text.split("\n")]
        catalogues = ((path, content) for path, content in self.files.items() if is_catalogue(path))
        return [*lines, *(one for catalogue in catalogues for one in translations(*catalogue))]


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
