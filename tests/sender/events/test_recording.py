"""Events are kept, move deliveries on, and settle what was uncertain; in any order, and any number of times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from sender.errors import StoreError
from sender.events import Recorded, record
from sender.events import recording as recording_module
from sender.events.event import read_event
from sender.events.recording import record_events
from sender.model import DELIVERY_ARG, Answer, Verdict
from sender.store.database import Database, open_database
from sender.store.suppressions import hashing_key
from tests.sender.events.telling import TOLD, both, enrolments, of, seen, states, suppressed, tell
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, seconds

Again = Callable[[Sequence[dict[str, Any]], int], list[object]]


# What is kept


@both
def test_an_event_is_kept_once_with_its_delivery_and_nothing_of_the_person(sent: Stage) -> None:
    event = of(1, "open", ip="192.0.2.1", useragent="Sample/1.0", url="https://example.com/")
    assert tell(sent, event, event) == Recorded(2, 1)
    assert tell(sent, event) == Recorded(1, 0)
    assert sent.rows("SELECT * FROM event") == [("event-open-1000", 1, "open", event["timestamp"])]


@both
def test_an_event_of_no_delivery_of_ours_is_kept_and_does_nothing(sent: Stage) -> None:
    told = [
        of(1, "bounce", 1, **{DELIVERY_ARG: "test-1"}),
        of(1, "spamreport", 2, **{DELIVERY_ARG: "999"}),
        of(1, "unsubscribe", 3, **{DELIVERY_ARG: ""}),
        of(1, "bounce", 4, **{DELIVERY_ARG: "9" * 30}),
        of(None, "group_unsubscribe", 5),
        of(None, "account_status_change", 6, email=None),
    ]
    assert tell(sent, *told) == Recorded(6, 6)
    assert sent.rows("SELECT count(*), count(delivery_id) FROM event") == [(6, 0)]
    assert suppressed(sent) == []
    assert enrolments(sent) == {"ann": "active", "bob": "active", "cid": "active"}
    assert sent.rows("SELECT count(seen) FROM delivery") == [(0,)]


@both
def test_a_type_that_nobody_knows_is_kept_and_does_nothing(sent: Stage) -> None:
    tell(sent, of(1, "delivered"), of(1, "teleported", 1), of(1, "\0" * 50, 2), of(1, "group_resubscribe", 3))
    assert seen(sent) == "delivered"
    kept = sent.rows("SELECT type FROM event ORDER BY type")
    assert kept == [("delivered",), ("group_resubscribe",), ("teleported",), ("unknown",)]


@both
def test_what_is_no_event_is_counted_and_the_events_beside_it_are_kept(sent: Stage) -> None:
    assert tell(sent, None, of(1, "delivered"), None, {}) == Recorded(2, 2, odd=2)
    assert seen(sent) == "delivered"


@both
def test_texts_that_no_database_takes_are_no_hindrance(sent: Stage) -> None:
    odd = "a\0b\ud800" * 100_000
    told = dict.fromkeys(("email", "sg_event_id", "sg_message_id", "event", "type", "reason", "timestamp"), odd)
    assert tell(sent, {**told, DELIVERY_ARG: odd}, {**of(1, "bounce"), "sg_event_id": odd + "x"}).new == 2
    assert seen(sent) == "bounced"


@both
def test_many_chunks_are_one_body(sent: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_module, "CHUNK", 3)
    events = [of(number % 3 + 1, "open", number) for number in range(10)]
    assert tell(sent, *events, *events) == Recorded(20, 10)
    assert sent.rows("SELECT count(*) FROM event") == [(10,)]


# What is known of a delivery


@both
def test_a_delivery_is_moved_on_and_never_back(sent: Stage) -> None:
    told = {
        "processed": "processed", "delivered": "delivered", "deferred": "delivered", "click": "clicked",
        "open": "clicked", "dropped": "clicked", "spamreport": "complained", "unsubscribe": "complained",
    }  # fmt: skip
    for number, (kind, known) in enumerate(told.items()):
        tell(sent, of(1, kind, number))
        assert seen(sent) == known
    assert seen(sent, 2) is None


@both
def test_a_machine_s_open_is_counted_apart(sent: Stage) -> None:
    tell(sent, of(1, "open", sg_machine_open=True), of(2, "open", sg_machine_open=False))
    assert (seen(sent, 1), seen(sent, 2)) == ("machine_opened", "opened")
    assert sent.rows("SELECT type FROM event ORDER BY type") == [("machine_open",), ("open",)]


# What was uncertain


@both
@pytest.mark.parametrize(
    "event",
    [
        {"event": "processed"},
        {"event": "dropped", "reason": "Spam Content"},
        {"event": "bounce", "type": "bounce"},
        {"event": "a_type_of_tomorrow"},
    ],
    ids=str,
)
def test_an_event_proves_that_its_request_was_taken(unsure: Stage, event: dict[str, str]) -> None:
    tell(unsure, of(1, "", sg_message_id="abc.recvd-1-2.0", **event))
    assert states(unsure) == {"ann": "accepted", "bob": "accepted", "cid": "failed"}
    assert enrolments(unsure)["bob"] == "finished"
    assert enrolments(unsure)["cid"] == "active"
    assert unsure.rows("SELECT message_id FROM batch WHERE state = 'accepted'") == [("abc",)]
    assert unsure.tick(SLOTS[1]).claimed == 0


@both
def test_what_was_refused_by_name_proves_nothing(unsure: Stage) -> None:
    tell(unsure, of(3, "processed"))
    assert states(unsure) == {"ann": "uncertain", "bob": "uncertain", "cid": "failed"}


@both
def test_an_event_that_names_no_delivery_proves_nothing(unsure: Stage) -> None:
    tell(unsure, of(None, "delivered"), of(1, "delivered", 1, **{DELIVERY_ARG: "test-1"}))
    assert states(unsure)["ann"] == "uncertain"


@both
@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REFUSED_SOME])
def test_a_batch_whose_answer_was_the_last_word_is_left_as_it_is(stage: Stage, verdict: Verdict) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    refused = {1: "a bad address"} if verdict is Verdict.REFUSED_SOME else {}
    stage.mailer.answers = [Answer(verdict, "an answer", refused=refused)]
    stage.tick(SLOTS[0])
    before = stage.rows("SELECT * FROM batch")
    tell(stage, of(1, "delivered"))
    assert stage.rows("SELECT * FROM batch") == before
    assert seen(stage) == "delivered"


@both
def test_a_request_that_events_told_of_before_it_was_given_up_is_not_uncertain(stage: Stage) -> None:
    """The process dies while sending, SendGrid's events are quicker than the next tick, and nothing else will come."""
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob")
    stage.claim(SLOTS[0])
    stage.change("UPDATE batch SET state = 'sending', owner = 'gone', lease_until = 1")
    tell(stage, of(2, "processed"))
    assert stage.rows("SELECT state FROM batch") == [("sending",)]
    assert stage.tick(SLOTS[0]).uncertain == 0
    assert stage.rows("SELECT state FROM batch") == [("accepted",)]
    assert enrolments(stage) == {"ann": "finished", "bob": "finished"}
    assert stage.mailer.requests == []


# Any order, any repetition, any chunks

KINDS = [
    {"event": "processed"},
    {"event": "deferred", "attempt": "3"},
    {"event": "delivered"},
    {"event": "bounce", "type": "bounce"},
    {"event": "bounce", "type": "blocked"},
    {"event": "dropped", "reason": "Bounced Address"},
    {"event": "dropped", "reason": "Unsubscribed Address"},
    {"event": "dropped", "reason": "Spam Content"},
    {"event": "open"},
    {"event": "open", "sg_machine_open": True},
    {"event": "click"},
    {"event": "spamreport"},
    {"event": "unsubscribe"},
    {"event": "group_unsubscribe"},
    {"event": "group_resubscribe"},
    {"event": "account_status_change"},
    {"event": "a_type_of_tomorrow"},
]
ARGS: list[dict[str, Any]] = [
    {DELIVERY_ARG: "1"},
    {DELIVERY_ARG: "2"},
    {DELIVERY_ARG: "3"},
    {DELIVERY_ARG: "test-1"},
    {},
]
ADDRESSES = ["ann@example.com", "bob@example.com", "CID@example.com", "stranger@example.com", "no address"]
EVENTS = st.builds(
    lambda kind, arg, email, at: {**kind, **arg, "email": email, "timestamp": at},
    st.sampled_from(KINDS),
    st.sampled_from(ARGS),
    st.sampled_from(ADDRESSES),
    st.integers(1_770_000_000, 1_770_000_100),
)
END_STATE = (
    "SELECT id, seen, outcome FROM delivery ORDER BY id",
    "SELECT id, state FROM batch ORDER BY id",
    "SELECT id, status, ended_reason, next_due_at IS NULL FROM enrolment ORDER BY id",
    "SELECT address_hash, scope, reason FROM suppression ORDER BY address_hash, scope",
    "SELECT id, delivery_id, type, at FROM event ORDER BY id",
)


class TakenBackError(Exception):
    """Ends a transaction without keeping anything of it."""


@pytest.fixture
def again(unsure: Stage) -> Again:
    """Tells events, in chunks of a size, always from the same beginning; what is known in the end."""
    with unsure.database.write() as connection:
        hashing_key(connection)  # or each time would make one of its own

    def told(events: Sequence[dict[str, Any]], chunk: int) -> list[object]:
        left = [read_event(event, seconds(TOLD)) for event in events]
        found: list[object] = []
        with suppress(TakenBackError), unsure.database.write() as connection:
            while left:
                record_events(connection, left[:chunk], TOLD)
                del left[:chunk]
            found.extend(list(connection.execute(text(statement))) for statement in END_STATE)
            raise TakenBackError
        return found

    return told


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.lists(EVENTS, min_size=1, max_size=6, unique_by=repr))
def test_any_order_and_any_repetition_end_in_the_same_state(
    again: Again, data: st.DataObject, events: list[dict[str, Any]]
) -> None:
    told = [{**event, "sg_event_id": f"event-{number}"} for number, event in enumerate(events)]
    repeated = data.draw(st.permutations([*told, *data.draw(st.lists(st.sampled_from(told), max_size=4))]))
    assert again(repeated, data.draw(st.integers(1, 4))) == again(told, 1000)


def test_every_order_of_what_can_happen_to_one_email_ends_in_the_same_state(
    again: Again,
) -> None:
    told = [of(1, "delivered"), of(1, "group_unsubscribe"), of(1, "bounce"), of(None, "spamreport"), of(1, "open")]
    ends = [again(order, 1) for order in permutations(told)]
    assert all(end == ends[0] for end in ends)


# What can go wrong


@both
def test_events_of_a_chunk_are_kept_together_or_not_at_all(sent: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreError("The database cannot be used.", fix="Try again.")

    events = [of(1, "delivered"), of(2, "bounce")]
    with monkeypatch.context() as patch:
        patch.setattr("sender.events.recording.suppress_each", broken)
        with pytest.raises(StoreError):
            tell(sent, *events)
    assert sent.rows("SELECT count(*) FROM event") == [(0,)]
    assert seen(sent) is None
    assert tell(sent, *events) == Recorded(2, 2)
    assert (seen(sent, 1), seen(sent, 2)) == ("delivered", "bounced")


def test_two_that_tell_the_same_at_once_end_as_one(postgresql_url: str) -> None:
    """On PostgreSQL two transactions run at the same time: neither fails, and nothing is told twice."""
    database: Database = open_database(postgresql_url)
    try:
        stage = Stage(database)
        stage.publish(a_course("one"))
        stage.enrol(*(f"sample{number}" for number in range(50)))
        stage.tick(SLOTS[0])
        bodies = []
        for round_ in range(8):
            events = [of(number + 1, kind, round_, name=f"sample{number}")
                      for number in range(50) for kind in ("delivered", "click", "spamreport")]  # fmt: skip
            bodies += [events, list(reversed(events))]
        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(lambda events: record(database, events, TOLD), bodies))
        assert sum(one.events for one in told) == 16 * 150
        assert stage.rows("SELECT count(*) FROM event") == [(8 * 150,)]
        assert stage.rows("SELECT DISTINCT seen FROM delivery") == [("complained",)]
        assert stage.rows("SELECT count(*) FROM suppression") == [(50,)]
    finally:
        database.close()


def test_an_event_of_the_future_is_kept_as_of_now(sent: Stage) -> None:
    later = int(datetime(2999, 1, 1, tzinfo=UTC).timestamp())
    tell(sent, of(1, "delivered", timestamp=later), now=MONDAY)
    assert sent.rows("SELECT at FROM event") == [(int(MONDAY.timestamp()),)]
