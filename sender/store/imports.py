"""How far imports came that are not through: kept in the transaction of what they brought in, without any address."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from sender.store.inserting import minding_insert
from sender.store.tables import import_run

_COLUMNS = import_run.c["line", "added", "updated", "rejected", "suppressed", "at"]


@dataclass(frozen=True, slots=True)
class Run:
    """An import that is not through: the line of the last row that it has dealt with, its counts, and since when."""

    line: int
    added: int
    updated: int
    rejected: int
    suppressed: int
    at: datetime


def run_of(connection: Connection, fingerprint: str) -> Run | None:
    """How far an import came, by the fingerprint of its file and its terms."""
    row = connection.execute(select(*_COLUMNS).where(import_run.c.fingerprint == fingerprint)).one_or_none()
    return None if row is None else Run(*row)


def note(connection: Connection, fingerprint: str, run: Run) -> None:
    """Keep how far an import has come."""
    made = minding_insert(connection, import_run).values(fingerprint=fingerprint, **asdict(run))
    connection.execute(made.on_conflict_do_update(index_elements=["fingerprint"], set_=asdict(run)))


def forget(connection: Connection, fingerprint: str) -> None:
    """Drop what is known of an import, because it is through."""
    connection.execute(delete(import_run).where(import_run.c.fingerprint == fingerprint))


def forget_before(connection: Connection, moment: datetime) -> None:
    """Drop what is known of imports that nobody has gone on with since a moment."""
    connection.execute(delete(import_run).where(import_run.c.at < moment))
