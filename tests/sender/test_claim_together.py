"""What is decided for many at once is what would be decided for each alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from sender.model import Answer, Verdict
from sender.store import enrolments
from sender.store.database import Database, open_database
from sender.store.due import due, free_count, history
from tests.sender.stage import MONDAY, ROLE, SLOTS, Stage, a_course, a_lesson, seconds

HOUR = timedelta(hours=1)
FIELDS = ROLE + 'first_name = { type = "text" }\n'
ZONES = ("Europe/London", "Europe/Berlin", "Asia/Kolkata", "")
LOOKS = "{% if subscriber.role == 'expert' %}Deep.{% elif subscriber.first_name %}Hello.{% else %}Plain.{% endif %}"
BREAKS = "{% if subscriber.role == 'novice' %}{{ 1 // (subscriber.first_name | length) }}{% endif %}"


def a_mixed_stage(database: Database, chance: Random) -> Stage:
    """People in all kinds of places on two courses, some of them with something that waits, was cancelled or failed."""
    stage = Stage(database)
    looking = {"lessons/02-two.md": a_lesson("two", LOOKS), "lessons/03-three.md": a_lesson("three", BREAKS)}
    stage.publish(a_course("one", "two", "three", "four", welcome=True, closing=True, tables=FIELDS, files=looking))
    stage.publish(a_course("one", "two", slug="notes", cadence='grace = "1h"'))
    for number in range(60):
        fields = {"timezone": chance.choice(ZONES), "role": chance.choice(("novice", "expert", ""))}
        if chance.random() < 0.7:
            fields["first_name"] = "Sample"
        now = MONDAY + chance.choice((0, 0, 30)) * HOUR
        stage.enrol(f"s{number}", course=chance.choice(("letters", "letters", "notes")), now=now, **fields)
    stage.bring_in("email\neve@example.com\nfay@example.com\n", confirmed=False)
    verdicts = [*(Verdict.ACCEPTED,) * 6, Verdict.WAIT, Verdict.UNCERTAIN]
    stage.mailer.answers = [Answer(chance.choice(verdicts)) for _ in range(30)]
    for moment in (MONDAY, *SLOTS[: chance.randrange(3)]):
        stage.tick(moment)
    for statement in (
        "UPDATE delivery SET batch_id = NULL WHERE id % 7 = :rest",
        "UPDATE delivery SET outcome = 'cancelled' WHERE batch_id IS NOT NULL AND id % 9 = :rest",
        "UPDATE enrolment SET asked_at = next_due_at - 1000 WHERE id % 5 = :rest",
        "UPDATE enrolment SET due_since = due_since - 3600 * (id % 3) WHERE id % 2 = :rest % 2",
        'UPDATE enrolment SET overrides = \'{"at": "09:30"}\' WHERE id % 6 = :rest',
    ):
        stage.change(statement, rest=chance.randrange(5))
    return stage


def what_was_decided(stage: Stage) -> list[list[tuple[object, ...]]]:
    return [
        stage.rows("SELECT d.enrolment_id, d.kind, d.lesson_id, d.occasion, d.slot_at, d.slot_on, d.outcome, d.reason,"
                   " v.html, b.state FROM delivery d LEFT JOIN batch b ON b.id = d.batch_id"
                   " LEFT JOIN variant v ON v.id = b.variant_id ORDER BY 1, 2, 3, 4"),
        stage.rows("SELECT id, status, next_due_at, due_since, batch_id IS NULL FROM enrolment ORDER BY id"),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_a_claim_of_all_decides_what_claims_of_one_decide(database: Database, tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    stage = a_mixed_stage(database, chance)
    now = SLOTS[2] + chance.choice((0, 1, 5)) * HOUR
    with database.read() as connection:
        assert free_count(connection, now, 1000) == len(due(connection, now, 1000))
    with closing(sqlite3.connect(str(database._engine.url.database))) as connected:
        connected.execute("VACUUM INTO ?", (str(tmp_path / "other.db"),))
    other = Stage(open_database(f"sqlite:///{tmp_path / 'other.db'}"))
    together = stage.claim(now)
    alone = []
    while (claim := other.claim(now, limit=1)).more:
        alone.append(claim)
    assert together.claimed == sum(one.claimed for one in alone)
    assert together.moved == sum(one.moved for one in alone)
    assert sorted(together.unmade) == sorted(reason for one in alone for reason in one.unmade)
    assert together.claimed + together.moved > 10
    assert what_was_decided(stage) == what_was_decided(other)
    other.database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("seed", range(2))
def test_few_and_many_are_found_in_one_order_with_what_each_had(stage: Stage, seed: int) -> None:
    stage = a_mixed_stage(stage.database, Random(seed))
    now = SLOTS[4]
    with stage.database.read() as connection:
        everyone = due(connection, now, 1000)
        assert [due(connection, now, most) for most in (0, 1, 5)] == [everyone[:most] for most in (0, 1, 5)]
        had = enrolments.histories(connection, [one.id for one in everyone])
    assert {one.id: history(one.told) for one in everyone} == had
    assert len(everyone) > 10


def test_whoever_was_put_off_is_not_found_before(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob", "cid")
    stage.change("UPDATE enrolment SET next_due_at = :later WHERE id < 3", later=seconds(SLOTS[1]))
    assert stage.claim(SLOTS[0], limit=0).claimed == 0
    assert stage.claim(SLOTS[0], limit=1).claimed == 1
    assert stage.claim(SLOTS[0], limit=1).claimed == 0
