"""A `Source` → the text of its note, in the format that `course.folder.source_note` reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import yaml

from course.folder.source_note import PASSAGE_MARK
from course.model import Passage, Source

# What no note holds: control characters but tab and line feed, half characters, and what YAML cannot carry.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNFIT_IN_A_LINE = re.compile("[\u2028\u2029]")


def write_note(source: Source) -> str:
    """The whole note. A passage without a section stands before every one that has one, or the sections would catch it.

    A claim is written as it is: no line of it begins with `##` or `>`, since none that was read from a note does.
    """
    lines = ["---", *settings(source), "---"]
    section = ""
    for passage in source.passages:
        heading = one_line(passage.section)
        if heading != section:
            section = heading
            lines += ["", f"## {heading}"]
        lines += ["", *passage_lines(passage)]
    return "\n".join(lines) + "\n"


def settings(source: Source) -> Iterator[str]:
    """The lines of the front matter, without what is not stated."""
    stated = {
        "title": source.title,
        "author": source.author,
        "publisher": source.publisher,
        "date": source.date.isoformat() if source.date else "",
        "url": source.url,
        "video": source.video,
    }
    for name, value in stated.items():
        if text := one_line(value):
            yield f"{name}: {scalar(text)}"


def passage_lines(passage: Passage) -> list[str]:
    """One passage: the line that names it, the document's words, the claim."""
    locator, section = one_line(passage.locator), one_line(passage.section)
    heading = f"{PASSAGE_MARK} {passage.id}" + (f" · {locator}" if locator and locator != section else "")
    text, claim = quoted(passage.text), passage.claim.strip()
    return [heading, *(["", *text] if text else []), *(["", *claim.split("\n")] if claim else [])]


def quoted(text: str) -> list[str]:
    """The document's words as the `>` lines of a note; none where there are no words."""
    words = plain_text(text)
    return [f"> {line}" if line else ">" for line in words.split("\n")] if words else []


def plain_text(text: str) -> str:
    """A text as a note keeps it: its line ends as `\\n`, without control characters, nothing blank around it."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def one_line(text: str) -> str:
    """A text as a setting or a heading holds it: on one line."""
    return " ".join(_UNFIT_IN_A_LINE.sub(" ", plain_text(text)).split())


def scalar(value: str) -> str:
    """A text on one line as YAML: bare where YAML reads it as it stands, else in double quotes."""
    try:
        if yaml.load(f"name: {value}\n", Loader=yaml.BaseLoader) == {"name": value}:  # noqa: S506 - makes texts alone
            return value
    except yaml.YAMLError:
        pass
    return json.dumps(value, ensure_ascii=False)
