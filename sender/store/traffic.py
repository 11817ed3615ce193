"""Queries about the requests to a mailer: one row for each, which all processes share."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, Row, Select, select, update

from sender.pacing import Traffic
from sender.store.inserting import minding_insert
from sender.store.tables import traffic

_KNOWN = traffic.c["failures", "closed_until", "reason", "free_at", "began_on", "day", "sent"]


def read(connection: Connection, mailer: str) -> Traffic:
    """What is known of a mailer."""
    return _traffic(connection.execute(_of(mailer)).one_or_none())


def locked(connection: Connection, mailer: str) -> Traffic:
    """What is known of a mailer, in a transaction that writes; until that ends no other one changes it.

    So what one process reserves, or learns, builds on what the others did.
    """
    connection.execute(minding_insert(connection, traffic).values(mailer=mailer).on_conflict_do_nothing())
    return _traffic(connection.execute(_of(mailer).with_for_update()).one_or_none())


def keep(connection: Connection, mailer: str, known: Traffic) -> None:
    """Keep what is known of a mailer, which this transaction has `locked`."""
    values = {column.name: getattr(known, column.name) for column in _KNOWN}
    connection.execute(update(traffic).where(traffic.c.mailer == mailer).values(**values))


def reopen(connection: Connection) -> int:
    """Let every mailer that is left alone be asked again with the next tick, by one small request first; how many."""
    left_alone = update(traffic).where(traffic.c.closed_until.is_not(None))
    at_once = datetime.fromtimestamp(0, UTC)
    return connection.execute(left_alone.values(failures=0, closed_until=at_once)).rowcount


def _of(mailer: str) -> Select[*tuple[object, ...]]:
    return select(*_KNOWN).where(traffic.c.mailer == mailer)


def _traffic(row: Row[*tuple[object, ...]] | None) -> Traffic:
    return Traffic() if row is None else Traffic(*row)  # type: ignore[arg-type]  # the columns' types are the table's
