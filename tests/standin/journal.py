"""The stand-in's journal: one JSON line a request, written before the answer goes out.

A line survives the client being killed, and with a file and `fsync` the machine's end as well. It is what a test
asserts on: who was sent what, how often, whatever the client believes.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.standin.addresses import Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request that was read to its end.

    `number` counts requests from 1 (one cut off before its end leaves a gap); `at` is ISO 8601 in UTC; `status` is what
    the client is told, None where a `fault` leaves it without an answer. `taken` is the truth: whether the mail goes
    out. `payload` is None in a journal that keeps no bodies, or where the body was no JSON object.
    """

    number: int
    at: str
    status: int | None
    taken: bool
    message_id: str | None = None
    fault: str | None = None
    errors: tuple[Mapping[str, str | None], ...] = ()
    recipients: tuple[Recipient, ...] = ()
    payload: Mapping[str, Any] | None = None


class Journal:
    """Entries in the order in which requests were taken, in a file or, without one, in memory; safe for many threads.

    A file that exists is continued; a last line that a kill left unfinished is cut off, since its answer never went
    out.
    """

    def __init__(self, path: Path | None = None, *, fsync: bool = True) -> None:
        self._lock = threading.Lock()
        self._lines: list[bytes] = []
        self._path = path
        self._fsync = fsync
        self._file = None if path is None else _opened(path)

    def last_number(self) -> int:
        """The highest request number so far, 0 in a new journal."""
        return max((json.loads(line)["number"] for line in self.lines()), default=0)

    def write(self, entry: Entry, body: bytes | None = None) -> None:
        """Adds `entry`; `body` is the request's JSON as it came, kept as the entry's `payload` if given."""
        line = _line(entry, body)
        with self._lock:
            if self._file is None:
                self._lines.append(line)
                return
            self._file.write(line + b"\n")
            if self._fsync:
                os.fsync(self._file.fileno())

    def lines(self) -> Iterator[bytes]:
        """Each entry's line of JSON, without its end; what is written meanwhile may be missing."""
        if self._path is None:
            with self._lock:
                lines = list(self._lines)
            yield from lines
        else:
            yield from complete_lines(self._path)

    def entries(self) -> Iterator[Entry]:
        """Each entry, one at a time: a journal of a million recipients is never in memory as a whole."""
        return (entry_from_line(line) for line in self.lines())

    def clear(self) -> None:
        """Empties memory and file."""
        with self._lock:
            self._lines.clear()
            if self._file is not None:
                self._file.truncate(0)

    def close(self) -> None:
        """Closes the file; what was written stays readable."""
        with self._lock:
            if self._file is not None and not self._file.closed:
                self._file.close()


def read_journal(path: Path) -> Iterator[Entry]:
    """The entries of a journal's file, also while a stand-in is writing to it; an unfinished last line is left out."""
    return (entry_from_line(line) for line in complete_lines(path))


def times_taken(entries: Iterable[Entry], custom_arg: str) -> Counter[str]:
    """How often each value of `custom_arg` was taken: a delivery's id that counts 2 was sent twice.

    A recipient without that argument is counted under the empty string.
    """
    counts: Counter[str] = Counter()
    for entry in entries:
        if entry.taken:
            counts.update(recipient.custom_args.get(custom_arg, "") for recipient in entry.recipients)
    return counts


def entry_from_line(line: bytes) -> Entry:
    """The entry that a line of the journal holds."""
    found = json.loads(line)
    recipients = tuple(Recipient(address, args) for address, args in found.pop("recipients"))
    return Entry(recipients=recipients, errors=tuple(found.pop("errors")), **found)


def complete_lines(path: Path) -> Iterator[bytes]:
    """The finished lines of a JSON-lines file, without their ends."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1]


def _opened(path: Path) -> Any:
    if path.exists():
        whole = sum(len(line) + 1 for line in complete_lines(path))
        if whole != path.stat().st_size:
            os.truncate(path, whole)
    # Unbuffered: each line is with the operating system when write() returns.
    return path.open("ab", buffering=0)


def _line(entry: Entry, body: bytes | None) -> bytes:
    head = {
        "number": entry.number,
        "at": entry.at,
        "status": entry.status,
        "taken": entry.taken,
        "message_id": entry.message_id,
        "fault": entry.fault,
        "errors": entry.errors,
        "recipients": [(recipient.address, recipient.custom_args) for recipient in entry.recipients],
    }
    line = json.dumps(head, separators=(",", ":")).encode("ascii")
    if body is None:
        return line
    # JSON allows a bare line end only between its tokens, so a space there changes nothing and keeps it one line.
    return line[:-1] + b',"payload":' + body.translate(_ONE_LINE) + b"}"


_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")
