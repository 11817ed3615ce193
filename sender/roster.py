"""A CSV file of people, read row by row, whatever program wrote it."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from sender.errors import SenderError

LONGEST_ROW = 100_000
"""The most characters that a row may have in the file, quotes and line breaks included; no more is held in memory."""

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


def read_roster(stream: BinaryIO) -> Iterator[Row]:
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
        text.detach()  # the stream is the caller's to close


def _rows(lines: _Lines) -> Iterator[Row]:
    header = lines.first()
    if "\0" in header or header.startswith(("\udcff\udcfe", "\udcfe\udcff")):
        raise RosterError("The file is not UTF-8 text.", fix="Save it as CSV in UTF-8.")
    # A limit of this module and no setting: csv keeps one for the whole process.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_ROW))
    reader = csv.reader(lines, delimiter=max(",;\t", key=header.count), strict=True)
    columns = _columns(_read(reader) or [])
    while True:
        line = lines.begin_row()
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(line, {}, _TOO_LONG if lines.too_long else _UNCLOSED)
            lines.go_back()
            continue
        if any(value.strip() for value in values):
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
        self.too_long = False

    def first(self) -> str:
        """The first line, which is still to be read."""
        line = self._text.readline(LONGEST_ROW)
        if line:
            self._ahead.append(line)
        return line

    def begin_row(self) -> int:
        """Begin to read a row; the number of its first line."""
        self._begun += len(self._row)
        self._row, self._size, self.too_long = [], 0, False
        return self._begun + 1

    def go_back(self) -> None:
        """Read again from the second line of this row."""
        self._ahead.extendleft(reversed(self._row[1:]))
        del self._row[1:]

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._text.readline(LONGEST_ROW)
        if not line:
            raise StopIteration
        self._size += len(line)
        self._row.append(line)
        if self._size >= LONGEST_ROW:
            self.too_long = True
            self._skip_rest_of(line)
            raise csv.Error(_TOO_LONG)
        return line

    def _skip_rest_of(self, line: str) -> None:
        while len(line) == LONGEST_ROW and not line.endswith("\n"):
            line = self._text.readline(LONGEST_ROW)
