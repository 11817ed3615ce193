"""An operator decides about a batch while an event proves that it was taken: whoever comes first is believed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from sender.model import Answer, BatchState, Verdict
from sender.resolving import Decision, RefusedError, resolve
from sender.store import events, proofs
from tests.sender.stage import SLOTS, Stage, a_course

_LOOKS = 10_000


def waiting(stage: Stage) -> bool:
    """Whether a transaction waits for another one."""
    return stage.rows("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)]


@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("decision", list(Decision))
def test_a_decision_waits_for_events_that_are_being_recorded_and_gives_way_to_them(
    stage: Stage, decision: Decision
) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.mailer.answers = [Answer(Verdict.UNCERTAIN, "no answer came back")]
    stage.tick(SLOTS[0])
    with ThreadPoolExecutor(1) as pool:
        with stage.database.write() as connection:
            assert events.deliveries(connection, [1])  # as the recording of an event begins
            act = pool.submit(resolve, stage.database, 1, decision)
            assert any(waiting(stage) for _ in range(_LOOKS))
            assert proofs.prove(connection, 1, {None}, [BatchState.UNCERTAIN])
        with pytest.raises(RefusedError, match="Batch 1 was accepted"):
            act.result()
    assert stage.deliveries("ann")[0][2] == "accepted"
