"""What is asked at every tick must cost what is due, not what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event

from sender.store import batches, enrolments, ledger
from sender.store.memberships import following_day
from sender.store.subscribers import known_by_key
from tests.sender.stage import SLOTS, Stage, a_course

Query = Callable[[Connection], object]


@contextmanager
def statements(stage: Stage) -> Iterator[list[tuple[str, object]]]:
    """The statements that run meanwhile, with their values."""
    found: list[tuple[str, object]] = []

    def keep(connection: object, cursor: object, statement: str, values: object, *rest: object) -> None:
        found.append((statement, values))

    engine = stage.database._engine
    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def steps(stage: Stage, query: Query) -> list[str]:
    """How SQLite goes about a query, step by step."""
    with statements(stage) as ran, stage.database.read() as connection:
        query(connection)
    queries = [(statement, values) for statement, values in ran if statement.lstrip().startswith("SELECT")]
    with stage.database.read() as connection:
        return [
            str(row[3])
            for statement, values in queries
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
        ]


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    stage.claim(SLOTS[0])
    return stage


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (lambda connection: enrolments.due(connection, SLOTS[0], 100), "enrolment_due"),
        (enrolments.next_due_at, "enrolment_due"),
        (lambda connection: enrolments.histories(connection, [1, 2, 3]), "one_delivery"),
        (lambda connection: known_by_key(connection, ["a", "b"]), "sqlite_autoindex_subscriber_1"),
        (lambda connection: batches.addressees(connection, 1), "delivery_batch"),
        (lambda connection: ledger.lessons_in(connection, 1), "delivery_batch"),
        (lambda connection: following_day(connection, 1), "one_delivery"),
    ],
    ids=["due", "next due", "histories", "known", "addressees", "lessons in a batch", "following"],
)
def test_the_index_is_used_and_no_table_of_people_is_read_through(stage: Stage, query: Query, index: str) -> None:
    found = steps(stage, query)
    assert any(step.startswith("SEARCH") and f" {index} (" in step for step in found), found
    large = ("enrolment", "delivery", "subscriber")
    assert not [step for step in found if step.startswith("SCAN") and step.split()[1] in large and "INDEX" not in step]


@pytest.mark.parametrize(
    "query",
    [
        lambda connection: batches.claimed_by(connection, "owner"),
        lambda connection: batches.under_way(connection, "owner"),
        lambda connection: ledger.retries_due(connection, SLOTS[0]),
        lambda connection: ledger.next_moment(connection, SLOTS[0]),
    ],
    ids=["claimed", "of others", "retries", "next moment"],
)
def test_the_batches_that_are_settled_are_not_read_through(stage: Stage, query: Query) -> None:
    found = steps(stage, query)
    assert any(step.startswith("SEARCH") and " batch_under_way (" in step for step in found), found
    assert not [step for step in found if step == "SCAN batch"], found
