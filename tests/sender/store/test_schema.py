"""The tables that migrations make are the tables that the queries know, in both databases."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import inspect
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, SAWarning

from sender.store import database as opening
from sender.store.database import Database
from sender.store.tables import SCHEMA_VERSION, Moment, metadata
from tests.architecture.source import ROOT
from tests.sender.stage import MONDAY, Stage, a_course

both = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
MIGRATIONS = ROOT / "sender" / "store" / "migrations"


@both
def test_what_migrations_make_is_what_the_tables_say(database: Database) -> None:
    with database.read() as connection, warnings.catch_warnings():
        # SQLite does not tell what an index on an expression is made of; the test of the indexes below reads their SQL.
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index", SAWarning)
        warnings.filterwarnings(
            "ignore", "autogenerate skipping metadata-specified expression-based index", UserWarning
        )
        # Of SQLite's defaults Alembic takes '' for another than ''.
        opts = {"compare_type": True, "compare_server_default": not database.is_sqlite}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


@both
def test_every_index_that_the_tables_name_is_there(database: Database) -> None:
    """By name, the partial and those on expressions included."""
    with database.read() as connection, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index", SAWarning)
        if database.is_sqlite:
            found = {
                name for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'index'")
            }
        else:
            found = {name for (name,) in connection.exec_driver_sql("SELECT indexname FROM pg_indexes")}
    named = {index.name for table in metadata.tables.values() for index in table.indexes}
    assert named
    assert named <= found


def test_the_newest_migration_is_the_one_that_this_version_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA_VERSION]


def test_no_migration_imports_the_project() -> None:
    """A migration stays true to its day: it must not change when the tables do."""
    for file in (MIGRATIONS / "versions").glob("*.py"):
        assert "sender" not in file.read_text(encoding="utf-8")


@both
@pytest.mark.parametrize(("status", "allowed"), [("ended", True), ("finished", True), ("active", False),
                                                 ("pending", False), ("paused", False)])  # fmt: skip
def test_a_person_has_one_open_enrolment_on_a_course(stage: Stage, status: str, allowed: bool) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.change("UPDATE enrolment SET status = :status", status=status)
    again = (
        "INSERT INTO enrolment (id, subscriber_id, course_id, track, status, overrides, start_at, created_at)"
        " SELECT 99, subscriber_id, course_id, track, 'active', overrides, start_at, created_at FROM enrolment"
    )
    if allowed:
        stage.change(again)
    else:
        with pytest.raises(IntegrityError):
            stage.change(again)


@both
def test_two_people_cannot_have_one_address_but_two_erased_ones_none(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob", "cid")
    with pytest.raises(IntegrityError):
        stage.change("UPDATE subscriber SET email_key = 'ann@example.com' WHERE email_key = 'bob@example.com'")
    stage.change("UPDATE subscriber SET email_key = NULL WHERE email_key <> 'ann@example.com'")


@both
def test_what_is_pointed_at_cannot_be_removed(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    with pytest.raises(IntegrityError):
        stage.change("DELETE FROM subscriber")


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()))  # noqa: DTZ001  # aware by st
@example(datetime(1969, 12, 31, 23, 0, 0, 1, tzinfo=UTC))
def test_a_moment_is_kept_to_the_second_and_comes_back_in_utc(moment: datetime) -> None:
    kept = Moment().process_bind_param(moment, sqlite.dialect())
    back = Moment().process_result_value(kept, sqlite.dialect())
    assert back is not None
    assert back.tzinfo is UTC
    assert timedelta(0) <= moment.astimezone(UTC) - back < timedelta(seconds=1)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        Moment().process_bind_param(MONDAY.replace(tzinfo=None), sqlite.dialect())


def test_one_moment_in_two_zones_is_one() -> None:
    elsewhere = MONDAY.astimezone(timezone(timedelta(hours=5, minutes=30)))
    kept = {Moment().process_bind_param(one, sqlite.dialect()) for one in (MONDAY, elsewhere)}
    assert len(kept) == 1


def test_no_moment_stays_none() -> None:
    assert Moment().process_bind_param(None, sqlite.dialect()) is None
    assert Moment().process_result_value(None, sqlite.dialect()) is None


def test_what_is_uncertain_in_an_older_database_is_held_against_the_batches_before_it(tmp_path: Path) -> None:
    database = opening.connect(f"sqlite:///{tmp_path / 'earlier.db'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.exec_driver_sql("INSERT INTO course (id, slug) VALUES (1, 'letters')")
        connection.exec_driver_sql("INSERT INTO edition (id, course_id, hash, published_at) VALUES (1, 1, 'h', 0)")
        connection.exec_driver_sql(
            "INSERT INTO variant (id, edition_id, kind, track, outcomes, outcomes_hash, subject, html, text,"
            " placeholders, salt) VALUES (1, 1, 'lesson', '', '[]', '', '', '', '', '[]', '')"
        )
        for state, at in (("accepted", 90_000), ("uncertain", 100_000), ("accepted", 30_000), ("uncertain", 82_800),
                          ("uncertain", 82_799), ("claimed", None)):  # fmt: skip
            batch = "INSERT INTO batch (course_id, variant_id, state, sending_at) VALUES (1, 1, ?, ?)"
            connection.exec_driver_sql(batch, (state, at))
    opening.migrate(database)
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT begun, behind FROM batch ORDER BY id").all()
    database.close()
    assert [tuple(row) for row in found] == [(1, None), (2, None), (3, None), (4, 100_000), (5, 90_000), (None, None)]


@both
def test_migrating_twice_changes_nothing(database: Database) -> None:
    with database.read() as connection:
        before = inspect(connection).get_table_names()
    opening.migrate(database)
    with database.read() as connection:
        assert inspect(connection).get_table_names() == before
        assert opening.schema_version(connection) == SCHEMA_VERSION
