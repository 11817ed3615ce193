"""An email as a made-up reader gets it, of whom nothing is known but what the course gives as defaults."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from course.day import day_in_words
from course.folder import Files
from course.links import SAMPLE_LINKS
from course.model import Course, Lesson, LessonKind, Mailbox
from course.personal.placeholders import Email, fill, tag_values
from course.personal.readers import Reader, reader_values
from course.render import Letter, Renderer

SAMPLE_SUBSCRIBER = Mailbox("Sample Subscriber", "sample@example.com")

_SAMPLE_DAY = date(2026, 10, 29)

# What is rendered for a look is never sent, so nobody gains from guessing its tags.
_SALT = "5a3b1e0000"


def sample_schedule(course: Course, letter: Letter) -> dict[str, str]:
    """When something comes to a made-up reader, in the course's language: nothing after the last email, for one.

    A confirmation does not say either: the course begins once it is followed.
    """
    lesson = letter.lesson
    lessons = course.lessons_of(letter.track)
    ends = lesson is None or lesson.kind is LessonKind.CLOSING or (course.closing is None and lesson in lessons[-1:])
    return {} if ends else {"next_day": day_in_words(_SAMPLE_DAY, course.language)}


class Samples:
    """Renders the lessons of one course for the made-up reader."""

    def __init__(self, course: Course, files: Files) -> None:
        self._course = course
        self._values = reader_values(course.fields, {})
        self._renderer = Renderer(course, files, _SALT)
        self._renderer_of_preheaders = Renderer(course, files, _SALT)

    def email(self, lesson: Lesson, track: str | None = None) -> Email:
        """The lesson, filled, on a track, or on the first that has it. Raises CourseError."""
        return self._filled(self._renderer, Letter(track or self.first_track(lesson), lesson))

    def preheader(self, lesson: Lesson) -> str:
        """The lesson's preheader, filled. Raises CourseError."""
        if "{" not in lesson.preheader:
            return lesson.preheader
        # An email does not keep its preheader, so this one takes the place of the subject. Renderers remember what
        # they compile by file and name, hence one of its own.
        letter = Letter(self.first_track(lesson), replace(lesson, subject=lesson.preheader))
        return self._filled(self._renderer_of_preheaders, letter).subject

    def first_track(self, lesson: Lesson) -> str:
        """The first track that has the lesson."""
        return next(track.slug for track in self._course.tracks if not lesson.tracks or track.slug in lesson.tracks)

    def _filled(self, renderer: Renderer, letter: Letter) -> Email:
        reader = Reader(self._values, SAMPLE_LINKS, sample_schedule(self._course, letter))
        email = renderer.render(letter, reader).email
        return fill(email, tag_values(email, renderer.expressions, reader))
