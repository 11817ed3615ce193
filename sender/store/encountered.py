"""Which addresses an import has met so far, and in which line: exact, and on disk, so that memory stays flat."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from types import TracebackType

from sender.errors import StoreError


class Encountered:
    """Addresses with the line in which each stood first. A private file without a name holds them until the end."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-4000"):
            self._connection.execute(f"PRAGMA {pragma}").close()
        self._connection.execute("CREATE TABLE met (email_key TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID").close()

    def __enter__(self) -> Encountered:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def first_lines(self, keys: Sequence[tuple[str, int]]) -> dict[str, int]:
        """The line in which each address stood first, those given now included, in the order in which they stand.

        Raises StoreError where there is no room for the file.
        """
        try:
            return self._first_lines(keys)
        except sqlite3.Error as error:
            fix = "Make room in the folder for temporary files (TMPDIR), and import again: what is in stays in."
            raise StoreError(f"The addresses met so far cannot be kept: {error}.", fix=fix) from error

    def _first_lines(self, keys: Sequence[tuple[str, int]]) -> dict[str, int]:
        self._connection.execute("BEGIN").close()
        new = self._connection.executemany("INSERT OR IGNORE INTO met VALUES (?, ?)", keys).rowcount
        self._connection.execute("COMMIT").close()
        if new == len(keys):  # as nearly always
            return dict(keys)
        holes = ", ".join("?" * len(keys))
        found = self._connection.execute(
            f"SELECT email_key, line FROM met WHERE email_key IN ({holes})",  # noqa: S608  # question marks alone
            [key for key, _ in keys],
        )
        return dict(found.fetchall())
