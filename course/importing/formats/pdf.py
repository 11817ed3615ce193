"""A PDF → its text, page by page with pypdf, put together into paragraphs."""

from __future__ import annotations

import io
import re
from importlib import import_module

from course.errors import CourseError
from course.importing.dates import day
from course.importing.document import Stated
from course.importing.formats.extra import needed
from course.importing.formats.paragraphs import paragraphs, running_lines
from course.importing.formats.text import Text

_WORKING_TITLE = re.compile(
    r"microsoft (?:word|powerpoint) - .*|untitled.*|\(?anonymous\)?|(?:powerpoint )?presentation"
    r"|(?:word )?document ?\d*"
    r"|(?:layout|slide|page|template|print)(?: \d+)?|.*\.(?:docx?|odt|pdf|tex|indd|pages|pptx?|rtf)",
    re.IGNORECASE | re.DOTALL,
)
_MOST_PAGES = 2_000
_FEWEST_LETTERS = 3  # on average of a page; a scan has none, or a stamp


def read_pdf(content: bytes) -> Text:
    """The text of a PDF. Raises CourseError where it is locked, broken, or has no text, or pypdf is missing."""
    needed("pypdf", "PDF")
    pypdf = import_module("pypdf")
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            fix = "Save it without one, and import that."
            raise CourseError("The PDF is protected by a password.", fix=fix)
        if len(reader.pages) > _MOST_PAGES:
            raise CourseError(f"The PDF has more than {_MOST_PAGES} pages.", fix="Import the part that you need.")
        pages = [str(page.extract_text()) for page in reader.pages]
        about = reader.metadata or {}
        title = _as_title(str(about.get("/Title") or ""))
        dated = next(filter(None, map(day, running_lines(pages))), None)
        stated = Stated(title=title, author=str(about.get("/Author") or ""), date=dated)
    except CourseError:
        raise
    except Exception as error:  # what a broken file raises, in pypdf and below it, has no end
        raise CourseError("The PDF is broken.", fix="Open it in another program and save it again.") from error
    if sum(sign.isalnum() for page in pages for sign in page) < _FEWEST_LETTERS * max(1, len(pages)):
        message = "The PDF holds no text: it may be a scan."
        raise CourseError(message, fix="Have a program read the text of it (OCR), and import that.")
    return Text(paragraphs(pages, title.strip()), stated)


def _as_title(text: str) -> str:
    """A title that a person gave; a program that prints to PDF gives the file's name."""
    return "" if _WORKING_TITLE.fullmatch(text.strip()) else text
