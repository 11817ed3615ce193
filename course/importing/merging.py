"""A document, imported again → its note with as few lines changed as can be."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from course.folder.front_matter import decode, split
from course.folder.source_note import PASSAGE_MARK, SECTION, parse_source
from course.importing.document import Document
from course.importing.ids import OPENING, Ids, Numbered, numbered
from course.importing.matching import folded, matched, words
from course.importing.note import one_line, passage_lines, plain_text, quoted, scalar
from course.model import Passage, Source

_EMPTY_SETTING = re.compile(r"(?P<name>\w+\s*:)\s*(?:\"\"|'')?\s*(?P<comment>#.*)?")


@dataclass(frozen=True, slots=True)
class Merged:
    """A note after the document was imported again: its bytes, what they say, and the ids of what changed.

    `gone` are passages that were the document's and are not any more; they are kept all the same.
    """

    content: bytes
    source: Source
    added: tuple[str, ...]
    updated: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(eq=False, slots=True)
class _Part:
    """Lines of a note that belong together: what stands before everything, a section's heading, or a passage.

    `home` is the section's heading, or the beginning, that it stands under: itself, where it is one.
    """

    lines: list[str]
    passage: Passage | None = None
    heading: str = ""
    home: _Part = field(init=False)
    before: _Part | None = None
    after: _Part | None = None

    def __post_init__(self) -> None:
        self.home = self

    def put_behind(self, other: _Part) -> None:
        """Take the place behind another, a blank line between them."""
        if other.lines[-1].strip():
            other.lines.append("")
        self._follow(other)

    def _follow(self, other: _Part) -> None:
        self.before, self.after = other, other.after
        if other.after:
            other.after.before = self
        other.after = self
        if self.passage:
            self.home = other.home

    def append(self, other: _Part) -> _Part:
        """Put a part that was read behind this one, and return it."""
        other._follow(self)
        return other

    def last_of_section(self) -> _Part:
        """The last passage of the section that this stands in, or the section's heading."""
        part = self
        while part.after and part.after.passage:
            part = part.after
        return part

    def onwards(self) -> Iterator[_Part]:
        """This part and all that follow."""
        part: _Part | None = self
        while part:
            yield part
            part = part.after


def merged(file: str, content: bytes, document: Document) -> Merged:
    """Bring the note `content`, whose path within the course is `file`, up to date with its document.

    Ids, claims, locators, headings and settings that are there stay as they are; empty settings are filled in; a
    passage's text becomes the document's; what is new is added where it stands in the document. A note that needs
    no change comes back byte for byte. Raises CourseError where the note cannot be read.
    """
    before = parse_source(file, content)
    edit = _Edit(file, content, before, document)
    edit.fill_in()
    edit.update()
    edit.add()
    after = edit.content(content)
    return Merged(after, parse_source(file, after), tuple(edit.added), tuple(edit.updated), tuple(_gone(before, edit)))


def _gone(before: Source, edit: _Edit) -> Iterator[str]:
    """A passage that was never the document's holds no text, unless the note holds none at all."""
    keeps_texts = any(passage.text for passage in before.passages)
    known = set(edit.found.values())
    for place, passage in enumerate(before.passages):
        if place not in known and (passage.text or not keeps_texts):
            yield passage.id


class _Edit:
    """A note being edited, part by part."""

    def __init__(self, file: str, content: bytes, source: Source, document: Document) -> None:
        self.source = source
        self.document = document
        self.blocks = tuple(one for one in numbered(document) if plain_text(one.block.text))
        self.found = matched(source.passages, self.blocks)
        self.added: list[str] = []
        self.updated: list[str] = []
        self._table = split(file, content).table
        self._first = _parts(decode(file, content), split(file, content).body_line, source.passages)
        by_passage = {id(part.passage): part for part in self._first.onwards() if part.passage}
        self._held = {number: by_passage[id(source.passages[place])] for number, place in self.found.items()}
        self._changed = False

    def fill_in(self) -> None:
        """Write what the document states into settings that are missing or empty."""
        front, table = self._first.lines, self._table
        if any(line.lstrip().startswith("{") for line in front[1:2]):
            return  # all settings on one line, in braces: left to whoever likes it so
        for name, value in _missing(self.source, self.document):
            line = f"{name}: {scalar(value)}"
            if name not in table.values:
                closing = next(place for place, text in enumerate(front) if place and text.rstrip(" \t") == "---")
                front.insert(closing, line)
            elif empty := _EMPTY_SETTING.fullmatch(front[table.lines[name] - 1]):
                front[table.lines[name] - 1] = line + (f"  {empty['comment']}" if empty["comment"] else "")
            else:
                continue
            self._changed = True

    def update(self) -> None:
        """Give each passage that the document still has the document's words."""
        for number, place in sorted(self.found.items()):
            passage, text = self.source.passages[place], plain_text(self.blocks[number].block.text)
            if words(passage.text) != words(text):
                part = self._held[number]
                part.lines = _retold(part.lines, text)
                self.updated.append(passage.id)
                self._changed = True

    def add(self) -> None:
        """Add the passages that are new, each after the one that precedes it in the document."""
        ids = Ids(passage.id for passage in self.source.passages)
        sections = _Sections(self._first, self._held.values())
        members: dict[int, list[int]] = {}
        for number, one in enumerate(self.blocks):
            members.setdefault(one.section, []).append(number)
        for number, one in enumerate(self.blocks):
            if number not in self._held:
                above = self._above(number, members[one.section], sections)
                self._held[number] = self._insert(above, one, ids.fresh(one.stem, stamped=bool(one.block.stamp)))
                sections.used.add(id(above.home))

    def _above(self, number: int, members: Sequence[int], sections: _Sections) -> _Part:
        """The part that a new block goes behind; a section that the note has not is added there first."""
        one = self.blocks[number]
        if number != members[0]:
            return self._held[number - 1]
        if (next_there := next((other for other in members if other in self._held), None)) is not None:
            above = self._held[next_there].before
            assert above is not None  # before the first passage stands the front matter
            return above
        if not one.heading:
            return self._first
        if (unused := sections.unused(one.heading)) is not None:
            return unused
        section = _Part([f"## {one.heading}", ""], heading=one.heading)
        section.put_behind((self._held[number - 1] if number else self._first).last_of_section())
        return section

    def _insert(self, above: _Part, one: Numbered, id: str) -> _Part:
        section = above.home.heading
        locator = one.block.stamp or section or one.heading or OPENING
        passage = Passage(id, locator, "", one.block.text, self.source.place, section)
        part = _Part([*passage_lines(passage), ""], passage=passage)
        part.put_behind(above)
        self.added.append(id)
        self._changed = True
        return part

    def content(self, before: bytes) -> bytes:
        """The note's bytes, with the line ends and the byte-order mark that it had."""
        if not self._changed:
            return before
        text = "\n".join(line for part in self._first.onwards() for line in part.lines).rstrip("\n") + "\n"
        windows = b"\r\n" in before and before.count(b"\r\n") == before.count(b"\n")
        mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
        return mark + (text.replace("\n", "\r\n") if windows else text).encode()


class _Sections:
    """The sections of a note, by their headings; `used` are those that sections of the document have been found in."""

    def __init__(self, first: _Part, held: Iterable[_Part]) -> None:
        self.used = {id(part.home) for part in held}
        self._by_heading: dict[str, list[_Part]] = {}
        for part in first.onwards():
            if part.heading:
                self._by_heading.setdefault(folded(part.heading), []).append(part)

    def unused(self, heading: str) -> _Part | None:
        """The first section of this heading that is not taken."""
        there = self._by_heading.get(folded(heading), ())
        return next((part for part in there if id(part) not in self.used), None)


def _parts(text: str, body_line: int, passages: Sequence[Passage]) -> _Part:
    """The lines of a note, taken apart where a section or a passage begins; the first part."""
    lines = text.split("\n")
    coming = iter(passages)
    part = first = _Part(lines[: body_line - 1])
    for line in lines[body_line - 1 :]:
        if section := SECTION.fullmatch(line):
            part = part.append(_Part([], heading=section["heading"]))
        elif line.startswith(PASSAGE_MARK):
            part = part.append(_Part([], passage=next(coming)))
        part.lines.append(line)
    return first


def _missing(source: Source, document: Document) -> Iterator[tuple[str, str]]:
    """The settings that a note leaves open and its document states."""
    date = document.date.isoformat() if document.date else ""
    stated = [("author", document.author), ("publisher", document.publisher), ("date", date)]
    if not source.url and not source.video:
        stated += [("url", document.url), ("video", document.video)]
    for name, value in stated:
        if not getattr(source, name) and one_line(value):
            yield name, one_line(value)


def _retold(lines: Sequence[str], text: str) -> list[str]:
    """A passage's lines with another text in the place of the old one, or below the line that names it."""
    first = next((place for place, line in enumerate(lines) if line.startswith(">")), None)
    before = [lines[0], ""] if first is None else [*lines[:first]]
    rest = [line for line in lines[1 if first is None else first :] if not line.startswith(">")]
    while rest and not rest[0].strip():
        rest.pop(0)
    return [*before, *quoted(text), "", *rest]
