"""How often one network, or one address, may come in within an hour."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sender.web.gate import Gate


class Clock:
    """The machine's time, which stands still."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000_000.0
        monkeypatch.setattr(time, "time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_network_may_come_in_so_often_and_then_has_to_wait(clock: Clock) -> None:
    gate = Gate(per_network=2)
    assert gate.turns_away_network("192.0.2.0/32") == 0
    clock.now += 600
    assert gate.turns_away_network("192.0.2.0/32") == 0
    clock.now += 600
    assert gate.turns_away_network("192.0.2.0/32") == 2400
    clock.now += 2399
    assert gate.turns_away_network("192.0.2.0/32") == 1
    clock.now += 2
    assert gate.turns_away_network("192.0.2.0/32") == 0
    assert gate.turns_away_network("192.0.2.0/32") > 0


def test_each_network_and_each_address_is_counted_by_itself(clock: Clock) -> None:
    gate = Gate(per_network=1, per_address=1)
    assert gate.turns_away_network("192.0.2.0/32") == 0
    assert gate.turns_away_network("192.0.2.1/32") == 0
    assert gate.turns_away_address("192.0.2.0/32") == 0
    assert gate.turns_away_address("ann@example.com") == 0
    assert gate.turns_away_address("bob@example.com") == 0
    assert gate.turns_away_address("ann@example.com") > 0


def test_a_network_that_is_not_known_is_not_counted(clock: Clock) -> None:
    gate = Gate(per_network=1)
    assert [gate.turns_away_network("") for _ in range(3)] == [0, 0, 0]


def test_no_address_is_remembered_as_it_is(clock: Clock) -> None:
    gate = Gate()
    gate.turns_away_address("ann@example.com")
    storage: Any = gate._limiter.storage
    (remembered,) = storage.events
    assert "ann" not in remembered
    other = Gate()
    other.turns_away_address("ann@example.com")
    kept: Any = other._limiter.storage
    assert remembered not in kept.events
