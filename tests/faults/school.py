"""A small course whose people are sent something while things go wrong, and the account of it at the end."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sender.events.recording import record
from sender.roster import Row
from sender.store.database import open_database
from tests.faults.processes import sending
from tests.sender.stage import SLOTS, Stage, a_course, a_lesson
from tests.standin import StandinProcess, events_of

ARG = "dripcourse_delivery"
ROLES = ("novice", "expert", "guide", "")
LESSONS = ("one", "two")
OPEN_TO_CHANCE = {"claimed", "retry", "held", "failed", "cancelled", "uncertain"}
"""The states in which somebody may be found who has not been sent what was due."""

_ROLE = '[fields]\nrole = { type = "text", default = "nobody" }\n'
_BODY = "{% if subscriber.role == 'novice' %}Slowly.{% elif subscriber.role == 'expert' %}Fast.{% else %}So.{% endif %}"
_LEDGER = """
SELECT delivery.id, subscriber.email, delivery.kind || coalesce(delivery.lesson_id, ''), delivery.occasion,
       coalesce(delivery.outcome, batch.state, 'retry')
FROM delivery JOIN enrolment ON enrolment.id = delivery.enrolment_id
JOIN subscriber ON subscriber.id = enrolment.subscriber_id LEFT JOIN batch ON batch.id = delivery.batch_id
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One delivery as it stands in the ledger."""

    id: int
    address: str
    what: str
    occasion: int
    state: str


@dataclass(frozen=True)
class School:
    """A database of its own in a folder of its own, and the stand-in that its emails go to."""

    folder: Path
    standin: StandinProcess
    people: int
    settings: Mapping[str, str]

    @property
    def database(self) -> Path:
        return self.folder / "dripcourse.db"

    def send(self, now: datetime, *statuses: int) -> dict[str, Any]:
        """One `dripcourse send` to its end."""
        with sending(self.folder, self.settings, "--now", now.isoformat()) as process:
            return process.done(*statuses)

    def send_until_done(self, now: datetime, *, told: bool = True) -> None:
        """Tick from moment to moment until nothing is left to do, with SendGrid's events after each (unless not)."""
        moment: datetime | None = now
        for _ in range(30):
            if moment is None:
                return
            after = self.send(moment)["next_due_at"]
            if told:
                self.hear(moment)
                after = self.send(moment)["next_due_at"]
            moment = None if after is None else datetime.fromisoformat(after)
        raise AssertionError(f"there is still something to do at {moment}: {self.states()}")

    def hear(self, now: datetime) -> None:
        """What SendGrid tells of all that it took."""
        with closing(open_database(f"sqlite:///{self.database}")) as database:
            record(database, events_of(self.standin.entries(), "processed", "delivered", at=int(now.timestamp())), now)

    def ledger(self) -> list[Line]:
        """Every delivery there is."""
        with closing(sqlite3.connect(self.database)) as connection:
            return [Line(*row) for row in connection.execute(_LEDGER)]

    def states(self) -> Counter[str]:
        """How many deliveries are in which state."""
        return Counter(line.state for line in self.ledger())

    def account(self) -> None:
        """Assert that nobody was sent anything twice, and that of what was due nothing is missing."""
        lines, taken = self.ledger(), self.standin.times_taken(ARG)
        assert {int(one) for one in taken} <= {line.id for line in lines}, "something went out that is in no ledger"
        sent: Counter[tuple[str, str, int]] = Counter()
        for line in lines:
            times = taken[str(line.id)]
            sent[line.address, line.what, line.occasion] += times
            if line.state == "accepted":
                assert times == 1, f"{line} went out {times} times"
            elif times:
                assert line.state in {"uncertain", "sending"}, f"{line} went out"
            else:
                assert line.state in OPEN_TO_CHANCE | {"sending"}, line
        assert not [what for what, times in sent.items() if times > 1]
        due = {line.address for line in lines} | self._still_due()
        assert len(due) == self.people, f"{self.people - len(due)} people are missing"

    def all_had_everything(self) -> None:
        """Assert that each got each lesson once, and the ledger says so."""
        self.account()
        lines = self.ledger()
        assert {line.state for line in lines} == {"accepted"}, self.states()
        assert len(lines) == self.people * len(LESSONS)

    def _still_due(self) -> set[str]:
        found = """SELECT subscriber.email FROM enrolment JOIN subscriber ON subscriber.id = enrolment.subscriber_id
                   WHERE enrolment.next_due_at IS NOT NULL"""
        with closing(sqlite3.connect(self.database)) as connection:
            return {address for (address,) in connection.execute(found)}


def found_school(folder: Path, people: int) -> Path:
    """A folder with a database: a course of two lessons that branch on a field, and so many people on it."""
    folder.mkdir()
    stage = Stage(open_database(f"sqlite:///{folder / 'dripcourse.db'}"))
    files = {f"lessons/{place:02d}-{name}.md": a_lesson(name, _BODY) for place, name in enumerate(LESSONS, start=1)}
    stage.publish(a_course(*LESSONS, tables=_ROLE, files=files))
    fields = ({"email": f"sample{one}@example.com", "role": ROLES[one % len(ROLES)]} for one in range(people))
    stage.bring_in([Row(line, one) for line, one in enumerate(fields, start=2)], start=date(2026, 3, 3))
    stage.database.close()
    return folder


def opened_school(founded: Path, folder: Path, standin: StandinProcess, people: int, **settings: str) -> School:
    """A copy of a school, whose emails go to a stand-in that has seen nothing yet."""
    shutil.copytree(founded, folder)
    standin.reset()
    given = {"SENDGRID_API_KEY": standin.key, "DRIPCOURSE_SENDGRID_HOST": standin.url, **settings}
    return School(folder, standin, people, given)


NOW = SLOTS[0]
"""When the first lesson falls due."""
