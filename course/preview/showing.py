"""A course's files and an author's choices → what is to be seen: one email, and the course around it.

These functions run in the child process of `course.confined`: what they take and give back travels. That process keeps
what it has made of the latest files, so that looking at another email of them costs no more than that email.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from course.cadence import is_zone
from course.day import day_in_words
from course.errors import CourseError, Place
from course.folder import Files, load
from course.limits import RULE
from course.links import SAMPLE_LINKS
from course.model import Course, Field, Lesson, Mailbox
from course.personal.placeholders import Email, fill, tag_values
from course.personal.readers import Reader, reader_values
from course.personas import PERSONAS, persona_values
from course.pictures import Pictures
from course.preview.appearance import appearing
from course.preview.calendar import Calendar, Stop, calendar
from course.preview.choices import NOTICE_KEYS, Choices
from course.render import TEMPLATES, Letter, Renderer

ASSETS = "/assets"
"""Where the preview serves the course's pictures."""

MOST_BYTES = 2_000_000
"""The most that is shown of an email's HTML, in bytes: twenty times what any mail program shows whole."""

# What is rendered for a look is never sent, so nobody gains from guessing its tags.
_SALT = "9d41c20000"
_CONTENTS = ("lessons/", "sources/", "assets/")
_MOST_SUBJECTS = 1_000
_NOTICES = {"access": "Link to own data", "address": "New address", "moved": "Former address"}
"""What the notices are called for which a reader has to ask; the confirmation is a part of the calendar."""


@dataclass(frozen=True, slots=True)
class ShownEmail:
    """One email as one reader gets it, and as the choices let it appear.

    `html` is what a frame shows; the size is that of `email.html`, in bytes. `place` is the file it comes from.
    """

    email: Email
    preheader: str
    html: str
    place: Place

    @property
    def size(self) -> int:
        """How many bytes the HTML has, as it would be sent but for its links, which are longer then."""
        return len(self.email.html.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class ShownCourse:
    """The course around an email: its tracks, its calendar, and the reader's fields with their values as typed.

    `lesson`, `track` and `zone` are what the choices come to; `own_zone` is the course's. `notices` come on no day
    of the course: a reader has to ask for them.
    """

    title: str
    language: str
    sender: Mailbox
    tracks: tuple[tuple[str, str], ...]
    fields: tuple[tuple[Field, str], ...]
    lesson: str
    track: str
    zone: str
    own_zone: str
    calendar: Calendar
    notices: tuple[Stop, ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """What is needed to send an email as a test: the course, a label for it, and the email, filled."""

    __test__ = False  # pytest takes it for tests

    course: Course
    label: str
    email: Email


def shown_email(files: Files, choices: Choices) -> ShownEmail:
    """The email that is chosen. Raises CourseError where the course cannot be loaded or the email not be rendered."""
    made = _made_of(files)
    letter, reader = made.letter(choices), made.reader(choices)
    variant = made.renderer.render(letter, reader)
    assert variant.proof is not None
    values = tag_values(variant.email, made.renderer.expressions, reader)
    email = fill(variant.email, values)
    place = letter.lesson.place if letter.lesson else Place(made.template(f"{letter.template}.mjml"))
    _refuse_too_large(email, place)
    html = made.with_own_pictures(appearing(email.html, choices.mode, images=choices.images))
    return ShownEmail(email, fill(variant.proof.email, values).subject, html, place)


def shown_course(files: Files, choices: Choices, subjects: bool = True) -> ShownCourse:
    """The course around the email that is chosen. Raises CourseError where it cannot be loaded.

    Without `subjects`, those that hold Jinja are shown as written: for a course in which one of them never ends.
    """
    made = _made_of(files)
    course, reader = made.course, made.reader(choices)
    letter, zone = made.letter(choices), made.zone(choices)

    def subject_of(lesson: Lesson | None) -> str:
        return made.subject(Letter(letter.track, lesson), reader, rendered=subjects)

    notices = {key: Letter(letter.track, None, notice) for key, notice in NOTICE_KEYS.items() if notice in _NOTICES}

    return ShownCourse(
        title=course.title,
        language=course.language,
        sender=course.sender,
        tracks=tuple((track.slug, track.title) for track in course.tracks),
        fields=tuple((field, made.raw(choices).get(name, "")) for name, field in course.fields.items()),
        lesson=letter.lesson.slug if letter.lesson else f"@{letter.notice}",
        track=letter.track,
        zone=zone,
        own_zone=course.cadence.zone,
        calendar=calendar(course, letter.track, zone, choices.start, subject_of),
        notices=tuple(
            Stop(key, _NOTICES[one.notice], made.subject(one, reader, rendered=subjects))
            for key, one in notices.items()
        ),
    )


def test_email(files: Files, choices: Choices) -> Test:
    """The email that is chosen, to be sent. Raises CourseError as `shown_email` does."""
    made = _made_of(files)
    letter = made.letter(choices)
    email = shown_email(files, choices).email
    return Test(made.course, letter.lesson.slug if letter.lesson else letter.template, email)


test_email.__test__ = False  # type: ignore[attr-defined]  # as above


class _Made:
    """What is made of one state of the files, and used until they change."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.course = load(files)
        self.renderer = Renderer(self.course, files, _SALT, marks=True)
        self._endless = False  # a subject: the others may be so too, and nobody waits for them all

    @cached_property
    def _renderer_of_subjects(self) -> Renderer:
        # Renderers remember what they compile by file and name, and these lessons are other than their files say.
        return Renderer(self.course, self.files, _SALT)

    @cached_property
    def _pictures(self) -> dict[str, str]:
        prefix = SAMPLE_LINKS["assets"]
        return {f"{prefix}/{one.address}": f"{ASSETS}/{one.address}" for one in Pictures(self.files).all()}

    def letter(self, choices: Choices) -> Letter:
        """The email that choices name on their track; its first lesson, where the track has no such email."""
        course = self.course
        track = (course.track(choices.track) or course.tracks[0]).slug
        if choices.lesson in NOTICE_KEYS:
            return Letter(track, None, NOTICE_KEYS[choices.lesson])
        there = [lesson for lesson in course.all_lessons if not lesson.tracks or track in lesson.tracks]
        chosen = next((lesson for lesson in there if choices.lesson in {lesson.slug, *lesson.aliases}), None)
        return Letter(track, chosen or course.lessons_of(track)[0])

    def raw(self, choices: Choices) -> dict[str, str]:
        """What is known of the reader, as it might be imported: the persona's values, and the author's over them."""
        fields = self.course.fields
        persona = next(one for one in PERSONAS if one.key == choices.persona)
        written = {name: value for name, value in choices.values if name in fields}
        return {**persona_values(persona, fields), **written}

    def reader(self, choices: Choices) -> Reader:
        """The reader whom the email is for, and when their next one comes."""
        values = reader_values(self.course.fields, self.raw(choices))
        return Reader(values, SAMPLE_LINKS, self._schedule(choices))

    def zone(self, choices: Choices) -> str:
        """The reader's time zone: the course's own, where the one that is chosen is none."""
        return choices.zone if is_zone(choices.zone) else self.course.cadence.zone

    def _schedule(self, choices: Choices) -> dict[str, str]:
        """When the next email comes. A notice does not say: the course may only begin once it is followed."""
        letter = self.letter(choices)
        if letter.lesson is None:
            return {}
        along = calendar(self.course, letter.track, self.zone(choices), choices.start, lambda _: "").stops
        following = iter(along)
        if not any(stop.key == letter.lesson.slug for stop in following):
            return {}
        at = next((stop.at for stop in following), None)
        return {} if at is None else {"next_day": day_in_words(at.date(), self.course.language)}

    def subject(self, letter: Letter, reader: Reader, *, rendered: bool) -> str:
        """The subject of an email; as it is written, where it cannot be rendered."""
        lesson, track = letter.lesson, letter.track
        written = lesson.subject if lesson else _NOTICES.get(letter.notice, "Please confirm")
        if not rendered or (lesson and "{" not in lesson.subject):
            return written
        order = tuple(one.slug for one in self.course.lessons_of(track))
        which = (lesson.slug, written) if lesson else letter.notice
        key = (self._settings, order, track, which, tuple(reader.values.items()))
        if key not in _subjects:
            if self._endless:
                return written
            while len(_subjects) >= _MOST_SUBJECTS:
                del _subjects[next(iter(_subjects))]
            _subjects[key] = self._subject(letter, reader) or written
        return _subjects[key]

    def _subject(self, letter: Letter, reader: Reader) -> str:
        lesson = letter.lesson
        bare = replace(lesson, body="", quiz=None, preheader="", title="") if lesson else None
        try:
            email = self._renderer_of_subjects.render(replace(letter, lesson=bare), reader).email
        except CourseError as error:
            self._endless = error.rule == RULE
            return ""
        return fill(email, tag_values(email, self.renderer.expressions, reader)).subject

    @cached_property
    def _settings(self) -> frozenset[tuple[str, bytes]]:
        """What subjects are made with besides themselves: settings and templates, by path."""
        return frozenset((path, content) for path, content in self.files.items() if not path.startswith(_CONTENTS))

    def template(self, name: str) -> str:
        """The path of a template: the course's own, or the one that comes with dripcourse."""
        return f"theme/{name}" if f"theme/{name}" in self.files else f"{TEMPLATES}{name}"

    def with_own_pictures(self, html: str) -> str:
        """HTML whose pictures come from the preview."""
        if SAMPLE_LINKS["assets"] in html:
            for address, own in self._pictures.items():
                html = html.replace(address, own)
        return html


_latest: list[_Made] = []
_subjects: dict[object, str] = {}


def _made_of(files: Files) -> _Made:
    if not _latest or _latest[0].files != files:
        _latest[:] = []
        _latest.append(_Made(files))
    return _latest[0]


def _refuse_too_large(email: Email, place: Place) -> None:
    size = max(len(email.html), len(email.text))
    if size > MOST_BYTES:
        raise CourseError(
            f"This email has {size / 1_000_000:,.1f} MB, which is too much to show.",
            fix="Look for a loop or a text that is repeated: mail programs cut what is over a tenth of one.",
            place=place,
            rule=RULE,
        )
