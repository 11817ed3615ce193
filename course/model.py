"""The nouns of a course, as plain frozen data: what an author's files say once they have been read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from course.cadence import Cadence
from course.errors import Place

TIME_STAMP = re.compile(r"(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)")


class FieldKind(StrEnum):
    """What a subscriber's field holds."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"


class LessonKind(StrEnum):
    """What part of a course a lesson file is; only a `LESSON` is numbered."""

    LESSON = "lesson"
    WELCOME = "welcome"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Field:
    """A `subscriber.*` name that lessons and templates may use.

    `default` stands in where a subscriber has no value. `values`, where given, are all that the
    field can hold; only such a field, or a boolean, may have its value looked at as a whole.
    """

    name: str
    kind: FieldKind = FieldKind.TEXT
    default: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Track:
    """A named path through a course's lessons."""

    slug: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name and an address, as in a From header (RFC 5322, section 3.4)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One thing a source says: `text` in the document's words, `claim` in the author's own.

    `locator` is a time stamp (`00:51:54`) or the heading that the passage stands under. `section` is that heading
    in any case, empty before the first.
    """

    id: str
    locator: str
    claim: str
    text: str
    place: Place
    section: str = ""

    @property
    def seconds(self) -> int | None:
        """The time stamp in seconds from the start of the video, or None for a heading."""
        stamp = TIME_STAMP.fullmatch(self.locator)
        if stamp is None:
            return None
        hours, minutes, seconds = (int(part or 0) for part in stamp.groups())
        return hours * 3600 + minutes * 60 + seconds


@dataclass(frozen=True, slots=True)
class Source:
    """A document that the course is built from. At most one of `url` and `video` is set."""

    slug: str
    title: str
    place: Place
    author: str = ""
    publisher: str = ""
    date: date | None = None
    url: str = ""
    video: str = ""
    passages: tuple[Passage, ...] = ()

    def passage(self, id: str) -> Passage | None:
        """The passage of that id, or None."""
        return next((passage for passage in self.passages if passage.id == id), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a quiz: its letter (`a` for the first), its words, whether it is right, and why it is or is not."""

    letter: str
    text: str
    explanation: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Quiz:
    """The question that a lesson ends with; exactly one answer is right.

    `id` is permanent and the only one of its name in the course: what people answered is kept under it. All texts are
    plain, and the same for every reader.
    """

    id: str
    question: str
    answers: tuple[Answer, ...]
    place: Place

    def answer(self, letter: str) -> Answer | None:
        """The answer of that letter, or None."""
        return next((answer for answer in self.answers if answer.letter == letter), None)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One Markdown file.

    `slug` is its permanent id. `number` orders it among the lessons and is None for a welcome or a
    closing. `tracks` is empty where every track has it. `wait` is the least time since the lesson before. `body` is
    Markdown with Jinja, whose first line is line `body_line` of the file. `ignore` names rules of `check` that it asks
    to ignore, each with the reason.
    """

    slug: str
    kind: LessonKind
    number: int | None
    subject: str
    preheader: str
    title: str
    body: str
    place: Place
    body_line: int
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    tracks: tuple[str, ...] = ()
    wait: timedelta | None = None
    aliases: tuple[str, ...] = ()
    quiz: Quiz | None = None
    ignore: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Tracking:
    """Whether SendGrid may count opens and clicks; off unless the course turns them on."""

    opens: bool = False
    clicks: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """A whole course. `lessons` holds the numbered ones, in order; there is at least one track.

    `ignore` names rules of `check` to ignore in all files but the lessons, each with the reason. `public_archive` is
    whether anybody may read the lessons on the pages of whoever sends the course.
    """

    slug: str
    title: str
    language: str
    sender: Mailbox
    reply_to: Mailbox | None
    postal_address: str
    cadence: Cadence
    tracks: tuple[Track, ...]
    fields: Mapping[str, Field]
    theme: Mapping[str, str]
    tracking: Tracking
    lessons: tuple[Lesson, ...]
    welcome: Lesson | None
    closing: Lesson | None
    sources: Mapping[str, Source]
    description: str = ""
    ignore: Mapping[str, str] = field(default_factory=dict)
    public_archive: bool = False

    def track(self, slug: str) -> Track | None:
        """The track of that slug, or None."""
        return next((track for track in self.tracks if track.slug == slug), None)

    def lessons_of(self, track: str) -> tuple[Lesson, ...]:
        """The numbered lessons that a track takes, in order."""
        return tuple(lesson for lesson in self.lessons if not lesson.tracks or track in lesson.tracks)

    def quiz(self, id: str) -> Quiz | None:
        """The quiz of that id, or None."""
        quizzes = (lesson.quiz for lesson in self.all_lessons if lesson.quiz is not None)
        return next((quiz for quiz in quizzes if quiz.id == id), None)

    @property
    def all_lessons(self) -> tuple[Lesson, ...]:
        """Welcome, numbered lessons and closing, in the order in which they arrive."""
        ends = ((self.welcome,) if self.welcome else (), (self.closing,) if self.closing else ())
        return (*ends[0], *self.lessons, *ends[1])
