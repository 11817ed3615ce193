"""Publishing: a course folder becomes the edition that is sent, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from importlib import metadata

from sqlalchemy import Connection

from course.archive import archive_files
from course.folder import Files, load
from course.model import Course, Lesson
from course.render import NOTICES, email_templates
from course.sample import sample_schedule
from sender.editions import LEFT_BEHIND, Edition, EditionBook
from sender.errors import EditionError
from sender.model import DeliveryKind, EnrolmentStatus
from sender.progress import next_step
from sender.standing import due_anew, due_from
from sender.store import batches, enrolments
from sender.store import editions as rows
from sender.store.database import Database, claim_alone
from sender.store.editions import CourseRow
from sender.store.ledger import enrolment_counts, people_by_track
from sender.store.standings import standings_on

_CHUNK = 1000
_ENGINES = ("jinja2", "mjml-python", "markdown-it-py")


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

    `stranded` counts those on tracks that the folder no longer has. Where the live edition is `unreadable`, nobody can
    say what changes.
    """

    slug: str
    first: bool
    same: bool
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    active: int
    stranded: Mapping[str, int] = field(default_factory=dict)
    unreadable: bool = False


def plan(database: Database, files: Files) -> Change:
    """Compare a course's files with the edition that is live; nothing is written. Raises CourseErrors."""
    course = load(files)
    with database.read() as connection:
        row = rows.course_named(connection, course.slug)
        if row is None or not row.edition_id:
            return Change(course.slug, True, False, tuple(_slugs(course)), (), (), 0)
        live = _live(connection, EditionBook(), row)
        active = _active(connection, row.id)
        tracks = people_by_track(connection, row.id)
    new, old = dict(_bodies(course)), {} if live is None else dict(_bodies(live.course))
    before = {lesson.slug: _earlier(lesson, old) for lesson in course.all_lessons}
    return Change(
        slug=course.slug,
        first=False,
        same=live is not None and edition_hash(frozen(files)) == live.hash,
        added=() if live is None else tuple(slug for slug, earlier in before.items() if earlier is None),
        removed=tuple(slug for slug in old if slug not in before.values()),
        changed=tuple(slug for slug, earlier in before.items() if earlier and new[slug] != old[earlier]),
        active=active,
        stranded={slug: count for slug, count in tracks.items() if course.track(slug) is None},
        unreadable=live is None,
    )


def _live(connection: Connection, book: EditionBook, row: CourseRow) -> Edition | None:
    """The edition that is live, or None where that cannot be read: publishing anew is what mends it."""
    try:
        return book.edition(connection, row.edition_id)
    except EditionError:
        return None


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
    passes is the caller's concern. Nobody can say whether the timing changed where the edition before cannot be read:
    then each has their next email at the slot that they were to have it at, and whoever was to have none, but has
    something to come now, at the next slot of theirs.
    """
    course, inputs = load(files), frozen(files)
    with database.write() as connection:
        claim_alone(connection)
        book = EditionBook()
        before = rows.course_named(connection, course.slug)
        old = None if before is None else _live(connection, book, before)
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
        if before is not None and old is None:
            _go_on(connection, edition, now)
        elif old is not None and _timing(old.course) != _timing(edition.course):
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


def _go_on(connection: Connection, edition: Edition, now: datetime) -> None:
    """Make those due who are taking the course and are not, though something is to come: nobody else is moved."""
    last_id = 0
    while found := standings_on(connection, edition.course_id, last_id, _CHUNK):
        last_id = found[-1].id
        resting = [one for one in found if one.next_due_at is None and one.status is EnrolmentStatus.ACTIVE]
        histories = enrolments.histories(connection, [one.id for one in resting])
        steps = (
            (one, next_step(edition.course, one.track, edition.lesson_ids, histories[one.id].had)) for one in resting
        )
        enrolments.set_due(
            connection, [(one.id, due_from(edition.course, step, one, now)) for one, step in steps if step]
        )


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
