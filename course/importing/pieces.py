"""A document's text taken apart into its pieces: headings that are marked as such, paragraphs, list items, code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import pairwise

from course.importing.credits import credit
from course.importing.furniture import stands_alone
from course.importing.rows import cells
from course.importing.stamps import begins_with_stamp
from course.importing.wording import plain

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(?=\S)")
_UNDERLINE = re.compile(r" {0,3}(?:={3,}|-{3,})\s*")
_RULE = re.compile(r"\s*(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|(?:=\s*){3,})")
_ITEM = re.compile(r"(?P<indent>\s*)(?:[-*+•●○◦▪▫■‣▸►·∙–—]|(?P<number>\d{1,3})[.)])\s+(?=\S)(?:\[[ xX]\]\s+)?")
_LONE_BULLET = re.compile(r"\s*[•●○◦▪▫■‣▸►∙]\s*")
_QUOTE = re.compile(r"(?:\s{0,3}>)+ ?")
_DELIMITERS = re.compile(r"\|?(?:\s*:?-+:?\s*\|)*(?:\s*:?-+:?)?")
_CELL = re.compile(r"(?<!\\)\|")
_BLOCK_TAG = re.compile(
    r"<(/?)(h[1-6]|li|p|div|ul|ol|dl|dt|dd|tr|td|th|table|tbody|thead|blockquote|section|article|header|footer|main|nav|"
    r"aside|figure|figcaption|hr|pre|details|summary|center)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_DEFINITION = re.compile(r" {0,3}\[([^\[\]]{1,200})\]:\s+<?(?:https?:|mailto:|/|\.{1,2}/|#)\S*")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,50}\]:?")
_REFERENCE = re.compile(r"\[([^\[\]]{1,500})\]\[([^\[\]]{0,200})\]")
_BOLD = re.compile(r"(\*\*|__)(?=\S)[^*_]{2,120}\1:?")
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_LONGEST_HEADING = 300
_A_FEW = 4


class Kind(Enum):
    """What a piece of text is marked as. `TEXT` may turn out to be a heading of a page that marks none."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    CODE = "code"
    WORDS = "words"
    """A line that is no heading, however short it is."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stand together, without Markdown's marks.

    `level` is that of a heading, from 1; `number` that of a numbered item; `apart` whether a blank line stands before;
    `cells` are the parts of a line that is set in several, by wide gaps, bars or dots.
    """

    kind: Kind
    text: str
    level: int = 0
    number: int | None = None
    apart: bool = True
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a text is set: with Markdown's headings, and broken at `width` letters (0: each paragraph on one line)."""

    markdown: bool
    width: int


@dataclass(slots=True)
class _Open:
    """The piece whose lines are still being read."""

    kind: Kind
    lines: list[str]
    number: int | None
    apart: bool
    indent: int
    table: bool = False


@dataclass(slots=True)
class _Reading:
    """What has been read of a text, and what is open."""

    layout: _Layout
    done: list[Piece] = field(default_factory=list)
    open_: _Open | None = None
    blank: bool = True
    bullet: bool = False

    def close(self) -> None:
        """End the open piece; one without words leaves nothing behind."""
        open_, self.open_ = self.open_, None
        if open_ is None:
            return
        if open_.table:
            for line in open_.lines:
                self.add(Piece(Kind.TEXT, _row(line), apart=open_.apart))
            return
        source = "\n".join(open_.lines)
        bold = open_.kind is Kind.TEXT and len(source) < _LONGEST_HEADING and _BOLD.fullmatch(source.strip())
        if bold and source.strip()[-1] in "*_" and not _SENTENCE_END.search(plain(source).rstrip(":?")):
            self.add(Piece(Kind.HEADING, plain(source), 6, apart=open_.apart))
        else:
            row = cells(open_.lines[0]) if len(open_.lines) == 1 and open_.kind is Kind.TEXT else ()
            row = tuple(filter(None, map(plain, row)))
            self.add(Piece(open_.kind, plain(source), number=open_.number, apart=open_.apart, cells=row))

    def add(self, piece: Piece) -> None:
        """Take a piece up, unless there is nothing in it."""
        if piece.text:
            self.done.append(piece)

    def read(self, line: str) -> None:
        """Read one line that is no code."""
        if not line.strip():
            self.close()
            self.blank = True
            return
        if self.open_ and self.open_.kind is Kind.TEXT and self._underlines(line):
            return
        if _RULE.fullmatch(line):
            self.close()
            self.blank = True
        elif heading := _HEADING.match(line):
            self._heading(line[heading.end() :], len(heading[1]))
        elif quote := _QUOTE.match(line):
            self.read(line[quote.end() :].lstrip("> "))
        elif _LONE_BULLET.fullmatch(line):
            self.bullet = not self._is_a_few_words()
            self.close()
        else:
            self._words(line)
            self.blank = False

    def _is_a_few_words(self) -> bool:
        """Whether a few words stand right above: a dot between them and what is below is no bullet."""
        open_ = self.open_
        if open_ is None or open_.kind is not Kind.TEXT or len(open_.lines) > 1:
            return False
        return len(open_.lines[0].split()) <= _A_FEW and not open_.lines[0].rstrip().endswith(":")

    def _underlines(self, line: str) -> bool:
        """Whether the line makes a heading, or a table, of the line above it."""
        open_ = self.open_
        assert open_ is not None
        if "|" in line and "|" in open_.lines[-1] and _delimits(line):
            above = open_.lines.pop()
            blank = self.blank
            if open_.lines:
                self.close()
            self.open_ = _Open(Kind.TEXT, [above], None, blank, 0, table=True)
            return True
        if len(open_.lines) == 1 and _UNDERLINE.fullmatch(line) and len(open_.lines[0]) < _LONGEST_HEADING:
            self.open_ = None
            self._heading(open_.lines[0], 1 if "=" in line else 2)
            return True
        return False

    def _heading(self, line: str, level: int) -> None:
        self.close()
        whole = line.rstrip()
        closed = whole.rstrip("#")
        text = plain(closed if closed.endswith((" ", "\t")) else whole)
        kind = Kind.HEADING if len(text) <= _LONGEST_HEADING else Kind.TEXT
        self.add(Piece(kind, text, level if kind is Kind.HEADING else 0))
        self.blank = True

    def _words(self, line: str) -> None:
        item = _ITEM.match(line)
        if self.open_ and self.open_.table:
            self.open_.lines.append(line)
        elif item:
            self.close()
            number = int(item["number"]) if item["number"] else None
            indent = len(item["indent"].expandtabs(4))
            self.open_ = _Open(Kind.ITEM, [line[item.end() :]], number, self.blank, indent)
        elif self.open_ and self._joins(self.open_, line):
            self.open_.lines.append(line)
        else:
            self.close()
            table = line.strip().startswith("|") and line.strip().endswith("|") and line.count("|") > 1
            kind = Kind.ITEM if self.bullet else Kind.TEXT
            self.open_ = _Open(kind, [line], None, self.blank, 0, table=table)
        self.bullet = False

    def _joins(self, open_: _Open, line: str) -> bool:
        """Whether the line goes on with the piece that is open, rather than begin another."""
        before, words = open_.lines[-1].strip(), line.strip()
        if begins_with_stamp(words) or open_.lines[-1].endswith(("  ", "\\")):
            return False
        if open_.kind is Kind.ITEM and len(line) - len(line.lstrip()) > open_.indent:
            return True
        if self.layout.width and len(before) + 1 + len(words.split(None, 1)[0]) > self.layout.width:
            return True
        if words[0].islower() and len(before) >= 40 and not _SENTENCE_END.search(before[-10:]):
            # A small letter goes on with the line above, unless a title stands there and its author here.
            byline = len(open_.lines) == 1 and words.startswith("by ")
            return not (byline and credit(plain(words[:_LONGEST_HEADING])) is not None)
        return self.layout.markdown and not (stands_alone(plain(before[:500])) or stands_alone(plain(words[:500])))


def pieces(text: str) -> list[Piece]:
    """The pieces of a text, in order; pictures, rules and remarks that no reader sees are none."""
    lines, code = _lines(_without_comments(text))
    labels = {found[1].casefold() for line in lines if "]:" in line and (found := _DEFINITION.match(line))}
    footnotes = any(line.startswith("[^") and "]:" in line for line in lines)
    reading = _Reading(_layout(lines, code))
    for number, line in enumerate(lines):
        if number in code:
            reading.close()
            reading.add(Piece(Kind.CODE, code[number]))
            reading.blank = True
            continue
        if "[" in line:
            if footnotes:
                line = _FOOTNOTE.sub("", line)
            if labels:
                if _DEFINITION.match(line):
                    continue
                line = _REFERENCE.sub(lambda found: _referred(found, labels), line)
        reading.read(line)
    reading.close()
    return _joined(reading.done)


def _referred(found: re.Match[str], labels: set[str]) -> str:
    return found[1] if (found[2] or found[1]).casefold() in labels else found[0]


def _joined(done: list[Piece]) -> list[Piece]:
    """Numbered lines of a page without marked headings are its headings where they do not follow each other."""
    if any(piece.kind is Kind.HEADING and piece.level < 6 for piece in done):
        return done
    return [_unlisted(done, place) if piece.number is not None else piece for place, piece in enumerate(done)]


def _says_more(below: str, above: str) -> bool:
    return len(below) > len(above) or (below[-1] != ":" and _SENTENCE_END.search(below) is not None)


def _unlisted(done: list[Piece], place: int) -> Piece:
    piece = done[place]
    around = [*done[max(0, place - 1) : place], *done[place + 1 : place + 2]]
    followed = place + 1 < len(done) and _says_more(done[place + 1].text, piece.text)
    short = len(piece.text) <= 100 and not _SENTENCE_END.search(piece.text.rstrip(":?"))
    if short and followed and all(other.number is None for other in around):
        return replace(piece, kind=Kind.HEADING, text=piece.text.rstrip(" :"), level=2)
    return piece


def _lines(text: str) -> tuple[list[str], dict[int, str]]:
    """The lines of a text, and the code that stands in place of some of them."""
    lines: list[str] = []
    code: dict[int, str] = {}
    fence, inside = "", list[str]()
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence and mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
            code[len(lines)] = "\n".join(inside).strip("\n")
            lines.append("")
            fence, inside = "", []
        elif fence:
            inside.append(line.rstrip())
        elif mark and "`" not in line[mark.end() :]:
            fence = mark[1]
        else:
            lines.extend(_untagged(line) if "<" in line else (line,))
    if fence:
        lines.extend(inside)
    return lines, code


def _untagged(line: str) -> Iterator[str]:
    """A line with HTML that sets blocks, as the lines that it makes."""
    if not _BLOCK_TAG.search(line):
        return iter((line,))
    return iter(_BLOCK_TAG.sub(_as_markdown, line).split("\n"))


def _as_markdown(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    if tag[1]:
        return "\n\n"
    if name == "li":
        return "\n- "
    return f"\n\n{'#' * int(name[1])} " if name[0] == "h" and name[1:].isdecimal() else "\n\n"


def _without_comments(text: str) -> str:
    parts, last = list[str](), 0
    while (start := text.find("<!--", last)) >= 0 and (end := text.find("-->", start)) >= 0:
        parts.append(text[last:start])
        last = end + 3
    return "".join((*parts, text[last:]))


def _delimits(line: str) -> bool:
    line = line.strip()
    return len(line) <= 2_000 and _DELIMITERS.fullmatch(line) is not None


def _row(line: str) -> str:
    if _delimits(line):
        return ""
    cells = (plain(cell) for cell in _CELL.split(line.strip().strip("|")))
    return "; ".join(cell for cell in cells if cell)


def _layout(lines: list[str], code: dict[int, str]) -> _Layout:
    markdown = any(_HEADING.match(line) for number, line in enumerate(lines) if number not in code)
    longest = max((len(line.strip()) for line in lines), default=0)
    if not 50 <= longest <= 120:
        return _Layout(markdown, 0)
    broken = sum(
        len(line.strip()) > longest * 0.7 and bool(after.strip()) and not _SENTENCE_END.search(line.strip()[-10:])
        for line, after in pairwise(lines)
    )
    return _Layout(markdown, longest if broken >= 3 else 0)
