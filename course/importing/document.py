"""What a reader makes of a document: who it is by, and what it says, section by section."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Block:
    """Words of the document that belong together, as plain text: a paragraph, a list item, a stamped remark.

    `stamp` is the moment of the video at which they are said, as `00:51:54`, or empty.
    """

    text: str
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, empty for what stands before the first, and the blocks below it, in the document's order."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document without its furniture. What it does not state is empty; at most one of `url` and `video` is set."""

    title: str
    sections: tuple[Section, ...]
    author: str = ""
    publisher: str = ""
    date: date | None = None
    url: str = ""
    video: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """What is said of a document apart from its words: by its file's format, or in its front matter.

    `url` is a web address, `video` the id of a YouTube video; what is not stated is empty.
    """

    title: str = ""
    author: str = ""
    publisher: str = ""
    date: date | None = None
    url: str = ""
    video: str = ""


NOTHING_STATED = Stated()
