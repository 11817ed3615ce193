"""Some events stop an address: for how much, whose it is, and who came back since."""

from __future__ import annotations

from datetime import datetime

import pytest

from sender.events import Recorded
from sender.membership import CONFIRMED_HOW
from sender.store.subscribers import consent_of
from tests.sender.events.telling import TOLD, both, enrolments, of, seen, suppressed, tell
from tests.sender.stage import SLOTS, Stage, a_course, seconds


@both
@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"event": "bounce", "type": "bounce"}, "bounced"),
        ({"event": "bounce"}, "bounced"),
        ({"event": "spamreport"}, "complained"),
        ({"event": "unsubscribe"}, "unsubscribed"),
        ({"event": "dropped", "reason": "Bounced Address"}, "bounced"),
        ({"event": "dropped", "reason": "Invalid"}, "bounced"),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, "complained"),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, "unsubscribed"),
    ],
    ids=str,
)
def test_some_events_stop_everything(sent: Stage, event: dict[str, str], reason: str) -> None:
    tell(sent, of(1, "", **event))
    assert suppressed(sent) == [(0, reason)]
    assert enrolments(sent) == {"ann": reason, "bob": "active", "cid": "active"}
    sent.tick(SLOTS[1])
    assert sent.mailer.labels("ann@example.com") == ["one"]
    assert sent.mailer.labels("bob@example.com") == ["one", "two"]


@both
@pytest.mark.parametrize(
    "event",
    [
        {"event": "bounce", "type": "blocked"},
        {"event": "bounce", "type": "expired"},
        {"event": "deferred"},
        {"event": "dropped", "reason": "Spam Content"},
        {"event": "group_resubscribe"},
        {"event": "delivered"},
    ],
    ids=str,
)
def test_others_stop_nothing(sent: Stage, event: dict[str, str]) -> None:
    tell(sent, of(1, "", **event))
    assert suppressed(sent) == []
    assert enrolments(sent)["ann"] == "active"


@both
def test_leaving_a_group_is_leaving_the_course_of_the_email(sent: Stage) -> None:
    sent.publish(a_course("one", slug="notes"))
    sent.enrol("ann", course="notes")
    tell(sent, of(1, "group_unsubscribe"), of(1, "group_resubscribe", 1))
    assert suppressed(sent) == [(1, "unsubscribed")]
    assert sent.rows("SELECT course_id, status FROM enrolment WHERE subscriber_id = 1 ORDER BY id") == [
        (1, "ended"), (2, "active"),
    ]  # fmt: skip


@both
def test_a_bounce_of_days_later_is_about_its_address(sent: Stage) -> None:
    tell(sent, of(None, "bounce", name="bob", sg_message_id=None, type="bounce"))
    assert suppressed(sent) == [(0, "bounced")]
    assert enrolments(sent) == {"ann": "active", "bob": "bounced", "cid": "active"}
    assert sent.rows("SELECT count(seen) FROM delivery") == [(0,)]


@both
def test_an_address_that_nobody_has_is_stopped_all_the_same(sent: Stage) -> None:
    tell(sent, of(None, "bounce", name="stranger"))
    assert suppressed(sent) == [(0, "bounced")]
    _, rejected = sent.bring_in("email\nstranger@example.com\n")
    assert rejected == []
    assert "stranger" not in enrolments(sent)


@both
def test_it_is_the_address_of_the_event_that_is_stopped(sent: Stage) -> None:
    """Ann has another address by now: the one that she had when the lesson went out is what bounced."""
    sent.change("UPDATE subscriber SET email = 'ann@example.org', email_key = 'ann@example.org' WHERE id = 1")
    tell(sent, of(1, "bounce"))
    assert seen(sent) == "bounced"
    assert enrolments(sent)["ann"] == "active"
    sent.tick(SLOTS[1])
    assert sent.mailer.labels("ann@example.org") == ["two"]


@both
@pytest.mark.parametrize("email", [None, "", "not an address"], ids=repr)
def test_a_complaint_without_an_address_is_the_complaint_of_whoever_got_the_email(
    sent: Stage, email: str | None
) -> None:
    tell(sent, of(1, "spamreport", email=email))
    assert enrolments(sent) == {"ann": "complained", "bob": "active", "cid": "active"}


@both
def test_a_complaint_about_an_email_to_a_new_address_is_about_that_one(sent: Stage) -> None:
    """Somebody asked for their address to be changed, and whoever reads email there did not."""
    sent.change("UPDATE delivery SET kind = 'address' WHERE id = 1")
    sent.change("INSERT INTO address_change VALUES (1, 'new@example.com', 'new@example.com', 1, NULL)")
    tell(sent, of(1, "spamreport", email=None), of(1, "bounce", 1, email="new@example.com"))
    assert suppressed(sent) == [(0, "complained")]
    assert enrolments(sent)["ann"] == "active"


@both
def test_an_address_is_compared_as_everywhere(sent: Stage) -> None:
    tell(sent, of(None, "bounce", email="ANN@Example.Com"))
    assert enrolments(sent)["ann"] == "bounced"


@both
def test_whoever_was_erased_is_stopped_and_stays_erased(sent: Stage) -> None:
    sent.change("UPDATE subscriber SET email = '', email_key = NULL, erased_at = 1 WHERE id = 1")
    tell(sent, of(1, "bounce"), of(1, "spamreport", 1, email=None))
    assert suppressed(sent) == [(0, "bounced")]
    assert seen(sent) == "complained"


@both
def test_a_repeated_unsubscribe_does_not_undo_a_return(sent: Stage) -> None:
    event = of(1, "unsubscribe")
    tell(sent, event)
    sent.change("DELETE FROM suppression")
    sent.change("UPDATE enrolment SET status = 'active' WHERE id = 1")
    assert tell(sent, event) == Recorded(1, 0)
    assert suppressed(sent) == []
    assert enrolments(sent)["ann"] == "active"


# Who came back meanwhile


@pytest.mark.parametrize("kind_of_event", ["unsubscribe", "group_unsubscribe"])
def test_an_unsubscribe_that_is_told_after_somebody_has_confirmed_anew_ends_nothing(
    sent: Stage, kind_of_event: str
) -> None:
    confirmed_anew(sent, at=TOLD)
    tell(sent, of(1, kind_of_event, timestamp=seconds(TOLD) - 60), now=SLOTS[2])
    assert (enrolments(sent)["ann"], suppressed(sent)) == ("active", [])
    tell(sent, of(1, kind_of_event, 1, timestamp=seconds(TOLD) + 60), now=SLOTS[2])
    assert enrolments(sent)["ann"] == "unsubscribed"


@pytest.mark.parametrize("kind_of_event", ["bounce", "spamreport"])
def test_a_bounce_or_a_complaint_stops_an_address_whatever_was_confirmed_since(sent: Stage, kind_of_event: str) -> None:
    confirmed_anew(sent, at=TOLD)
    tell(sent, of(1, kind_of_event, timestamp=seconds(TOLD) - 60), now=SLOTS[2])
    assert enrolments(sent)["ann"] != "active"


def confirmed_anew(stage: Stage, *, at: datetime) -> None:
    with stage.database.write() as connection:
        consent_of(connection, 1, CONFIRMED_HOW, "I agree.", at)
