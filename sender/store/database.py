"""Opening the database: transactions that cannot fail half-way, and a schema that is the one this version knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import SQLITE_BUSY
from sqlite3 import Connection as SqliteConnection
from sqlite3 import OperationalError as SqliteOperationalError
from threading import Lock

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from sender.errors import StoreError
from sender.store.tables import SCHEMA_VERSION

_WRITES = "dripcourse_writes"
_BUSY_TIMEOUT_MS = 10_000
_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_TRIES = 20
_CONNECTIONS = 80
"""More than threads can ask for at once: DRIPCOURSE_CONCURRENCY is 64 at most."""

_CLAIMING = 0x64726970  # "drip"


class Database:
    """A database, through which all transactions go.

    SQLite runs in WAL mode with `synchronous=FULL` (losing the last commit to a power cut would
    send a lesson twice), and a writer takes the write lock when it begins, so that no transaction
    fails at its first write because another got there before it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = engine.execution_options(**{_WRITES: True})
        self._turn = Lock()
        self._kept: Connection | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises StoreError where the database cannot be used."""
        with _plainly(self._engine), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write: all of it is kept, or none. Raises StoreError."""
        with _plainly(self._engine), self._writer() as connection, connection.begin():
            yield connection

    @contextmanager
    def _writer(self) -> Iterator[Connection]:
        """A connection to write with.

        One thread of this process at a time writes to SQLite, which has others sleep and look again and again. So they
        use one connection, which is kept unless something goes wrong.
        """
        if not (self.is_sqlite and self._turn.acquire(timeout=_BUSY_TIMEOUT_MS / 1000)):
            with self._writing.connect() as connection:
                yield connection
            return
        try:
            self._kept = self._kept or self._writing.connect()
            yield self._kept
        except BaseException:
            self._forget_writer()
            raise
        finally:
            self._turn.release()

    def _forget_writer(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def forget_overwritten(self) -> None:
        """Rid SQLite's files of what is no longer in the tables, once it has been overwritten or deleted there.

        What is deleted is overwritten with zeros (`secure_delete`), but earlier pages stand in the write-ahead log
        until that begins anew. Where a reader keeps it from doing so, it does when the last one has gone. PostgreSQL
        frees the space when it next vacuums the table, which it does by itself. Raises StoreError.
        """
        if not self.is_sqlite:
            return
        with closing(self._engine.raw_connection()) as connection:  # a transaction would keep the log as it is
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except SqliteOperationalError as error:
                fix = "Look at the disk: what was committed stays."
                raise StoreError(f"The write-ahead log cannot be emptied: {error}.", fix=fix) from error

    def close(self) -> None:
        """Close all connections, once nobody writes any more."""
        with self._turn:
            self._forget_writer()
        self._engine.dispose()


def is_of_the_database(error: Exception) -> bool:
    """Whether an exception comes of a statement, and not of what one found."""
    return isinstance(error, SQLAlchemyError)


def transaction_of(connection: Connection) -> object:
    """What stands for the transaction that a connection is in: of another one it is something else."""
    return connection.get_transaction()


def claim_alone(connection: Connection) -> None:
    """Wait until no other transaction claims, until the end of this one.

    SQLite has a single writer anyway; on PostgreSQL a lock of the transaction picks one claimer.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_CLAIMING)))


def open_database(url: str, *, create: bool = True) -> Database:
    """Open the database at a SQLAlchemy URL; a new SQLite file gets its tables at once.

    Raises StoreError where it cannot be reached, where it does not exist and `create` is false,
    and where its schema is not the one of this version.
    """
    database = connect(url, create=create)
    try:
        _expect_schema(database)
    except BaseException:
        database.close()
        raise
    return database


def connect(url: str, *, create: bool = True) -> Database:
    """The database at a URL, whatever its schema."""
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite":
            return Database(_sqlite(url, Path(str(address.database)), create))
        return Database(create_engine(url, pool_pre_ping=True, hide_parameters=True, pool_size=_CONNECTIONS))
    except (ArgumentError, ValueError) as error:
        raise StoreError("DRIPCOURSE_DATABASE cannot be read as a URL.", fix="Write sqlite:///FILE.") from error
    except ModuleNotFoundError as error:
        fix = "Install dripcourse[postgresql]."
        raise StoreError("PostgreSQL needs a package that is not installed.", fix=fix) from error


def _sqlite(url: str, file: Path, create: bool) -> Engine:
    if not file.exists() and not create:
        fix = "Publish a course first: `dripcourse publish COURSE`."
        raise StoreError(f"There is no database {file} yet.", fix=fix)
    if not file.parent.is_dir():
        raise StoreError(f"There is no folder {file.parent} for the database.", fix="Make it, or name another file.")
    engine = create_engine(url, hide_parameters=True, connect_args={"check_same_thread": False}, pool_size=_CONNECTIONS)

    @event.listens_for(engine, "connect")
    def _prepare(connection: SqliteConnection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event below opens every transaction
        try:
            for pragma in (f"busy_timeout={_BUSY_TIMEOUT_MS}", *_PRAGMAS):
                connection.execute(f"PRAGMA {pragma}").close()
            _enter_wal(connection)
        except BaseException:
            connection.close()
            raise

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.connection.cursor().execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _enter_wal(connection: SqliteConnection) -> None:
    """Bring the file into WAL mode. SQLite does not wait for a lock there, so a transaction that does comes between."""
    for _ in range(_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except SqliteOperationalError as error:
            if error.sqlite_errorcode != SQLITE_BUSY:
                raise
            connection.execute("BEGIN IMMEDIATE").close()
            connection.execute("ROLLBACK").close()
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL").close()


def _expect_schema(database: Database) -> None:
    with database.read() as connection:
        found = schema_version(connection)
    if found is None and database.is_sqlite:
        migrate(database)
    elif found is None:
        raise StoreError("The database has no tables yet.", fix="Run `dripcourse migrate`.")
    elif found != SCHEMA_VERSION:
        fix = "Run `dripcourse migrate`, or install the version of dripcourse that made it."
        raise StoreError(f"The database has schema {found}, this version needs {SCHEMA_VERSION}.", fix=fix)


def schema_version(connection: Connection) -> str | None:
    """The migration that the database is at, or None where it has no tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(select(text("version_num")).select_from(text("alembic_version"))).scalar()
    return version


def migrate(database: Database) -> None:
    """Bring the schema up to date, in one transaction. Does nothing where it is.

    Raises StoreError where the schema is one that this version does not know, and where a SQLite
    file is another program's.
    """
    from alembic import command  # noqa: PLC0415  # takes long to import, and only a new database needs it
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with database.write() as connection:
        if database.is_sqlite and schema_version(connection) is None and inspect(connection).get_table_names():
            fix = "Name another one in DRIPCOURSE_DATABASE."
            raise StoreError("The file is the database of another program.", fix=fix)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            fix = "Install the version of dripcourse that made it, or a later one."
            raise StoreError("The database's schema is none that this version knows.", fix=fix) from error


@contextmanager
def _plainly(engine: Engine) -> Iterator[None]:
    """What the database's driver raises, as a sentence. Errors of our own statements stay as they are.

    It comes through SQLAlchemy, or from a statement that the driver runs by itself.
    """
    driver = engine.dialect.loaded_dbapi
    try:
        yield
    except NoConnectionError as error:
        fix = "Lower DRIPCOURSE_CONCURRENCY."
        raise StoreError("All connections to the database are in use.", fix=fix) from error
    except (DBAPIError, driver.Error) as error:
        raised = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(raised, driver.OperationalError):
            raise StoreError(f"The database cannot be used: {_reason(raised)}.", fix=_fix(raised, engine)) from error
        if "not a database" in str(raised):
            raise StoreError("The file is not a SQLite database.", fix="Check DRIPCOURSE_DATABASE.") from error
        if "malformed" in str(raised):
            raise StoreError("The database file is damaged.", fix="Restore it from a backup.") from error
        raise


def _reason(raised: BaseException) -> str:
    lines = str(raised).strip().splitlines()
    return lines[0] if lines else "it gave no reason"


def _fix(raised: BaseException, engine: Engine) -> str:
    reason = str(raised).lower()
    if "locked" in reason or "busy" in reason:
        return "Another process holds it; try again when that is done."
    if "full" in reason:
        return "Make room on the disk; nothing was lost."
    if "readonly" in reason or "unable to open" in reason:
        return "Check that the file and its folder can be written."
    if "i/o error" in reason:
        return "Look at the disk, its room among it, and whether the file is still there; what was committed stays."
    if engine.dialect.name == "sqlite":
        return "Check the file, and that DRIPCOURSE_DATABASE is right."
    return "Check that it is running and that DRIPCOURSE_DATABASE is right."
