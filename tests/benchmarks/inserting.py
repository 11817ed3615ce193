"""The least that could be done with a list of people, as a process: `python -m tests.benchmarks.inserting AT_ONCE`.

It inserts every row of `people.csv` into `least.db`, unlooked at: by the csv module and sqlite3 alone, so many rows in
one transaction, with the same pragmas as ours.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from itertools import islice
from pathlib import Path

PEOPLE = "INSERT INTO subscriber (id, email, email_key, first_name, last_name, zone, attributes, created_at)"
PLACES = (
    "INSERT INTO enrolment (subscriber_id, course_id, track, status, overrides, start_at, next_due_at, due_since,"
    " created_at)"
)


def insert_all(at_once: int) -> None:
    """All of it. An address may stand in two rows, so each gets its number as well."""
    connection = sqlite3.connect("least.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
    with Path("people.csv").open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        names = next(rows)[4:]
        numbered = enumerate(rows, start=1)
        while some := list(islice(numbered, at_once)):
            people = [
                (
                    id_,
                    email,
                    f"{email.lower()}{id_}",
                    first,
                    last,
                    zone,
                    json.dumps(dict(zip(names, more, strict=True))),
                    0,
                )
                for id_, (email, first, last, zone, *more) in some
            ]
            connection.execute("BEGIN IMMEDIATE").close()
            connection.executemany(f"{PEOPLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", people).close()
            places = [(id_, 1, "everyone", "active", "{}", 0, 0, 0, 0) for id_, _ in some]
            connection.executemany(f"{PLACES} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", places).close()
            connection.execute("COMMIT").close()
    connection.close()


if __name__ == "__main__":
    insert_all(int(sys.argv[1]))
