"""What is asked at every tick must cost what is due, not what is stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event

from sender.model import DeliveryKind, EnrolmentStatus
from sender.store import (
    batches,
    choices,
    directory,
    due,
    enrolments,
    joining,
    ledger,
    proofs,
    resolving,
    standings,
    unsettled,
)
from sender.store.addressees import addressees
from sender.store.memberships import following_day
from sender.store.subscribers import known_by_key
from tests.sender.stage import SLOTS, Stage, a_course

ENDED = EnrolmentStatus.ENDED
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
    ran: list[str] = []
    with stage.database.read() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(ran.append)  # with the values in their places
        query(connection)
        driver.set_trace_callback(None)
        return [
            str(row[3])
            for statement in ran
            if statement.lstrip().startswith(("SELECT", "UPDATE"))
            for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")
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
        (lambda connection: due.due(connection, SLOTS[0], 100), "enrolment_due"),
        (lambda connection: due.due(connection, SLOTS[1], 1), "enrolment_to_ask"),
        (lambda connection: due.due(connection, SLOTS[1], 1), "enrolment_longest_due"),
        (enrolments.next_due_at, "enrolment_due"),
        (lambda connection: enrolments.histories(connection, [1, 2, 3]), "one_delivery"),
        (lambda connection: enrolments.earlier_lives(connection, [1, 2, 3]), "enrolment_course"),
        (lambda connection: joining.standing(connection, 1, 1), "enrolment_course"),
        (lambda connection: joining.is_unproven(connection, 1), "enrolment_subscriber"),
        (lambda connection: joining.confirmations_since(connection, 1, SLOTS[0]), "enrolment_subscriber"),
        (lambda connection: joining.begun(connection, 1), "enrolment_course"),
        (lambda connection: joining.never_confirmed(connection, SLOTS[0], 10), "enrolment_pending"),
        (lambda connection: joining.known_otherwise(connection, [1, 2]), "enrolment_subscriber"),
        (lambda connection: known_by_key(connection, ["a", "b"]), "sqlite_autoindex_subscriber_1"),
        (lambda connection: addressees(connection, 1, DeliveryKind.LESSON), "delivery_batch"),
        (lambda connection: ledger.lessons_in(connection, 1), "delivery_batch"),
        (lambda connection: following_day(connection, 1), "one_delivery"),
        (lambda connection: standings.standing(connection, 1), "one_delivery"),
        (lambda connection: standings.standings_of(connection, 1), "enrolment_subscriber"),
        (lambda connection: standings.standings_among(connection, [1, 2]), "one_delivery"),
        (lambda connection: proofs.told_among(connection, [1, 2]), "delivery_batch"),
        (lambda connection: resolving.case(connection, 1), "delivery_batch"),
        (resolving.unmade, "delivery_batch"),
        (unsettled.waiting_count, "delivery_batch"),
        (lambda connection: standings.standings_on(connection, 1, 0, 10), "one_delivery"),
        (lambda connection: choices.place(connection, 1), "enrolment_course"),
        (lambda connection: choices.left_at(connection, 1, 1), "enrolment_course"),
        (lambda connection: choices.left_then(connection, 1, SLOTS[0], None), "enrolment_subscriber"),
        (lambda connection: directory.person_at(connection, "a"), "sqlite_autoindex_subscriber_1"),
        (lambda connection: directory.enrolments_of(connection, [1, 2]), "enrolment_subscriber"),
        (lambda connection: directory.deliveries_of(connection, [1, 2]), "one_delivery"),
        (lambda connection: directory.people_after(connection, 1, 10, 1, ()), "enrolment_course"),
        (lambda connection: directory.people_after(connection, 1, 10, None, [ENDED]), "enrolment_subscriber"),
    ],
    ids=["few due", "many to be asked", "many due", "next due",
         "histories", "lives", "standing", "unproven", "confirmations", "begun", "purge",
         "known otherwise", "known", "addressees", "lessons in a batch", "following",
         "how one stands", "how a person stands", "how some stand", "told", "to resolve", "unmade", "waiting",
         "how a course stands", "a place", "left at", "left then",
         "one person", "their courses", "their emails", "people of a course", "people of a status"],
)  # fmt: skip
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


@pytest.mark.parametrize(
    "query",
    [
        lambda connection: ledger.overdue_events(connection, SLOTS[1], 10),
        lambda connection: ledger.settles_at(connection, SLOTS[1]),
    ],
    ids=["overdue", "settled at"],
)
def test_settling_costs_nothing_but_a_look_where_nothing_is_uncertain_and_little_where_something_is(
    stage: Stage, query: Query
) -> None:
    (look,) = steps(stage, query)
    assert look.startswith("SEARCH batch USING INDEX batch_uncertain")
    stage.change("UPDATE batch SET state = 'uncertain', sending_at = 1, begun = 1")
    stage.change("INSERT INTO event (id, delivery_id, type, at) VALUES ('of one', 1, 'delivered', 1)")
    found = steps(stage, query)
    assert any(step.startswith("SEARCH event USING COVERING INDEX event_delivery") for step in found), found
    assert not [step for step in found if step.startswith("SCAN") and step.split()[1] in {"delivery", "event"}], found
    of_batches = [step for step in found if step.split()[1].startswith("batch") and "PRIMARY KEY" not in step]
    assert len(of_batches) > 1
    assert all(" batch USING INDEX batch_uncertain" in step for step in of_batches), found


def test_how_a_batch_stands_to_all_that_began_before_is_looked_up_as_it_begins(stage: Stage) -> None:
    found = steps(stage, lambda connection: batches.begin(connection, 1, "owner", SLOTS[0], SLOTS[0]))
    assert [step for step in found if step.startswith("SEARCH") and "INDEX batch_begun" in step], found
    assert [step for step in found if "INDEX batch_sending_at (sending_at>?)" in step], found
    assert not [step for step in found if step.startswith("SCAN")], found
