"""A course as its archive shows it: as somebody reads it of whom nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from course.archive.contents import Entry
from course.catalogue import Catalogue
from course.citations import Bibliography, Cited
from course.errors import CourseError
from course.folder import Files
from course.logo import Logo, logo_of
from course.model import Course, Lesson
from course.personal.placeholders import Where, written
from course.personal.readers import Reader, reader_values
from course.personal.tokens import Spot, in_pieces
from course.pictures import Picture
from course.prose import PageFrame, render_page
from course.render import Letter, Renderer, Texts
from course.templating import limited

# A page holds no tags, so nobody gains from guessing what they would begin with.
_SALT = "a7c4100000"
_WHERE = {Spot.TEXT: Where.TEXT, Spot.ADDRESS: Where.ADDRESS_IN_TEXT, Spot.ADDRESS_PART: Where.ADDRESS_PART}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a lesson's page shows: plain texts, the body as HTML, and for each source its citations."""

    title: str
    preheader: str
    body: Markup
    sources: Sequence[Sequence[Cited]]


class Reading:
    """Reads one course as a stranger would, to whom no link belongs, and notes which pictures that shows."""

    def __init__(self, course: Course, files: Files) -> None:
        self._course = course
        self._renderer = Renderer(course, files, _SALT)
        self._stranger = Reader(reader_values(course.fields, {}))
        self._pictures: dict[str, Picture] = {}
        self.logo: Logo | None = logo_of(course.theme, self._renderer.pictures, files)
        if self.logo is not None:
            known = {picture.address: picture for picture in self._renderer.pictures.all()}
            self._pictures[self.logo.address] = known[self.logo.address]

    @property
    def words(self) -> Catalogue:
        """The templates' own words in the course's language. Raises CourseError."""
        return self._renderer.words

    @property
    def pictures(self) -> Sequence[Picture]:
        """The pictures of what has been read, each once, and the logo."""
        return tuple(self._pictures.values())

    def shown(self, entry: Entry) -> Shown:
        """A lesson, as on its track. Raises CourseError."""
        texts = self._renderer.texts(Letter(entry.track.slug, entry.lesson), self._stranger)
        return limited(lambda: self._filled(texts, entry.lesson), entry.lesson.place)

    def _filled(self, texts: Texts, lesson: Lesson) -> Shown:
        bibliography = Bibliography(self._course.sources, self.words)
        find = self._renderer.pictures.shown_by(lesson)

        def picture(address: str) -> Picture | None:
            if found := find(address):
                self._pictures[found.address] = found
            return found

        def value(spot: Spot, expression: str) -> str:
            return written(self._value(expression, lesson), _WHERE[spot])

        frame = PageFrame(picture, value, self.words.exercise, self.words.gettext("Table"))
        body = Markup(render_page(texts.markdown, bibliography, frame))  # noqa: S704  # our own rendering
        title, preheader = (self._plain(text, lesson) for text in (texts.title, texts.preheader))
        return Shown(title, preheader, body, bibliography.entries)

    def _plain(self, text: str, lesson: Lesson) -> str:
        pieces = in_pieces(text, str, lambda expression: str(self._value(expression, lesson)))
        return " ".join("".join(pieces).split())

    def _value(self, expression: str, lesson: Lesson) -> object:
        try:
            return self._renderer.expressions.value(expression, self._stranger)
        except CourseError as error:
            raise CourseError(error.message, fix=error.fix, place=lesson.place, rule=error.rule) from error
