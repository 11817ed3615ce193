"""What is asked of each body of events must cost what the body holds, not what is stored."""

from __future__ import annotations

import pytest

from sender.model import Suppressed
from sender.store import events
from sender.store.leavers import leaver
from tests.sender.stage import SLOTS, Stage, a_course
from tests.sender.store.test_query_plans import Query, steps

LARGE = ("enrolment", "delivery", "subscriber", "event", "batch")


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob")
    stage.claim(SLOTS[0])
    return stage


@pytest.mark.parametrize(
    "query",
    [
        lambda connection: events.known(connection, ["a", "b"]),
        lambda connection: events.deliveries(connection, [1, 2]),
        lambda connection: events.unsettled(connection, [1]),
        lambda connection: events.whose(connection, [1, 2]),
        lambda connection: events.end(connection, {("ann@example.com", 0): Suppressed.BOUNCED}, SLOTS[0]),
        lambda connection: leaver(connection, 1),
    ],
    ids=["known", "deliveries", "uncertain", "whose", "end", "leaver"],
)
def test_no_large_table_is_read_through(stage: Stage, query: Query) -> None:
    found = steps(stage, query)
    assert found
    assert not [step for step in found if step.startswith("SCAN") and step.split()[1] in LARGE], found


def test_whoever_leaves_is_found_by_any_email_with_their_latest_place(stage: Stage) -> None:
    with stage.database.read() as connection:
        found = leaver(connection, 2)
        assert leaver(connection, 99) is None
    assert found is not None
    assert (found.person, found.email_key, found.course, found.enrolment) == (2, "bob@example.com", 1, 2)
    assert found.secret is None
    stage.change("UPDATE enrolment SET status = 'ended' WHERE id = 2")
    stage.change(
        "INSERT INTO enrolment (subscriber_id, course_id, track, status, overrides, start_at, created_at)"
        " SELECT subscriber_id, course_id, track, 'active', overrides, start_at, created_at FROM enrolment WHERE id = 2"
    )
    with stage.database.read() as connection:
        again = leaver(connection, 2)
    assert again is not None
    assert (again.enrolment, again.edition) == (3, found.edition)
