"""Addresses that get no more email: found again, and not to be read from the list."""

from __future__ import annotations

import pytest

from sender.store.database import Database
from sender.store.suppressions import EVERYTHING, address_hash, hashing_key, suppress, suppressed
from tests.sender.stage import MONDAY, SLOTS, Stage

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def test_a_suppressed_address_is_found_in_its_scope(database: Database) -> None:
    with database.write() as connection:
        suppress(connection, "ann@example.com", EVERYTHING, "bounced", MONDAY)
        suppress(connection, "bob@example.com", 7, "unsubscribed", MONDAY)
    with database.read() as connection:
        everyone = ["ann@example.com", "bob@example.com", "cid@example.com"]
        assert suppressed(connection, everyone, 7) == {"ann@example.com", "bob@example.com"}
        assert suppressed(connection, everyone, 8) == {"ann@example.com"}
        assert suppressed(connection, [], 7) == frozenset()


def test_asking_writes_nothing(stage: Stage) -> None:
    with stage.database.read() as connection:
        assert suppressed(connection, ["ann@example.com"], 1) == frozenset()
    assert stage.rows('SELECT * FROM "key"') == []


def test_the_list_does_not_tell_who_is_on_it(stage: Stage) -> None:
    with stage.database.write() as connection:
        suppress(connection, "ann@example.com", EVERYTHING, "bounced", MONDAY)
        key = hashing_key(connection)
    [row] = stage.rows("SELECT * FROM suppression")
    assert not any("ann" in str(value) for value in row)
    assert row[0] == address_hash(key, "ann@example.com")
    assert address_hash(b"another key", "ann@example.com") != row[0]


def test_the_first_reason_stays(stage: Stage) -> None:
    with stage.database.write() as connection:
        suppress(connection, "ann@example.com", EVERYTHING, "bounced", MONDAY)
        suppress(connection, "ann@example.com", EVERYTHING, "complained", SLOTS[0])
    assert stage.rows("SELECT reason FROM suppression") == [("bounced",)]


def test_the_key_is_made_once_and_never_changes(database: Database) -> None:
    with database.write() as connection:
        first = hashing_key(connection)
    with database.write() as connection:
        assert hashing_key(connection) == first
    assert len(first) == 32
