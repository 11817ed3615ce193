"""Addresses that get no more email: found again, and not to be read from the list."""

from __future__ import annotations

from itertools import permutations

import pytest

from sender.model import Suppressed
from sender.store.database import Database
from sender.store.suppressions import (
    EVERYTHING,
    address_hash,
    hashing_key,
    lift,
    suppress,
    suppress_each,
    suppressed,
)
from tests.sender.stage import MONDAY, SLOTS, Stage

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def test_a_suppressed_address_is_found_in_its_scope(database: Database) -> None:
    with database.write() as connection:
        suppress(connection, "ann@example.com", EVERYTHING, Suppressed.BOUNCED, MONDAY)
        suppress(connection, "bob@example.com", 7, Suppressed.UNSUBSCRIBED, MONDAY)
    with database.read() as connection:
        everyone = ["ann@example.com", "bob@example.com", "cid@example.com"]
        assert suppressed(connection, everyone, 7) == {
            "ann@example.com": {Suppressed.BOUNCED},
            "bob@example.com": {Suppressed.UNSUBSCRIBED},
        }
        assert suppressed(connection, everyone, 8) == {"ann@example.com": {Suppressed.BOUNCED}}
        assert suppressed(connection, [], 7) == {}


def test_asking_writes_nothing(stage: Stage) -> None:
    with stage.database.read() as connection:
        assert suppressed(connection, ["ann@example.com"], 1) == {}
    assert stage.rows('SELECT * FROM "key"') == []


def test_the_list_does_not_tell_who_is_on_it(stage: Stage) -> None:
    with stage.database.write() as connection:
        suppress(connection, "ann@example.com", EVERYTHING, Suppressed.BOUNCED, MONDAY)
        key = hashing_key(connection)
    [row] = stage.rows("SELECT * FROM suppression")
    assert not any("ann" in str(value) for value in row)
    assert row[0] == address_hash(key, "ann@example.com")
    assert address_hash(b"another key", "ann@example.com") != row[0]


@pytest.mark.parametrize("reasons", list(permutations(Suppressed)), ids="-".join)
def test_the_strongest_reason_stays_whichever_came_first(stage: Stage, reasons: tuple[Suppressed, ...]) -> None:
    with stage.database.write() as connection:
        for reason in reasons:
            suppress(connection, "ann@example.com", EVERYTHING, reason, MONDAY)
    assert stage.rows("SELECT reason FROM suppression") == [("complained",)]


def test_many_are_suppressed_at_once_and_what_changed_is_counted(stage: Stage) -> None:
    def again(**reasons: Suppressed) -> int:
        with stage.database.write() as connection:
            stopped = {(f"{name}@example.com", EVERYTHING): reason for name, reason in reasons.items()}
            return suppress_each(connection, stopped, MONDAY)

    assert again() == 0
    bounced, complained, unsubscribed = Suppressed.BOUNCED, Suppressed.COMPLAINED, Suppressed.UNSUBSCRIBED
    assert again(ann=bounced, bob=unsubscribed, cid=unsubscribed) == 3
    assert again(ann=unsubscribed, bob=bounced, cid=bounced, dan=complained) == 3
    assert again(ann=unsubscribed, bob=bounced, cid=bounced, dan=complained) == 0
    assert again(ann=complained, bob=complained) == 2
    reasons = stage.rows("SELECT reason, count(*) FROM suppression GROUP BY reason ORDER BY reason")
    assert reasons == [("bounced", 1), ("complained", 3)]


def test_a_bounce_takes_the_place_of_an_unsubscribe_but_not_the_other_way_round(stage: Stage) -> None:
    with stage.database.write() as connection:
        suppress(connection, "ann@example.com", EVERYTHING, Suppressed.UNSUBSCRIBED, MONDAY)
        suppress(connection, "ann@example.com", EVERYTHING, Suppressed.BOUNCED, SLOTS[0])
        suppress(connection, "ann@example.com", EVERYTHING, Suppressed.UNSUBSCRIBED, SLOTS[1])
    assert stage.rows("SELECT reason FROM suppression") == [("bounced",)]


def test_only_an_unsubscribe_is_lifted_and_only_in_its_scope(stage: Stage) -> None:
    with stage.database.write() as connection:
        lift(connection, "ann@example.com", (EVERYTHING, 7))
        suppress(connection, "ann@example.com", 7, Suppressed.UNSUBSCRIBED, MONDAY)
        suppress(connection, "ann@example.com", 8, Suppressed.UNSUBSCRIBED, MONDAY)
        suppress(connection, "ann@example.com", EVERYTHING, Suppressed.COMPLAINED, MONDAY)
        lift(connection, "ann@example.com", (EVERYTHING, 7))
    assert stage.rows("SELECT scope, reason FROM suppression ORDER BY scope") == [
        (EVERYTHING, "complained"), (8, "unsubscribed"),
    ]  # fmt: skip


def test_the_key_is_made_once_and_never_changes(database: Database) -> None:
    with database.write() as connection:
        first = hashing_key(connection)
    with database.write() as connection:
        assert hashing_key(connection) == first
    assert len(first) == 32
