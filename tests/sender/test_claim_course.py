"""What somebody gets of a course from its beginning to its end, of several courses, and of one that is edited."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sender.model import Answer, BatchState, Verdict
from tests.sender.claiming import claimed, settle
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, a_lesson, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR = timedelta(hours=1)


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
