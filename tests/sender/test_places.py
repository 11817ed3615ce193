"""An act on somebody's place and a claim never work on it at once, so neither undoes what the other did."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from sender.editions import EditionBook
from sender.model import EnrolmentStatus
from sender.pausing import pause
from sender.store.database import claim_alone
from tests.sender.choosing import due, latest, status_of
from tests.sender.stage import SLOTS, Stage, a_course

_LOOKS = 10_000


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    return stage


def waiting(stage: Stage) -> bool:
    """Whether somebody waits for the lock of those who claim."""
    return stage.rows("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") != [(0,)]


@pytest.mark.parametrize("kind", ["postgresql"])
def test_an_act_waits_until_a_claim_that_is_under_way_has_ended(stage: Stage) -> None:
    delivery = latest(stage)
    with ThreadPoolExecutor(1) as pool:
        with stage.database.write() as connection:
            claim_alone(connection)
            act = pool.submit(pause, stage.database, EditionBook(), delivery, None, SLOTS[0] + timedelta(hours=1))
            assert any(waiting(stage) for _ in range(_LOOKS))
            assert status_of(stage) is EnrolmentStatus.ACTIVE
        act.result()
    assert (status_of(stage), due(stage)) == (EnrolmentStatus.PAUSED, None)
