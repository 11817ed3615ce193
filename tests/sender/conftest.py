"""What tests of sending start from: an empty database in either kind, and a stage with it (see `stage.py`).

A module that is to run on PostgreSQL as well says so once:

    pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from sender.store.database import Database, connect, migrate, open_database
from sender.store.tables import metadata
from tests.sender.postgresql import cluster
from tests.sender.stage import Stage

_NUMBERS = count(1)


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
    """A PostgreSQL database with all tables, emptied for each test: a copy for each would take ten times as long."""
    url = new_postgresql_database(postgresql)
    database = connect(url)
    migrate(database)
    database.close()
    engine = create_engine(url)
    yield engine
    engine.dispose()


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
    tables = ", ".join(f'"{table}"' for table in metadata.tables)
    with migrated_postgresql.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    return migrated_postgresql.url.render_as_string()


@pytest.fixture
def kind() -> str:
    """The kind of database that tests run on, unless a module asks for both."""
    return "sqlite"


@pytest.fixture
def database(kind: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """An open database with all tables and no rows."""
    opened = open_database(request.getfixturevalue(f"{kind}_url"))
    yield opened
    opened.close()


@pytest.fixture
def stage(database: Database) -> Stage:
    """That database, with what a test needs to publish, bring people in and send."""
    return Stage(database)
