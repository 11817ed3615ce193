"""What `run` tells of its ticks: why things do not go well, and not every quarter of a minute anew."""

from __future__ import annotations

import pytest

from sender.commands.run import _tick
from sender.model import Answer, Verdict
from tests.sender.stage import Recorder, Stage, a_course


def test_what_is_still_so_is_not_told_again(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.publish(
        a_course("one", cadence='grace = "9999d"', tables='[tracks.a]\ntitle = "A"\n[tracks.b]\ntitle = "B"\n')
    )
    stage.bring_in("email\nann@example.com", track="a")
    stage.bring_in("email\nbob@example.com", track="b")
    stage.mailer = Recorder(Answer(Verdict.HELD, "a wrong key", account=True))
    sender, said = stage.sender(), list[str]()
    for _ in range(3):
        _tick(sender, said)
    told = [record.getMessage() for record in caplog.records if "until" in record.getMessage()]
    assert len(told) == 1
    assert "a wrong key. Once that is mended, `dripcourse release --all` goes on at once." in told[0]
