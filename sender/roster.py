"""A CSV file of people: read row by row, whatever program wrote it, and written so that any may open it."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from sender.errors import SenderError

LONGEST_ROW = 100_000
"""The most characters that a row may have in the file, quotes and line breaks included; no more is held in memory."""

COLUMNS = ("email", "first_name", "last_name", "timezone")
"""The columns that every list that we write begins with."""

_FORMULA = r"(?='*(?:[\t\r\n]|\s*[=+@\-\uff0b\uff0d\uff1d\uff20]))"
"""What a spreadsheet would take for a formula (OWASP, "CSV Injection"), behind any number of apostrophes.

Where semicolons part columns, what follows one in a value begins a cell as well.
"""

_BARE = re.compile(rf"(^|;){_FORMULA}")
_SHELTERED = re.compile(rf"(^|;)'{_FORMULA}")

_NOT_A_NAME = re.compile(r"[^a-z0-9]+")
_NOT_TEXT = re.compile("[\ud800-\udfff]")
_TOO_LONG = f"the row is longer than {LONGEST_ROW:,} characters"
_UNCLOSED = "a quotation mark is opened in this line and not closed as it should be"


class RosterError(SenderError):
    """The file as a whole cannot be read as a list of people."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its first line in the file, its fields by column name, and what is wrong with it as a row."""

    line: int
    fields: dict[str, str] = field(repr=False)
    problem: str = ""


def read_roster(stream: IO[bytes]) -> Iterator[Row]:
    """The rows of a CSV file in UTF-8, with or without a byte-order mark, with commas, semicolons or tabs.

    Lines may end as on any system. Column names become lower case with `_` (`First Name` is
    `first_name`). Where a quotation mark is not closed, its line alone is a row with a problem, and
    reading goes on with the next one. Raises RosterError where there is no header, no `email`
    column, or two columns of one name.
    """
    # Bytes that are not UTF-8 become lone surrogates, by which their row is found later.
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline=None)
    try:
        yield from _rows(_Lines(text))
    finally:
        with suppress(ValueError):  # it is closed already
            text.detach()  # the stream is the caller's to close


def _rows(lines: _Lines) -> Iterator[Row]:
    header = lines.first()
    if "\0" in header or header.startswith(("\udcff\udcfe", "\udcfe\udcff")):
        raise RosterError("The file is not UTF-8 text.", fix="Save it as CSV in UTF-8.")
    reader = csv.reader(lines, delimiter=max(",;\t", key=header.count), strict=True)
    columns = _columns(_read(reader) or [])
    while True:
        line = lines.begin_row()
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(line, {}, lines.problem)
            lines.go_back()
            continue
        if "".join(values).strip():
            yield _row(line, columns, values)


def _read(reader: Iterator[list[str]]) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error:
        return None


class _Lines(Iterator[str]):
    """The lines of a text, counted. Those of the row that is being read can be gone back to, all but its first."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._ahead: deque[str] = deque()
        self._row: list[str] = []
        self._size = 0
        self._begun = 0

    @property
    def problem(self) -> str:
        """Why this row could not be read."""
        return _TOO_LONG if len(self._row) == 1 and self._size >= LONGEST_ROW else _UNCLOSED

    def first(self) -> str:
        """The first line, which is still to be read."""
        line = self._whole_line()
        if line:
            self._ahead.append(line)
        return line

    def begin_row(self) -> int:
        """Begin to read a row; the number of its first line."""
        self._begun += len(self._row)
        self._row, self._size = [], 0
        return self._begun + 1

    def go_back(self) -> None:
        """Read again from the second line of this row."""
        self._ahead.extendleft(reversed(self._row[1:]))
        del self._row[1:]

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._whole_line()
        if not line:
            raise StopIteration
        self._size += len(line)
        self._row.append(line)
        if self._size >= LONGEST_ROW:
            raise csv.Error(_TOO_LONG)
        return line

    def _whole_line(self) -> str:
        """The next line; of one that is too long, as much as shows that it is."""
        line = self._text.readline(LONGEST_ROW)
        rest = line
        while len(rest) == LONGEST_ROW and not rest.endswith("\n"):
            rest = self._text.readline(LONGEST_ROW)
        return line


def _columns(header: list[str]) -> list[str]:
    columns = [_NOT_A_NAME.sub("_", name.strip().lower()).strip("_") for name in header]
    if "email" not in columns:
        named = ", ".join(name[:40] for name in columns[:20] if name) or "none"
        raise RosterError(
            f"The file has no column `email` (its columns: {named}).",
            fix="Its first line must name the columns, `email` among them.",
        )
    twice = next((name for name in columns if name and columns.count(name) > 1), None)
    if twice is not None:
        raise RosterError(f"The file has two columns `{twice}`.", fix="Rename or remove one.")
    return columns


def _row(line: int, columns: list[str], values: list[str]) -> Row:
    text = "".join(values)
    is_text = text.isascii() or not _NOT_TEXT.search(text)
    if is_text and "'" not in text:  # as nearly all are: looked at once, not value by value
        fields = dict(zip(columns, values, strict=False))
        fields.pop("", None)
    else:
        named = zip(columns, values, strict=False)
        fields = {name: unsheltered(value) for name, value in named if name and not _NOT_TEXT.search(value)}
    if not is_text:
        return Row(line, fields, "the row is not UTF-8 text")
    if len(values) != len(columns):
        return Row(line, fields, f"the row has {len(values)} columns, the header {len(columns)}")
    return Row(line, fields)


def sheltered(value: str) -> str:
    """A value as it is written: behind an apostrophe where a spreadsheet would run it as a formula.

    >>> sheltered("=1+1"), sheltered("+49 30 123"), sheltered("Ann")
    ("'=1+1", "'+49 30 123", 'Ann')
    """
    return _BARE.sub(r"\1'", value)


def unsheltered(value: str) -> str:
    """A value as it was before `sheltered`.

    >>> unsheltered("'=1+1"), unsheltered("'Ann'"), unsheltered("=1+1")
    ('=1+1', "'Ann'", '=1+1')
    """
    return _SHELTERED.sub(r"\1", value) if "'" in value else value


def write_roster(stream: IO[str], people: Iterable[Mapping[str, str]]) -> int:
    """Write people as CSV, which `read_roster` reads as the same; how many there were.

    Which columns there are is known once all have been seen, so they wait in a file without a name, not in memory.
    """
    others: set[str] = set()
    count = 0
    with tempfile.TemporaryFile("w+", encoding="utf-8") as kept:
        for fields in people:
            others.update(fields)
            kept.write(json.dumps(dict(fields)) + "\n")
            count += 1
        columns = (*COLUMNS, *sorted(others.difference(COLUMNS)))
        writer = csv.writer(stream)
        writer.writerow(columns)
        kept.seek(0)
        for line in kept:
            fields = json.loads(line)
            writer.writerow([sheltered(fields.get(name, "")) for name in columns])
    return count
