"""One of a course's emails, rendered for one reader in a way that serves everyone who would read the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from course.catalogue import Catalogue, catalogue_for, own_catalogues
from course.citations import Bibliography
from course.day import date_in_words
from course.direction import direction_of, marked_lines
from course.errors import CourseError, Place
from course.fences import hide_fences, reveal_fences
from course.folder import Files
from course.line_ends import keep_line_ends
from course.logo import Logo, logo_of
from course.marks import Marks, without_attributes
from course.mjml import BODY, compile_mjml
from course.model import Course, Lesson, LessonKind, Track
from course.personal.expressions import SYMBOLS
from course.personal.placeholders import Email, Tags, UnsafeSpotError
from course.personal.readers import Expressions, Reader
from course.personal.symbols import Look, Outcome, Symbols, Trace
from course.personal.tokens import MARK, symbol_token
from course.pictures import Pictures
from course.prose import EmailFrame, render_prose
from course.prose.plain import underlined
from course.templating import (
    CourseEnvironment,
    FilesLoader,
    compiled,
    limited,
    places_of_lines,
    printed_as_text,
    printed_as_token,
    printed_in_mjml,
    template_error,
    without_marks,
)
from course.weeks import weeks_of

TEMPLATES = "templates/email/"
THEME = "theme/"
_MARK = MARK.encode()  # bytes, which are made lower many times faster
_MARKDOWN = "_markdown"
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


NOTICES = ("confirm", "access", "address", "moved")
"""The emails that no file of a course is for, by the names of their templates.

They ask to confirm, bring a link to one's own data, ask at a new address whether it is right, and tell the former one.
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """One of a course's emails on a track: a lesson, a welcome, a closing, or (with none of them) a notice."""

    track: str
    lesson: Lesson | None
    notice: str = NOTICES[0]

    @property
    def template(self) -> str:
        """The name of its templates, without an ending: `welcome`, `lesson`, `closing`, or the notice's own."""
        return self.notice if self.lesson is None else self.lesson.kind.value


@dataclass(frozen=True, slots=True)
class Proof:
    """An email with marks in its HTML and its preheader in place of the subject.

    `places` are what the numbers of the marks stand for; see `course.marks`.
    """

    email: Email
    places: Sequence[Place]


@dataclass(frozen=True, slots=True)
class Variant:
    """An email for every reader of whom each question in `outcomes` has the answer given there.

    `markdown` is the lesson's body once Jinja has gone from it; it may hold the tokens of a subscriber's values.
    `proof` is what a renderer that marks adds for whoever looks the email over.
    """

    email: Email
    outcomes: Mapping[Look, Outcome]
    markdown: str = ""
    proof: Proof | None = None

    def is_for(self, expressions: Expressions, reader: Reader) -> bool:
        """Whether this is what the reader would get."""
        return all(expressions.answer(look, reader) == outcome for look, outcome in self.outcomes.items())


@dataclass(frozen=True, slots=True)
class Texts:
    """What a lesson itself says, without the email around it; each text may hold the tokens of a subscriber's values.

    `markdown` is the body once Jinja has gone from it.
    """

    title: str
    preheader: str
    markdown: str


@cache
def email_templates() -> Mapping[str, bytes]:
    """What comes with dripcourse to make emails of, by path: the templates, and the catalogues of their words."""
    return {**dict(_templates(resources.files("templates") / "email", TEMPLATES)), **own_catalogues()}


def _templates(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    return [(path + item.name, item.read_bytes()) for item in folder.iterdir() if item.is_file()]


class Renderer:
    """Renders the emails of one course.

    `files` are the course's own, among them its `theme/`; templates that are not among them are
    dripcourse's. `salt` is at least ten letters or digits that nobody outside can guess: the hash
    of the edition. One that `marks` adds a proof to each variant.
    """

    def __init__(self, course: Course, files: Files, salt: str, *, marks: bool = False) -> None:
        self.course = course
        self.expressions = Expressions(course.fields)
        self.pictures = Pictures(files)
        self._files = files
        self._salt = salt
        self._loader = loader = FilesLoader({**email_templates(), **files})
        self._mjml = CourseEnvironment(loader, fields=course.fields, printed=printed_in_mjml, mark_lines=True)
        self._text = CourseEnvironment(loader, fields=course.fields, printed=printed_as_text)
        self._markdown = CourseEnvironment(loader, fields=course.fields, printed=printed_as_token, mark_lines=marks)
        for environment in (self._mjml, self._text, self._markdown):
            environment.globals |= self._functions()
        self._marks = marks
        self._compiled: dict[tuple[str, str], Template] = {}
        self._weeks: dict[str, Sequence[int]] = {}

    @cached_property
    def words(self) -> Catalogue:
        """The templates' own words in the course's language. Raises CourseError with file and line."""
        return catalogue_for(self._files, self.course.language)

    def _functions(self) -> dict[str, Callable[..., str]]:
        """What templates may call: the catalogue is read only once one of them does."""
        return {
            "_": lambda message, **values: self.words.gettext(str(message), **values),
            "ngettext": lambda one, more, number, **values: self.words.ngettext(str(one), str(more), number, **values),
            "date_in_words": lambda day: date_in_words(day, self.course.language),
            "underlined": lambda heading, sign: underlined(str(heading), str(sign)),
        }

    def render(self, letter: Letter, reader: Reader) -> Variant:
        """The email that `reader`, and everyone like them, gets. Raises CourseError with file and line."""
        return limited(lambda: self._variant(letter, reader), self._place(letter))

    def _variant(self, letter: Letter, reader: Reader) -> Variant:
        trace = Trace(lambda look: self.expressions.answer(look, reader), self.expressions.bounded)
        marks = Marks() if self._marks else None
        context = self._context(letter, trace, marks)
        email, proof = self._email(letter, context, marks)
        for placeholder in email.placeholders:
            self._try_out(placeholder.expression, reader, letter)
        return Variant(email, trace.outcomes, context[_MARKDOWN], proof)

    def texts(self, letter: Letter, reader: Reader) -> Texts:
        """A lesson's own texts, for `reader`. Raises CourseError with file and line."""
        return limited(lambda: self._texts(letter, reader), self._place(letter))

    def _texts(self, letter: Letter, reader: Reader) -> Texts:
        trace = Trace(lambda look: self.expressions.answer(look, reader), self.expressions.bounded)
        context = self._context(letter, trace, None)
        return Texts(*(_UNFIT.sub("", context[name]) for name in ("title", "preheader", _MARKDOWN)))

    def _try_out(self, expression: str, reader: Reader, letter: Letter) -> None:
        """Work an expression out for the reader at hand, so that one which fails is found before it is sent."""
        try:
            self.expressions.value(expression, reader)
        except CourseError as error:
            place = self.place_of(expression) or self._place(letter)
            raise CourseError(error.message, fix=error.fix, place=place, rule=error.rule) from error

    def place_of(self, expression: str) -> Place | None:
        """Where an expression, or the longest part of it, is written, among all that has been rendered."""
        written = {**self._mjml.places, **self._text.places, **self._markdown.places}
        nearest = max((text for text in written if text in expression), key=len, default="")
        return written.get(nearest)

    def _place(self, letter: Letter) -> Place:
        return letter.lesson.place if letter.lesson else self._template_place(f"{letter.template}.mjml")

    def _email(self, letter: Letter, context: dict[str, Any], marks: Marks | None) -> tuple[Email, Proof | None]:
        tags = Tags(self._salt)
        subject = " ".join(tags.in_text(context["subject"]).split())
        text = tags.in_text(_tidied(self._named(self._text, f"{letter.template}.txt", context)))
        text = marked_lines(text) if context["direction"] == "rtl" else text
        html, marked = self._html(letter, context, tags, marks)
        if any(_MARK in part.encode(errors="replace").lower() for part in (subject, text, html)):
            raise CourseError(
                "A printed value was cut up or changed by the template.",
                fix="Filter the value itself, before it is put together with other text.",
                place=self._place(letter),
                rule="template",
            )
        subject, html, text = (_UNFIT.sub("", part) for part in (subject, html, text))
        email = Email(subject, html, text, tags.placeholders(), tags.salt)
        if marks is None:
            return email, None
        preheader = " ".join(tags.in_text(context["preheader"]).split())
        proof = Email(_UNFIT.sub("", preheader), _UNFIT.sub("", marked), text, tags.placeholders(), tags.salt)
        return email, Proof(proof, marks.places)

    def _html(self, letter: Letter, context: dict[str, Any], tags: Tags, marks: Marks | None) -> tuple[str, str]:
        """The HTML, and the same with marks where there are any."""
        body = str(context["body"])
        with_slot = {**context, "body": Markup(BODY)}  # noqa: S704  # letters and digits
        rendered = self._named(self._mjml, f"{letter.template}.mjml", with_slot)
        source = _UNFIT.sub("", without_marks(rendered))
        if not source.strip():
            raise self._empty(f"{letter.template}.mjml")

        def place_of(line: int) -> Place:
            return _place_of_line(rendered, line)

        html = compile_mjml(source, place_of, body=body if marks is None else without_attributes(body))
        marked = html if marks is None else compile_mjml(source, place_of, marks, body)
        try:
            written = tags.in_html(html)
            return written, written if marks is None else tags.in_html(marked)
        except UnsafeSpotError as error:
            before, found, _ = source.partition(symbol_token(error.expression))
            place = place_of(before.count("\n") + 1) if found else self._place(letter)
            raise CourseError(error.message, fix=error.fix, place=place, rule=error.rule) from error

    def _named(self, environment: CourseEnvironment, name: str, context: dict[str, Any]) -> str:
        return _rendered(lambda: environment.get_template(name), context, self._template_place(name))

    def _empty(self, name: str) -> CourseError:
        """What is said of a template that makes nothing: it is empty, or the layout that it extends."""
        empty = (one for one in (name, "layout.mjml") if not self._files.get(f"{THEME}{one}", b"-").strip())
        return CourseError(
            "The template is empty.",
            fix="Write MJML into it, or delete it: then the one that comes with dripcourse is used.",
            place=self._template_place(next(empty, name)),
            rule="mjml",
        )

    def _template_place(self, name: str) -> Place:
        return Place(self._loader.path(name) or f"{TEMPLATES}{name}")

    def _part(self, environment: CourseEnvironment, lesson: Lesson, name: str, context: dict[str, Any]) -> str:
        """A lesson's body, or a text of its front matter, whose template is compiled once."""
        source = keep_line_ends(hide_fences(lesson.body)) if name == "body" else str(getattr(lesson, name))
        line = lesson.body_line if name == "body" else lesson.lines.get(name, lesson.lines.get("subject", 1))
        place = Place(lesson.place.file, line)

        def template() -> Template:
            if (lesson.place.file, name) not in self._compiled:
                self._compiled[lesson.place.file, name] = compiled(environment, source, place)
            return self._compiled[lesson.place.file, name]

        text = _rendered(template, context, place)
        return reveal_fences(text) if name == "body" else text.strip()

    def _context(self, letter: Letter, trace: Trace, marks: Marks | None) -> dict[str, Any]:
        """What templates are given. Author's texts in it may hold the tokens of a subscriber's values."""
        track = self.course.track(letter.track) or self.course.tracks[0]
        context: dict[str, Any] = {
            SYMBOLS: Symbols(trace),
            _MARKDOWN: "",
            "course": self.course,
            **self._sides(),
            "theme": self.course.theme,
            "logo": self._logo,
            "track": track,
            "lesson": letter.lesson,
            **self._progress(letter, track),
            "title": "",
            "has_next": False,  # to ask of a title with somebody's name in it would be to ask about them
            "next": None,
            "body": "",
            "body_text": "",
            "quiz": None,
            "sources": (),
        }
        if letter.lesson is None:
            for part in ("subject", "preheader"):
                context[part] = self._named(self._text, f"{letter.notice}.{part}", context).strip()
            return context
        return context | self._lesson_context(letter.lesson, track, context, marks)

    def _lesson_context(
        self, lesson: Lesson, track: Track, context: dict[str, Any], marks: Marks | None
    ) -> dict[str, Any]:
        bibliography = Bibliography(self.course.sources, self.words)
        marked = self._part(self._markdown, lesson, "body", context)
        body = without_marks(marked)
        mark = None if marks is None else lambda line: marks.number(_place_of_line(marked, line + 1))
        picture = self.pictures.shown_by(lesson)
        frame = EmailFrame(self.course.theme, picture, mark, context["direction"], self.words.exercise)
        prose = render_prose(body, bibliography, frame)
        following = self._following(lesson, track)
        return {
            **{name: self._part(self._text, lesson, name, context) for name in ("subject", "preheader", "title")},
            "has_next": following is not None,
            "next": self._part(self._text, following, "title", context) if following else None,
            _MARKDOWN: body,
            "body": prose.html,
            "body_text": prose.text,
            "quiz": lesson.quiz,
            "sources": bibliography.entries,
        }

    def _sides(self) -> dict[str, str]:
        direction = direction_of(self.course.language)
        start, end = ("right", "left") if direction == "rtl" else ("left", "right")
        return {"direction": direction, "start": start, "end": end}

    @cached_property
    def _logo(self) -> Logo | None:
        return logo_of(self.course.theme, self.pictures, self._files)

    def _progress(self, letter: Letter, track: Track) -> dict[str, int | None]:
        """Where a letter stands among the lessons of its track; for none that is numbered, how many there are."""
        lessons = self.course.lessons_of(track.slug)
        if track.slug not in self._weeks:
            self._weeks[track.slug] = weeks_of(self.course, lessons)
        weeks = self._weeks[track.slug]
        at = lessons.index(letter.lesson) if letter.lesson in lessons else None
        return {
            "number": None if at is None else at + 1,
            "total": len(lessons),
            "week": None if at is None else weeks[at],
            "weeks": weeks[-1] if weeks else None,
        }

    def _following(self, lesson: Lesson, track: Track) -> Lesson | None:
        """What comes after a lesson, a welcome or a closing, or None where nothing does."""
        lessons = self.course.lessons_of(track.slug)
        if lesson.kind is LessonKind.WELCOME:
            return next(iter(lessons), self.course.closing)
        if lesson.kind is LessonKind.CLOSING or lesson not in lessons:
            return None
        return next(iter(lessons[lessons.index(lesson) + 1 :]), self.course.closing)


@lru_cache(maxsize=4)
def _places(marked: str) -> Sequence[Place]:
    return places_of_lines(marked)


def _place_of_line(marked: str, line: int) -> Place:
    """Where a line of rendered text, counted from 1, comes from: its marks are read once somebody asks."""
    places = _places(marked)
    return places[min(line, len(places)) - 1]


def _tidied(text: str) -> str:
    """Plain text with no spaces at the ends of lines, no two empty lines in a row, and one line end at its end."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


def _rendered(template: Callable[[], Template], context: dict[str, Any], place: Place) -> str:
    """The text of a template. Raises CourseError at the template's line; a template can raise anything."""
    try:
        return template().render(context)
    except MemoryError:
        raise  # the limits' to tell
    except Exception as error:
        raise template_error(error, place) from error
