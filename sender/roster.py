"""A CSV file of people, read row by row, whatever program wrote it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from sender.errors import SenderError

_LARGEST_FIELD = 2**31 - 1
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")


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

    Column names become lower case with `_` (`First Name` is `first_name`). Raises RosterError where
    there is no header, no `email` column, or two columns of one name.
    """
    csv.field_size_limit(_LARGEST_FIELD)
    lines = _Lines(stream)
    header = next(lines, "")
    if "\0" in header or header.startswith("\udcff\udcfe") or header.startswith("\udcfe\udcff"):
        raise RosterError("The file is not UTF-8 text.", fix="Save it as CSV in UTF-8.")
    delimiter = max(",;\t", key=header.count)
    columns = _columns(next(csv.reader([header], delimiter=delimiter), []))
    reader = csv.reader(lines, delimiter=delimiter, strict=False)
    while True:
        line = lines.number + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, {}, f"the row cannot be read: {error}")
            continue
        if any(value.strip() for value in values):
            yield _row(line, columns, values)


class _Lines(Iterator[str]):
    """The lines of a stream, counted; bytes that are not UTF-8 become lone surrogates, to be found later."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.number = 0

    def __next__(self) -> str:
        line = self._stream.readline()
        if not line:
            raise StopIteration
        self.number += 1
        text = line.decode("utf-8-sig" if self.number == 1 else "utf-8", "surrogateescape")
        return text.replace("\r\n", "\n")


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
    fields = {name: value for name, value in zip(columns, values, strict=False) if name}
    if len(values) != len(columns):
        return Row(line, fields, f"the row has {len(values)} columns, the header {len(columns)}")
    if any("\ud800" <= character <= "\udfff" for value in values for character in value):
        return Row(line, {"email": ""}, "the row is not UTF-8 text")
    return Row(line, fields)
