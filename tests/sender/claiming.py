"""What tests of claiming look at, and how they break a claim off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from sender.errors import StoreError
from sender.model import BatchState
from sender.store import prepared
from tests.sender.stage import Stage


def claimed(stage: Stage) -> list[tuple[object, ...]]:
    """What has been claimed, in the order of the batches: address, kind or lesson."""
    return stage.rows(
        "SELECT s.email, coalesce(l.slug, d.kind) FROM delivery d JOIN enrolment e ON e.id = d.enrolment_id"
        " JOIN subscriber s ON s.id = e.subscriber_id LEFT JOIN lesson l ON l.id = d.lesson_id"
        " ORDER BY d.batch_id, d.id"
    )


def settle(stage: Stage, state: BatchState) -> None:
    """Put every batch into a state."""
    stage.change("UPDATE batch SET state = :state", state=state.value)


def lessons(stage: Stage, name: str) -> list[tuple[object, object]]:
    """One person's lessons with their slots."""
    return [(slug, slot) for kind, slug, _, slot in stage.deliveries(name) if kind == "lesson"]


class _Cursor:
    """A driver's cursor whose statements fail where they begin as some do."""

    def __init__(self, cursor: Any, beginning: str) -> None:
        self._cursor = cursor
        self._beginning = beginning

    def execute(self, statement: str, values: object) -> object:
        if statement.startswith(self._beginning):
            raise StoreError("The disk is full.", fix="Make room.")
        return self._cursor.execute(statement, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


@contextmanager
def breaking_off(stage: Stage, beginning: str) -> Iterator[None]:
    """Whatever writes by a statement that begins like this fails meanwhile, through SQLAlchemy or the driver."""
    given = prepared.cursor_of

    def failing(connection: Connection) -> Any:
        return _Cursor(given(connection), beginning)

    def give_up(_connection: object, _cursor: object, running: str, *_rest: object) -> None:
        if running.startswith(beginning):
            raise StoreError("The disk is full.", fix="Make room.")

    engine = stage.database._writing
    event.listen(engine, "before_cursor_execute", give_up)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(prepared, "cursor_of", failing)
            yield
    finally:
        event.remove(engine, "before_cursor_execute", give_up)
