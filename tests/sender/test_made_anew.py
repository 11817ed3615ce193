"""What an edition that cannot be read any more was to send is made anew by the live one, and nobody gets it twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sender.editions import EditionBook
from sender.model import Answer, Verdict
from sender.privacy import ask_access
from sender.resending import resend
from sender.resolving import Decision, resolve
from sender.settling import TakenUp, take_up_retries
from sender.store import ledger
from sender.tick import tick
from tests.sender.events.telling import of, tell
from tests.sender.stage import MONDAY, ROLE, SLOTS, Stage, a_course, a_lesson, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR = timedelta(hours=1)
LOST = Answer(Verdict.UNCERTAIN, "no answer came back")
WAIT = Answer(Verdict.WAIT, "Not now.")
FILES = a_course("one", "two", "three")


def lose_the_first_edition(stage: Stage) -> None:
    """What the first edition was published with is no longer what it was."""
    stage.change(
        "UPDATE edition_file SET hash = (SELECT hash FROM edition_file WHERE edition_id = 1 AND path = :other)"
        " WHERE edition_id = 1 AND path = 'course.toml'",
        other="lessons/01-one.md",
    )


def publish_anew(stage: Stage, *lessons: str, ends: bool = False) -> None:
    """Make another edition live, with another text for the first lesson."""
    lessons = lessons or ("one", "two", "three")
    new = {"lessons/01-one.md": a_lesson("one", "A newer text.")}
    stage.publish(a_course(*lessons, files=new, welcome=ends, closing=ends), SLOTS[0])


def bodies(stage: Stage) -> list[str]:
    """Which text each request had."""
    return ["newer" if "A newer text." in one.email.html else "older" for one in stage.mailer.requests]


@pytest.fixture
def waiting(stage: Stage) -> Stage:
    """Ann's first lesson was refused for now; then another edition was published, and the first one was lost."""
    stage.publish(FILES)
    stage.enrol("ann")
    stage.mailer.answers = [WAIT]
    stage.tick(SLOTS[0])
    publish_anew(stage)
    lose_the_first_edition(stage)
    return stage


def test_a_batch_that_is_to_be_tried_again_is_made_anew_at_once(waiting: Stage) -> None:
    tally = waiting.tick(SLOTS[0] + HOUR)
    assert (tally.accepted, tally.held, tally.moved, tally.next_due_at) == (1, 0, 0, SLOTS[1])
    assert bodies(waiting) == ["older", "newer"]
    assert waiting.deliveries("ann") == [("lesson", "one", "accepted", seconds(SLOTS[0]))]
    assert waiting.said == []
    list(waiting.ticks(SLOTS[1]))
    assert waiting.mailer.labels("ann@example.com") == ["one", "one", "two", "three"]


def test_where_the_live_edition_could_not_be_read_either_release_makes_it_go_on_once_that_is_mended(
    stage: Stage,
) -> None:
    stage.publish(FILES)
    stage.enrol("ann")
    stage.mailer.answers = [WAIT]
    stage.tick(SLOTS[0])
    lose_the_first_edition(stage)
    stage.tick(SLOTS[0] + HOUR)
    assert [row[2] for row in stage.deliveries("ann")] == ["held"]
    publish_anew(stage)
    assert stage.tick(SLOTS[0] + 2 * HOUR).accepted == 0
    with stage.database.write() as connection:
        ledger.release(connection, "letters")
    assert stage.tick(SLOTS[0] + 2 * HOUR).accepted == 1
    assert bodies(stage) == ["older", "newer"]
    assert stage.enrolment("ann")[1] == seconds(SLOTS[1])


def test_a_batch_that_was_claimed_is_made_anew_in_the_same_tick(stage: Stage) -> None:
    stage.publish(FILES)
    stage.enrol("ann", "bob")
    stage.claim(SLOTS[0], owner=str(stage.sender().owner))
    publish_anew(stage)
    lose_the_first_edition(stage)
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, tally.held, tally.retry, tally.requests) == (2, 0, 0, 1)
    assert sorted(stage.mailer.sent) == [("ann@example.com", "one"), ("bob@example.com", "one")]
    assert bodies(stage) == ["newer"]


def test_what_an_operator_sends_again_is_made_anew_in_the_next_slot_where_a_later_lesson_is_out(stage: Stage) -> None:
    stage.publish(FILES)
    stage.enrol("ann")
    stage.mailer.answers = [LOST]
    stage.tick(SLOTS[0])
    stage.tick(SLOTS[1])
    publish_anew(stage)
    lose_the_first_edition(stage)
    resolve(stage.database, 1, Decision.SEND_AGAIN)
    tally = stage.tick(SLOTS[1] + HOUR)
    assert (tally.moved, tally.held, tally.next_due_at) == (1, 0, SLOTS[2])
    list(stage.ticks(SLOTS[2]))
    assert stage.mailer.labels("ann@example.com") == ["one", "two", "one", "three"]


def test_what_is_too_late_by_then_waits_for_the_next_slot(waiting: Stage) -> None:
    tally = waiting.tick(SLOTS[0] + 30 * HOUR)
    assert (tally.accepted, tally.moved, tally.next_due_at) == (0, 1, SLOTS[1])
    waiting.tick(SLOTS[1])
    assert waiting.deliveries("ann") == [("lesson", "one", "accepted", seconds(SLOTS[1]))]


def test_an_event_that_tells_of_it_meanwhile_keeps_it_from_going_out_twice(waiting: Stage) -> None:
    waiting.tick(SLOTS[0] + 30 * HOUR)
    tell(waiting, of(1, "delivered", name="ann"), now=SLOTS[0] + 31 * HOUR)
    list(waiting.ticks(SLOTS[1]))
    assert waiting.mailer.labels("ann@example.com") == ["one", "two", "three"]


def test_whoever_left_meanwhile_gets_nothing_and_whoever_paused_gets_it_afterwards(stage: Stage) -> None:
    stage.publish(FILES)
    stage.enrol("ann", "bob", "cid")
    stage.mailer.answers = [WAIT]
    stage.tick(SLOTS[0])
    publish_anew(stage)
    lose_the_first_edition(stage)
    stage.change("UPDATE enrolment SET status = 'ended', next_due_at = NULL WHERE id = 1")
    stage.change("UPDATE enrolment SET status = 'paused', next_due_at = :at WHERE id = 2", at=seconds(SLOTS[2]))
    tally = stage.tick(SLOTS[0] + HOUR)
    assert (tally.accepted, tally.held) == (1, 0)
    assert stage.rows("SELECT reason FROM delivery WHERE enrolment_id IN (1, 2) ORDER BY id") == [
        ("left the course",), ("paused",),
    ]  # fmt: skip
    list(stage.ticks(SLOTS[1]))
    assert stage.mailer.labels("ann@example.com") == ["one"]
    assert stage.mailer.labels("bob@example.com") == ["one", "one", "two", "three"]


def test_a_lesson_that_the_live_edition_has_no_more_is_left_behind(stage: Stage) -> None:
    stage.publish(FILES)
    stage.enrol("ann")
    stage.mailer.answers = [WAIT]
    stage.tick(SLOTS[0])
    stage.publish(a_course("two", "three"), SLOTS[0])
    lose_the_first_edition(stage)
    list(stage.ticks(SLOTS[0] + HOUR))
    assert stage.mailer.labels("ann@example.com") == ["one", "two", "three"]
    assert [row[1:3] for row in stage.deliveries("ann") if row[1] == "one"] == [("one", "cancelled")]
    assert stage.enrolment("ann")[0] == "finished"


def test_a_confirmation_and_a_welcome_are_made_anew_at_once(stage: Stage) -> None:
    stage.publish(a_course("one", welcome=True, closing=True))
    stage.bring_in("email\nann@example.com\n", confirmed=False)
    stage.enrol("bob")
    stage.mailer.answers = [WAIT, WAIT]
    assert stage.tick(MONDAY).retry == 2
    publish_anew(stage, "one", ends=True)
    lose_the_first_edition(stage)
    tally = stage.tick(MONDAY + HOUR)
    assert (tally.accepted, tally.held, tally.next_due_at) == (2, 0, SLOTS[0])
    assert sorted(stage.mailer.sent[2:]) == [("ann@example.com", "confirm"), ("bob@example.com", "welcome")]


def test_a_closing_is_made_anew_at_once(stage: Stage) -> None:
    stage.publish(a_course("one", closing=True))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    stage.mailer.answers = [WAIT]
    assert stage.tick(SLOTS[1]).retry == 1
    stage.publish(a_course("one", closing=True, files={"lessons/01-one.md": a_lesson("one", "New.")}), SLOTS[1])
    lose_the_first_edition(stage)
    assert stage.tick(SLOTS[1] + HOUR).accepted == 1
    assert stage.mailer.labels("ann@example.com") == ["one", "closing", "closing"]
    assert stage.enrolment("ann")[0] == "finished"


def test_a_welcome_that_a_lesson_has_overtaken_and_an_operator_sends_again_is_made_anew(stage: Stage) -> None:
    stage.publish(a_course("one", "two", welcome=True))
    stage.enrol("ann")
    stage.mailer.answers = [LOST]
    stage.tick(MONDAY)
    stage.tick(SLOTS[0])
    stage.publish(a_course("one", "two", "three", welcome=True), SLOTS[0])
    lose_the_first_edition(stage)
    resolve(stage.database, 1, Decision.SEND_AGAIN)
    assert stage.tick(SLOTS[0] + HOUR).accepted == 1
    list(stage.ticks(SLOTS[1]))
    assert stage.mailer.labels("ann@example.com") == ["welcome", "one", "welcome", "two", "three"]


def test_an_email_that_the_course_has_no_more_is_held_with_what_can_be_done(stage: Stage) -> None:
    stage.publish(a_course("one", "two", welcome=True))
    stage.enrol("ann", "bob")
    stage.mailer.answers = [WAIT]
    stage.tick(MONDAY)
    stage.publish(a_course("one", "two"), MONDAY)
    stage.change("UPDATE enrolment SET status = 'ended', next_due_at = NULL WHERE id = 2")
    lose_the_first_edition(stage)
    sender = stage.sender()
    tally = tick(sender, MONDAY + HOUR)
    assert (tally.accepted, sender.unreadable) == (0, {})
    found = "SELECT e.hash, b.reason FROM batch b, edition e WHERE b.state = 'held' AND e.id = 1"
    ((hash_, reason),) = stage.rows(found)
    assert str(reason).startswith(f"It was made by the edition {str(hash_)[:12]}, which cannot be read any more.")
    assert str(reason).endswith("that published it, or drop this one.")
    assert sender.reasons[-1] == reason
    assert [row[2] for row in stage.deliveries("bob")] == ["cancelled"]
    resolve(stage.database, 1, Decision.SEND_AGAIN)
    assert stage.tick(MONDAY + HOUR).accepted == 0
    assert stage.rows(found) == [(hash_, reason)]
    resolve(stage.database, 1, Decision.DROP)
    list(stage.ticks(SLOTS[0]))
    assert stage.mailer.labels("ann@example.com") == ["welcome", "one", "two"]


def test_a_lesson_that_an_operator_sent_once_more_and_a_notice_are_made_anew(stage: Stage) -> None:
    stage.publish(FILES)
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    resend(stage.database, EditionBook(), 1, "one", SLOTS[0] + HOUR)
    ask_access(stage.database, EditionBook(), 1, SLOTS[0] + HOUR)
    before = stage.enrolment("ann")
    publish_anew(stage)
    lose_the_first_edition(stage)
    assert stage.tick(SLOTS[0] + HOUR).accepted == 2
    assert stage.enrolment("ann") == before
    assert sorted(stage.mailer.labels("ann@example.com")) == ["access", "one", "one"]


def test_each_gets_the_variant_that_is_theirs(stage: Stage) -> None:
    stage.publish(a_course("one", "two", tables=ROLE))
    stage.enrol("ann", "bob", role="novice")
    stage.enrol("cid", role="expert")
    stage.mailer.answers = [WAIT]
    assert stage.tick(SLOTS[0]).retry == 3
    text = a_lesson("one", "{% if subscriber.role == 'expert' %}Deep.{% else %}Easy.{% endif %}")
    stage.publish(a_course("one", "two", tables=ROLE, files={"lessons/01-one.md": text}), SLOTS[0])
    lose_the_first_edition(stage)
    assert stage.tick(SLOTS[0] + HOUR).accepted == 3
    got = {one.address: "Deep." in request.email.html for request in stage.mailer.requests[1:]
           for one in request.recipients}  # fmt: skip
    assert got == {"ann@example.com": False, "bob@example.com": False, "cid@example.com": True}
    assert stage.rows("SELECT count(DISTINCT batch_id) FROM enrolment") == [(2,)]


def wait_for_another_text(stage: Stage, words: str) -> None:
    """Ann, a novice, and bob, an expert, wait for a lesson whose edition is lost, and which reads otherwise by now."""
    stage.publish(a_course("one", "two", tables=ROLE))
    stage.enrol("ann", role="novice")
    stage.enrol("bob", role="expert")
    stage.mailer.answers = [WAIT]
    stage.tick(SLOTS[0])
    text = a_lesson("one", words)
    stage.publish(a_course("one", "two", tables=ROLE, files={"lessons/01-one.md": text}), SLOTS[0])
    lose_the_first_edition(stage)


def test_an_event_of_one_proves_that_the_others_had_it_too_though_their_batches_differ_by_now(stage: Stage) -> None:
    wait_for_another_text(stage, "{% if subscriber.role == 'expert' %}Deep.{% else %}Easy.{% endif %}")
    assert take_up_retries(stage.sender(), SLOTS[0] + HOUR) == TakenUp(claimed=2, moved=0)
    assert stage.rows("SELECT count(DISTINCT batch_id) FROM delivery") == [(2,)]
    tell(stage, of(1, "delivered", name="ann"), now=SLOTS[0] + HOUR)
    list(stage.ticks(SLOTS[0] + HOUR))
    assert stage.mailer.labels("ann@example.com") == stage.mailer.labels("bob@example.com") == ["one", "two"]
    assert stage.enrolment("bob")[0] == "finished"


def test_whoever_cannot_have_it_made_is_told_of_and_the_others_get_theirs(stage: Stage) -> None:
    wait_for_another_text(stage, "{% if subscriber.role == 'expert' %}{{ nothing.of_it }}{% endif %}")
    list(stage.ticks(SLOTS[0] + HOUR))
    assert stage.mailer.labels("ann@example.com") == ["one", "one", "two"]
    assert stage.mailer.labels("bob@example.com") == ["one", "two"]
    assert [row[2] for row in stage.deliveries("bob")] == ["failed", "accepted"]


def test_under_a_limit_no_more_than_that_are_sent_and_the_others_with_the_next_tick(stage: Stage) -> None:
    stage.publish(FILES)
    stage.enrol("ann", "bob", "cid")
    stage.mailer.answers = [WAIT]
    stage.tick(SLOTS[0])
    publish_anew(stage)
    lose_the_first_edition(stage)
    assert stage.tick(SLOTS[0] + HOUR, limit=1).accepted == 1
    assert stage.tick(SLOTS[0] + HOUR).accepted == 2
    assert stage.rows("SELECT DISTINCT next_due_at FROM enrolment") == [(seconds(SLOTS[1]),)]
