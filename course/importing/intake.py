"""Documents given to a course → its source notes: all are worked out before the first is written."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePath
from typing import TypeVar

from course.errors import CourseError, CourseErrors, Place
from course.folder import has_course, read_files
from course.folder.course_file import FILE
from course.folder.source_note import is_video_id, is_web_address, parse_source
from course.importing.document import Document
from course.importing.formats import LARGEST, read_text
from course.importing.ids import OPENING, numbered
from course.importing.merging import merged
from course.importing.naming import new_slug, note_of
from course.importing.note import one_line, plain_text, write_note
from course.importing.reading import read_document
from course.model import Passage, Source
from course.slugs import SLUG

_FOLDER = "sources"
T = TypeVar("T")
R = TypeVar("R")


class Change(StrEnum):
    """What importing makes of a note."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Given:
    """A document as it was given: what it is called in messages, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Imported:
    """A document and the note that it becomes: `content` is what is to be written.

    `added`, `updated` and `gone` are ids of passages; what is `gone` from the document stays in the note. `remarks`
    say what a reader had to leave out or guess.
    """

    given: str
    source: Source
    content: bytes
    change: Change
    added: tuple[str, ...]
    updated: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def import_documents(course: Path, documents: Sequence[Given], slug: str | None = None) -> tuple[Imported, ...]:
    """Write a note for each document into `course`'s sources; of one that has a note already, update it.

    `slug` names the note, where there is one document. Raises CourseError, and has written nothing, where a document
    or a note that is there cannot be read or written.
    """
    if slug is not None and not SLUG.fullmatch(slug):
        raise CourseError(f"`{slug}` is not a source's name.", fix="Use lower-case words joined by hyphens.")
    if not has_course(course):
        fix = "Name a course with `--course`, or make one with `dripcourse new DIR`."
        raise CourseError(f"There is no course in {course}: it has no {FILE}.", fix=fix)
    notes = {file: content for file, content in read_files(course).items() if file.startswith(f"{_FOLDER}/")}
    _each(lambda note: parse_source(*note), notes.items())
    read = _each(_read, documents)
    done: list[Imported] = []
    for given, (document, remarks) in zip(documents, read, strict=True):
        imported = replace(_imported(given.name, document, notes, slug), remarks=remarks)
        if len(imported.content) > LARGEST:
            fix = "Import the part that you need."
            raise CourseError("Its note would be over 10 MB.", fix=fix, place=Place(given.name))
        if other := next((one for one in done if one.source.slug == imported.source.slug), None):
            message = f"{other.given} and {given.name} would both become {imported.source.place.file}."
            raise CourseError(message, fix="Import them one by one, each with a name of its own: `--as NAME`.")
        done.append(imported)
        notes[imported.source.place.file] = imported.content
    _write(course, [one for one in done if one.change is not Change.UNCHANGED])
    return tuple(done)


def _each(do: Callable[[T], R], things: Iterable[T]) -> list[R]:
    """What `do` makes of each thing. Raises CourseErrors with what is wrong with any of them."""
    made: list[R] = []
    errors: list[CourseError] = []
    for thing in things:
        try:
            made.append(do(thing))
        except CourseError as error:
            errors.append(error)
    if errors:
        raise CourseErrors(tuple(errors))
    return made


def _imported(given: str, document: Document, notes: Mapping[str, bytes], slug: str | None) -> Imported:
    sources = {file: parse_source(file, content) for file, content in notes.items()}
    chosen = sources.get(f"{_FOLDER}/{slug}.md") if slug else note_of(document, list(sources.values()))
    if chosen is None:
        slug = slug or new_slug(document.title, {source.slug for source in sources.values()})
        written = _source(slug, document)
        content = write_note(written).encode()
        source = parse_source(written.place.file, content)
        return Imported(given, source, content, Change.NEW, tuple(passage.id for passage in source.passages))
    before = notes[chosen.place.file]
    note = merged(chosen.place.file, before, document)
    change = Change.UNCHANGED if note.content == before else Change.UPDATED
    return Imported(given, note.source, note.content, change, note.added, note.updated, note.gone)


def _read(given: Given) -> tuple[Document, tuple[str, ...]]:
    """The document that a file holds. Raises CourseError, with the file's name as it was given."""
    read = read_text(given.name, given.content)
    try:
        document = read_document(read.text, read.stated)
    except CourseError as error:
        line = error.place.line if error.place else None
        raise CourseError(error.message, fix=error.fix, place=Place(given.name, line), rule=error.rule) from error
    if not any(plain_text(block.text) for section in document.sections for block in section.blocks):
        fix = "Look at the file; if it has text, save it as plain text and import that."
        raise CourseError("No text was found in this document.", fix=fix, place=Place(given.name))
    remarks = list(read.remarks)
    if not one_line(document.title):
        remarks.append("It states no title, so the note is called by the file's name.")
        words = one_line(PurePath(given.name).stem.replace("-", " ").replace("_", " "))
        document = replace(document, title=words or "Untitled")
    video = document.video if is_video_id(document.video) else ""
    url = document.url if is_web_address(document.url) and not video else ""
    return replace(document, video=video, url=url), tuple(remarks)


def _source(slug: str, document: Document) -> Source:
    """What a document becomes when it is imported for the first time."""
    place = Place(f"{_FOLDER}/{slug}.md")
    passages = tuple(
        Passage(one.id, one.block.stamp or one.heading or OPENING, "", one.block.text, place, one.heading)
        for one in numbered(document)
        if plain_text(one.block.text)
    )
    return Source(
        slug,
        document.title,
        place,
        author=document.author,
        publisher=document.publisher,
        date=document.date,
        url=document.url,
        video=document.video,
        passages=passages,
    )


def _write(course: Path, notes: Sequence[Imported]) -> None:
    """Write each note beside its place first, so that a full disk leaves all that was there as it was."""
    folder = course / _FOLDER
    drafts: dict[Path, Path] = {}
    made = False
    try:
        if not folder.resolve().is_relative_to(course.resolve()):
            raise CourseError(f"{folder} leads out of the course.", fix="Make it a folder of the course.")
        made = not folder.exists()
        folder.mkdir(exist_ok=True)
        for note in notes:
            target = (course / note.source.place.file).resolve()
            draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
            drafts[draft] = target
            draft.write_bytes(note.content)
            if target.exists():
                shutil.copymode(target, draft)
        for draft, target in drafts.items():
            draft.replace(target)
    except OSError as error:
        message = f"The notes cannot be written to {folder}: {error.strerror}."
        raise CourseError(message, fix="Mend that, and import again.") from error
    finally:
        for draft in drafts:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
        if made:
            with suppress(OSError):  # it holds notes, or was never made
                folder.rmdir()
