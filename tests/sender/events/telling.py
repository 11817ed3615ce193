"""Telling events to a stage, and what it knows afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from sender.events import Recorded, record
from sender.model import DELIVERY_ARG
from tests.sender.stage import SLOTS, Stage
from tests.standin.webhook import an_event

both = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
TOLD = SLOTS[1]
"""When events are told: a slot after what they tell of."""


def of(delivery: int | None, kind: str, number: int = 0, /, name: str = "", **members: Any) -> dict[str, Any]:
    """An event of a delivery, at the address that it went to, unless `name` says whose else."""
    name = name or {1: "ann", 2: "bob", 3: "cid"}.get(delivery or 0, "ann")
    named = {} if delivery is None else {DELIVERY_ARG: str(delivery)}
    return an_event(kind, f"{name}@example.com", 1000 * (delivery or 0) + number, **{**named, **members})


def tell(stage: Stage, *events: dict[str, Any] | None, now: datetime = TOLD) -> Recorded:
    return record(stage.database, events, now)


def seen(stage: Stage, delivery: int = 1) -> object:
    return stage.rows("SELECT seen FROM delivery WHERE id = :id", id=delivery)[0][0]


def suppressed(stage: Stage) -> list[tuple[object, ...]]:
    """What is suppressed, by scope and reason: whose it is, only the key tells."""
    return stage.rows("SELECT scope, reason FROM suppression ORDER BY scope, reason")


def enrolments(stage: Stage) -> dict[object, object]:
    """Why each person's enrolments ended, or how they stand, by address."""
    rows = stage.rows(
        "SELECT s.email, CASE e.status WHEN 'ended' THEN e.ended_reason ELSE e.status END FROM enrolment e"
        " JOIN subscriber s ON s.id = e.subscriber_id ORDER BY e.id"
    )
    return {str(email).partition("@")[0]: how for email, how in rows}


def states(stage: Stage) -> dict[str, object]:
    return {name: stage.deliveries(name)[-1][2] for name in ("ann", "bob", "cid")}
