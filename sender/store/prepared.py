"""Statements that the driver runs by itself, for what is asked at every click and of every body of events.

SQLAlchemy makes the text of each of them once. What it does besides, whenever it runs one, takes several times as long
as SQLite needs for the whole answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from sqlalchemy import JSON, Connection, Dialect, Executable, Select, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

_Process = Callable[[Any], Any]


class _Cursor(Protocol):
    """What both drivers' cursors have."""

    rowcount: int

    def execute(self, statement: str, values: object, /) -> object: ...
    def executemany(self, statement: str, values: Iterable[object], /) -> object: ...
    def fetchall(self) -> list[tuple[Any, ...]]: ...


class Prepared:
    """A statement, by what makes it for a dialect's name.

    Values are given by the names of the statement's parameters; they, and rows, are as SQLAlchemy takes and gives them.
    What the driver raises comes as it is, for `Database` to tell in plain words.
    """

    def __init__(self, make: Callable[[str], Executable]) -> None:
        self._make = make
        self._made: dict[str, _Text] = {}

    def rows(self, connection: Connection, **values: object) -> list[tuple[Any, ...]]:
        """What the statement finds."""
        text = self._text(connection)
        cursor = cursor_of(connection)
        cursor.execute(text.statement, text.given(values))
        return text.read(cursor.fetchall())

    def run(self, connection: Connection, **values: object) -> int:
        """Run what changes rows; how many it changed."""
        return self.run_each(connection, (values,))

    def run_each(self, connection: Connection, rows: Iterable[Mapping[str, object]]) -> int:
        """The same for each of some rows of values, of which there is one at least."""
        text = self._text(connection)
        cursor = cursor_of(connection)
        given = [text.given(values) for values in rows]
        if len(given) == 1:
            cursor.execute(text.statement, given[0])
        else:
            cursor.executemany(text.statement, given)
        return cursor.rowcount

    def _text(self, connection: Connection) -> _Text:
        dialect = connection.dialect
        made = self._made.get(dialect.name)
        if made is None:
            made = self._made[dialect.name] = _text(self._make(dialect.name), dialect)
        return made


def prepared(make: Callable[[str], Executable]) -> Prepared:
    """The statement that a function makes for the name of a dialect."""
    return Prepared(make)


def cursor_of(connection: Connection) -> _Cursor:
    """The driver's own cursor, in the transaction that the connection is in."""
    return cast("_Cursor", connection.connection.cursor())


def among(dialect: str, name: str, kind: TypeEngine[Any]) -> Select[Any]:
    """The values of a list that is given by a name: one parameter, however many there are, so that the text stays."""
    if dialect == "postgresql":
        return select(func.unnest(bindparam(name, type_=ARRAY(kind))))
    return select(func.json_each(bindparam(name, type_=JSON())).table_valued("value").c.value)


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as the driver takes it, with what it takes and gives in other forms than we have."""

    statement: str
    order: tuple[str, ...] | None
    constants: Mapping[str, object]
    takes: Mapping[str, _Process]
    gives: tuple[tuple[int, _Process], ...]

    def given(self, values: Mapping[str, object]) -> object:
        """Values as the driver takes them: in order, where it takes them so, else by name."""
        named = {**self.constants, **values}
        for name, process in self.takes.items():
            named[name] = process(named[name])
        return named if self.order is None else [named[name] for name in self.order]

    def read(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Rows of the driver's as we have them."""
        return [self._read(row) for row in rows] if self.gives else rows

    def _read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, process in self.gives:
            values[place] = process(values[place])
        return tuple(values)


def _text(statement: Executable, dialect: Dialect) -> _Text:
    compiled = cast("SQLCompiler", cast("Any", statement).compile(dialect=dialect))
    asked = [name for parameter, name in compiled.bind_names.items() if parameter.required]
    whole = compiled.construct_expanded_state(dict.fromkeys(asked))
    kinds = {name: parameter.type.dialect_impl(dialect) for parameter, name in compiled.bind_names.items()}
    processes = {name: kind.bind_processor(dialect) for name, kind in kinds.items()} | dict(whole.processors)
    takes = {name: cast("_Process", process) for name, process in processes.items() if process is not None}
    own = {name: value for name, value in whole.parameters.items() if name not in asked}
    constants = {name: takes.pop(name)(value) if name in takes else value for name, value in own.items()}
    order = whole.positiontup
    columns = statement.selected_columns if isinstance(statement, Select) else ()
    gives = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    found = tuple((place, process) for place, process in enumerate(gives) if process is not None)
    return _Text(whole.statement, None if order is None else tuple(order), constants, takes, found)
