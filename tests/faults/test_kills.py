"""Senders killed at random moments, with SIGKILL: nobody is sent anything twice, and nobody is lost.

`DRIPCOURSE_KILLS` says how many; `make faults` does 240.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from tests.faults.conftest import PEOPLE
from tests.faults.processes import NEVER, How, sending
from tests.faults.school import NOW, School, opened_school
from tests.standin import Moment, StandinProcess, Step

KILLS_A_TRIAL = 3
ENOUGH = 50
MOMENT = ("--now", NOW.isoformat())
TRIALS = max(int(os.environ.get("DRIPCOURSE_KILLS", "12")) // KILLS_A_TRIAL, 2)


@dataclass(frozen=True, slots=True)
class Whole:
    """What sending the first lesson takes when nothing happens."""

    seconds: float
    calls: int


@pytest.fixture(scope="session")
def undisturbed(founded: Path, standin: StandinProcess, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    school = opened_school(founded, tmp_path_factory.mktemp("undisturbed") / "school", standin, PEOPLE)
    with sending(school.folder, school.settings, *MOMENT, how=How(calls=NEVER)) as process:
        assert process.done()["accepted"] == PEOPLE
        return Whole(monotonic() - process.began, process.calls)


@pytest.fixture(scope="session")
def phases() -> Counter[str]:
    """How the ledger stood after each kill."""
    return Counter()


def killed(school: School, random: Random, whole: Whole) -> None:
    """Begin to send, and kill the sender somewhere: at a random moment, or at a random call of a function."""
    if random.random() < 0.5:
        with sending(school.folder, school.settings, *MOMENT) as process:
            process.kill_after(random.uniform(0, whole.seconds))
    else:
        with sending(school.folder, school.settings, *MOMENT, how=How(calls=random.randrange(whole.calls))) as process:
            process.ended()


@pytest.mark.parametrize("trial", range(TRIALS))
def test_whenever_a_sender_is_killed_each_is_sent_each_lesson_once(
    trial: int, undisturbed: Whole, founded: Path, standin: StandinProcess, tmp_path: Path, phases: Counter[str]
) -> None:
    random = Random(trial)
    school = opened_school(founded, tmp_path / "school", standin, PEOPLE)
    standin.script(default=Step(delay=random.choice((0.0, 0.01, 0.05)), wait=random.choice(list(Moment))))
    for _ in range(KILLS_A_TRIAL):
        killed(school, random, undisturbed)
        standin.wait_until_disconnected()
        school.account()
        phases["+".join(sorted(school.states())) or "nothing claimed"] += 1
    school.send_until_done(NOW)
    school.all_had_everything()


def test_the_kills_were_spread_over_all_that_a_sender_does(phases: Counter[str]) -> None:
    if TRIALS < ENOUGH:
        return
    found = Counter(state for phase, times in phases.items() for state in phase.split("+") * times)
    assert min(found[state] for state in ("nothing claimed", "claimed", "sending", "accepted")) >= TRIALS // 20, phases
