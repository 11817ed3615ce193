"""What tests of events start from: people who have been sent a lesson, for sure or perhaps."""

from __future__ import annotations

import pytest

from sender.model import Answer, Verdict
from tests.sender.events.telling import states
from tests.sender.stage import SLOTS, Stage, a_course


@pytest.fixture
def sent(stage: Stage) -> Stage:
    """A stage on which ann, bob and cid, in this order, have been sent the first of two lessons: deliveries 1 to 3."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob", "cid")
    stage.tick(SLOTS[0])
    assert stage.rows("SELECT count(*) FROM delivery") == [(3,)]
    return stage


@pytest.fixture
def unsure(stage: Stage) -> Stage:
    """A stage on which nobody knows whether the only lesson reached ann and bob; cid's was refused by name."""
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob", "cid")
    stage.mailer.answers = [
        Answer(Verdict.REFUSED_SOME, "one is no address", refused={3: "no address"}),
        Answer(Verdict.UNCERTAIN, "no answer came back"),
    ]
    stage.tick(SLOTS[0])
    assert states(stage) == {"ann": "uncertain", "bob": "uncertain", "cid": "failed"}
    return stage
