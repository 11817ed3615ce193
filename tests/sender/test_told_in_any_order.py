"""Whatever happens in whatever order: what an event has told of is not sent again, and nobody is left without."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sender.editions import EditionBook
from sender.errors import NotPossibleError
from sender.events import record
from sender.model import DELIVERY_ARG, Answer, Request, Verdict
from sender.pausing import pause_enrolment, resume_enrolment
from sender.resolving import Decision, RefusedError, resolve
from sender.settling import take_up_retries
from sender.store import ledger
from sender.store.database import Database, connect
from tests.sender.stage import SLOTS, Recorder, Stage, a_course
from tests.standin.webhook import an_event

LESSONS = ("one", "two", "three")
Mood = tuple[bool, Verdict]
"""Whether a mailer takes a request, and what it answers."""


class Whimsical(Recorder):
    """A mailer that takes a request or does not, and answers as it likes. `taken` is what it took.

    `twice` is what it was given although an event had told of it, which is what these tests are about.
    """

    def __init__(self) -> None:
        super().__init__()
        self.moods: list[Mood] = []
        self.taken: list[tuple[int, str, str]] = []
        self.known: set[tuple[str, str]] = set()
        self.twice: list[tuple[str, str]] = []

    def send(self, request: Request) -> Answer:
        """Take a request, perhaps."""
        takes, verdict = self.moods.pop() if self.moods else (True, Verdict.ACCEPTED)
        for one in request.recipients:
            if (one.address, request.label) in self.known:
                self.twice.append((one.address, request.label))
            if takes:
                self.taken.append((one.delivery, one.address, request.label))
        named = {request.recipients[0].delivery: "a bad name"} if verdict is Verdict.REFUSED_SOME else {}
        return Answer(verdict, "as it likes", refused=named)


@pytest.fixture(scope="module")
def beginning(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a course of three lessons and two people on it."""
    file = tmp_path_factory.mktemp("told") / "beginning.db"
    shutil.copy(migrated_file, file)
    stage = Stage(connect(f"sqlite:///{file}"))
    stage.publish(a_course(*LESSONS))
    stage.enrol("ann", "bob")
    stage.database.close()
    return file


class World:
    """A stage from the beginning on, with time that goes on, and what can happen there."""

    def __init__(self, database: Database) -> None:
        self.mailer = Whimsical()
        self.stage = Stage(database, self.mailer)
        self.now = SLOTS[0]
        self.events = count(1)
        self.people = ["ann", "bob"]

    def join(self) -> None:
        """Somebody new comes, and begins with the first lesson while others may wait for it."""
        self.people.append(f"sample{len(self.people)}")
        self.stage.enrol(self.people[-1], now=self.now)

    def later(self, hours: int) -> None:
        """Let time pass."""
        self.now += timedelta(hours=hours)

    def tick(self) -> None:
        """Do all that is due; what has failed is due again in minutes."""
        self.stage.tick(self.now)
        self.now += timedelta(minutes=2)

    def claim(self) -> None:
        """Claim what is due, for this process, and send nothing of it yet."""
        self.stage.claim(self.now, owner=str(self.stage.sender().owner))

    def claim_one(self) -> None:
        """The same for one person."""
        self.stage.claim(self.now, owner=str(self.stage.sender().owner), limit=1)

    def take_up(self) -> None:
        """Claim again what is to be tried again."""
        take_up_retries(self.stage.sender(), self.now)

    def take_up_one(self) -> None:
        """The same for one person, so that a batch is split."""
        take_up_retries(self.stage.sender(), self.now, 1)

    def events_of(self, *names: str) -> None:
        """Tell of all that was taken for some people."""
        for delivery, address, label in self.mailer.taken:
            if address.partition("@")[0] in names:
                event = an_event("delivered", address, next(self.events), **{DELIVERY_ARG: str(delivery)})
                record(self.stage.database, [event], self.now)
                self.mailer.known.add((address, label))

    def release(self) -> None:
        """Release what is held."""
        with self.stage.database.write() as connection:
            ledger.release(connection, None)

    def decide(self) -> None:
        """Decide that what nobody knows of was not taken."""
        for (batch,) in self.stage.rows("SELECT id FROM batch WHERE state = 'uncertain'"):
            resolve(self.stage.database, int(str(batch)), Decision.SEND_AGAIN)

    def decide_refused(self) -> None:
        """Decide that what was refused by name is sent again."""
        for (batch,) in self.stage.rows("SELECT DISTINCT batch_id FROM delivery WHERE outcome = 'failed'"):
            with suppress(RefusedError):
                resolve(self.stage.database, int(str(batch)), Decision.SEND_AGAIN)

    def pause(self) -> None:
        """Ann pauses."""
        with suppress(NotPossibleError):
            pause_enrolment(self.stage.database, EditionBook(), 1, None, self.now)

    def resume(self) -> None:
        """Ann goes on."""
        with suppress(NotPossibleError):
            resume_enrolment(self.stage.database, EditionBook(), 1, self.now)

    def end(self) -> None:
        """From now on all is well: what is open comes to its end."""
        self.mailer.moods.clear()
        self.resume()
        self.release()
        self.decide()
        for _ in range(2):
            for moment in self.stage.ticks(self.now):
                self.now = moment
            self.decide_refused()


ACTS: dict[str, Callable[[World], object]] = {
    "two hours": lambda world: world.later(2),
    "a day": lambda world: world.later(24),
    "tick": World.tick,
    "claim": World.claim,
    "claim one": World.claim_one,
    "take up": World.take_up,
    "take up one": World.take_up_one,
    "join": World.join,
    "events": lambda world: world.events_of(*world.people),
    "events of ann": lambda world: world.events_of("ann"),
    "events of the latest": lambda world: world.events_of(world.people[-1]),
    "release": World.release,
    "decide": World.decide,
    "decide refused": World.decide_refused,
    "pause": World.pause,
    "resume": World.resume,
}
REFUSED: Mood = (False, Verdict.REFUSED_SOME)
MOODS: st.SearchStrategy[Mood] = st.tuples(
    st.booleans(), st.sampled_from([Verdict.WAIT, Verdict.HELD, Verdict.UNCERTAIN])
) | st.sampled_from([(True, Verdict.ACCEPTED), REFUSED, REFUSED])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moods=st.lists(MOODS, max_size=6),
    acts=st.lists(st.sampled_from([*ACTS, "tick", "tick", "events of ann"]), max_size=14),
)
@example(
    moods=[REFUSED, (True, Verdict.WAIT)],
    acts=["tick", "a day", "tick", "decide refused", "tick", "events of the latest"],
)
@example(
    moods=[REFUSED, (True, Verdict.WAIT), REFUSED],
    acts=["tick", "two hours", "tick", "decide refused", "events of the latest", "tick"],
)
def test_what_was_told_of_is_not_sent_again_and_everybody_gets_everything(
    beginning: Path, tmp_path: Path, moods: list[Mood], acts: list[str]
) -> None:
    file = tmp_path / "world.db"
    for earlier in tmp_path.iterdir():
        earlier.unlink()
    shutil.copy(beginning, file)
    database = connect(f"sqlite:///{file}")
    try:
        world = World(database)
        world.mailer.moods = moods[::-1]
        for act in acts:
            ACTS[act](world)
        world.end()
        assert world.mailer.twice == []
        got = {(address.partition("@")[0], label) for _, address, label in world.mailer.taken}
        assert got == {(name, lesson) for name in world.people for lesson in LESSONS}
    finally:
        database.close()
