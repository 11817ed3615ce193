"""Editions: having a published course at hand, to send from and to show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from course.catalogue import Catalogue, catalogue_for
from course.errors import CourseError
from course.folder import Files, load
from course.model import Course, Lesson
from course.personal.placeholders import Email, Placeholder, Where
from course.personal.readers import Reader, fields_in, names_all_fields, reader_values
from course.personal.symbols import Look, Mode, Outcome
from course.render import THEME, Letter, Renderer, Variant
from sender.errors import EditionError, StoreError
from sender.model import OF_THE_COURSE, DeliveryKind
from sender.recent import Recent
from sender.store import editions as rows
from sender.store.anew import MadeOf
from sender.store.database import is_of_the_database, transaction_of

LEFT_BEHIND = "the course went on without it"
"""Why a delivery is cancelled that waited for a slot when its lesson was taken out."""

_PUBLISH = "Publish the course again."
_MOST_EDITIONS = 64
_MOST_EMAILS = 1000
_MOST_BYTES = 64 << 20
"""Of files, and again of emails. Whatever is asked for beyond that is read again, which takes some milliseconds."""


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


_Key = tuple[DeliveryKind, int | None, str]
"""One of an edition's emails: its kind, its lesson's id and the track."""

_Variants = list[tuple[int, Variant]]
_Kept = tuple[int, DeliveryKind, str, Email]


class EditionBook:
    """The editions, and the variants of their emails, that this process has used of late.

    Used by several threads at once, each within a transaction of its own. What a transaction adds is known to it alone
    until others find it in the database: before that it may be rolled back.
    """

    def __init__(self) -> None:
        self._editions: Recent[int, Edition] = Recent(_MOST_EDITIONS, _MOST_BYTES)
        self._variants: Recent[int, dict[_Key, _Variants]] = Recent(_MOST_EDITIONS)
        self._emails: Recent[int, _Kept] = Recent(_MOST_EMAILS, _MOST_BYTES)
        self._added: WeakKeyDictionary[object, dict[tuple[int, _Key], _Variants]] = WeakKeyDictionary()

    def edition(self, connection: Connection, edition_id: int) -> Edition:
        """A published edition, loaded from the database when it is first needed. Raises EditionError."""
        found = self._editions.get(edition_id)
        if found is not None:
            return found
        edition = _loaded(connection, edition_id)
        return self._editions.keep(edition_id, edition, sum(map(len, edition.files.values())))

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
        variant = edition.renderer.render(edition.letter(kind, lesson, track), reader)
        key = _key(edition, kind, lesson, track)
        values = {"edition_id": edition.id, "kind": kind, "lesson_id": key[1], "track": track}
        id_ = rows.add_variant(connection, {**values, **_columns(variant)})
        own = self._added.setdefault(transaction_of(connection), {})
        own[edition.id, key] = [*known, (id_, Variant(_NOTHING, variant.outcomes))]
        if (shared := self._variants.get(edition.id)) is not None:
            shared.pop(key, None)  # to be read again, by then with what is committed of this
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
    ) -> _Variants:
        """The variants of an email that are known so far, by what they answer alone."""
        key = _key(edition, kind, lesson, track)
        if self._added:
            own = self._added.get(transaction_of(connection))
            if own is not None and (edition.id, key) in own:
                return own[edition.id, key]
        shared = self._variants.get(edition.id)
        if shared is None:
            shared = self._variants.keep(edition.id, {})
        known = shared.get(key)
        if known is None:
            known = shared[key] = _variants(connection, edition, key)
        return known

    def email(self, connection: Connection, variant_id: int) -> tuple[Edition, DeliveryKind, str, Email]:
        """A variant's edition, kind, label (the lesson's slug, or the kind) and email. Raises EditionError."""
        found = self._emails.get(variant_id)
        if found is None:
            found = _email(connection, variant_id)
            found = self._emails.keep(variant_id, found, len(found[3].html) + len(found[3].text))
        edition_id, kind, label, email = found
        return self.edition(connection, edition_id), kind, label, email


def _key(edition: Edition, kind: DeliveryKind, lesson: Lesson | None, track: str) -> _Key:
    return kind, None if lesson is None else edition.lesson_ids.get(lesson.slug), track


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


def _variants(connection: Connection, edition: Edition, key: _Key) -> _Variants:
    with _readable(edition.course_id, edition.course.slug, edition.hash):
        kept = rows.variants_of(connection, edition.id, *key)
        return [(id_, Variant(_NOTHING, _outcomes(outcomes))) for id_, outcomes in kept]


def _outcomes(kept: list[list[object]]) -> dict[Look, Outcome]:
    return {
        Look(Mode(str(mode)), str(expression)): outcome
        for mode, expression, outcome in kept
        if outcome is None or isinstance(outcome, str | int | float | bool)
    }


def _email(connection: Connection, variant_id: int) -> _Kept:
    edition_id = rows.edition_of(connection, variant_id)
    with _readable(*_row(connection, edition_id)):
        row = rows.variant_row(connection, variant_id)
        placed = tuple(Placeholder(tag, expression, Where(where)) for tag, expression, where in row.placeholders)
        kind, email = DeliveryKind(row.kind), Email(row.subject, row.html, row.text, placed, row.salt)
    slugs = {} if row.lesson_id is None else rows.lesson_slugs(connection, [row.lesson_id])
    return edition_id, kind, slugs.get(row.lesson_id or 0, row.kind), email


def _loaded(connection: Connection, edition_id: int) -> Edition:
    course_id, slug, hash_ = _row(connection, edition_id)
    files = rows.edition_files(connection, edition_id)
    with _readable(course_id, slug, hash_):
        course = load(files)
    return Edition(edition_id, course_id, hash_, course, files, rows.lesson_ids(connection, course_id))


def lost_with_its_edition(connection: Connection, book: EditionBook, made: MadeOf) -> str:
    """Why a batch's email cannot be read that the live edition of its course can make anew; empty where it can be read.

    Raises EditionError where nothing can be made anew either: that edition is the email's own, or cannot be read.
    """
    try:
        book.email(connection, made.variant)
    except EditionError:
        edition_id = rows.edition_of(connection, made.variant)
        if edition_id == made.live:
            raise
        book.edition(connection, made.live)
        row = rows.edition_row(connection, edition_id)
        return f"It was made by {f'the edition {row[2][:12]}' if row else 'an edition'}, which cannot be read any more."
    return ""


def unreadable(connection: Connection, book: EditionBook) -> dict[int, str]:
    """Of which courses the live edition cannot be read, by their ids, and why."""
    found = {}
    for one in rows.courses(connection):
        try:
            book.edition(connection, one.edition_id)
        except EditionError as error:
            found[one.id] = str(error)
    return found


def _row(connection: Connection, edition_id: int) -> tuple[int, str, str]:
    row = rows.edition_row(connection, edition_id)
    if row is None:
        course_id, slug = rows.course_of(connection, edition_id) or (0, "")
        named = f" of the course `{slug}`" if slug else ""
        raise EditionError(f"There is no edition {edition_id}{named}.", fix=_PUBLISH, course=course_id)
    return row


@contextmanager
def _readable(course_id: int, slug: str, hash_: str) -> Iterator[None]:
    """Tell whatever goes wrong within the block as a fault of one edition, so that all other courses go on.

    It may have been published by another version of dripcourse, or be damaged: any exception may come of that. What is
    wrong with the database itself stays what it is.
    """
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        if is_of_the_database(error):
            raise
        said = str(error).partition("\n")[0] if isinstance(error, CourseError) else f"{type(error).__name__}: {error}"
        message = (
            f"The course `{slug}` cannot be sent or shown: its edition {hash_[:12]} cannot be read ({said[:300]})."
        )
        fix = f"{_PUBLISH[:-1]}, or install the version of dripcourse that published it."
        raise EditionError(message, fix=fix, course=course_id) from error
