"""Who is due becomes deliveries in batches."""

from __future__ import annotations

import pytest

from tests.sender.stage import SLOTS, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def test_smoke(stage: Stage) -> None:
    stage.publish(a_course("one", "two", welcome=True, closing=True))
    stage.enrol("ann", "bob")
    for _ in stage.ticks(SLOTS[0]):
        pass
    assert stage.mailer.labels("ann@example.com") == ["welcome", "one", "two", "closing"]
    assert stage.enrolment("ann")[0] == "finished"
    print(stage.deliveries("ann"))
