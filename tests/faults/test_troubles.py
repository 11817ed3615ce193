"""What a machine does to a sender: a full disk, a database that is locked, a clock that jumps, a second sender."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from tests.faults.conftest import PEOPLE
from tests.faults.processes import How, sending
from tests.faults.school import NOW, School
from tests.standin import Step

DAY = timedelta(days=1)


@pytest.mark.parametrize("kilobytes", [0, 4, 16, 32, 48, 64, 80, 96, 128])
def test_a_disk_that_runs_full_loses_nothing(kilobytes: int, school: School) -> None:
    how = How(room=kilobytes * 1024)
    with sending(school.folder, school.settings, "--now", NOW.isoformat(), how=how) as process:
        process.ended()
        assert process.process.exitcode == 1
        assert "Traceback" not in process.said
    school.account()
    school.send_until_done(NOW)
    school.all_had_everything()


def test_a_locked_database_is_waited_for(school: School) -> None:
    with closing(sqlite3.connect(school.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with sending(school.folder, school.settings, "--now", NOW.isoformat()) as process:
            process.process.join(1)
            assert process.process.is_alive()
            other.execute("COMMIT")
            assert process.done()["accepted"] == PEOPLE
    school.account()


@pytest.mark.parametrize("offsets", [(DAY, -DAY), (-DAY, timedelta(0), DAY), (DAY, timedelta(0))], ids=str)
def test_a_clock_that_jumps_back_and_forth_a_day_doubles_nothing(
    offsets: tuple[timedelta, ...], school: School
) -> None:
    school.standin.script(default=Step(delay=0.01))
    for now in (NOW, NOW + DAY, NOW - DAY, NOW):
        with sending(school.folder, school.settings, "--now", now.isoformat(), how=How(offsets=offsets)) as process:
            process.done()
        school.account()
    school.send_until_done(NOW + DAY)
    school.all_had_everything()


def test_two_senders_started_by_mistake_send_everything_once(school: School) -> None:
    school.standin.script(default=Step(delay=0.02))
    moment = ("--now", NOW.isoformat())
    for _ in range(3):
        with (
            sending(school.folder, school.settings, *moment, name="first") as first,
            sending(school.folder, school.settings, *moment, name="second") as second,
        ):
            first.done()
            second.done()
        school.account()
    school.send_until_done(NOW)
    school.all_had_everything()
