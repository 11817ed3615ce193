"""Who is due becomes deliveries in batches, in one transaction, and each enrolment moves on."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from sender.claim import LARGEST_BATCH, LEASE, claim
from sender.editions import EditionBook
from sender.errors import StoreError
from sender.model import DeliveryKind
from sender.roster import Row
from sender.store import batches
from sender.store.batches import NewDelivery
from tests.sender.claiming import breaking_off, claimed
from tests.sender.stage import MONDAY, ROLE, SLOTS, Stage, a_course, a_lesson, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR = timedelta(hours=1)
REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError)


# The order, and how many.


def test_confirmations_come_first_then_whoever_has_waited_longest(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob", "cid", "dee")
    stage.bring_in("email\neve@example.com\nfay@example.com\n", confirmed=False)
    for name, since, due in (("bob", 1, 3), ("dee", 2, 1), ("ann", 2, 2), ("cid", 2, 2), ("fay", 9, 9), ("eve", 9, 9)):
        stage.change(
            "UPDATE enrolment SET due_since = :since, next_due_at = :due WHERE subscriber_id ="
            " (SELECT id FROM subscriber WHERE email = :email)",
            since=seconds(SLOTS[0]) + since, due=seconds(SLOTS[0]) + due, email=f"{name}@example.com",
        )  # fmt: skip
    for _ in range(6):
        assert stage.claim(SLOTS[0] + HOUR, limit=1).claimed == 1
    order = [str(email).partition("@")[0] for email, _ in claimed(stage)]
    assert order == ["eve", "fay", "bob", "dee", "ann", "cid"]


def test_batches_are_sent_in_that_order_too(stage: Stage) -> None:
    stage.publish(a_course("one", tables=ROLE, files={"lessons/01-one.md": a_lesson(
        "one", "{% if subscriber.role == 'expert' %}Deep.{% else %}Plain.{% endif %}")}))  # fmt: skip
    stage.enrol("ann", role="novice")
    stage.enrol("bob", role="expert")
    stage.bring_in("email\neve@example.com\n", confirmed=False)
    stage.change("UPDATE enrolment SET due_since = due_since - 1 WHERE subscriber_id ="
                 " (SELECT id FROM subscriber WHERE email = 'bob@example.com')")  # fmt: skip
    stage.tick(SLOTS[0])
    assert stage.mailer.sent == [
        ("eve@example.com", "confirm"), ("bob@example.com", "one"), ("ann@example.com", "one"),
    ]  # fmt: skip


@pytest.mark.parametrize(("limit", "made", "more"), [(0, 0, True), (1, 1, True), (3, 3, True), (4, 3, False)])
def test_a_claim_takes_no_more_than_its_limit_and_says_whether_there_is_more(
    stage: Stage, limit: int, made: int, more: bool
) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob", "cid")
    found = stage.claim(SLOTS[0], limit=limit)
    assert (found.claimed, found.more, len(claimed(stage))) == (made, more, made)


def test_nobody_is_claimed_before_their_time(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    assert stage.claim(SLOTS[0] - timedelta(seconds=1)).claimed == 0
    assert stage.claim(SLOTS[0]).claimed == 1


def test_each_is_due_in_their_own_zone(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann", timezone="Asia/Kolkata")
    stage.enrol("bob")
    stage.claim(SLOTS[0] - 5.5 * HOUR)
    assert claimed(stage) == [("ann@example.com", "one")]


def test_2500_people_of_one_variant_are_three_batches(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.bring_in([Row(line, {"email": f"sample{line:04d}@example.com"}) for line in range(2500)])
    assert LARGEST_BATCH == 1000
    found = stage.claim(SLOTS[0], limit=5000)
    assert found.claimed == 2500
    assert stage.rows("SELECT count(*) FROM delivery GROUP BY batch_id ORDER BY batch_id") == [(1000,), (1000,), (500,)]
    assert found.batches == tuple(row[0] for row in stage.rows("SELECT id FROM batch ORDER BY id"))
    assert [email for email, _ in claimed(stage)] == [f"sample{line:04d}@example.com" for line in range(2500)]


def test_a_batch_holds_people_of_one_variant(stage: Stage) -> None:
    stage.publish(a_course("one", tables=ROLE, files={"lessons/01-one.md": a_lesson(
        "one", "{% if subscriber.role == 'expert' %}Deep.{% else %}Plain.{% endif %}")}))  # fmt: skip
    for number in range(6):
        stage.enrol(f"s{number}", role=("novice", "expert", "")[number % 3])
    assert len(stage.claim(SLOTS[0]).batches) == 2
    roles = stage.rows("SELECT d.batch_id, count(*) FROM delivery d GROUP BY d.batch_id ORDER BY d.batch_id")
    assert [count for _, count in roles] == [4, 2]


# One transaction, and nobody twice.


def test_two_claims_after_each_other_take_nobody_twice(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    assert stage.claim(SLOTS[0], owner="first").claimed == 2
    assert stage.claim(SLOTS[0], owner="second").claimed == 0
    assert stage.claim(SLOTS[3], owner="second").claimed == 0


def test_the_database_itself_refuses_a_lesson_twice(stage: Stage) -> None:
    edition = stage.publish(a_course("one"))
    stage.enrol("ann")
    [batch] = stage.claim(SLOTS[0]).batches
    [(enrolment,)] = stage.rows("SELECT id FROM enrolment")
    again = NewDelivery(
        int(str(enrolment)), DeliveryKind.LESSON, edition.lesson_ids["one"], 0, SLOTS[1], date(2026, 3, 5)
    )
    with pytest.raises(REFUSED), stage.database.write() as connection:
        batches.add_deliveries(connection, batch, again, [again.enrolment])


def test_the_database_itself_refuses_a_welcome_twice(stage: Stage) -> None:
    """What has no lesson is told apart all the same."""
    stage.publish(a_course("one", welcome=True))
    stage.enrol("ann")
    [batch] = stage.claim(MONDAY).batches
    [(enrolment,)] = stage.rows("SELECT id FROM enrolment")
    again = NewDelivery(int(str(enrolment)), DeliveryKind.WELCOME, None, 0, SLOTS[1], date(2026, 3, 5))
    with pytest.raises(REFUSED), stage.database.write() as connection:
        batches.add_deliveries(connection, batch, again, [again.enrolment])


@pytest.mark.parametrize("statement", ["INSERT INTO batch", "INSERT INTO delivery", "UPDATE enrolment"])
def test_a_claim_that_breaks_off_claims_nothing(stage: Stage, statement: str) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    before = stage.rows("SELECT * FROM enrolment ORDER BY id")

    with breaking_off(stage, statement), pytest.raises(StoreError):
        stage.claim(SLOTS[0])
    assert stage.rows("SELECT * FROM enrolment ORDER BY id") == before
    assert claimed(stage) == stage.rows("SELECT * FROM batch") == []
    assert stage.claim(SLOTS[0]).claimed == 2


def test_a_variant_that_was_rendered_in_vain_is_rendered_again(stage: Stage) -> None:
    """A claim that is taken back takes back the variants that it kept."""
    stage.publish(a_course("one", tables=ROLE, files={"lessons/01-one.md": a_lesson(
        "one", "{% if subscriber.role == 'expert' %}Deep.{% endif %}")}))  # fmt: skip
    stage.enrol("ann", role="expert")
    book = EditionBook()

    with breaking_off(stage, "INSERT INTO delivery"), pytest.raises(StoreError):
        claim(stage.database, book, "owner", SLOTS[0], limit=10, lease_from=MONDAY)
    assert claim(stage.database, book, "owner", SLOTS[0], limit=10, lease_from=MONDAY).claimed == 1
    [(variant,)] = stage.rows("SELECT v.html LIKE '%Deep.%' FROM batch b JOIN variant v ON v.id = b.variant_id")
    assert variant


def test_a_variant_that_another_process_kept_meanwhile_is_used(stage: Stage) -> None:
    stage.publish(a_course("one", tables=ROLE, files={"lessons/01-one.md": a_lesson(
        "one", "{% if subscriber.role == 'expert' %}Deep.{% endif %}")}))  # fmt: skip
    here, elsewhere = EditionBook(), EditionBook()
    stage.enrol("ann", role="novice")
    claim(stage.database, here, "here", SLOTS[0], limit=10, lease_from=MONDAY)
    stage.enrol("bob", role="expert")
    claim(stage.database, elsewhere, "elsewhere", SLOTS[0], limit=10, lease_from=MONDAY)
    stage.enrol("cid", role="expert")
    assert claim(stage.database, here, "here", SLOTS[0], limit=10, lease_from=MONDAY).claimed == 1
    assert stage.rows("SELECT count(*) FROM variant WHERE html LIKE '%Deep.%'") == [(1,)]


def test_a_batch_is_its_owner_s_for_a_minute_of_the_machine_s_time(stage: Stage) -> None:
    stage.clock = lambda: datetime(2030, 1, 1, tzinfo=UTC)
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.claim(SLOTS[0], owner="somebody")
    assert stage.rows("SELECT state, owner, lease_until, attempt, sending_at FROM batch") == [
        ("claimed", "somebody", seconds(stage.clock() + LEASE), 0, None)
    ]
