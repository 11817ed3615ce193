"""What an event means is a table; what is known only grows, in whatever order it is told."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sender.events.transitions import Meaning, is_stronger, meaning_of, strongest_reason
from sender.model import Seen, Suppressed

BOUNCED, COMPLAINED, UNSUBSCRIBED = Suppressed.BOUNCED, Suppressed.COMPLAINED, Suppressed.UNSUBSCRIBED


def meaning(event: str, kind: str = "", reason: str = "", *, by_machine: bool = False) -> Meaning:
    return meaning_of(event, kind, reason, by_machine=by_machine)


@pytest.mark.parametrize(
    ("event", "seen", "stops"),
    [
        ("processed", Seen.PROCESSED, None),
        ("deferred", Seen.DEFERRED, None),
        ("delivered", Seen.DELIVERED, None),
        ("bounce", Seen.BOUNCED, BOUNCED),
        ("blocked", Seen.BLOCKED, None),
        ("dropped", Seen.DROPPED, None),
        ("open", Seen.OPENED, None),
        ("click", Seen.CLICKED, None),
        ("spamreport", Seen.COMPLAINED, COMPLAINED),
        ("unsubscribe", Seen.UNSUBSCRIBED, UNSUBSCRIBED),
        ("group_unsubscribe", Seen.UNSUBSCRIBED, UNSUBSCRIBED),
        ("group_resubscribe", None, None),
        ("account_status_change", None, None),
        ("a_type_of_tomorrow", None, None),
    ],
)
def test_each_type_is_kept_and_tells_what_it_tells(event: str, seen: Seen | None, stops: Suppressed | None) -> None:
    found = meaning(event)
    assert (found.type, found.seen, found.stops) == (event, seen, stops)


@pytest.mark.parametrize(
    ("kind", "type_", "stops"),
    [
        ("bounce", "bounce", BOUNCED),
        ("", "bounce", BOUNCED),
        ("blocked", "blocked", None),
        ("expired", "blocked", None),
    ],
)
def test_a_bounce_stops_an_address_only_where_it_is_hard(kind: str, type_: str, stops: Suppressed | None) -> None:
    found = meaning("bounce", kind)
    assert (found.type, found.stops) == (type_, stops)


@pytest.mark.parametrize(
    ("reason", "stops"),
    [
        ("Bounced Address", BOUNCED),
        ("bounced address.", BOUNCED),
        ("Invalid", BOUNCED),
        ("Spam Reporting Address", COMPLAINED),
        (" Unsubscribed Address ", UNSUBSCRIBED),
        ("Invalid SMTPAPI header", None),
        ("Spam Content", None),
        ("Recipient List over Package Quota", None),
        ("", None),
    ],
)
def test_a_dropped_email_stops_its_address_where_that_is_the_reason(reason: str, stops: Suppressed | None) -> None:
    found = meaning("dropped", reason=reason)
    assert (found.type, found.seen, found.stops) == ("dropped", Seen.DROPPED, stops)


def test_only_leaving_a_group_is_about_one_course() -> None:
    events = ("bounce", "spamreport", "unsubscribe", "group_unsubscribe")
    assert [event for event in events if not meaning(event).everywhere] == ["group_unsubscribe"]


def test_a_machine_s_open_is_a_type_of_its_own() -> None:
    found = meaning("open", by_machine=True)
    assert (found.type, found.seen) == ("machine_open", Seen.MACHINE_OPENED)
    assert meaning("click", by_machine=True) == meaning("click")


@pytest.mark.parametrize("event", ["", "Open", "a b", "x" * 41, "päng", "\0", "'; --"])
def test_a_type_that_cannot_be_one_is_kept_as_unknown(event: str) -> None:
    assert meaning(event) == Meaning("unknown")


@given(st.text(), st.text(), st.text(), st.booleans())
def test_any_event_has_a_meaning_that_can_be_kept(event: str, kind: str, reason: str, by_machine: bool) -> None:
    found = meaning(event, kind, reason, by_machine=by_machine)
    assert found.type.isascii()
    assert 1 <= len(found.type) <= 40
    assert len(found.seen or "") <= 20


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        (Seen.PROCESSED, Seen.DEFERRED),
        (Seen.DEFERRED, Seen.DELIVERED),
        (Seen.DELIVERED, Seen.BOUNCED),  # an address may be found wanting days later
        (Seen.DELIVERED, Seen.MACHINE_OPENED),
        (Seen.MACHINE_OPENED, Seen.BOUNCED),  # some gateways open what they then refuse
        (Seen.MACHINE_OPENED, Seen.OPENED),
        (Seen.BLOCKED, Seen.BOUNCED),
        (Seen.BOUNCED, Seen.OPENED),  # what a person read did arrive
        (Seen.OPENED, Seen.CLICKED),
        (Seen.CLICKED, Seen.UNSUBSCRIBED),
        (Seen.UNSUBSCRIBED, Seen.COMPLAINED),
    ],
)
def test_what_comes_late_and_is_weaker_takes_nothing_back(weaker: Seen, stronger: Seen) -> None:
    assert is_stronger(stronger, weaker)
    assert not is_stronger(weaker, stronger)


@given(st.lists(st.sampled_from(Seen)).flatmap(lambda told: st.tuples(st.just(told), st.permutations(told * 2))))
def test_no_order_and_no_repetition_changes_what_is_known(orders: tuple[list[Seen], list[Seen]]) -> None:
    def known(told: list[Seen]) -> Seen | None:
        found: Seen | None = None
        for seen in told:
            found = seen if is_stronger(seen, found) else found
        return found

    told, shuffled = orders
    assert known(told) is known(shuffled)


def test_a_reason_that_can_be_lifted_gives_way_to_one_that_cannot() -> None:
    assert {strongest_reason(order) for order in permutations(Suppressed)} == {COMPLAINED}
    assert strongest_reason([BOUNCED, UNSUBSCRIBED]) is BOUNCED
