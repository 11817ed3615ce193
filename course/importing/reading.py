"""The text of a document → a `Document`: which kind it is of, its reader, and what its file states besides."""

from __future__ import annotations

from dataclasses import replace

from course.errors import CourseError
from course.importing.answers import asks_and_answers, read_answers
from course.importing.document import Document, Stated
from course.importing.head import merged
from course.importing.page import read_page
from course.importing.stamps import CLOSE, OPEN, mark_stamps
from course.importing.stated import split_front_matter
from course.importing.talk import read_talk
from course.importing.title import without_site


def read_document(text: str, stated: Stated) -> Document:
    """Read a document from its text, with `\\n` as line ends; `stated` fills in what the text does not state.

    Raises CourseError, without a place, where no words are left once the furniture is gone.
    """
    text = text.replace(OPEN, "").replace(CLOSE, "").replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    front, body = split_front_matter(text)
    document = _read(body, front, stated)
    if not any(section.blocks for section in document.sections):
        raise CourseError(
            "The document holds no words, or nothing but a title, headings and the furniture of a page.",
            fix="Look at what the file holds; a scanned page, for one, is a picture of words.",
        )
    return _completed(document, stated)


def _read(text: str, front: Stated, given: Stated) -> Document:
    marked = mark_stamps(text, video=bool(front.video or given.video))
    if OPEN in marked:
        return read_talk(marked, front, given)
    return read_answers(text, front, given) if asks_and_answers(text) else read_page(text, front, given)


def _completed(document: Document, stated: Stated) -> Document:
    own = Stated(document.title, document.author, document.publisher, document.date, document.url, document.video)
    stated = replace(stated, title=without_site(stated))
    if own.url or own.video:  # an address of one kind is stated: the file's of the other kind is another
        stated = replace(stated, url="", video="")
    whole = merged(own, stated)
    return replace(
        document,
        title=whole.title,
        author=whole.author,
        publisher=whole.publisher,
        date=whole.date,
        url=whole.url,
        video=whole.video,
    )
