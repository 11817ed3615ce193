"""What the tests of the readers share: look-alikes of the kinds of documents, and a document in outline."""

from __future__ import annotations

import re
from pathlib import Path

from course.importing.document import Document, Stated
from course.importing.reading import read_document

FIXTURES = Path(__file__).parent / "fixtures"


def look_alike(name: str) -> Document:
    """What the reader makes of a fixture."""
    return read_document((FIXTURES / name).read_text(encoding="utf-8"), Stated())


def outline(document: Document) -> list[tuple[str, int]]:
    """Each heading of a document, and how many blocks stand below it."""
    return [(section.heading, len(section.blocks)) for section in document.sections]


def texts(document: Document) -> list[str]:
    """The text of each block."""
    return [block.text for section in document.sections for block in section.blocks]


def stamps(document: Document) -> list[str]:
    """The stamp of each block."""
    return [block.stamp for section in document.sections for block in section.blocks]


def sentences(text: str) -> list[str]:
    """The sentences of four words or more in a text without marks, each with single spaces."""
    parts = re.split(r"(?<=[.!?])[\"”’)]*\s+|\n", text)
    return [" ".join(part.split()) for part in parts if len(part.split()) >= 4]


PROSE = "The first paragraph has two sentences. This is the second, and it ends here."


def page(text: str) -> Document:
    return read_document(text, Stated())
