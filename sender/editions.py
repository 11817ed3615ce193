"""Editions: publishing a course folder, and having a published course at hand to send from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from importlib import metadata

from sqlalchemy import Connection

from course.archive import archive_files
from course.catalogue import Catalogue, catalogue_for
from course.folder import Files, load
from course.model import Course, Lesson
from course.personal.placeholders import Email, Placeholder, Where
from course.personal.readers import Reader, fields_in, names_all_fields, reader_values
from course.personal.symbols import Look, Mode, Outcome
from course.render import NOTICES, THEME, Letter, Renderer, Variant, email_templates
from course.sample import sample_schedule
from sender.errors import NotFoundError
from sender.model import OF_THE_COURSE, DeliveryKind, EnrolmentStatus
from sender.progress import next_step
from sender.standing import due_anew
from sender.store import batches, enrolments
from sender.store import editions as rows
from sender.store.database import Database, claim_alone
from sender.store.ledger import enrolment_counts, people_by_track
from sender.store.standings import standings_on

LEFT_BEHIND = "the course went on without it"
"""Why a delivery is cancelled that waited for a slot when its lesson was taken out."""

_CHUNK = 1000
_ENGINES = ("jinja2", "mjml-python", "markdown-it-py")


@dataclass(frozen=True)
class Edition:
    """A published course, loaded: `lesson_ids` gives each lesson's permanent id by its slug."""

    id: int
    course_id: int
    hash: str
    course: Course
    files: Files = field(repr=False)
    lesson_ids: Mapping[str, int]

    @cached_property
    def renderer(self) -> Renderer:
        """Renders this edition's emails."""
        return Renderer(self.course, self.files, self.hash)

    @cached_property
    def words(self) -> Catalogue:
        """What our pages say in the course's language: by the catalogues of this version, and by the course's own.

        Those frozen with the templates are of the version that published it, and may lack what a page says by now.
        """
        own = {path: content for path, content in self.files.items() if path.startswith(THEME)}
        return catalogue_for(own, self.course.language)

    def letter(self, kind: DeliveryKind, lesson: Lesson | None, track: str) -> Letter:
        """The email of a delivery. A confirmation and other notices have no lesson."""
        return Letter(track, lesson) if kind in OF_THE_COURSE else Letter(track, None, kind.value)

    def reader(self, fields: Mapping[str, str], links: Mapping[str, str], schedule: Mapping[str, str]) -> Reader:
        """A subscriber as this edition's emails see one: only what the course declares, with its defaults."""
        return Reader(reader_values(self.course.fields, fields), links, schedule)


class EditionBook:
    """The editions, and the variants of their emails, that this process has used so far."""

    def __init__(self) -> None:
        self._editions: dict[int, Edition] = {}
        self._variants: dict[tuple[int, DeliveryKind, int | None, str], list[tuple[int, Variant]]] = {}
        self._emails: dict[int, tuple[Edition, DeliveryKind, str, Email]] = {}

    def edition(self, connection: Connection, edition_id: int) -> Edition:
        """A published edition, loaded from the database once."""
        if edition_id not in self._editions:
            self._editions[edition_id] = _loaded(connection, edition_id)
        return self._editions[edition_id]

    def variant(
        self, connection: Connection, edition: Edition, kind: DeliveryKind, lesson: Lesson | None, track: str,
        reader: Reader,
    ) -> int:  # fmt: skip
        """The id of the variant that a reader gets, rendered and kept now if nobody has needed it yet."""
        known = self._known(connection, edition, kind, lesson, track)
        expressions = edition.renderer.expressions
        for id_, variant in known:
            if variant.is_for(expressions, reader):
                return id_
        lesson_id = None if lesson is None else edition.lesson_ids.get(lesson.slug)
        variant = edition.renderer.render(edition.letter(kind, lesson, track), reader)
        values = {"edition_id": edition.id, "kind": kind, "lesson_id": lesson_id, "track": track}
        id_ = rows.add_variant(connection, {**values, **_columns(variant)})
        known.append((id_, Variant(_NOTHING, variant.outcomes)))
        return id_

    def sole_variant(
        self, connection: Connection, edition: Edition, kind: DeliveryKind, lesson: Lesson | None, track: str
    ) -> int | None:
        """The id of the variant that everybody gets, if it is known that the email looks at nobody."""
        known = self._known(connection, edition, kind, lesson, track)
        return next((id_ for id_, variant in known if not variant.outcomes), None)

    def asked(
        self, connection: Connection, edition: Edition, kind: DeliveryKind, lesson: Lesson | None, track: str
    ) -> tuple[str, ...] | None:
        """The fields by which the variants of an email that are known so far are told apart, beside the schedule.

        None where that cannot be said.
        """
        names: set[str] = set()
        for _, variant in self._known(connection, edition, kind, lesson, track):
            for look in variant.outcomes:
                if not names_all_fields(look.expression):
                    return None
                names.update(fields_in(look.expression))
        return tuple(sorted(names))

    def _known(
        self, connection: Connection, edition: Edition, kind: DeliveryKind, lesson: Lesson | None, track: str
    ) -> list[tuple[int, Variant]]:
        """The variants of an email that are known so far, by what they answer alone."""
        lesson_id = None if lesson is None else edition.lesson_ids.get(lesson.slug)
        key = (edition.id, kind, lesson_id, track)
        if key not in self._variants:
            kept = rows.variants_of(connection, edition.id, kind, lesson_id, track)
            self._variants[key] = [(id_, Variant(_NOTHING, _outcomes(outcomes))) for id_, outcomes in kept]
        return self._variants[key]

    def email(self, connection: Connection, variant_id: int) -> tuple[Edition, DeliveryKind, str, Email]:
        """A variant's edition, kind, label (the lesson's slug, or the kind) and email."""
        if variant_id not in self._emails:
            row = rows.variant_row(connection, variant_id)
            slugs = {} if row.lesson_id is None else rows.lesson_slugs(connection, [row.lesson_id])
            placed = tuple(Placeholder(tag, expression, Where(where)) for tag, expression, where in row.placeholders)
            email = Email(row.subject, row.html, row.text, placed, row.salt)
            edition = self.edition(connection, row.edition_id)
            self._emails[variant_id] = (edition, DeliveryKind(row.kind), slugs.get(row.lesson_id or 0, row.kind), email)
        return self._emails[variant_id]

    def forget(self) -> None:
        """Drop what a transaction that was rolled back may have added."""
        self._variants.clear()


_NOTHING = Email("", "", "", (), "")


def _columns(variant: Variant) -> dict[str, object]:
    outcomes = [[look.mode, look.expression, outcome] for look, outcome in variant.outcomes.items()]
    email = variant.email
    return {
        "outcomes": outcomes,
        "outcomes_hash": sha256(json.dumps(outcomes).encode()).hexdigest(),
        "subject": email.subject,
        "html": email.html,
        "text": email.text,
        "placeholders": [[one.tag, one.expression, one.where] for one in email.placeholders],
        "salt": email.salt,
    }


def _outcomes(kept: list[list[object]]) -> dict[Look, Outcome]:
    return {
        Look(Mode(str(mode)), str(expression)): outcome
        for mode, expression, outcome in kept
        if outcome is None or isinstance(outcome, str | int | float | bool)
    }


def _loaded(connection: Connection, edition_id: int) -> Edition:
    row = rows.edition_row(connection, edition_id)
    if row is None:
        raise NotFoundError(f"There is no edition {edition_id}.", fix="Publish the course again.")
    course_id, hash_ = row
    files = rows.edition_files(connection, edition_id)
    return Edition(edition_id, course_id, hash_, load(files), files, rows.lesson_ids(connection, course_id))


def frozen(files: Files) -> dict[str, bytes]:
    """All inputs of an edition: the course's files, and the templates that it does not override."""
    return {**email_templates(), **files}


def edition_hash(files: Files) -> str:
    """The name of an edition: a hash of its inputs and of the versions of what renders them."""
    digest = sha256()
    for engine in _ENGINES:
        digest.update(f"{engine} {metadata.version(engine)}\n".encode())
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\n".encode() + files[path])
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Change:
    """What publishing a folder would do: to the live edition's lessons, and to how many people.

    `stranded` counts those on tracks that the folder no longer has.
    """

    slug: str
    first: bool
    same: bool
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    active: int
    stranded: Mapping[str, int] = field(default_factory=dict)


def plan(database: Database, files: Files) -> Change:
    """Compare a course's files with the edition that is live; nothing is written. Raises CourseErrors."""
    course = load(files)
    with database.read() as connection:
        row = rows.course_named(connection, course.slug)
        if row is None or not row.edition_id:
            return Change(course.slug, True, False, tuple(_slugs(course)), (), (), 0)
        live = EditionBook().edition(connection, row.edition_id)
        active = _active(connection, row.id)
        tracks = people_by_track(connection, row.id)
    new, old = dict(_bodies(course)), dict(_bodies(live.course))
    before = {lesson.slug: _earlier(lesson, old) for lesson in course.all_lessons}
    return Change(
        slug=course.slug,
        first=False,
        same=edition_hash(frozen(files)) == live.hash,
        added=tuple(slug for slug, earlier in before.items() if earlier is None),
        removed=tuple(slug for slug in old if slug not in before.values()),
        changed=tuple(slug for slug, earlier in before.items() if earlier and new[slug] != old[earlier]),
        active=active,
        stranded={slug: count for slug, count in tracks.items() if course.track(slug) is None},
    )


def _active(connection: Connection, course_id: int) -> int:
    return enrolment_counts(connection, course_id)[EnrolmentStatus.ACTIVE]


def _slugs(course: Course) -> Iterator[str]:
    return (lesson.slug for lesson in course.all_lessons)


def _bodies(course: Course) -> Iterator[tuple[str, tuple[str, ...]]]:
    for lesson in course.all_lessons:
        yield lesson.slug, (lesson.subject, lesson.preheader, lesson.title, lesson.body)


def _earlier(lesson: Lesson, old: Mapping[str, object]) -> str | None:
    """The name that a lesson had in an earlier edition, or None where it was not in it."""
    return next((name for name in (lesson.slug, *lesson.aliases) if name in old), None)


def publish(database: Database, files: Files, now: datetime) -> Edition:
    """Make a course's files the live edition, in one transaction: all of it, or nothing.

    Renders every email once, for a reader of whom nothing is known but that the course goes on, and
    works out anew when each active enrolment is next due. Raises CourseErrors; whether `check`
    passes is the caller's concern.
    """
    course, inputs = load(files), frozen(files)
    with database.write() as connection:
        claim_alone(connection)
        book = EditionBook()
        before = rows.course_named(connection, course.slug)
        old = book.edition(connection, before.edition_id).course if before else None
        edition_id = rows.add_edition(connection, course.slug, edition_hash(inputs), inputs, now)
        lessons = {lesson.slug: lesson.aliases for lesson in course.all_lessons}
        rows.keep_lessons(connection, edition_id, lessons)
        edition = book.edition(connection, edition_id)
        for kind, lesson, track in _letters(edition.course):
            schedule = sample_schedule(edition.course, edition.letter(kind, lesson, track))
            book.variant(connection, edition, kind, lesson, track, edition.reader({}, {}, schedule))
        if course.public_archive:
            archive_files(course, files)  # what is wrong with it is told now, and not to whoever asks for it
        rows.make_live(connection, edition_id)
        if old is not None and _timing(old) != _timing(edition.course):
            _reschedule(connection, edition, now)
    return edition


def _timing(course: Course) -> object:
    """What decides when lessons fall due, apart from the people."""
    lessons = tuple((lesson.slug, lesson.tracks, lesson.wait) for lesson in course.lessons)
    return course.cadence, lessons, course.welcome is None, course.closing is None


def _reschedule(connection: Connection, edition: Edition, now: datetime) -> None:
    """Work out when each enrolment is next due under a new edition; an active one with nothing left may have finished.

    A pause that lasts until a day ends with the first slot from then on.
    """
    last_id = 0
    while found := standings_on(connection, edition.course_id, last_id, _CHUNK):
        last_id = found[-1].id
        histories = enrolments.histories(connection, [one.id for one in found])
        moves, through = [], []
        for one in found:
            step = next_step(edition.course, one.track, edition.lesson_ids, histories[one.id].had)
            if step is None:
                through.append(one.id)
            moves.append((one.id, due_anew(edition.course, step, one, now)))
        enrolments.set_due(connection, moves)
        lost = [one.id for id_ in through for one in histories[id_].waiting]
        batches.cancel(connection, dict.fromkeys(lost, LEFT_BEHIND))
        enrolments.finish(connection, ids=through)


def _letters(course: Course) -> Iterator[tuple[DeliveryKind, Lesson | None, str]]:
    for track in course.tracks:
        for notice in NOTICES:
            yield DeliveryKind(notice), None, track.slug
        if course.welcome:
            yield DeliveryKind.WELCOME, course.welcome, track.slug
        for lesson in course.lessons_of(track.slug):
            yield DeliveryKind.LESSON, lesson, track.slug
        if course.closing:
            yield DeliveryKind.FINISHED, course.closing, track.slug
