"""A document's bytes → its words as Markdown or plain text, and what its format states; a reader per kind."""

from __future__ import annotations

import io
import re
from pathlib import PurePath
from zipfile import is_zipfile

from course.errors import CourseError, Place
from course.importing.formats.docx import is_docx, read_docx
from course.importing.formats.encoding import decode_html, decode_text
from course.importing.formats.html import read_html
from course.importing.formats.pdf import read_pdf
from course.importing.formats.text import Text

__all__ = ["LARGEST", "Text", "read_text"]

LARGEST = 10_000_000
"""The most bytes that a document may have."""

_HEAD = 1_024
_HTML_ENDINGS = {".html", ".htm", ".xhtml"}
_MARKDOWN_ENDINGS = {".md", ".markdown", ".mdown", ".txt"}
_PAGE = re.compile(rb"(?:\s|<!--.*?-->|<\?xml[^<>]*\?>)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_FRAGMENT = re.compile(
    rb"\s*<(?:head|meta|title|body|main|article|section|header|div|p|h[1-6]|ul|ol|table|blockquote)\b[^<>]*>",
    re.IGNORECASE,
)
_MARKDOWN_HEADING = re.compile(rb"^#{1,6} \S", re.MULTILINE)
_ANY_TAG = re.compile(rb"<[a-z][^<>]*>", re.IGNORECASE)
_ARCHIVE = b"PK\x03\x04"
_OTHER_FORMATS = (
    (b"\xd0\xcf\x11\xe0", "This is a file of an old Office program.", "Save it as DOCX and import that."),
    (b"{\\rtf", "This is an RTF file.", "Save it as DOCX and import that."),
    (_ARCHIVE, "This is an archive that holds no Word document.", "Unpack it, and import the document."),
    (b"PK\x05\x06", "This is an empty archive.", "Name the document itself."),
)


def read_text(name: str, content: bytes) -> Text:
    """The words of a document of at most `LARGEST` bytes; what kind it is, its bytes tell first, its name second.

    `name` is what the file is called in messages. Raises CourseError, with the line where there is one.
    """
    place = Place(name)
    if len(content) > LARGEST:
        raise CourseError("The document is over 10 MB.", fix="Import the part that you need.", place=place)
    if not content.strip(b" \t\r\n\x0c\0"):
        raise CourseError("The file is empty.", fix="Look whether it was saved, or name another.", place=place)
    try:
        return _read(PurePath(name).suffix.lower(), content, name)
    except CourseError as error:
        if error.place is not None:
            raise
        raise CourseError(error.message, fix=error.fix, place=place, rule=error.rule) from error


def _read(ending: str, content: bytes, name: str) -> Text:
    head = content[:_HEAD]
    if b"%PDF-" in head:
        return read_pdf(content)
    if is_docx(content):
        return read_docx(content)
    if head.startswith(_ARCHIVE) and not is_zipfile(io.BytesIO(content)):
        fix = "Copy or download it again."
        raise CourseError("This is a broken archive, or a part of a Word document.", fix=fix)
    for start, message, fix in _OTHER_FORMATS:
        if head.startswith(start):
            raise CourseError(message, fix=fix)
    if ending in {".pdf", ".docx"}:
        kind = ending[1:].upper()
        raise CourseError(f"This is not a {kind} file, or it is broken.", fix="Look whether another program opens it.")
    plain = (
        head.removeprefix(b"\xef\xbb\xbf")
        if not head.startswith((b"\xff\xfe", b"\xfe\xff"))
        else head.replace(b"\0", b"")
    )
    if _is_html(ending, plain.lstrip(b"\xff\xfe"), content):
        return read_html(decode_html(name, content))
    text = decode_text(name, content)
    return Text(text)


def _is_html(ending: str, head: bytes, content: bytes) -> bool:
    if _PAGE.match(head):
        return True
    if ending in _HTML_ENDINGS:
        return _ANY_TAG.search(content) is not None
    markdown = ending in _MARKDOWN_ENDINGS or _MARKDOWN_HEADING.search(content) is not None
    return not markdown and _FRAGMENT.match(head) is not None
