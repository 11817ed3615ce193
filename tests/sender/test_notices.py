"""What somebody asks for on a page comes by email once the next tick does, and moves nothing on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.render import email_templates
from sender.editions import EditionBook
from sender.model import Answer, DeliveryKind, Verdict
from sender.notices import GOOD_FOR, MOST_A_DAY, too_many
from sender.privacy import Asked, Told, ask_access
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, a_lesson, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def room(stage: Stage) -> Stage:
    """Ann, on a course of two lessons with a welcome and a closing, after the first lesson."""
    stage.publish(a_course("one", "two", welcome=True, closing=True))
    stage.enrol("ann", first_name="Ann")
    stage.tick(MONDAY)
    stage.tick(SLOTS[0])
    return stage


def ask(stage: Stage, now: datetime, delivery: int = 1) -> Told:
    return ask_access(stage.database, EditionBook(), delivery, now).told


def places(stage: Stage) -> list[tuple[object, ...]]:
    """Every enrolment, with all that decides what comes next."""
    return stage.rows("SELECT status, next_due_at, due_since, batch_id, ended_reason FROM enrolment ORDER BY id")


def test_a_notice_is_sent_by_the_next_tick_and_moves_nothing_on(room: Stage) -> None:
    before = places(room)
    assert ask(room, SLOTS[0] + HOUR) is Told.SENT
    tally = room.tick(SLOTS[0] + HOUR)
    assert (tally.accepted, tally.claimed) == (1, 0)
    assert room.mailer.labels("ann@example.com") == ["welcome", "one", "access"]
    assert places(room) == before
    assert room.tick(SLOTS[1]).accepted == 1
    assert room.mailer.labels("ann@example.com")[-1] == "two"


def test_the_next_moment_is_that_of_the_notice(room: Stage) -> None:
    at = SLOTS[0] + HOUR
    ask(room, at)
    assert room.tick(at - timedelta(minutes=1)).next_due_at == at


def test_a_notice_carries_no_one_click_header_and_only_its_own_question(room: Stage) -> None:
    ask(room, SLOTS[0] + HOUR)
    room.tick(SLOTS[0] + HOUR)
    (recipient,) = room.mailer.requests[-1].recipients
    assert recipient.leave == ""
    assert recipient.name == "Ann"
    links = {value for value in recipient.values.values() if value.startswith("http")}
    assert {link.split("/")[3] for link in links} == {"privacy"}


def test_its_slot_is_the_moment_and_the_day_where_the_person_is(room: Stage) -> None:
    room.change("UPDATE subscriber SET zone = 'Asia/Tokyo'")
    late = datetime(2026, 3, 3, 20, tzinfo=UTC)
    ask(room, late)
    found = room.rows("SELECT slot_at, slot_on, occasion, lesson_id FROM delivery WHERE kind = 'access'")
    assert [(at, str(on), *rest) for at, on, *rest in found] == [(seconds(late), "2026-03-04", 0, None)]


@pytest.mark.parametrize("status", ["active", "paused", "finished", "ended"])
def test_it_does_not_matter_how_somebody_stands_on_the_course(room: Stage, status: str) -> None:
    room.change("UPDATE enrolment SET status = :status", status=status)
    assert ask(room, SLOTS[0] + HOUR) is Told.SENT
    assert room.tick(SLOTS[0] + HOUR).accepted == 1
    assert room.rows("SELECT status FROM enrolment") == [(status,)]


def test_who_never_confirmed_gets_none(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.bring_in("email\nann@example.com\n", confirmed=False)
    stage.tick(MONDAY)
    assert ask(stage, MONDAY + HOUR) is Told.IMPOSSIBLE
    assert stage.rows("SELECT kind FROM delivery") == [("confirm",)]


def test_who_left_gets_one_all_the_same_but_no_address_that_fails(room: Stage) -> None:
    from sender.leaving import leave

    leave(room.database, EditionBook(), 1, SLOTS[0])
    assert ask(room, SLOTS[0] + HOUR) is Told.SENT
    assert room.tick(SLOTS[0] + HOUR).accepted == 1
    room.change("UPDATE suppression SET reason = 'bounced'")
    assert ask(room, SLOTS[0] + 2 * HOUR) is Told.IMPOSSIBLE


def test_nobody_gets_one_for_a_delivery_that_there_is_not(room: Stage) -> None:
    assert ask_access(room.database, EditionBook(), 99, MONDAY) == Asked(Told.IMPOSSIBLE)


def test_three_an_hour_are_enough_and_six_a_day(room: Stage) -> None:
    start = SLOTS[0] + HOUR
    told = [ask(room, start + timedelta(minutes=20) * index) for index in range(12)]
    assert told.count(Told.SENT) == MOST_A_DAY
    assert room.rows("SELECT count(*) FROM delivery WHERE kind = 'access'") == [(MOST_A_DAY,)]
    assert ask(room, start + DAY) is Told.SENT


def test_a_fourth_within_an_hour_is_not_sent(room: Stage) -> None:
    start = SLOTS[0] + HOUR
    told = [ask(room, start + timedelta(minutes=5) * index) for index in range(4)]
    assert told == [Told.SENT, Told.SENT, Told.SENT, Told.ALREADY]
    assert room.tick(start + HOUR / 2).accepted == 3


def test_the_limit_is_a_persons_on_whatever_course_they_ask(room: Stage) -> None:
    room.publish(a_course("one", slug="second"))
    room.enrol("ann", course="second", now=SLOTS[0])
    room.tick(SLOTS[1])
    ((there,),) = room.rows("SELECT d.id FROM delivery d JOIN enrolment e ON e.id = d.enrolment_id WHERE course_id = 2")
    at = SLOTS[1] + HOUR
    told = [ask(room, at, delivery) for delivery in (1, int(str(there)), 1, int(str(there)))]
    assert told == [Told.SENT, Told.SENT, Told.SENT, Told.ALREADY]


def test_each_notice_is_an_occasion_of_its_own(room: Stage) -> None:
    for _ in range(2):
        ask(room, SLOTS[0] + HOUR)
    assert room.rows("SELECT occasion FROM delivery WHERE kind = 'access' ORDER BY id") == [(0,), (1,)]


def test_a_closing_that_is_to_be_tried_again_is_not_lost_by_a_notice_that_arrives(room: Stage) -> None:
    room.tick(SLOTS[1])
    room.mailer.answers = [Answer(Verdict.WAIT, "busy", wait=10 * HOUR)]
    assert room.tick(SLOTS[2]).retry == 1
    assert room.rows("SELECT status, next_due_at FROM enrolment") == [("active", None)]
    ask(room, SLOTS[2] + HOUR)
    assert room.tick(SLOTS[2] + HOUR).accepted == 1
    assert room.rows("SELECT status FROM enrolment") == [("active",)]
    assert room.tick(SLOTS[2] + 11 * HOUR).accepted == 1
    assert room.mailer.labels("ann@example.com") == ["welcome", "one", "two", "closing", "access", "closing"]
    assert room.rows("SELECT status FROM enrolment") == [("finished",)]


def test_a_notice_waits_for_no_lesson_and_no_lesson_for_it(room: Stage) -> None:
    room.mailer.answers = [Answer(Verdict.HELD, "no")]
    assert room.tick(SLOTS[1]).held == 1
    ask(room, SLOTS[1] + HOUR)
    room.mailer.answers = [Answer(Verdict.HELD, "no")]
    assert room.tick(SLOTS[1] + HOUR).held == 1
    room.change("UPDATE batch SET state = 'accepted' WHERE id IN (SELECT batch_id FROM enrolment)")
    assert room.tick(SLOTS[2]).accepted == 1


def test_one_whose_link_is_no_longer_good_is_not_sent(room: Stage) -> None:
    room.mailer.answers = [Answer(Verdict.WAIT, "busy", wait=DAY)]
    at = SLOTS[0] + HOUR
    ask(room, at)
    room.tick(at)
    tally = room.tick(at + DAY + HOUR)
    assert (tally.cancelled, tally.requests) == (1, 0)
    assert room.rows("SELECT outcome, reason FROM delivery WHERE kind = 'access'") == [
        ("cancelled", "its link is no longer good")
    ]


def test_an_edition_from_before_there_were_notices_sends_ours(stage: Stage) -> None:
    stage.publish(a_course("one"))
    new = [path for path in email_templates() if path.rpartition("/")[2].startswith(("access.", "address.", "moved."))]
    assert len(new) == 12
    stage.change("DELETE FROM variant WHERE kind = 'access'")
    for path in new:
        stage.change("DELETE FROM edition_file WHERE path = :path", path=path)
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    assert ask(stage, SLOTS[0] + HOUR) is Told.SENT
    stage.tick(SLOTS[0] + HOUR)
    assert stage.mailer.requests[-1].email.subject == "Your data: Letters"


def test_a_course_has_notices_in_its_own_words(stage: Stage) -> None:
    files = {"theme/access.subject": "What we know: {{ course.title }}", "lessons/01-one.md": a_lesson("one")}
    stage.publish(a_course("one", files=files))
    stage.enrol("ann")
    stage.tick(SLOTS[0])
    ask(stage, SLOTS[0] + HOUR)
    stage.tick(SLOTS[0] + HOUR)
    assert stage.mailer.requests[-1].email.subject == "What we know: Letters"


def test_a_notice_that_cannot_be_made_leaves_nothing_behind(room: Stage) -> None:
    from course.errors import CourseError

    room.change("DELETE FROM variant WHERE kind = 'access'")
    room.change("UPDATE content SET bytes = :text WHERE hash = (SELECT hash FROM edition_file WHERE path = :path)",
                text=b"{{ 1 / 0 }}", path="templates/email/access.subject")  # fmt: skip
    book = EditionBook()
    with pytest.raises(CourseError):
        ask_access(room.database, book, 1, SLOTS[0] + HOUR)
    assert room.rows("SELECT count(*) FROM delivery WHERE kind = 'access'") == [(0,)]


@given(st.lists(st.integers(0, 3 * 24 * 60), max_size=12))
def test_whoever_is_let_through_had_few_of_late(kind: str, minutes: list[int]) -> None:
    now = MONDAY + 3 * DAY
    moments = [now - timedelta(minutes=one) for one in minutes]
    within_an_hour, within_a_day = (sum(one < most for one in minutes) for most in (60, 24 * 60))
    assert too_many(moments, now) == (within_an_hour >= 3 or within_a_day >= 6)


def test_every_notice_says_how_long_its_link_is_good_for(kind: str) -> None:
    said = {DeliveryKind.ACCESS: "24 hours", DeliveryKind.ADDRESS: "three days", DeliveryKind.MOVED: "14 days"}
    for notice, length in said.items():
        for ending in ("mjml", "txt"):
            assert f"works for {length}" in email_templates()[f"templates/email/{notice}.{ending}"].decode()
    assert GOOD_FOR == {DeliveryKind.ACCESS: DAY, DeliveryKind.ADDRESS: 3 * DAY, DeliveryKind.MOVED: 14 * DAY}
