"""What stands on SendGrid's lists gets no more email from here, however often the lists are fetched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sender.errors import SenderError
from sender.mailers.sendgrid.suppressions import SuppressionList
from sender.syncing import Synced, sync
from tests.sender.stage import SLOTS, Stage, a_course

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

BOUNCES, INVALID, REPORTS, LEFT = SuppressionList


class Pages:
    """Lists of pages of addresses; a page of None is a request that fails."""

    def __init__(self, **lists: list[list[str] | None]) -> None:
        self.lists = lists

    def pages(self, name: SuppressionList) -> Iterator[list[str]]:
        for page in self.lists.get(name, []):
            if page is None:
                raise SenderError("SendGrid answered 500.", fix="Run it again.")
            yield page


@pytest.fixture
def stage(stage: Stage) -> Stage:
    stage.publish(a_course("one"))
    stage.publish(a_course("one", slug="notes"))
    stage.enrol("ann", "bob", "cid", "dan", "eve")
    stage.enrol("ann", course="notes")
    return stage


def synced(stage: Stage, **lists: list[list[str] | None]) -> Synced:
    return sync(stage.database, Pages(**lists), SLOTS[0], lambda *_: None)


def standing(stage: Stage) -> list[tuple[object, ...]]:
    return stage.rows(
        "SELECT s.email, e.status, e.ended_reason FROM enrolment e JOIN subscriber s ON s.id = e.subscriber_id"
        " WHERE e.status = 'ended' ORDER BY s.email, e.id"
    )


def test_each_list_stops_its_addresses_for_its_reason(stage: Stage) -> None:
    told: list[tuple[SuppressionList, int]] = []
    lists = Pages(
        bounces=[["ANN@example.com"], ["nobody@example.com"]], invalid_emails=[["bob@example.com"]],
        spam_reports=[["cid@example.com"]], unsubscribes=[["dan@example.com"]],
    )  # fmt: skip
    found = sync(stage.database, lists, SLOTS[0], lambda name, count: told.append((name, count)))
    assert standing(stage) == [
        ("ann@example.com", "ended", "bounced"), ("ann@example.com", "ended", "bounced"),
        ("bob@example.com", "ended", "bounced"), ("cid@example.com", "ended", "complained"),
        ("dan@example.com", "ended", "unsubscribed"),
    ]  # fmt: skip
    assert found == Synced({BOUNCES: 2, INVALID: 1, REPORTS: 1, LEFT: 1}, suppressed=5, ended=5, unreadable=0)
    assert told == [(BOUNCES, 1), (BOUNCES, 1), (INVALID, 1), (REPORTS, 1), (LEFT, 1)]
    stage.tick(SLOTS[0])
    assert {address for address, _ in stage.mailer.sent} == {"eve@example.com"}


def test_doing_it_again_changes_nothing(stage: Stage) -> None:
    lists: dict[str, list[list[str] | None]] = {"bounces": [["ann@example.com"]], "unsubscribes": [["ann@example.com"]]}
    synced(stage, **lists)
    before = [stage.rows(f'SELECT * FROM "{table}"') for table in ("suppression", "enrolment")]  # noqa: S608
    found = synced(stage, **lists)
    assert (found.suppressed, found.ended) == (0, 0)
    assert [stage.rows(f'SELECT * FROM "{table}"') for table in ("suppression", "enrolment")] == before  # noqa: S608


def test_one_that_breaks_off_keeps_what_was_fetched_and_is_run_again(stage: Stage) -> None:
    with pytest.raises(SenderError):
        synced(stage, bounces=[["ann@example.com"], None])
    assert [row[0] for row in standing(stage)] == ["ann@example.com", "ann@example.com"]
    found = synced(stage, bounces=[["ann@example.com"], ["bob@example.com"]])
    assert (found.suppressed, found.ended) == (1, 1)


def test_an_address_twice_in_a_page_is_one(stage: Stage) -> None:
    assert synced(stage, bounces=[["ann@example.com", "Ann@Example.com"]]).suppressed == 1


def test_what_is_no_address_is_counted_and_harms_nothing(stage: Stage) -> None:
    odd = ["", "not an address", "\0@example.com", "x" * 400, "ann@", "a@\ud800.example"]
    found = synced(stage, bounces=[[*odd, "bob@example.com"]])
    assert (found.unreadable, found.suppressed) == (len(odd), 1)


def test_the_counts_have_a_name_each(stage: Stage) -> None:
    assert synced(stage, bounces=[["ann@example.com"]]).as_json() == {
        "bounces": 1, "invalid_emails": 0, "spam_reports": 0, "unsubscribes": 0, "suppressed": 1, "ended": 2,
        "unreadable": 0,
    }  # fmt: skip
