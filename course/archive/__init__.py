"""A course → an archive: a small static site of its lessons, to be published as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from course.archive.contents import Entry, all_tracks, chapters, in_order
from course.archive.pages import INDEX, MARK, STYLE, Beside, Pages, page_name, style_sheet
from course.archive.reading import Shown, as_a_stranger
from course.errors import CourseError
from course.folder import Files
from course.model import Course
from course.pictures import ASSETS
from course.render import Letter

__all__ = ["INDEX", "MARK", "archive_files"]


def archive_files(course: Course, files: Files, *, sign_up: str = "") -> dict[str, bytes]:
    """The files of a course's archive, by their path in it: the list of lessons, their pages, a style sheet, pictures.

    It holds the numbered lessons, as somebody reads them of whom nothing is known, and for each of their earlier slugs
    a page that leads on. It refers to itself by relative addresses alone, and to nothing that a browser would fetch
    from elsewhere. `sign_up` is the address of a page on which the course can be had by email, if there is one; its
    pages link to it. Raises CourseError.
    """
    reading = as_a_stranger(course, files)
    entries = [(entry, reading.shown(Letter(entry.track.slug, entry.lesson))) for entry in in_order(course)]
    pages = Pages(course, reading.words, reading.logo, sign_up)
    listed = {entry.lesson.slug: shown for entry, shown in entries}
    made = {
        INDEX: pages.page("index.html", tracks=all_tracks(course), chapters=chapters(course), listed=listed),
        STYLE: style_sheet(course.theme),
        **dict(_lesson_pages(pages, entries)),
        **{f"{ASSETS}{picture.address}": picture.content for picture in reading.pictures},
    }
    return {**dict(_moved_pages(pages, entries)), **made}


def _lesson_pages(pages: Pages, entries: Sequence[tuple[Entry, Shown]]) -> Iterator[tuple[str, bytes]]:
    around = (None, *(Beside(entry.lesson.slug, shown.title) for entry, shown in entries), None)
    for previous, (entry, shown), following in zip(around, entries, around[2:], strict=False):
        name = page_name(entry.lesson.slug)
        if name == INDEX:
            message = "The page that lists all lessons is called index.html, and so would this lesson be."
            raise CourseError(message, fix="Give the lesson another name.", place=entry.lesson.place)
        yield name, pages.page("lesson.html", entry=entry, lesson=shown, previous=previous, following=following)


def _moved_pages(pages: Pages, entries: Sequence[tuple[Entry, Shown]]) -> Iterator[tuple[str, bytes]]:
    for entry, shown in entries:
        for alias in entry.lesson.aliases:
            yield page_name(alias), pages.page("moved.html", entry=entry, lesson=shown)
