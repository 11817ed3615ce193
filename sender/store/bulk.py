"""Many rows in one go, which the driver takes as they are: SQLAlchemy takes longer over each than the database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import JSON, Column, Connection, String, Table


def insert_new(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:  # fmt: skip
    """Insert rows of texts and numbers, but for those that are there already. `names` are the columns, in order.

    Values are as the database keeps them: a moment is a Unix second, JSON its text.
    """
    if not rows:
        return
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    if connection.dialect.name == "postgresql":
        arrays = ", ".join(f"%s::{_kind(table.c[name])}[]" for name in names)
        statement = f"{into} SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"  # noqa: S608  # names of ours
        connection.exec_driver_sql(statement, tuple(map(list, zip(*rows, strict=True))))
        return
    holes = ", ".join("?" * len(names))
    statement = f"{into} VALUES ({holes}) ON CONFLICT DO NOTHING"
    connection.exec_driver_sql(statement, list(rows))


def _kind(column: Column[object]) -> str:
    """PostgreSQL's type of a column. A text is one of any length: to cast it to a shorter one would cut it off."""
    if isinstance(column.type, JSON):
        return "JSON"
    return "TEXT" if isinstance(column.type, String) else "BIGINT"


def log_much(connection: Connection) -> None:
    """Have SQLite bring what it logged into the file eight times as seldom, as long as this connection is open.

    Pages that several transactions change are then written there once. The log grows to some 32 MB.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint=8000")
