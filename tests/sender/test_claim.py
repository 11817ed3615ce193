"""Who is due becomes deliveries in batches, in one transaction, and each enrolment moves on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from sender.claim import LARGEST_BATCH, LEASE, claim
from sender.editions import EditionBook
from sender.errors import StoreError
from sender.model import Answer, BatchState, DeliveryKind, Verdict
from sender.roster import Row
from sender.store import batches, ledger
from sender.store.batches import NewDelivery
from tests.sender.stage import MONDAY, ROLE, SLOTS, Recorder, Stage, a_course, a_lesson, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR = timedelta(hours=1)


def claimed(stage: Stage) -> list[tuple[object, ...]]:
    """What has been claimed, in the order of the batches: address, kind or lesson."""
    return stage.rows(
        "SELECT s.email, coalesce(l.slug, d.kind) FROM delivery d JOIN enrolment e ON e.id = d.enrolment_id"
        " JOIN subscriber s ON s.id = e.subscriber_id LEFT JOIN lesson l ON l.id = d.lesson_id"
        " ORDER BY d.batch_id, d.id"
    )


def settle(stage: Stage, state: BatchState) -> None:
    """Put every batch into a state."""
    stage.change("UPDATE batch SET state = :state", state=state.value)


def lessons(stage: Stage, name: str) -> list[tuple[object, object]]:
    """One person's lessons with their slots."""
    return [(slug, slot) for kind, slug, _, slot in stage.deliveries(name) if kind == "lesson"]


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
    with pytest.raises(IntegrityError), stage.database.write() as connection:
        batches.add_deliveries(connection, batch, [again])


def test_the_database_itself_refuses_a_welcome_twice(stage: Stage) -> None:
    """What has no lesson is told apart all the same."""
    stage.publish(a_course("one", welcome=True))
    stage.enrol("ann")
    [batch] = stage.claim(MONDAY).batches
    [(enrolment,)] = stage.rows("SELECT id FROM enrolment")
    again = NewDelivery(int(str(enrolment)), DeliveryKind.WELCOME, None, 0, SLOTS[1], date(2026, 3, 5))
    with pytest.raises(IntegrityError), stage.database.write() as connection:
        batches.add_deliveries(connection, batch, [again])


@pytest.mark.parametrize("statement", ["INSERT INTO batch", "INSERT INTO delivery", "UPDATE enrolment"])
def test_a_claim_that_breaks_off_claims_nothing(stage: Stage, statement: str) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann", "bob")
    before = stage.rows("SELECT * FROM enrolment ORDER BY id")

    def give_up(connection: object, cursor: object, running: str, *rest: object) -> None:
        if running.startswith(statement):
            raise StoreError("The disk is full.", fix="Make room.")

    engine = stage.database._writing
    event.listen(engine, "before_cursor_execute", give_up)
    try:
        with pytest.raises(StoreError):
            stage.claim(SLOTS[0])
    finally:
        event.remove(engine, "before_cursor_execute", give_up)
    assert stage.rows("SELECT * FROM enrolment ORDER BY id") == before
    assert claimed(stage) == stage.rows("SELECT * FROM batch") == []
    assert stage.claim(SLOTS[0]).claimed == 2


def test_a_variant_that_was_rendered_in_vain_is_rendered_again(stage: Stage) -> None:
    """A claim that is taken back takes back the variants that it kept."""
    stage.publish(a_course("one", tables=ROLE, files={"lessons/01-one.md": a_lesson(
        "one", "{% if subscriber.role == 'expert' %}Deep.{% endif %}")}))  # fmt: skip
    stage.enrol("ann", role="expert")
    book = EditionBook()

    def give_up(connection: object, cursor: object, running: str, *rest: object) -> None:
        if running.startswith("INSERT INTO delivery"):
            raise StoreError("The disk is full.", fix="Make room.")

    engine = stage.database._writing
    event.listen(engine, "before_cursor_execute", give_up)
    with pytest.raises(StoreError):
        claim(stage.database, book, "owner", SLOTS[0], limit=10, lease_from=MONDAY)
    event.remove(engine, "before_cursor_execute", give_up)
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


# Lessons never overtake each other.


@pytest.mark.parametrize("state", BatchState)
def test_the_next_lesson_waits_while_the_last_is_open(stage: Stage, state: BatchState) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.claim(SLOTS[0])
    settle(stage, state)
    blocks = {BatchState.CLAIMED, BatchState.SENDING, BatchState.RETRY, BatchState.HELD}
    assert stage.claim(SLOTS[1]).claimed == (0 if state in blocks else 1)


def test_a_lesson_does_not_overtake_the_welcome(stage: Stage) -> None:
    stage.publish(a_course("one", welcome=True))
    stage.enrol("ann")
    stage.claim(MONDAY)
    assert stage.claim(SLOTS[0]).claimed == 0
    settle(stage, BatchState.ACCEPTED)
    assert stage.claim(SLOTS[0]).claimed == 1


def test_what_one_person_waits_for_holds_up_nobody_else(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.claim(SLOTS[0])
    settle(stage, BatchState.HELD)
    stage.enrol("bob", now=SLOTS[0] + HOUR)
    stage.claim(SLOTS[1])
    assert claimed(stage) == [("ann@example.com", "one"), ("bob@example.com", "one")]


def test_whoever_waited_for_long_gets_their_lessons_one_slot_at_a_time(stage: Stage) -> None:
    stage.publish(a_course("one", "two", "three"))
    stage.enrol("ann")
    stage.claim(SLOTS[0])
    settle(stage, BatchState.HELD)
    assert stage.claim(SLOTS[2] + HOUR).claimed == 0
    settle(stage, BatchState.ACCEPTED)
    for moment in (SLOTS[2] + HOUR, SLOTS[3], SLOTS[4], SLOTS[5]):
        stage.tick(moment)
    assert lessons(stage, "ann") == [
        ("one", seconds(SLOTS[0])),
        ("two", seconds(SLOTS[3])),
        ("three", seconds(SLOTS[4])),
    ]


# Grace.


@pytest.mark.parametrize("late", [timedelta(0), HOUR, 6 * HOUR])
def test_a_slot_missed_by_no_more_than_the_grace_is_made_up_for(stage: Stage, late: timedelta) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    found = stage.claim(SLOTS[0] + late)
    assert (found.claimed, found.moved) == (1, 0)
    assert lessons(stage, "ann") == [("one", seconds(SLOTS[0]))]
    assert stage.enrolment("ann")[1] == seconds(SLOTS[1])


def test_a_slot_missed_by_more_moves_to_the_next_and_is_counted(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    found = stage.claim(SLOTS[0] + 6 * HOUR + timedelta(seconds=1))
    assert (found.claimed, found.moved, found.batches) == (0, 1, ())
    assert stage.enrolment("ann") == ("active", seconds(SLOTS[1]), seconds(SLOTS[0]))
    assert stage.claim(SLOTS[1]).claimed == 1
    assert lessons(stage, "ann") == [("one", seconds(SLOTS[1]))]
    assert stage.enrolment("ann")[1] == seconds(SLOTS[2])


def test_whoever_is_moved_keeps_their_place_in_the_queue(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.claim(SLOTS[0] + 24 * HOUR)
    stage.enrol("bob", now=SLOTS[0] + 24 * HOUR)
    stage.claim(SLOTS[1], limit=1)
    assert claimed(stage) == [("ann@example.com", "one")]


@pytest.mark.parametrize("grace", ["6h", "2d", "8d"])
def test_two_lessons_never_go_out_at_one_moment(stage: Stage, grace: str) -> None:
    """Also where sending begins again just at a slot, after one or more were missed."""
    stage.publish(a_course("one", "two", "three", cadence=f'grace = "{grace}"'))
    stage.enrol("ann")
    for moment in (SLOTS[1], SLOTS[1], SLOTS[2]):
        stage.tick(moment)
    assert stage.mailer.labels("ann@example.com") == ["one", "two"]


def test_a_lesson_that_is_moved_to_a_slot_that_is_now_goes_out_in_that_one(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.tick(SLOTS[1])
    assert lessons(stage, "ann") == [("one", seconds(SLOTS[1]))]
    assert stage.enrolment("ann")[1] == seconds(SLOTS[2])


def test_a_welcome_is_never_too_late(stage: Stage) -> None:
    stage.publish(a_course("one", welcome=True))
    stage.enrol("ann")
    assert stage.claim(MONDAY + timedelta(days=30)).claimed == 1


@given(gaps=st.lists(st.integers(0, 120), max_size=25), grace=st.sampled_from(["0h", "6h", "30h", "9d"]))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whenever_ticks_come_no_two_lessons_share_a_moment_or_a_day_of_slots(
    stage: Stage, gaps: list[int], grace: str
) -> None:
    """`gaps` are the hours between ticks. Each example has a person and a course of its own."""
    courses = stage.rows("SELECT id FROM course")
    slug = f"letters-{len(courses)}"
    stage.mailer = Recorder()
    stage.publish(a_course("one", "two", "three", "four", slug=slug, cadence=f'grace = "{grace}"'))
    stage.enrol("ann", course=slug)
    now, per_tick = SLOTS[0], []
    for gap in gaps:
        now += gap * HOUR
        before = len(stage.mailer.sent)
        stage.tick(now)
        per_tick.append(len([label for _, label in stage.mailer.sent[before:]]))
    mine = [label for _, label in stage.mailer.sent]
    assert mine == ["one", "two", "three", "four"][: len(mine)]
    assert max(per_tick, default=0) <= 1
    days = stage.rows("SELECT slot_on FROM delivery d JOIN enrolment e ON e.id = d.enrolment_id JOIN course c"
                      " ON c.id = e.course_id WHERE c.slug = :slug", slug=slug)  # fmt: skip
    assert len(days) == len(set(days))
    stage.change("UPDATE enrolment SET next_due_at = NULL, status = 'ended'")


# From welcome to the end.


def test_the_whole_course_in_its_order_and_each_slot(stage: Stage) -> None:
    stage.publish(a_course("one", "two", welcome=True, closing=True))
    stage.enrol("ann")
    moments = list(stage.ticks(MONDAY))
    assert moments == [MONDAY, *SLOTS[:3]]
    assert stage.mailer.sent == [("ann@example.com", label) for label in ("welcome", "one", "two", "closing")]
    assert stage.deliveries("ann") == [
        ("welcome", None, "accepted", seconds(MONDAY)), ("lesson", "one", "accepted", seconds(SLOTS[0])),
        ("lesson", "two", "accepted", seconds(SLOTS[1])), ("finished", None, "accepted", seconds(SLOTS[2])),
    ]  # fmt: skip
    assert stage.enrolment("ann") == ("finished", None, None)


def test_without_a_closing_the_last_lesson_finishes_the_course(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    assert stage.enrolment("ann") == ("finished", None, None)


@pytest.mark.parametrize("verdict", [Verdict.UNCERTAIN, Verdict.HELD, Verdict.WAIT, Verdict.REFUSED_SOME])
def test_a_course_is_not_finished_while_a_lesson_was_not_accepted(stage: Stage, verdict: Verdict) -> None:
    stage.publish(a_course("one", closing=True))
    stage.enrol("ann")
    refused = {1: "no such mailbox"} if verdict is Verdict.REFUSED_SOME else {}
    stage.mailer.answers.append(Answer(verdict, "some reason", refused=refused))
    for moment in (SLOTS[0], SLOTS[1]):
        stage.tick(moment)
    assert stage.enrolment("ann")[0] == "active"


def test_a_track_has_its_own_lessons(stage: Stage) -> None:
    tracks = "[tracks.short]\ntitle = 'Short'\n[tracks.long]\ntitle = 'Long'"
    long = {"lessons/02-two.md": a_lesson("two", settings="tracks: [long]\n")}
    stage.publish(a_course("one", "two", "three", tables=tracks, files=long))
    stage.bring_in("email\nann@example.com\n", track="short")
    stage.bring_in("email\nbob@example.com\n", track="long")
    for _ in stage.ticks(SLOTS[0]):
        pass
    assert stage.mailer.labels("ann@example.com") == ["one", "three"]
    assert stage.mailer.labels("bob@example.com") == ["one", "two", "three"]


@pytest.mark.parametrize("status", ["paused", "ended", "finished"])
def test_whoever_takes_no_part_is_not_claimed(stage: Stage, status: str) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.change("UPDATE enrolment SET status = :status, next_due_at = NULL", status=status)
    assert stage.claim(SLOTS[5]).claimed == 0


def test_a_pending_person_gets_one_confirmation_and_no_lesson(stage: Stage) -> None:
    stage.publish(a_course("one", welcome=True))
    stage.bring_in("email\nann@example.com\n", confirmed=False)
    for moment in (MONDAY, *SLOTS):
        stage.tick(moment)
    assert stage.mailer.labels("ann@example.com") == ["confirm"]
    assert stage.enrolment("ann") == ("pending", None, None)


def test_what_was_cancelled_can_be_sent_after_all(stage: Stage) -> None:
    """Somebody who paused between the claim and the request, and came back."""
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.claim(SLOTS[0])
    stage.change("UPDATE delivery SET outcome = 'cancelled', reason = 'paused'")
    settle(stage, BatchState.CANCELLED)
    stage.tick(SLOTS[1])
    assert stage.rows("SELECT occasion, outcome FROM delivery ORDER BY id") == [(0, "cancelled"), (1, None)]
    assert stage.mailer.labels("ann@example.com") == ["one"]


# Several courses, and held ones.


def test_a_held_course_is_not_claimed_and_holds_up_no_other(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.publish(a_course("uno", slug="other"))
    stage.enrol("ann")
    stage.enrol("ann", "bob", course="other")
    stage.change("UPDATE course SET held = true WHERE slug = 'letters'")
    stage.claim(SLOTS[0])
    assert claimed(stage) == [("ann@example.com", "uno"), ("bob@example.com", "uno")]
    stage.change("UPDATE course SET held = false")
    assert stage.claim(SLOTS[0] + HOUR).claimed == 1


def test_two_courses_of_one_person_do_not_touch_each_other(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.publish(a_course("one", "two", slug="other"))
    stage.enrol("ann")
    stage.enrol("ann", course="other")
    stage.claim(SLOTS[0])
    assert len(stage.rows("SELECT DISTINCT batch_id FROM delivery")) == 2
    stage.change("UPDATE batch SET state = 'held' WHERE course_id = (SELECT id FROM course WHERE slug = 'letters')")
    stage.change("UPDATE batch SET state = 'accepted' WHERE state = 'claimed'")
    assert stage.claim(SLOTS[1]).claimed == 1


# A course that is edited while people are in the middle of it.


@pytest.mark.parametrize(
    ("before", "had", "edited", "then"),
    [
        (["a", "b", "c"], 1, ["a", "x", "b", "c"], ["x", "b", "c"]),
        (["a", "b", "c"], 2, ["a", "x", "b", "c"], ["c"]),
        (["a", "b"], 1, ["a", "b", "x"], ["b", "x"]),
        (["a", "b", "c"], 1, ["a", "c"], ["c"]),
        (["a", "b", "c"], 2, ["a", "c"], ["c"]),
        (["a", "b", "c"], 1, ["b", "c"], ["b", "c"]),
        (["a", "b", "c"], 1, ["c", "b", "a"], []),
        (["a", "b", "c"], 1, ["b", "a", "c"], ["c"]),
        (["a", "b", "c"], 2, ["a", "c", "b"], []),
        (["a", "b", "c"], 2, ["a", "b"], []),
    ],
    ids=[
        "inserted ahead", "inserted behind", "added at the end", "removed ahead", "removed behind", "the place removed",
        "turned round", "moved behind", "the place moved to the end", "the rest removed",
    ],
)  # fmt: skip
def test_after_an_edit_each_goes_on_from_their_place(
    stage: Stage, before: list[str], had: int, edited: list[str], then: list[str]
) -> None:
    stage.publish(a_course(*before))
    stage.enrol("ann")
    for slot in SLOTS[:had]:
        stage.tick(slot)
    stage.publish(a_course(*edited), SLOTS[had - 1] + HOUR)
    for _ in stage.ticks(SLOTS[had]):
        pass
    assert stage.mailer.labels("ann@example.com") == [*before[:had], *then]
    assert stage.enrolment("ann") == ("finished", None, None)


def test_a_renamed_lesson_is_the_same_one(stage: Stage) -> None:
    stage.publish(a_course("a", "b", "c"))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    stage.enrol("bob", now=SLOTS[0] + HOUR)
    renamed = a_course("x", "b", "c", files={"lessons/01-x.md": a_lesson("x", settings="aliases: [a]\n")})
    stage.publish(renamed, SLOTS[0] + HOUR)
    for _ in stage.ticks(SLOTS[1]):
        pass
    assert stage.mailer.labels("ann@example.com") == ["a", "b", "c"]
    assert stage.mailer.labels("bob@example.com") == ["x", "b", "c"]


def test_whoever_has_not_had_a_lesson_gets_its_new_text(stage: Stage) -> None:
    stage.publish(a_course("a", "b"))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    new = {"lessons/01-a.md": a_lesson("a", "Quite new."), "lessons/02-b.md": a_lesson("b", "Quite new.")}
    stage.publish(a_course("a", "b", files=new), SLOTS[0] + HOUR)
    stage.enrol("bob", now=SLOTS[0] + HOUR)
    for _ in stage.ticks(SLOTS[1]):
        pass
    texts = {(one.address, request.label): request.email.text for request in stage.mailer.requests
             for one in request.recipients}  # fmt: skip
    assert {place for place, text in texts.items() if "Quite new." in text} == {
        ("ann@example.com", "b"), ("bob@example.com", "a"), ("bob@example.com", "b"),
    }  # fmt: skip


def test_a_batch_keeps_the_edition_that_it_was_claimed_from(stage: Stage) -> None:
    stage.publish(a_course("a"))
    stage.enrol("ann")
    stage.mailer.answers.append(Answer(Verdict.WAIT, "busy"))
    stage.tick(SLOTS[0])
    stage.publish(a_course("a", files={"lessons/01-a.md": a_lesson("a", "Quite new.")}), SLOTS[0])
    stage.tick(SLOTS[0] + HOUR)
    assert ["Quite new." in request.email.text for request in stage.mailer.requests] == [False, False]


# A delivery whose retry came too late.


def put_off(stage: Stage) -> None:
    """Ann's first lesson, due at the first slot, waits for its second one."""
    stage.mailer.answers.append(Answer(Verdict.WAIT, "busy"))
    stage.tick(SLOTS[0])
    assert stage.tick(SLOTS[0] + 7 * HOUR).moved == 1
    assert [state for _, _, state, _ in stage.deliveries("ann")] == ["waiting"]


def test_a_delivery_that_waits_for_its_next_slot_keeps_its_row(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    put_off(stage)
    before = stage.rows("SELECT id FROM delivery")
    stage.tick(SLOTS[1])
    assert stage.rows("SELECT id FROM delivery") == before
    assert stage.deliveries("ann") == [("lesson", "one", "accepted", seconds(SLOTS[1]))]
    stage.tick(SLOTS[2])
    assert stage.mailer.labels("ann@example.com") == ["one", "one", "two"]


def test_the_last_lesson_waits_for_its_next_slot_too(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    put_off(stage)
    assert stage.enrolment("ann")[:2] == ("active", seconds(SLOTS[1]))
    stage.tick(SLOTS[1])
    assert stage.enrolment("ann") == ("finished", None, None)


def test_what_waits_for_a_lesson_that_was_removed_is_cancelled(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    put_off(stage)
    stage.publish(a_course("two"), SLOTS[0] + 8 * HOUR)
    stage.tick(SLOTS[1])
    assert stage.deliveries("ann") == [
        ("lesson", "one", "cancelled", seconds(SLOTS[0])), ("lesson", "two", "accepted", seconds(SLOTS[1])),
    ]  # fmt: skip
    assert stage.enrolment("ann")[0] == "finished"


def test_what_waits_is_cancelled_where_nothing_is_left_of_the_course(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    stage.mailer.answers.append(Answer(Verdict.WAIT, "busy"))
    stage.tick(SLOTS[1])
    assert stage.tick(SLOTS[1] + 7 * HOUR).moved == 1
    stage.publish(a_course("one"), SLOTS[1] + 8 * HOUR)
    stage.tick(SLOTS[2])
    assert [state for _, _, state, _ in stage.deliveries("ann")] == ["accepted", "cancelled"]
    assert stage.enrolment("ann") == ("finished", None, None)


def test_what_waits_for_somebody_who_was_away_meanwhile_is_cancelled_too(stage: Stage) -> None:
    stage.publish(a_course("zero", "one"))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    stage.mailer.answers.append(Answer(Verdict.WAIT, "busy"))
    stage.tick(SLOTS[1])
    stage.tick(SLOTS[1] + 7 * HOUR)
    stage.change("UPDATE enrolment SET status = 'paused', next_due_at = NULL")
    stage.publish(a_course("zero"), SLOTS[1] + 8 * HOUR)
    stage.change("UPDATE enrolment SET status = 'active', next_due_at = :due", due=seconds(SLOTS[2]))
    stage.tick(SLOTS[2])
    assert [state for _, _, state, _ in stage.deliveries("ann")] == ["accepted", "cancelled"]
    assert stage.enrolment("ann")[:2] == ("finished", None)


def test_the_counts_account_for_every_delivery(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann", "bob", "cid")
    stage.mailer.answers.append(Answer(Verdict.WAIT, "busy"))
    stage.tick(SLOTS[0], limit=1)
    stage.claim(SLOTS[0], limit=1)
    with stage.database.read() as connection:
        found = ledger.counts(connection)
        assert ledger.counts(connection, 1) == found
    assert {state: count for state, count in found.items() if count} == {BatchState.RETRY: 1, BatchState.CLAIMED: 1}
    put = stage.tick(SLOTS[0] + 7 * HOUR)
    assert put.moved >= 1
    with stage.database.read() as connection:
        assert sum(ledger.counts(connection).values()) == stage.rows("SELECT count(*) FROM delivery")[0][0]
