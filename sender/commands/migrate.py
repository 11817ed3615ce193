"""`dripcourse migrate`: bring the database's schema up to date."""

from __future__ import annotations

import click


@click.command(short_help="Bring the database's schema up to date.")
def migrate() -> None:
    """Bring the database's schema up to date. On one that is, nothing happens."""
    from sender.settings import load_settings
    from sender.store.database import connect
    from sender.store.database import migrate as bring_up_to_date
    from sender.store.tables import SCHEMA_VERSION

    database = connect(load_settings().database)
    try:
        bring_up_to_date(database)
    finally:
        database.close()
    click.echo(f"The database is at schema {SCHEMA_VERSION}.")
