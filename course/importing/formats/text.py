"""What a reader of a format makes of a file."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from course.importing.document import Stated

# Libraries that read documents tell their log of every oddity. Nobody has asked for it: keep it off the terminal.
for _library in (
    "trafilatura",
    "htmldate",
    "courlan",
    "justext",
    "charset_normalizer",
    "readability",
    "pypdf",
    "mammoth",
):
    logging.getLogger(_library).addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Text:
    """A document's words as Markdown or plain text, what its format states, and what an author should know of it."""

    text: str
    stated: Stated = field(default_factory=Stated)
    remarks: tuple[str, ...] = ()
