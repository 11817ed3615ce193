"""A Word document → its text, by way of mammoth, which reads its styles as headings, lists and tables."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from html import unescape
from importlib import import_module

from course.errors import CourseError
from course.importing.document import Stated
from course.importing.formats.extra import needed
from course.importing.formats.html import pieces_of
from course.importing.formats.markup import Piece, as_markdown
from course.importing.formats.text import Text

_WORDS = "word/document.xml"
_PROPERTIES = "docProps/core.xml"
_LARGEST = 100_000_000
_LARGEST_PART = 20_000_000
_MOST_PARTS = 5_000
# A title stands above the headings; mammoth would make a paragraph of it, and as many titles as there are headings.
_STYLES = "\n".join(
    [
        "p[style-name='Title'] => h1:fresh",
        "p.Title => h1:fresh",
        *(f"p[style-name='heading {level}'] => h{level + 1}:fresh" for level in range(1, 6)),
        *(f"p.Heading{level} => h{level + 1}:fresh" for level in range(1, 6)),
    ]
)
_BACK_TO_THE_TEXT = re.compile(r'<a href="#(?:footnote|endnote)-ref-[^"<>]*">[^<>]*</a>')
_MARK_IN_THE_TEXT = re.compile(r'<sup><a href="#(?:footnote|endnote)-[^<>]*>[^<>]*</a></sup>')
_BROKEN = CourseError("The Word document is broken.", fix="Open it in a word processor and save it again as DOCX.")


def is_docx(content: bytes) -> bool:
    """Whether these bytes are a Word document, whatever the file is called."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _WORDS in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def read_docx(content: bytes) -> Text:
    """The text of a Word document as Markdown. Raises CourseError where it is broken, or mammoth is missing."""
    needed("mammoth", "Word")
    mammoth = import_module("mammoth")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_excess(archive)
            stated = _stated(archive)
        html = mammoth.convert_to_html(
            io.BytesIO(content),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(lambda _image: {}),  # no picture is opened, here or elsewhere
        ).value
    except CourseError:
        raise
    except RecursionError as error:
        raise CourseError("The Word document is nested too deeply.", fix=_BROKEN.fix) from error
    except Exception as error:  # mammoth has no errors of its own: a broken file raises anything
        raise CourseError(_BROKEN.message, fix=_BROKEN.fix) from error
    html = _MARK_IN_THE_TEXT.sub("", _BACK_TO_THE_TEXT.sub("", html))
    return Text(as_markdown(_entitled(pieces_of(html))), stated)


def _entitled(found: list[Piece]) -> list[Piece]:
    """Without a title, the only heading of the first level is the title."""
    levels = [piece.level for piece in found]
    if levels.count(1) or levels.count(2) != 1:
        return found
    return [replace(one, markdown=one.markdown[1:], level=one.level - 1) if one.level else one for one in found]


def _refuse_excess(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that unpacks to far more than it is, and XML that means more than it says.

    A part is never unpacked beyond the size that it declares (zipfile cuts it off and finds the checksum wrong).
    """
    parts = archive.infolist()
    too_large = len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST
    texts = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
    if too_large or any(part.file_size > _LARGEST_PART for part in texts):
        raise CourseError("The Word document is too large once it is unpacked.", fix="Import the part that you need.")
    for part in texts:
        if b"<!DOCTYPE" in archive.read(part):
            raise _BROKEN  # no document that a word processor writes declares types, which could name files


def _stated(archive: zipfile.ZipFile) -> Stated:
    if _PROPERTIES not in archive.namelist():
        return Stated()
    properties = archive.read(_PROPERTIES).decode("utf-8", "replace")
    return Stated(title=_property(properties, "title"), author=_property(properties, "creator"))


def _property(properties: str, name: str) -> str:
    found = re.search(rf"<dc:{name}(?:\s[^<>]*)?>([^<>]*)</dc:{name}>", properties)
    return unescape(found[1]).strip() if found else ""
