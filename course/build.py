"""A course → files to look at: every lesson as HTML, plain text and a message, a page that lists them, an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from course.archive import MARK, archive_files
from course.check import check_files
from course.check.rules.left_to_write import LEFT_TO_WRITE, left_to_write
from course.errors import CourseError, Place
from course.folder import Files, load, read_files
from course.folder.course_file import FILE
from course.links import SAMPLE_LINKS
from course.mime import mime_message
from course.model import Course, Lesson, Track
from course.personal.placeholders import Email
from course.pictures import ASSETS, Picture, Pictures
from course.sample import SAMPLE_SUBSCRIBER, Samples

INDEX = "index.html"
ARCHIVE = "archive/"
BUILT_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""The date of every built message: the same course gives the same bytes on any day."""

_MARK = b'<meta name="generator" content="dripcourse build">'
_COURSES_OWN = ("lessons", "sources", "assets", "theme")
_STYLE = """
:root { color-scheme: light dark;
  --text: #23211d; --page: #fffdf9; --muted: #5f5a50; --link: #1c5a55; --line: #ddd6c8; }
@media (prefers-color-scheme: dark) {
  :root { --text: #ece7dc; --page: #1d1c19; --muted: #b3ab9c; --link: #8fd0c6; --line: #3b3832; }
}
body { margin: 0 auto; max-width: 42rem; padding: 2rem 1rem 4rem; background: var(--page); color: var(--text);
  font: 1.0625rem/1.6 Georgia, 'Times New Roman', serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 0; }
ol { list-style: none; margin: 0; padding: 0; }
li { border-bottom: 1px solid var(--line); padding: 1rem 0; }
p { margin: 0; }
.muted { color: var(--muted); }
.subject { font-weight: bold; }
a { color: var(--link); display: inline-block; padding: .25rem 1rem .25rem 0; }
"""


def checked_and_built(files: Files) -> dict[str, bytes]:
    """The built files of the course that `files` describe, by name. Raises CourseError as `build` does."""
    check_files(files).refuse_errors(but_of=(LEFT_TO_WRITE,))
    return built_files(load(files), files)


def build(folder: Path, out: Path, built: Callable[[Files], dict[str, bytes]] = checked_and_built) -> list[Path]:
    """Build the course in `folder` into the folder `out`, and say which files that made, the index first.

    `out` may be new, empty, or hold an earlier build: then files of the same names are replaced, what an earlier build
    put into its archive and this one does not is removed from there, and nothing else is touched. Places left to write
    are built as they stand: an author may look at a draft. Raises CourseError, having written nothing, where a check
    finds any other error or `out` holds other things. `built` checks and renders; it may do so in another process.
    """
    files = read_files(folder)
    _refuse_place(folder, out)
    contents = built(files)
    try:
        _write(contents, out)
        _remove_left_over(contents, out)
    except OSError as error:
        message = f"The build cannot be written to {out}: {error.strerror}."
        raise CourseError(message, fix="Name another folder with --out.") from error
    return [out / name for name in (INDEX, *(name for name in contents if name != INDEX))]


def left_in(folder: Path) -> int:
    """How many places are left to write in the course in `folder`. Raises CourseError where it cannot be loaded."""
    files = read_files(folder)
    return sum(1 for _ in left_to_write(load(files), files))


def built_files(course: Course, files: Files) -> dict[str, bytes]:
    """The built files of a course by name, each lesson as on the first track that has it. Raises CourseError.

    Below `archive/` is the course as a site of its own; see `course.archive`.
    """
    samples = Samples(course, files)
    pictures = {f"{SAMPLE_LINKS['assets']}/{one.address}": one for one in Pictures(files).all()}
    contents: dict[str, bytes] = {}
    for lesson in course.all_lessons:
        contents |= _forms(course, lesson, samples.email(lesson), pictures)
    if INDEX in contents:
        lesson = next(lesson for lesson in course.all_lessons if f"{lesson.slug}.html" == INDEX)
        message = "The page that lists all lessons is called index.html, and so would this lesson be."
        raise CourseError(message, fix="Give the lesson another name.", place=lesson.place)
    archive = {f"{ARCHIVE}{name}": content for name, content in archive_files(course, files).items()}
    return {**contents, INDEX: _index(course, samples).encode(), **archive}


def _forms(course: Course, lesson: Lesson, email: Email, pictures: Mapping[str, Picture]) -> dict[str, bytes]:
    """A lesson's three files, and the pictures that they show: all of it can be looked at without a network."""
    shown = {address: picture for address, picture in pictures.items() if address in email.html}
    html = email.html
    for address, picture in shown.items():
        html = html.replace(address, f"{ASSETS}{picture.address}")
    try:
        eml = mime_message(
            email,
            course,
            to=SAMPLE_SUBSCRIBER,
            date=BUILT_AT,
            message_id=f"{lesson.slug}.{course.slug}@example.com",
            leave=SAMPLE_LINKS["unsubscribe"],
            pictures=shown,
        )
    except ValueError as error:
        fix = "Look at `from`, at `reply_to`, and for an unusual sign in the lesson's subject."
        message = f"No message can be made of {lesson.place}: {error}"
        raise CourseError(message, fix=fix, place=Place(FILE)) from error
    return {
        **{f"{ASSETS}{picture.address}": picture.content for picture in shown.values()},
        f"{lesson.slug}.html": html.encode("utf-8", "replace"),
        f"{lesson.slug}.txt": email.text.encode("utf-8", "replace"),
        f"{lesson.slug}.eml": eml,
    }


def _refuse_place(folder: Path, out: Path) -> None:
    """Raise CourseError where `out` is a place that a build must leave alone."""
    wanted = out.resolve()
    for own in _COURSES_OWN:
        if wanted.is_relative_to((folder / own).resolve()):
            raise CourseError(f"{out} is part of the course.", fix="Name a folder of its own with --out.")
    try:
        if wanted.exists() and not wanted.is_dir():
            raise CourseError(f"{out} is a file.", fix="Name a folder with --out.")
        taken = wanted.is_dir() and any(wanted.iterdir()) and _MARK not in _start_of(wanted / INDEX)
        index = wanted / ARCHIVE / INDEX
        published = index.exists() and MARK not in _start_of(index)
    except OSError as error:
        raise CourseError(f"{out} cannot be read: {error.strerror}.", fix="Name another folder with --out.") from error
    if taken:
        raise CourseError(
            f"{out} holds other things than an earlier build.", fix="Name an empty or a new folder with --out."
        )
    if published:
        message = f"The site in {out / ARCHIVE} was not made by an earlier build."
        raise CourseError(message, fix="Name an empty or a new folder with --out.")


def _start_of(file: Path) -> bytes:
    if not file.is_file():
        return b""
    with file.open("rb") as content:
        return content.read(1_000)


def _write(contents: Mapping[str, bytes], out: Path) -> None:
    """Write all files beside `out` first, so that a full disk leaves an earlier build as it was."""
    place = out.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as folder:
        for name, content in contents.items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_bytes(content)
        place.mkdir(exist_ok=True)
        for name in contents:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
        for name in contents:
            (Path(folder) / name).replace(place / name)


def _remove_left_over(contents: Mapping[str, bytes], out: Path) -> None:
    """Remove what earlier builds put into the archive and this one does not, so that it is published no longer.

    A page of theirs is known by its mark, and a picture by the hash that it is kept under: what was put there by hand
    stays.
    """
    made = {out / name for name in contents}
    for page in set((out / ARCHIVE).glob("*.html")) - made:
        if MARK in _start_of(page):
            page.unlink()
    for picture in set((out / ARCHIVE / ASSETS).glob("*/*")) - made:
        if picture.is_file() and sha256(picture.read_bytes()).hexdigest() == picture.parent.name:
            picture.unlink()
            if not any(picture.parent.iterdir()):
                picture.parent.rmdir()


def _index(course: Course, samples: Samples) -> str:
    sections = "\n".join(part for track in course.tracks for part in _section(course, track, samples))
    return f"""<!doctype html>
<html lang="{escape(course.language)}">
<head>
<meta charset="utf-8">
{_MARK.decode()}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(course.title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1 dir="auto">{escape(course.title)}</h1>
<p class="muted" lang="en">Every lesson as a sample subscriber gets it, in the order in which they arrive.</p>
<p lang="en"><a href="{ARCHIVE}{INDEX}">The archive</a>: the lessons as a site that can be published as it is.</p>
{sections}
</body>
</html>
"""


def _section(course: Course, track: Track, samples: Samples) -> Iterator[str]:
    ends = ([course.welcome] if course.welcome else [], [course.closing] if course.closing else [])
    lessons = course.lessons_of(track.slug)
    yield f'<h2 dir="auto">{escape(track.title)}</h2>\n<ol>'
    for lesson in (*ends[0], *lessons, *ends[1]):
        place = f"{lessons.index(lesson) + 1} of {len(lessons)}" if lesson in lessons else ""
        subject = escape(samples.email(lesson, track.slug).subject)
        links = "".join(
            f'<a href="{lesson.slug}.{ending}" aria-label="{label}: {subject}">{label}</a>'
            for ending, label in (("html", "HTML"), ("txt", "Plain text"), ("eml", "Message"))
        )
        yield (
            f'<li><p class="muted" lang="en">{lesson.kind.capitalize()} {place}</p>'
            f'<p class="subject" dir="auto">{subject}</p>'
            f'<p dir="auto">{escape(samples.preheader(lesson))}</p><p lang="en">{links}</p></li>'
        )
    yield "</ol>"
