"""What tests of sending start from: an empty database in either kind, and a stage with it (see `stage.py`).

A module that is to run on PostgreSQL as well says so once:

    pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from sender.editions import Edition
from sender.store.database import Database, connect, migrate, open_database
from sender.store.tables import metadata
from tests.sender.choosing import FOUR
from tests.sender.postgresql import cluster
from tests.sender.remembered import remembered
from tests.sender.stage import SLOTS, TRACKS, Stage, a_course

_NUMBERS = count(1)
_EMPTIED = count(1)
_KEPT_WITH_WHAT_IS_DELETED = 25


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows, to be copied."""
    file = tmp_path_factory.mktemp("store") / "migrated.db"
    open_database(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server without a database's name (`{}` stands in its place)."""
    with cluster() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: str) -> Iterator[Engine]:
    """A PostgreSQL database with all tables, emptied for each test: a copy for each would take far longer."""
    url = new_postgresql_database(postgresql)
    database = connect(url)
    migrate(database)
    database.close()
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def emails_rendered_once() -> Iterator[None]:
    """Has all editions of the same files share a renderer, in all tests of this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sender.editions.Renderer", remembered)
        yield


def new_postgresql_database(server: str) -> str:
    """The URL of a new database without tables."""
    name = f"made_{next(_NUMBERS)}"
    engine = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.format(name)


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A SQLite database of the test's own, empty."""
    shutil.copy(migrated_file, tmp_path / "dripcourse.db")
    return f"sqlite:///{tmp_path / 'dripcourse.db'}"


@pytest.fixture
def postgresql_url(migrated_postgresql: Engine) -> str:
    """A PostgreSQL database of the test's own, empty."""
    with migrated_postgresql.begin() as connection:
        truncated = next(_EMPTIED) % _KEPT_WITH_WHAT_IS_DELETED == 0
        connection.exec_driver_sql(_truncating() if truncated else _deleting(migrated_postgresql))
    return migrated_postgresql.url.render_as_string()


def _truncating() -> str:
    """Makes every table anew: 50 ms, for the files of all of them."""
    return f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY"


@cache
def _deleting(engine: Engine) -> str:
    """Deletes every row and has ids begin anew: half a millisecond, but scans pass what was deleted until TRUNCATE."""
    with engine.connect() as connection:
        sequences = connection.execute(text("SELECT sequencename FROM pg_sequences")).scalars().all()
    in_any_order = "SET LOCAL session_replication_role = replica"  # without a look at foreign keys
    deletes = (f"DELETE FROM {table}" for table in metadata.tables)  # noqa: S608  # our tables' names
    return "; ".join((in_any_order, *deletes, *(f"SELECT setval('{one}', 1, false)" for one in sequences)))


@pytest.fixture(scope="session")
def sqlite_for_all(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Database]:
    """A file, which each test replaces by an empty one, and the database there, which knows its statements by then."""
    file = tmp_path_factory.mktemp("store") / "stage.db"
    return file, connect(f"sqlite:///{file}")


@pytest.fixture
def sqlite_database(migrated_file: Path, sqlite_for_all: tuple[Path, Database]) -> Database:
    """A SQLite database of the test's own, empty."""
    file, database = sqlite_for_all
    for earlier in file.parent.iterdir():  # with a log of its own, where something still reads it
        earlier.unlink()
    shutil.copy(migrated_file, file)
    return database


@pytest.fixture(scope="session")
def postgresql_for_all(migrated_postgresql: Engine) -> Database:
    """The PostgreSQL database of all tests, which knows its statements by then."""
    return connect(migrated_postgresql.url.render_as_string())


@pytest.fixture
def postgresql_database(postgresql_url: str, postgresql_for_all: Database) -> Database:
    """A PostgreSQL database of the test's own, empty."""
    return postgresql_for_all


@pytest.fixture
def kind() -> str:
    """The kind of database that tests run on, unless a module asks for both."""
    return "sqlite"


@pytest.fixture
def database(kind: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """An open database with all tables and no rows. Its connections are new in each test."""
    opened: Database = request.getfixturevalue(f"{kind}_database")
    yield opened
    opened.close()


@pytest.fixture
def stage(database: Database) -> Stage:
    """That database, with what a test needs to publish, bring people in and send."""
    return Stage(database)


@pytest.fixture
def edition(stage: Stage) -> Edition:
    """A course of three lessons with a welcome, on two tracks, made live there."""
    return stage.publish(a_course("one", "two", "three", welcome=True, tables=TRACKS))


@pytest.fixture
def begun(stage: Stage) -> None:
    """Ann had the first of four lessons there, two of which are on the short track as well."""
    stage.publish(FOUR)
    stage.enrol("ann")
    stage.tick(SLOTS[0])
