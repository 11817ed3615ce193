"""What a tick tells an operator stays readable, whatever goes wrong, and however often."""

from __future__ import annotations

from tests.sender.stage import Stage


def test_a_reason_is_told_once(stage: Stage) -> None:
    sender = stage.sender()
    sender.tell("A wrong key.", "Not now.", "A wrong key.")
    assert sender.reasons == ["A wrong key.", "Not now."]


def test_of_a_million_reasons_a_hundred_are_told_and_where_the_others_are(stage: Stage) -> None:
    sender = stage.sender()
    for number in range(1000):
        sender.tell(f"Email {number} cannot be made.")
    assert len(sender.reasons) == 100
    assert sender.reasons[98] == "Email 98 cannot be made."
    assert "`dripcourse status`" in sender.reasons[99]
