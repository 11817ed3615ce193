"""INSERTs that mind what is there already: both databases have them, each under a name of its own in SQLAlchemy."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def minding_insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT to which `on_conflict_do_nothing` or `on_conflict_do_update` can be said."""
    return insert_of(connection.dialect.name, table)


def insert_of(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The same by a dialect's name, for statements that are made once."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
