"""Queries about courses and their editions: files frozen by publishing, lessons, and rendered variants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select, update

from sender.errors import SenderError
from sender.store.inserting import minding_insert
from sender.store.tables import content, course, edition, edition_file, lesson, lesson_alias, variant


class NameTakenError(SenderError):
    """A lesson has the name that another one had before it was renamed."""

    def __init__(self, slug: str, other: str) -> None:
        fix = "Give it a name of its own."
        super().__init__(f"The lesson `{slug}` has the name under which `{other}` was published before.", fix=fix)


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course that has been published: its id, slug, the edition that is live, and whether it is held."""

    id: int
    slug: str
    edition_id: int
    held: bool


def courses(connection: Connection) -> list[CourseRow]:
    """All published courses, by slug."""
    found = connection.execute(select(*course.c["id", "slug", "edition_id", "held"]).order_by(course.c.slug))
    return [CourseRow(*row) for row in found]


def course_named(connection: Connection, slug: str) -> CourseRow | None:
    """The course of that slug, or None where it was never published."""
    found = connection.execute(select(*course.c["id", "slug", "edition_id", "held"]).where(course.c.slug == slug))
    row = found.one_or_none()
    return None if row is None else CourseRow(*row)


def set_held(connection: Connection, slug: str | None, held: bool) -> int:
    """Hold or release one course, or all where `slug` is None; how many there were."""
    statement = update(course).values(held=held)
    return connection.execute(statement if slug is None else statement.where(course.c.slug == slug)).rowcount


def add_edition(connection: Connection, slug: str, hash_: str, files: Mapping[str, bytes], now: datetime) -> int:
    """Freeze the files of an edition, unless there already is one of that hash; its id.

    What was damaged of it in the database is then whole again.
    """
    course_id = _course_id(connection, slug)
    known = select(edition.c.id).where(edition.c.course_id == course_id, edition.c.hash == hash_)
    if (found := connection.execute(known).scalar()) is not None:
        if edition_files(connection, int(found)) != files:
            _freeze(connection, int(found), files)
        return int(found)
    values = {"course_id": course_id, "hash": hash_, "published_at": now}
    edition_id = int(connection.execute(insert(edition).values(values).returning(edition.c.id)).scalar_one())
    _freeze(connection, edition_id, files)
    return edition_id


def _freeze(connection: Connection, edition_id: int, files: Mapping[str, bytes]) -> None:
    """Keep an edition's files, each content once; one that is not what its hash says is put right."""
    hashes = {path: sha256(data).hexdigest() for path, data in files.items()}
    found = select(content.c.hash, content.c.bytes).where(content.c.hash.in_(hashes.values()))
    kept = {str(hash_): bytes(data) for hash_, data in connection.execute(found)}
    for hash_, data in {hashes[path]: data for path, data in files.items()}.items():
        if hash_ not in kept:
            connection.execute(insert(content).values(hash=hash_, bytes=data))
        elif kept[hash_] != data:
            connection.execute(update(content).where(content.c.hash == hash_).values(bytes=data))
    connection.execute(delete(edition_file).where(edition_file.c.edition_id == edition_id))
    rows = [{"edition_id": edition_id, "path": path, "hash": one} for path, one in hashes.items()]
    connection.execute(insert(edition_file), rows)


def _course_id(connection: Connection, slug: str) -> int:
    found = connection.execute(select(course.c.id).where(course.c.slug == slug)).scalar()
    if found is None:
        found = connection.execute(insert(course).values(slug=slug).returning(course.c.id)).scalar_one()
    return int(found)


def make_live(connection: Connection, edition_id: int) -> None:
    """Make an edition the one that its course sends from."""
    owner = select(edition.c.course_id).where(edition.c.id == edition_id).scalar_subquery()
    connection.execute(update(course).where(course.c.id == owner).values(edition_id=edition_id))


def edition_files(connection: Connection, edition_id: int) -> dict[str, bytes]:
    """The frozen files of an edition, by path."""
    joined = edition_file.join(content, content.c.hash == edition_file.c.hash)
    found = select(edition_file.c.path, content.c.bytes).select_from(joined)
    rows = connection.execute(found.where(edition_file.c.edition_id == edition_id))
    return {str(path): bytes(data) for path, data in rows}


def content_of(connection: Connection, hash_: str) -> bytes | None:
    """What a file of any edition holds, by its SHA-256 in hexadecimal; None where no edition has such a file."""
    found = connection.execute(select(content.c.bytes).where(content.c.hash == hash_)).scalar()
    return None if found is None else bytes(found)


def edition_row(connection: Connection, edition_id: int) -> tuple[int, str, str] | None:
    """The course's id and slug, and the hash of an edition, or None."""
    joined = edition.join(course, course.c.id == edition.c.course_id)
    columns = (course.c.id, course.c.slug, edition.c.hash)
    row = connection.execute(select(*columns).select_from(joined).where(edition.c.id == edition_id)).one_or_none()
    return None if row is None else (int(row[0]), str(row[1]), str(row[2]))


def course_of(connection: Connection, edition_id: int) -> tuple[int, str] | None:
    """The id and slug of the course of which an edition is live, or None where it is of none."""
    row = connection.execute(select(course.c.id, course.c.slug).where(course.c.edition_id == edition_id)).first()
    return None if row is None else (int(row[0]), str(row[1]))


def lesson_ids(connection: Connection, course_id: int) -> dict[str, int]:
    """The permanent id of each lesson that the course ever had, by slug and by alias."""
    aliases = select(lesson_alias.c.slug, lesson_alias.c.lesson_id).where(lesson_alias.c.course_id == course_id)
    slugs = select(lesson.c.slug, lesson.c.id).where(lesson.c.course_id == course_id)
    return {slug: id_ for statement in (aliases, slugs) for slug, id_ in connection.execute(statement)}


def keep_lessons(connection: Connection, edition_id: int, lessons: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Give each lesson (slug → aliases) its permanent id; one renamed keeps the id of its alias.

    Raises NameTakenError where a slug is the earlier name of another of these lessons: two lessons
    of one id would be one lesson to whoever had either.
    """
    course_id = int(connection.execute(select(edition.c.course_id).where(edition.c.id == edition_id)).scalar_one())
    known = lesson_ids(connection, course_id)
    for slug, aliases in lessons.items():
        id_ = next((known[name] for name in (slug, *aliases) if name in known), None)
        if id_ is None:
            values = {"course_id": course_id, "slug": slug}
            id_ = int(connection.execute(insert(lesson).values(values).returning(lesson.c.id)).scalar_one())
        elif slug not in known:
            _rename(connection, course_id, id_, slug)
        known |= dict.fromkeys((slug, *aliases), id_)
    kept: dict[int, str] = {}
    for slug in lessons:
        if (other := kept.setdefault(known[slug], slug)) != slug:
            earlier = slug if lesson_slugs(connection, [known[slug]])[known[slug]] == other else other
            raise NameTakenError(earlier, other if earlier == slug else slug)
    return {slug: known[slug] for slug in lessons}


def _rename(connection: Connection, course_id: int, lesson_id: int, slug: str) -> None:
    """Give a lesson a new slug; the old one goes on naming it."""
    old = connection.execute(select(lesson.c.slug).where(lesson.c.id == lesson_id)).scalar_one()
    connection.execute(update(lesson).where(lesson.c.id == lesson_id).values(slug=slug))
    connection.execute(insert(lesson_alias).values(course_id=course_id, slug=old, lesson_id=lesson_id))


def lesson_slugs(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """The slug of each lesson."""
    found = select(lesson.c.id, lesson.c.slug).where(lesson.c.id.in_(set(ids)))
    return {int(id_): str(slug) for id_, slug in connection.execute(found)}


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A rendered variant as it is kept: `placeholders` are tag, expression and where."""

    edition_id: int
    kind: str
    lesson_id: int | None
    subject: str
    html: str
    text: str
    placeholders: list[list[str]]
    salt: str


def variants_of(
    connection: Connection, edition_id: int, kind: str, lesson_id: int | None, track: str
) -> list[tuple[int, list[list[object]]]]:
    """The rendered variants of one of an edition's emails: id and outcomes."""
    same_lesson = variant.c.lesson_id.is_(None) if lesson_id is None else variant.c.lesson_id == lesson_id
    found = select(variant.c.id, variant.c.outcomes).where(
        variant.c.edition_id == edition_id, variant.c.kind == kind, variant.c.track == track, same_lesson
    )
    return [(int(id_), outcomes) for id_, outcomes in connection.execute(found.order_by(variant.c.id))]


def add_variant(connection: Connection, values: Mapping[str, object]) -> int:
    """Keep a rendered variant, unless another process has meanwhile; its id.

    Where that one has not committed yet, this waits for it.
    """
    new = minding_insert(connection, variant).values(**values).on_conflict_do_nothing().returning(variant.c.id)
    if (made := connection.execute(new).scalar()) is not None:
        return int(made)
    one_variant = ("edition_id", "kind", "lesson_id", "track", "outcomes_hash")
    same = [variant.c[name].is_not_distinct_from(values[name]) for name in one_variant]
    return int(connection.execute(select(variant.c.id).where(*same)).scalar_one())


def edition_of(connection: Connection, variant_id: int) -> int:
    """The edition that a variant is of."""
    return int(connection.execute(select(variant.c.edition_id).where(variant.c.id == variant_id)).scalar_one())


def variant_row(connection: Connection, variant_id: int) -> VariantRow:
    """A variant by its id."""
    columns = variant.c["edition_id", "kind", "lesson_id", "subject", "html", "text", "placeholders", "salt"]
    return VariantRow(*connection.execute(select(*columns).where(variant.c.id == variant_id)).one())
