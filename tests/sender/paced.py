"""What tests of the gate share: a mailer that keeps the times of requests, and a stage with a pace."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

from sender.model import Answer, Request, Verdict
from sender.owner import Owner, this_process
from sender.pacing import Pacing, Traffic
from sender.roster import Row
from sender.settings import WarmUp
from sender.store import traffic
from tests.sender.stage import MONDAY, Recorder, Stage

DOWN = Answer(Verdict.WAIT, "out of order (503)", account=True)
WRONG_KEY = Answer(Verdict.HELD, "a wrong key", account=True)
SILENCE = Answer(Verdict.UNCERTAIN, "no answer came back")
ALL_ZERO = {
    "claimed": 0, "accepted": 0, "retry": 0, "held": 0, "failed": 0, "cancelled": 0, "uncertain": 0, "moved": 0,
    "requests": 0,
}  # fmt: skip
GONE = str(Owner(this_process().machine, 4_000_000, "1"))
MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)


class Timed(Recorder):
    """A mailer that keeps when each request began, in seconds since the test did, and how many recipients it had."""

    def __init__(self, stage: Stage, *answers: Answer) -> None:
        super().__init__(*answers)
        self._stage = stage
        self.begun: list[tuple[float, int]] = []

    def send(self, request: Request) -> Answer:
        """Keep the time, and the request."""
        self.begun.append((self._stage.passing.elapsed(), len(request.recipients)))
        return super().send(request)

    def busiest_second(self) -> int:
        """How many recipients the second had that had most, wherever it begins."""
        return max(sum(n for at, n in self.begun if start <= at < start + 1) for start, _ in self.begun)


def crowd(stage: Stage, size: int, course: str = "letters", name: str = "sample", now: datetime = MONDAY) -> None:
    """Sample people on a course."""
    rows = [Row(line, {"email": f"{name}{line:04d}@example.com"}) for line in range(size)]
    assert stage.bring_in(rows, course, now=now)[1] == []


def known(stage: Stage) -> Traffic:
    """What the store knows of the mailer."""
    with stage.database.read() as connection:
        return traffic.read(connection, stage.pacing.mailer)


def paced(stage: Stage, *, rate: str | None = None, warm_up: WarmUp | None = None) -> Timed:
    """Give the stage a pace; its mailer, which keeps the times."""
    stage.pacing = Pacing("recorder", None if rate is None else Fraction(rate), warm_up)
    stage.mailer = mailer = Timed(stage)
    return mailer
