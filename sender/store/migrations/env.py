"""Runs migrations on the connection that `sender.store.database.migrate` hands in, within its transaction."""

from __future__ import annotations

from alembic import context

from sender.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
