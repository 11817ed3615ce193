"""Which note a document belongs to, and what a new one is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from urllib.parse import urlsplit

from course.errors import CourseError
from course.importing.document import Document
from course.importing.ids import Numbered, numbered
from course.importing.matching import words
from course.importing.note import one_line
from course.model import Source
from course.slugs import slug_words

_SUBTITLE = re.compile(r": | [-–—|] ")
_MOST_WORDS = 6
_FEWEST_SHARED = 2
_FEWEST_IDS, _SHARE_OF_IDS = 6, 0.9


def note_of(document: Document, notes: Iterable[Source]) -> Source | None:
    """The note that is of this document: of its video, its address, its title and its publisher, author or slug, or,
    where an author has changed all of these, with its passages.

    A note with another address or video is of another document, whatever its title. Raises CourseError where two
    notes could be meant.
    """
    title, author = _folded(document.title), _folded(document.author)
    blocks = numbered(document)
    tests: tuple[Callable[[Source], bool], ...] = (
        lambda note: bool(document.video) and note.video == document.video,
        lambda note: bool(document.url) and _same_address(note.url, document.url),
        lambda note: _folded(note.title) == title and _folded(note.publisher) == _folded(document.publisher),
        lambda note: _folded(note.title) == title and bool(document.author) and _folded(note.author) == author,
        lambda note: _folded(note.title) == title and note.slug == proposed_slug(document.title),
        lambda note: _shares_passages(note, blocks),
    )
    for number, test in enumerate(tests):
        by_address = number < 2
        fitting = [note for note in notes if test(note) and (by_address or not _is_of_another(note, document))]
        if len(fitting) > 1:
            first, second = fitting[0].place.file, fitting[1].place.file
            message = f"Both {first} and {second} could be the note of this document."
            raise CourseError(message, fix=f"Say which it is with `--as {fitting[0].slug}`.")
        if fitting:
            return fitting[0]
    return None


def new_slug(title: str, taken: Collection[str]) -> str:
    """A name for a new note that none of the `taken` has."""
    slug = proposed_slug(title)
    names = (slug, *(f"{slug}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def proposed_slug(title: str) -> str:
    """Up to six words of a title, without its subtitle."""
    for part in (_SUBTITLE.split(title, maxsplit=1)[0], title):
        if found := slug_words(part):
            return "-".join(found[:_MOST_WORDS])
    return "source"


def _is_of_another(note: Source, document: Document) -> bool:
    if note.video and document.video:
        return note.video != document.video
    return bool(note.url and document.url) and not _same_address(note.url, document.url)


def _shares_passages(note: Source, blocks: Sequence[Numbered]) -> bool:
    """Whether a note holds most of a document's words; or, where it keeps no words, nearly the same ids."""
    texts = {words(passage.text) for passage in note.passages if passage.text}
    if texts:
        shared = sum(words(one.block.text) in texts for one in blocks)
        return shared >= _FEWEST_SHARED and shared * 2 >= len(blocks)
    ids, theirs = {passage.id for passage in note.passages}, {one.id for one in blocks}
    return len(theirs) >= _FEWEST_IDS and len(ids & theirs) >= _SHARE_OF_IDS * max(len(ids), len(theirs))


def _same_address(one: str, other: str) -> bool:
    return bool(one) and _bare(one) == _bare(other)


def _bare(url: str) -> str:
    """An address without what leads to the same page either way: the scheme, `www.`, a last slash, the fragment."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}?{parts.query}"


def _folded(text: str) -> str:
    return one_line(text).casefold()
