"""An address is changed once that is confirmed at the new one, and whoever has the former one can take it back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sender.editions import EditionBook
from sender.errors import NotFoundError, SenderError
from sender.events import record
from sender.leaving import leave
from sender.model import DELIVERY_ARG, Suppressed
from sender.moving import Moved, change_address, move, moving
from sender.privacy import Asked, Told, ask_access, ask_address_change, erase
from sender.store.suppressions import EVERYTHING, entries_of, suppress
from tests.sender.stage import MONDAY, SLOTS, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = SLOTS[0] + HOUR
NEW = "Ann.New@example.net"


@pytest.fixture
def room(stage: Stage) -> Stage:
    """Ann and Ben on a course, after its first lesson; Ann's is delivery 1."""
    stage.publish(a_course("one", "two", "three"))
    stage.enrol("ann", first_name="Ann")
    stage.enrol("ben")
    stage.tick(SLOTS[0])
    return stage


def ask(stage: Stage, new: str = NEW, now: datetime = NOW, delivery: int = 1) -> Asked:
    return ask_address_change(stage.database, EditionBook(), delivery, new, now)


def notice(stage: Stage, kind: str = "address") -> int:
    """The latest delivery of a kind."""
    ((found,),) = stage.rows("SELECT max(id) FROM delivery WHERE kind = :kind", kind=kind)
    return int(str(found))


def how(stage: Stage, delivery: int, now: datetime = NOW) -> Moved:
    found = moving(stage.database, EditionBook(), delivery, now)
    assert found is not None
    return found.how


def go(stage: Stage, delivery: int, now: datetime = NOW) -> Moved:
    found = move(stage.database, EditionBook(), delivery, now)
    assert found is not None
    return found.how


def address(stage: Stage, number: int = 1) -> tuple[object, ...]:
    return stage.rows("SELECT email, email_key FROM subscriber WHERE id = :id", id=number)[0]


def stop(stage: Stage, key: str, reason: Suppressed, scope: int = EVERYTHING) -> None:
    with stage.database.write() as connection:
        suppress(connection, key, scope, reason, MONDAY)


def stopped(stage: Stage, key: str) -> list[tuple[int, Suppressed]]:
    with stage.database.read() as connection:
        return [(scope, reason) for scope, reason, _ in entries_of(connection, key)]


def test_asking_writes_to_the_new_address_alone_and_changes_nothing(room: Stage) -> None:
    assert ask(room) == Asked(Told.SENT, address=NEW)
    room.tick(NOW)
    assert room.mailer.sent[-1] == (NEW, "address")
    assert address(room) == ("ann@example.com", "ann@example.com")


def test_what_goes_to_the_new_address_tells_a_stranger_nothing(room: Stage) -> None:
    ask(room)
    room.tick(NOW)
    (recipient,) = room.mailer.requests[-1].recipients
    values = list(recipient.values.values())
    assert (recipient.name, recipient.leave) == ("", "")
    assert {value.split("/")[3] for value in values} == {"address"}
    assert "ann@example.com" not in "".join(values)


def test_confirming_moves_the_emails(room: Stage) -> None:
    ask(room)
    assert go(room, notice(room)) is Moved.NOW
    assert address(room) == (NEW, "ann.new@example.net")
    room.tick(SLOTS[1])
    assert (NEW, "two") in room.mailer.sent
    assert ("ann@example.com", "two") not in room.mailer.sent


def test_confirming_keeps_the_consent_with_its_words(room: Stage) -> None:
    ask(room)
    go(room, notice(room))
    ((enrolment, at, how_, words),) = room.rows(
        "SELECT c.enrolment_id, c.at, c.how, w.text FROM consent c JOIN wording w ON w.hash = c.wording"
    )
    assert (enrolment, at, how_) == (1, seconds(NOW), "address confirmed")
    assert "Is this your address?" in str(words)


def test_confirming_twice_changes_nothing_more(room: Stage) -> None:
    ask(room)
    go(room, notice(room))
    before = room.rows("SELECT * FROM delivery"), room.rows("SELECT * FROM consent")
    assert how(room, notice(room)) is Moved.BEFORE
    assert go(room, notice(room), NOW + 10 * DAY) is Moved.BEFORE
    assert (room.rows("SELECT * FROM delivery"), room.rows("SELECT * FROM consent")) == before


def test_looking_changes_nothing(room: Stage) -> None:
    ask(room)
    before = room.rows("SELECT * FROM address_change"), address(room)
    assert how(room, notice(room)) is Moved.OPEN
    assert (room.rows("SELECT * FROM address_change"), address(room)) == before


def test_only_a_notice_about_an_address_moves_anything(room: Stage) -> None:
    ask_access(room.database, EditionBook(), 1, NOW)
    for delivery in (1, notice(room, "access"), 99):
        assert moving(room.database, EditionBook(), delivery, NOW) is None
        assert move(room.database, EditionBook(), delivery, NOW) is None


def test_the_link_is_good_for_three_days(room: Stage) -> None:
    ask(room)
    assert how(room, notice(room), NOW + 3 * DAY - HOUR) is Moved.OPEN
    assert how(room, notice(room), NOW + 3 * DAY) is Moved.EXPIRED
    assert go(room, notice(room), NOW + 3 * DAY) is Moved.EXPIRED
    assert address(room)[0] == "ann@example.com"


@pytest.mark.parametrize("new", ["", "ann", "ann@", "ann@localhost", f"{'a' * 300}@example.com", "a@b.com\nBcc: x@y.z"])
def test_what_is_no_address_is_told_with_the_reason(room: Stage, new: str) -> None:
    asked = ask(room, new)
    assert asked.told is Told.NO_ADDRESS
    assert asked.reason
    assert room.rows("SELECT count(*) FROM address_change") == [(0,)]


@pytest.mark.parametrize("new", ["jörg@bücher.example", "ann+course@example.com", "o'ann@example.com"])
def test_addresses_of_every_form_can_be_moved_to(room: Stage, new: str) -> None:
    assert ask(room, f"  {new} ").told is Told.SENT
    assert go(room, notice(room)) is Moved.NOW
    assert address(room)[0] == new


def test_their_own_address_is_told_and_another_spelling_of_it_can_be_had(room: Stage) -> None:
    assert ask(room, "ann@example.com").told is Told.SAME
    assert ask(room, "Ann@Example.com").told is Told.SENT
    assert go(room, notice(room)) is Moved.NOW
    assert address(room) == ("Ann@Example.com", "ann@example.com")
    assert room.rows("SELECT count(*) FROM delivery WHERE kind = 'moved'") == [(0,)]


def test_the_answer_is_the_same_for_an_address_that_somebody_has(room: Stage) -> None:
    assert ask(room, "ben@example.com") == Asked(Told.SENT, address="ben@example.com")
    assert ask(room, "nobody@example.com") == Asked(Told.SENT, address="nobody@example.com")


def test_an_address_that_somebody_has_cannot_be_moved_to(room: Stage) -> None:
    ask(room, "BEN@example.com")
    before = room.rows("SELECT * FROM subscriber ORDER BY id")
    assert go(room, notice(room)) is Moved.IMPOSSIBLE
    assert room.rows("SELECT * FROM subscriber ORDER BY id") == before
    assert room.rows("SELECT done_at FROM address_change") == [(None,)]
    assert room.rows("SELECT count(*) FROM delivery WHERE kind = 'moved'") == [(0,)]


@pytest.mark.parametrize("reason", [Suppressed.BOUNCED, Suppressed.COMPLAINED])
def test_an_address_that_failed_gets_nothing_and_cannot_be_moved_to(room: Stage, reason: Suppressed) -> None:
    stop(room, "ann.new@example.net", reason)
    assert ask(room) == Asked(Told.SENT, address=NEW)
    assert room.tick(NOW).cancelled == 1
    assert NEW not in [to for to, _ in room.mailer.sent]
    assert go(room, notice(room)) is Moved.IMPOSSIBLE
    assert address(room)[0] == "ann@example.com"


def test_what_the_new_address_had_unsubscribed_is_lifted_for_the_courses_that_they_are_on(room: Stage) -> None:
    room.publish(a_course("one", slug="second"))
    for scope in (EVERYTHING, 1, 2):
        stop(room, "ann.new@example.net", Suppressed.UNSUBSCRIBED, scope)
    ask(room)
    assert room.tick(NOW).accepted == 1
    assert go(room, notice(room)) is Moved.NOW
    assert stopped(room, "ann.new@example.net") == [(2, Suppressed.UNSUBSCRIBED)]
    assert (NEW, "two") not in room.mailer.sent
    room.tick(SLOTS[1])
    assert (NEW, "two") in room.mailer.sent


def test_what_the_former_address_unsubscribed_does_not_follow(room: Stage) -> None:
    leave(room.database, EditionBook(), 1, NOW)
    ask(room)
    assert go(room, notice(room)) is Moved.NOW
    assert stopped(room, "ann@example.com") == [(1, Suppressed.UNSUBSCRIBED)]
    assert stopped(room, "ann.new@example.net") == []
    assert room.rows("SELECT status FROM enrolment WHERE id = 1") == [("ended",)]


def test_who_is_on_no_course_lifts_nothing_by_moving(room: Stage) -> None:
    leave(room.database, EditionBook(), 1, NOW)
    stop(room, "ann.new@example.net", Suppressed.UNSUBSCRIBED)
    ask(room)
    assert go(room, notice(room)) is Moved.NOW
    assert stopped(room, "ann.new@example.net") == [(EVERYTHING, Suppressed.UNSUBSCRIBED)]


def test_the_former_address_is_told_and_can_take_it_back(room: Stage) -> None:
    ask(room)
    go(room, notice(room))
    room.tick(NOW)
    assert room.mailer.sent[-1] == ("ann@example.com", "moved")
    assert how(room, notice(room, "moved"), NOW + 13 * DAY) is Moved.OPEN
    assert go(room, notice(room, "moved"), NOW + 13 * DAY) is Moved.NOW
    assert address(room) == ("ann@example.com", "ann@example.com")
    assert room.rows("SELECT count(*) FROM delivery WHERE kind = 'moved'") == [(1,)]


def test_taking_it_back_voids_whatever_else_was_asked_for(room: Stage) -> None:
    ask(room)
    go(room, notice(room))
    first = notice(room, "moved")
    ask(room, "third@example.net", NOW + HOUR)
    third = notice(room)
    assert go(room, first, NOW + 2 * HOUR) is Moved.NOW
    assert go(room, third, NOW + 2 * HOUR) is Moved.EXPIRED
    assert address(room)[0] == "ann@example.com"


def test_moving_on_does_not_shake_off_whoever_had_the_first_address(room: Stage) -> None:
    ask(room)
    go(room, notice(room))
    first = notice(room, "moved")
    ask(room, "third@example.net", NOW + HOUR)
    assert go(room, notice(room), NOW + HOUR) is Moved.NOW
    assert go(room, first, NOW + DAY) is Moved.NOW
    assert address(room)[0] == "ann@example.com"


def test_an_earlier_wish_ends_with_the_one_that_is_confirmed(room: Stage) -> None:
    ask(room, "first@example.net")
    first = notice(room)
    ask(room, "second@example.net")
    assert go(room, notice(room)) is Moved.NOW
    assert go(room, first) is Moved.EXPIRED
    assert address(room)[0] == "second@example.net"


def test_nobody_gets_a_link_to_the_data_within_three_days_of_a_change(room: Stage) -> None:
    ask(room)
    go(room, notice(room))
    assert ask_access(room.database, EditionBook(), 1, NOW + 3 * DAY - HOUR).told is Told.TOO_SOON
    assert ask_access(room.database, EditionBook(), 1, NOW + 3 * DAY).told is Told.SENT


def test_who_took_it_back_gets_a_link_at_once(room: Stage) -> None:
    ask(room)
    go(room, notice(room))
    go(room, notice(room, "moved"))
    assert ask_access(room.database, EditionBook(), 1, NOW + HOUR).told is Told.SENT


def test_one_address_is_not_asked_over_and_over_whoever_asks(room: Stage) -> None:
    people = [f"p{number}" for number in range(7)]
    room.enrol(*people, now=NOW)
    room.tick(SLOTS[1])
    told = []
    for name in people:
        ((delivery,),) = room.rows(
            "SELECT d.id FROM delivery d JOIN enrolment e ON e.id = d.enrolment_id"
            " JOIN subscriber s ON s.id = e.subscriber_id WHERE s.email = :email",
            email=f"{name}@example.com",
        )
        told.append(ask(room, NEW, SLOTS[1], int(str(delivery))).told)
    assert told == [*[Told.SENT] * 6, Told.ALREADY]


def test_addresses_are_not_kept_longer_than_their_links_are_good(room: Stage) -> None:
    ask(room)
    ask(room, "ben.new@example.net", NOW + 15 * DAY, delivery=2)
    assert room.rows("SELECT email FROM address_change") == [("ben.new@example.net",)]


def test_who_was_erased_meanwhile_is_not_brought_back(room: Stage) -> None:
    ask(room)
    erase(room.database, 1, NOW)
    assert how(room, notice(room)) is Moved.ERASED
    assert go(room, notice(room)) is Moved.ERASED
    assert address(room) == ("", None)
    assert room.tick(NOW).requests == 0


def test_an_old_email_goes_on_being_good_for_leaving(room: Stage) -> None:
    ask(room)
    go(room, notice(room))
    leave(room.database, EditionBook(), 1, NOW + DAY)
    assert stopped(room, "ann.new@example.net") == [(1, Suppressed.UNSUBSCRIBED)]
    assert room.rows("SELECT status FROM enrolment WHERE id = 1") == [("ended",)]


def test_an_operator_changes_an_address_and_ends_what_was_asked_for(room: Stage) -> None:
    ask(room, "first@example.net")
    go(room, notice(room))
    ask(room, "wished@example.net")
    change_address(room.database, 1, f" {NEW} ", NOW)
    assert address(room) == (NEW, "ann.new@example.net")
    for kind in ("address", "moved"):
        assert go(room, notice(room, kind)) is Moved.EXPIRED


@pytest.mark.parametrize(
    ("number", "new", "reason"),
    [
        (1, "no address", "cannot be used"),
        (1, "BEN@example.com", "another subscriber's"),
        (1, "left@example.com", "unsubscribed"),
        (1, "failed@example.com", "bounced"),
        (99, NEW, "no subscriber 99"),
    ],
)
def test_an_operator_is_told_why_an_address_cannot_be_changed(room: Stage, number: int, new: str, reason: str) -> None:
    stop(room, "left@example.com", Suppressed.UNSUBSCRIBED, 1)
    stop(room, "failed@example.com", Suppressed.BOUNCED)
    before = room.rows("SELECT * FROM subscriber ORDER BY id")
    with pytest.raises(SenderError, match=reason):
        change_address(room.database, number, new, NOW)
    assert room.rows("SELECT * FROM subscriber ORDER BY id") == before


def test_an_operator_cannot_give_an_erased_person_an_address(room: Stage) -> None:
    erase(room.database, 1, NOW)
    with pytest.raises(NotFoundError):
        change_address(room.database, 1, NEW, NOW)


@pytest.mark.parametrize("named", [True, False])
def test_a_question_that_bounces_stops_the_address_that_it_went_to_and_nobody_on_the_course(
    room: Stage, named: bool
) -> None:
    ask(room)
    room.tick(NOW)
    told = {"event": "bounce", "type": "bounce", "timestamp": seconds(NOW), "sg_event_id": "e1"}
    told |= {DELIVERY_ARG: str(notice(room))} | ({"email": NEW} if named else {})
    record(room.database, [told], NOW)
    assert stopped(room, "ann.new@example.net") == [(EVERYTHING, Suppressed.BOUNCED)]
    assert stopped(room, "ann@example.com") == []
    assert room.rows("SELECT status FROM enrolment WHERE id = 1") == [("active",)]
    assert go(room, notice(room)) is Moved.IMPOSSIBLE
