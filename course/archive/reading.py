"""The lessons of a course as web pages show them: to one reader, or to somebody of whom nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from course.catalogue import Catalogue
from course.citations import Bibliography, Cited
from course.errors import CourseError
from course.folder import Files
from course.logo import Logo, logo_of
from course.model import Course, Lesson
from course.personal.placeholders import Where, written
from course.personal.readers import Reader, reader_values
from course.personal.tokens import Spot, in_pieces
from course.pictures import ASSETS, Picture
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
    """Reads one course as one reader does, and notes which pictures that shows.

    `files` are the course's, of which `renderer` renders the emails. `assets` is where the pages find pictures, with a
    slash at its end.
    """

    def __init__(self, renderer: Renderer, files: Files, reader: Reader, *, assets: str = ASSETS) -> None:
        self._renderer = renderer
        self._reader = reader
        self._assets = assets
        self._pictures: dict[str, Picture] = {}
        self.logo: Logo | None = logo_of(renderer.course.theme, renderer.pictures, files)

    @property
    def words(self) -> Catalogue:
        """The templates' own words in the course's language. Raises CourseError."""
        return self._renderer.words

    @property
    def pictures(self) -> Sequence[Picture]:
        """The pictures of what has been read, each once, and the logo."""
        logo = () if self.logo is None else (self.logo.address,)
        known = {picture.address: picture for picture in self._renderer.pictures.all()} if logo else {}
        return tuple({**{address: known[address] for address in logo}, **self._pictures}.values())

    def shown(self, letter: Letter) -> Shown:
        """What the lesson of a letter says on its track; a confirmation has none. Raises CourseError."""
        lesson = letter.lesson
        assert lesson is not None
        texts = self._renderer.texts(letter, self._reader)
        return limited(lambda: self._filled(texts, lesson), lesson.place)

    def title(self, letter: Letter) -> str:
        """The title alone. Raises CourseError."""
        lesson = letter.lesson
        assert lesson is not None
        if "{" not in lesson.title:
            return lesson.title
        return self._plain(self._renderer.texts(letter, self._reader).title, lesson)

    def _filled(self, texts: Texts, lesson: Lesson) -> Shown:
        bibliography = Bibliography(self._renderer.course.sources, self.words)
        find = self._renderer.pictures.shown_by(lesson)

        def picture(address: str) -> Picture | None:
            if found := find(address):
                self._pictures[found.address] = found
            return found

        def value(spot: Spot, expression: str) -> str:
            return written(self._value(expression, lesson), _WHERE[spot])

        frame = PageFrame(picture, value, self.words.exercise, self.words.gettext("Table"), self._assets)
        body = Markup(render_page(texts.markdown, bibliography, frame))  # noqa: S704  # our own rendering
        title, preheader = (self._plain(text, lesson) for text in (texts.title, texts.preheader))
        return Shown(title, preheader, body, bibliography.entries)

    def _plain(self, text: str, lesson: Lesson) -> str:
        pieces = in_pieces(text, str, lambda expression: str(self._value(expression, lesson)))
        return " ".join("".join(pieces).split())

    def _value(self, expression: str, lesson: Lesson) -> object:
        try:
            return self._renderer.expressions.value(expression, self._reader)
        except CourseError as error:
            raise CourseError(error.message, fix=error.fix, place=lesson.place, rule=error.rule) from error


def as_a_stranger(course: Course, files: Files) -> Reading:
    """A course as somebody reads it of whom nothing is known, and to whom no link belongs."""
    return Reading(Renderer(course, files, _SALT), files, Reader(reader_values(course.fields, {})))
