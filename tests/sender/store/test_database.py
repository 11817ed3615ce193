"""Opening a database, and what is said where that cannot be done."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier, Event
from typing import ClassVar

import pytest
from sqlalchemy import insert, select, text

from sender.errors import StoreError
from sender.settings import Settings
from sender.store import database as opening
from sender.store.database import Database, connect, migrate, open_database, schema_version
from sender.store.tables import SCHEMA_VERSION, course
from tests.sender.conftest import new_postgresql_database

URL = "sqlite:///dripcourse.db"
FILE = Path("dripcourse.db")
both = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def refused(url: str = URL, *, create: bool = True) -> str:
    with pytest.raises(StoreError) as error:
        open_database(url, create=create).close()
    return str(error.value)


@contextmanager
def opened(url: str = URL) -> Iterator[Database]:
    database = open_database(url)
    try:
        yield database
    finally:
        database.close()


def pragma(database: Database, name: str) -> object:
    with database.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


# A new file, and one that is there.


def test_a_new_file_gets_its_tables_at_once() -> None:
    with opened() as database, database.read() as connection:
        assert schema_version(connection) == SCHEMA_VERSION


def test_a_file_that_must_be_there_is_not_made() -> None:
    message = refused(create=False)
    assert "There is no database dripcourse.db yet." in message
    assert "dripcourse publish" in message
    assert not FILE.exists()


def test_a_folder_that_is_not_there_is_told() -> None:
    assert "no folder nowhere" in refused("sqlite:///nowhere/dripcourse.db")


@pytest.mark.parametrize("name", ["a folder/it's ä.db", "a folder/100%25.db", "a folder/a%20b.db?timeout=5"])
def test_the_file_that_is_opened_is_the_one_that_the_settings_mean(name: str) -> None:
    Path("a folder").mkdir()
    url = f"sqlite:///{name}"
    with opened(url):
        pass
    assert Settings(database=url).sqlite_file in [*Path("a folder").iterdir()]


def test_processes_that_open_a_new_file_at_once_all_get_it() -> None:
    """SQLite does not wait where a file is brought into WAL mode; the first to come wins, and no other may fail."""
    at_once = Barrier(8)

    def one(number: int) -> str | None:
        at_once.wait()
        with opened(f"sqlite:///{number}.db") as database, database.read() as connection:
            return schema_version(connection)

    with ThreadPoolExecutor(8) as pool:
        for number in range(8):
            assert set(pool.map(one, [number] * 8)) == {SCHEMA_VERSION}


def test_a_file_that_is_busy_while_it_is_brought_into_wal_mode_is_tried_again() -> None:
    class Busy(sqlite3.Connection):
        """Busy for three times, as where others open or close the file at that moment."""

        ran: ClassVar[list[str]] = []

        def execute(self, statement: str, *values: object) -> sqlite3.Cursor:
            self.ran.append(statement)
            if statement.startswith("PRAGMA") and len(self.ran) < 9:
                error = sqlite3.OperationalError("database is locked")
                error.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise error
            return super().execute(statement)

    with closing(sqlite3.connect(FILE, isolation_level=None, factory=Busy)) as connection:
        opening._enter_wal(connection)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert Busy.ran[:4] == ["PRAGMA journal_mode=WAL", "BEGIN IMMEDIATE", "ROLLBACK", "PRAGMA journal_mode=WAL"]


def test_a_power_cut_loses_no_commit_and_readers_do_not_wait_for_writers(sqlite_url: str) -> None:
    with opened(sqlite_url) as database:
        assert pragma(database, "journal_mode") == "wal"
        assert pragma(database, "synchronous") == 2
        assert pragma(database, "foreign_keys") == 1
        assert pragma(database, "busy_timeout") == 10_000


# What is no database of ours.


def test_a_file_that_is_no_database_is_told_and_left_alone() -> None:
    FILE.write_text("email\nann@example.com\n" * 100)
    assert "not a SQLite database" in refused()
    assert FILE.read_text().startswith("email")


def test_a_folder_in_place_of_the_file_is_told() -> None:
    FILE.mkdir()
    assert "The database cannot be used" in refused()


def migrate_at(url: str) -> None:
    with closing(connect(url)) as database:
        migrate(database)


@pytest.mark.parametrize("call", [open_database, migrate_at], ids=["opening", "migrating"])
def test_another_program_s_database_is_told_and_left_alone(call: object) -> None:
    with closing(sqlite3.connect(FILE)) as connection:
        connection.execute("CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(StoreError, match="another program"):
        call(URL)  # type: ignore[operator]
    with closing(sqlite3.connect(FILE)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


@both
def test_another_schema_is_told(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    with opened(url) as database, database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        message = refused(url)
        assert f"has schema 9999, this version needs {SCHEMA_VERSION}" in message
        assert "dripcourse migrate" in message
        database = connect(url)
        with pytest.raises(StoreError, match="none that this version knows"):
            migrate(database)
        database.close()
    finally:
        database = connect(url)
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": SCHEMA_VERSION})
        database.close()


def test_a_postgresql_database_without_tables_is_told_and_migrated_when_asked(postgresql: str) -> None:
    url = new_postgresql_database(postgresql)
    message = refused(url)
    assert "no tables yet" in message
    assert "dripcourse migrate" in message
    database = connect(url)
    migrate(database)
    database.close()
    with opened(url):
        pass


def test_a_postgresql_server_that_is_not_there_is_told_without_the_password(tmp_path: Path) -> None:
    message = refused(f"postgresql+psycopg://user:hunter2@/name?host={tmp_path}")
    assert "The database cannot be used" in message
    assert "Check that it is running" in message
    assert "hunter2" not in message


@pytest.mark.parametrize("url", ["sqlite://host/a.db", "postgresql+psycopg://a:b:c@d:e/f", "x", "sqlite3:///a.db"])
def test_what_is_no_url_is_told(url: str) -> None:
    assert "cannot be read as a URL" in refused(url)


def test_postgresql_without_its_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    assert "dripcourse[postgresql]" in refused("postgresql+psycopg:///name")


# A file that cannot be written just now, or at all.


def test_a_locked_database_is_told(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_BUSY_TIMEOUT_MS", 0)
    with opened(sqlite_url) as database, closing(sqlite3.connect(FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked") as error, database.write():
            pass
        assert "Another process holds it" in str(error.value)
        with database.read() as connection:
            assert connection.execute(select(course.c.id)).all() == []
        other.execute("ROLLBACK")
        with database.write():
            pass


def test_a_new_file_that_another_process_holds_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_BUSY_TIMEOUT_MS", 0)
    with closing(sqlite3.connect(FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "locked" in refused()
        other.execute("ROLLBACK")


@contextmanager
def without_rights() -> Iterator[None]:
    """As somebody who may write nothing that is not theirs: root may write everything."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def read_only_folder(migrated_file: Path) -> Iterator[Path]:
    """A folder with a database in it, in which nothing can be changed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "kept.db").write_bytes(migrated_file.read_bytes())
        (folder / "kept.db").chmod(0o444)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


def test_a_read_only_folder_is_told(read_only_folder: Path) -> None:
    with without_rights():
        assert "can be written" in refused(f"sqlite:///{read_only_folder}/new.db")


def test_a_read_only_file_is_told(read_only_folder: Path) -> None:
    with without_rights():
        assert "can be written" in refused(f"sqlite:///{read_only_folder}/kept.db")


def test_a_full_disk_is_told(sqlite_url: str) -> None:
    def fill(database: Database) -> None:
        with database.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
            connection.execute(text("CREATE TABLE large (x)"))
            connection.execute(text("INSERT INTO large VALUES (zeroblob(10000000))"))

    with opened(sqlite_url) as database, pytest.raises(StoreError, match="full") as error:
        fill(database)
    assert "Make room on the disk; nothing was lost." in str(error.value)


# Transactions.


@both
def test_a_transaction_is_kept_whole_or_not_at_all(database: Database) -> None:
    def break_off() -> None:
        with database.write() as connection:
            connection.execute(insert(course).values(slug="one"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    with database.read() as connection:
        assert connection.execute(select(course.c.slug)).all() == []


def test_what_is_read_in_one_transaction_is_written_in_it_by_one_writer_at_a_time(database: Database) -> None:
    """Eight writers each read a count and add one to it: none is lost, and none fails."""
    with database.write() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))

    def add(_: int) -> None:
        with database.write() as connection:
            n = int(connection.execute(text("SELECT n FROM counter")).scalar_one())
            connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(200)))
    with database.read() as connection:
        assert connection.execute(text("SELECT n FROM counter")).scalar_one() == 200


def test_closing_waits_for_whoever_writes(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    begun, may_end = Event(), Event()

    def write() -> None:
        with database.write() as connection:
            connection.execute(insert(course).values(slug="one"))
            begun.set()
            may_end.wait(20)

    with ThreadPoolExecutor(2) as pool:
        written = pool.submit(write)
        begun.wait(20)
        closed = pool.submit(database.close)
        with pytest.raises(TimeoutError):
            closed.result(timeout=0.1)
        may_end.set()
        written.result()
        closed.result()
    with opened(sqlite_url) as again, again.read() as connection:
        assert connection.execute(select(course.c.slug)).all() == [("one",)]


def test_a_reader_sees_one_state_of_things_while_another_writes(database: Database) -> None:
    with database.read() as connection:
        before = connection.execute(select(course.c.slug)).all()
        with database.write() as other:
            other.execute(insert(course).values(slug="one"))
        assert connection.execute(select(course.c.slug)).all() == before == []


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        ("disk I/O error", "Look at the disk"),
        ("no such column: x", "Check the file"),
        ("database or disk is full", "Make room"),
    ],
)
def test_what_sqlite_raises_is_told_with_what_to_do_about_a_file(sqlite_url: str, raised: str, said: str) -> None:
    with opened(sqlite_url) as database, pytest.raises(StoreError) as told, database.read():
        raise sqlite3.OperationalError(raised)
    assert raised in str(told.value)
    assert said in told.value.fix
    assert "running" not in told.value.fix
