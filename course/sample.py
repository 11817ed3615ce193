"""An email as a made-up reader gets it, of whom nothing is known but what the course gives as defaults."""

from __future__ import annotations

from dataclasses import replace

from course.folder import Files
from course.links import SAMPLE_LINKS
from course.model import Course, Lesson, Mailbox
from course.personal.placeholders import Email, fill, tag_values
from course.personal.readers import Reader, reader_values
from course.render import Letter, Renderer

SAMPLE_SUBSCRIBER = Mailbox("Sample Subscriber", "sample@example.com")

# What is rendered for a look is never sent, so nobody gains from guessing its tags.
_SALT = "5a3b1e0000"


class Samples:
    """Renders the lessons of one course for the made-up reader."""

    def __init__(self, course: Course, files: Files) -> None:
        self._course = course
        self._reader = Reader(reader_values(course.fields, {}), SAMPLE_LINKS)
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
        email = renderer.render(letter, self._reader).email
        return fill(email, tag_values(email, renderer.expressions, self._reader))
