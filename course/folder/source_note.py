"""One file of `sources/`, a source note, → a `Source` with its passages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from course.errors import CourseError, Place
from course.folder.front_matter import split
from course.folder.table import Table
from course.model import Passage, Source
from course.slugs import SLUG

"""The name of a note, and the id of a passage."""

SECTION = re.compile(r"##\s+(?P<heading>\S.*?)\s*")
"""A whole line that opens a section."""

PASSAGE_MARK = "###"
"""How a line begins that names a passage."""

_SETTINGS = frozenset({"title", "author", "publisher", "date", "url", "video"})
_PASSAGE = re.compile(r"###\s+(?P<id>\S+)(?:\s+·\s+(?P<locator>.+?))?\s*")
_VIDEO = re.compile(r"[A-Za-z0-9_-]{6,20}")


@dataclass(slots=True)
class _Open:
    """A passage whose lines are still being read."""

    id: str
    locator: str
    section: str
    line: int
    text: list[str] = field(default_factory=list)
    claim: list[str] = field(default_factory=list)


def parse_source(file: str, content: bytes) -> Source:
    """Read one source note, whose path within the course folder is `file`. Raises CourseError."""
    slug = PurePosixPath(file).stem
    if not SLUG.fullmatch(slug):
        raise CourseError(
            f"`{slug}` is not a source's name.", fix="Use lower-case words joined by hyphens.", place=Place(file)
        )
    document = split(file, content)
    table = document.table
    table.refuse_unknown(_SETTINGS)
    url, video = _address(table)
    passages = tuple(_passages(file, document.body, document.body_line))
    seen: dict[str, Passage] = {}
    for passage in passages:
        if passage.id in seen:
            raise CourseError(
                f"The passage `{passage.id}` stands here twice, first in line {seen[passage.id].place.line}.",
                fix="Give each passage an id of its own.",
                place=passage.place,
            )
        seen[passage.id] = passage
    return Source(
        slug=slug,
        title=table.text("title"),
        place=Place(file),
        author=table.text("author", ""),
        publisher=table.text("publisher", ""),
        date=_date(table),
        url=url,
        video=video,
        passages=passages,
    )


def _address(table: Table) -> tuple[str, str]:
    url, video = table.text("url", ""), table.text("video", "")
    if url and video:
        fix = "Keep the one that citations should open."
        raise table.error("url", "The source has both a `url` and a `video`.", fix)
    if url and not is_web_address(url):
        raise table.error("url", f"`{url}` is not a web address.", "Write it with https:// in front.")
    if video and not is_video_id(video):
        fix = "Write the id alone, such as the part after `v=`."
        raise table.error("video", f"`{video}` is not a video's id.", fix)
    return url, video


def is_web_address(url: str) -> bool:
    """Whether a source may have this as its `url`: a whole address, of http or https."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not set(url) & set(' <>"')


def is_video_id(video: str) -> bool:
    """Whether a source may have this as its `video`."""
    return _VIDEO.fullmatch(video) is not None


def _date(table: Table) -> date | None:
    text = table.text("date", "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise table.error("date", f"`{text}` is not a date.", "Write it as 2023-06-05.") from error


def _passages(file: str, body: str, first_line: int) -> Iterator[Passage]:
    section = ""
    open_: _Open | None = None
    for line, content in enumerate(body.split("\n"), start=first_line):
        if heading := SECTION.fullmatch(content):
            if open_:
                yield _closed(file, open_)
            section, open_ = heading["heading"], None
        elif content.rstrip() == "##":
            raise CourseError("This heading is empty.", fix="Write its words behind `##`.", place=Place(file, line))
        elif content.startswith(PASSAGE_MARK):
            if open_:
                yield _closed(file, open_)
            open_ = _opened(file, line, content, section)
        elif open_ is not None:
            part = open_.text if content.startswith(">") else open_.claim
            part.append(content.removeprefix(">").removeprefix(" ") if content.startswith(">") else content)
        elif content.strip():
            raise CourseError(
                "This text belongs to no passage.", fix="Put a line `### id` above it.", place=Place(file, line)
            )
    if open_:
        yield _closed(file, open_)


def _opened(file: str, line: int, content: str, section: str) -> _Open:
    heading = _PASSAGE.fullmatch(content)
    if heading is None or not SLUG.fullmatch(heading["id"]):
        raise CourseError(
            f"`{content.strip()}` does not name a passage.",
            fix="Write `### some-id` or `### some-id · 00:51:54`, the id in lower case with hyphens.",
            place=Place(file, line),
        )
    return _Open(heading["id"], heading["locator"] or section, section, line)


def _closed(file: str, passage: _Open) -> Passage:
    claim, text = ("\n".join(lines).strip() for lines in (passage.claim, passage.text))
    place = Place(file, passage.line)
    if not claim and not text:
        raise CourseError(f"The passage `{passage.id}` is empty.", fix="Write what it claims below it.", place=place)
    return Passage(passage.id, passage.locator, claim, text, place, passage.section)
