"""A tick: what it takes over, tries again, sends and leaves, and what it says of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from sender.model import Answer, Request, Verdict
from sender.owner import Owner, this_process
from tests.sender.stage import MONDAY, SLOTS, Recorder, Stage, a_course, seconds

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])

WAIT = Answer(Verdict.WAIT, "out of order", account=True)
HELD = Answer(Verdict.HELD, "a bad request")
UNCERTAIN = Answer(Verdict.UNCERTAIN, "no answer came back")
GONE = str(Owner(this_process().machine, 4_000_000, "1"))
ELSEWHERE = "another-machine 1 1"


def begun(stage: Stage, *names: str) -> None:
    """A course of three lessons, and people on it."""
    stage.publish(a_course("one", "two", "three"))
    stage.enrol(*names)


def test_a_second_tick_at_the_same_moment_does_nothing(stage: Stage) -> None:
    begun(stage, "ann", "bob")
    assert stage.tick(SLOTS[0]).accepted == 2
    again = stage.tick(SLOTS[0])
    assert (again.claimed, again.requests) == (0, 0)
    assert again.next_due_at == SLOTS[1]


def test_everyone_gets_every_lesson_once_from_moment_to_moment(stage: Stage) -> None:
    begun(stage, "ann", "bob")
    list(stage.ticks(SLOTS[0]))
    assert stage.mailer.labels("ann@example.com") == ["one", "two", "three"]
    assert stage.enrolment("ann")[0] == "finished"


def test_a_batch_that_has_to_wait_is_tried_again_later_and_not_before(stage: Stage) -> None:
    begun(stage, "ann")
    stage.mailer.answers = [WAIT]
    first = stage.tick(SLOTS[0])
    assert (first.retry, first.requests) == (1, 1)
    assert first.next_due_at is not None
    assert stage.tick(first.next_due_at - timedelta(seconds=1)).requests == 0
    assert stage.tick(first.next_due_at).accepted == 1


def test_what_the_far_end_asks_for_is_waited_for(stage: Stage) -> None:
    begun(stage, "ann")
    stage.mailer.answers = [Answer(Verdict.WAIT, "wait", wait=timedelta(hours=2), account=True)]
    assert stage.tick(SLOTS[0]).next_due_at == SLOTS[0] + timedelta(hours=2)


@pytest.mark.parametrize(
    ("answer", "held"),
    [
        (Answer(Verdict.WAIT, "too many", wait=timedelta(hours=1), account=True), 0),
        (Answer(Verdict.HELD, "a wrong key", account=True), 1),
    ],
    ids=["told to wait", "refused"],
)
def test_an_answer_about_the_account_costs_one_request_and_the_rest_waits(
    stage: Stage, answer: Answer, held: int
) -> None:
    stage.publish(a_course("one", tables='[tracks.a]\ntitle = "A"\n[tracks.b]\ntitle = "B"\n'))
    stage.bring_in("email\nann@example.com", track="a")
    stage.bring_in("email\nbob@example.com", track="b")
    stage.mailer.answers = [answer]
    tally = stage.tick(SLOTS[0])
    assert (tally.requests, tally.held, tally.retry) == (1, held, 2 - held)
    assert stage.rows("SELECT sum(attempt) FROM batch") == [(1,)]


def test_a_retry_that_comes_too_late_waits_for_the_next_slot_as_the_same_row(stage: Stage) -> None:
    begun(stage, "ann")
    stage.mailer.answers = [Answer(Verdict.WAIT, "wait", wait=timedelta(hours=7), account=True)]
    retry = stage.tick(SLOTS[0]).next_due_at
    assert retry is not None
    late = stage.tick(retry)
    assert (late.moved, late.requests, late.next_due_at) == (1, 0, SLOTS[1])
    assert stage.tick(SLOTS[1]).accepted == 1
    assert stage.deliveries("ann") == [("lesson", "one", "accepted", seconds(SLOTS[1]))]
    assert stage.tick(SLOTS[2]).accepted == 1
    assert stage.mailer.labels("ann@example.com")[-1] == "two"


def test_the_last_lesson_that_comes_too_late_still_gets_a_slot(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.enrol("ann")
    stage.mailer.answers = [Answer(Verdict.WAIT, "wait", wait=timedelta(hours=7), account=True)]
    retry = stage.tick(SLOTS[0]).next_due_at
    assert retry is not None
    assert stage.tick(retry).next_due_at == SLOTS[1]
    assert stage.tick(SLOTS[1]).accepted == 1
    assert stage.enrolment("ann")[0] == "finished"


def test_what_is_held_waits_for_a_person(stage: Stage) -> None:
    begun(stage, "ann")
    stage.mailer.answers = [HELD]
    tally = stage.tick(SLOTS[0])
    assert (tally.held, tally.next_due_at) == (1, None)
    assert stage.tick(SLOTS[1]).claimed == 0


def test_what_is_uncertain_is_not_sent_again_and_holds_up_nothing(stage: Stage) -> None:
    begun(stage, "ann")
    stage.mailer.answers = [UNCERTAIN]
    assert stage.tick(SLOTS[0]).uncertain == 1
    assert stage.tick(SLOTS[0]).requests == 0
    assert stage.tick(SLOTS[1]).accepted == 1
    assert stage.mailer.labels("ann@example.com") == ["one", "two"]


def test_a_course_with_an_uncertain_lesson_is_not_called_finished(stage: Stage) -> None:
    stage.publish(a_course("one", "two"))
    stage.enrol("ann")
    stage.mailer.answers = [UNCERTAIN]
    list(stage.ticks(SLOTS[0]))
    assert stage.enrolment("ann")[0] == "active"


def claimed_by(stage: Stage, owner: str, lease: int) -> None:
    """Ann's lesson is claimed by somebody whose lease lasts so many seconds from now on."""
    begun(stage, "ann")
    stage.claim(SLOTS[0], owner=owner)
    stage.change("UPDATE batch SET lease_until = :until", until=seconds(MONDAY) + lease)


@pytest.mark.parametrize(("owner", "lease", "sent"), [(GONE, 60, True), (ELSEWHERE, 60, False), (ELSEWHERE, -1, True)])
def test_a_claimed_batch_is_taken_over_when_its_owner_is_gone_or_its_lease_over(
    stage: Stage, owner: str, lease: int, sent: bool
) -> None:
    claimed_by(stage, owner, lease)
    assert stage.tick(SLOTS[0]).accepted == (1 if sent else 0)


@pytest.mark.parametrize(
    ("owner", "lease", "uncertain"),
    [(GONE, 60, 1), (ELSEWHERE, 60, 0), (ELSEWHERE, -1, 1), (str(this_process()), 60, 1)],
    ids=["gone", "elsewhere", "elsewhere, lease over", "here"],
)
def test_a_batch_whose_sender_vanished_is_uncertain_and_not_sent(
    stage: Stage, owner: str, lease: int, uncertain: int
) -> None:
    claimed_by(stage, owner, lease)
    stage.change("UPDATE batch SET state = 'sending'")
    tally = stage.tick(SLOTS[0])
    assert (tally.uncertain, tally.requests) == (uncertain, 0)


def test_a_batch_that_somebody_else_holds_is_waited_for(stage: Stage) -> None:
    begun(stage, "ann")
    stage.claim(SLOTS[0], owner=ELSEWHERE)
    assert stage.tick(SLOTS[0]).next_due_at is not None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE enrolment SET status = 'ended', ended_reason = 'unsubscribed'", "left the course"),
        ("UPDATE enrolment SET status = 'paused'", "paused"),
        ("UPDATE subscriber SET email_key = NULL, email = ''", "erased"),
    ],
)
def test_whoever_left_since_the_claim_gets_nothing(stage: Stage, change: str, reason: str) -> None:
    begun(stage, "ann")
    stage.claim(SLOTS[0], owner=GONE)
    stage.change(change)
    tally = stage.tick(SLOTS[0])
    assert (tally.cancelled, tally.requests) == (1, 0)
    assert stage.rows("SELECT outcome, reason FROM delivery") == [("cancelled", reason)]


def test_a_lesson_cancelled_by_a_pause_comes_after_it(stage: Stage) -> None:
    begun(stage, "ann")
    stage.claim(SLOTS[0], owner=GONE)
    stage.change("UPDATE enrolment SET status = 'paused'")
    stage.tick(SLOTS[0])
    stage.change("UPDATE enrolment SET status = 'active', next_due_at = :due", due=seconds(SLOTS[1]))
    assert stage.tick(SLOTS[1]).accepted == 1
    assert stage.mailer.labels("ann@example.com") == ["one"]
    assert stage.rows("SELECT occasion, outcome FROM delivery ORDER BY occasion") == [(0, "cancelled"), (1, None)]


def test_refused_recipients_fail_and_the_others_go_out_in_the_same_tick(stage: Stage) -> None:
    begun(stage, "ann", "bob", "cy")
    stage.mailer = Refusing("bob@example.com")
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, tally.failed, tally.requests) == (2, 1, 2)
    assert stage.rows("SELECT reason FROM delivery WHERE outcome = 'failed'") == [("no such address",)]


def test_a_batch_all_of_whose_people_are_refused_has_failed(stage: Stage) -> None:
    begun(stage, "bob")
    stage.mailer = Refusing("bob@example.com")
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, tally.failed) == (0, 1)
    assert stage.rows("SELECT state FROM batch") == [("failed",)]


class Refusing(Recorder):
    """A mailer that refuses one address by name."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def send(self, request: Request) -> Answer:
        """Refuse the address where it is among the recipients."""
        refused = {one.delivery: "no such address" for one in request.recipients if one.address == self._address}
        super().send(request)
        return Answer(Verdict.REFUSED_SOME, "no such address", refused=refused) if refused else Answer(Verdict.ACCEPTED)


def test_a_limit_leaves_the_others_for_now(stage: Stage) -> None:
    begun(stage, "ann", "bob", "cy")
    tally = stage.tick(SLOTS[0], limit=2)
    assert (tally.accepted, tally.next_due_at) == (2, SLOTS[0])
    assert stage.tick(SLOTS[0]).accepted == 1


def test_the_mailer_is_not_called_before_sending_is_committed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(stage, "ann")
    seen: list[object] = []

    def look(self: Recorder, request: Request) -> Answer:
        seen.extend(stage.rows("SELECT state, attempt FROM batch"))
        return Answer(Verdict.ACCEPTED)

    monkeypatch.setattr(Recorder, "send", look)
    stage.tick(SLOTS[0])
    assert seen == [("sending", 1)]


def test_a_value_that_would_not_fit_is_split_off_and_still_arrives(stage: Stage) -> None:
    lesson = "---\nsubject: One\npreheader: More.\n---\n\n{{ subscriber.a }} {{ subscriber.b }}\n"
    fields = '[fields]\na = { type = "text" }\nb = { type = "text" }\n'
    stage.publish(a_course(tables=fields, files={"lessons/01-one.md": lesson}))
    stage.bring_in(f"email,a,b\nann@example.com,{'é' * 1000},{'ü' * 1000}\nbob@example.com,x,y")
    stage.bring_in(f"email,a,b\ncy@example.com,{'<' * 1000},{'>' * 1000}")
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, tally.requests) == (3, 2)
    assert [len(request.recipients) for request in stage.mailer.requests] == [2, 1]


def test_a_lesson_within_grace_goes_out_late(stage: Stage) -> None:
    begun(stage, "ann")
    late = SLOTS[0] + timedelta(hours=5, minutes=59)
    assert stage.tick(late).accepted == 1


@pytest.fixture
def crashing() -> Callable[[Recorder], None]:
    def crash(mailer: Recorder) -> None:
        def send(request: Request) -> Answer:
            raise KeyboardInterrupt

        mailer.send = send  # type: ignore[method-assign]

    return crash


def test_a_tick_that_crashes_in_a_request_leaves_it_uncertain_for_the_next(
    stage: Stage, crashing: Callable[[Recorder], None]
) -> None:
    begun(stage, "ann")
    crashing(stage.mailer)
    with pytest.raises(KeyboardInterrupt):
        stage.tick(SLOTS[0])
    stage.mailer = Recorder()
    tally = stage.tick(SLOTS[0])
    assert (tally.uncertain, tally.requests) == (1, 0)


def test_an_email_that_cannot_be_worked_out_for_one_fails_for_that_one_alone(stage: Stage) -> None:
    lesson = "---\nsubject: One\npreheader: More.\n---\n\n{{ 100 / subscriber.plants }} each.\n"
    fields = '[fields]\nplants = { type = "number", default = "1" }\n'
    stage.publish(a_course(tables=fields, files={"lessons/01-one.md": lesson}))
    stage.bring_in("email,plants\nann@example.com,4\nbob@example.com,0")
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, tally.failed, tally.requests) == (1, 1, 1)
    assert stage.mailer.labels("ann@example.com") == ["one"]
    assert stage.tick(SLOTS[0]).requests == 0


def test_an_email_that_cannot_be_rendered_for_one_fails_for_that_one_alone(stage: Stage) -> None:
    lesson = (
        "---\nsubject: One\npreheader: More.\n---\n\n{% if 100 / subscriber.plants > 30 %}Few.{% endif %} Plants.\n"
    )
    fields = '[fields]\nplants = { type = "number", default = "1" }\n'
    stage.publish(a_course(tables=fields, files={"lessons/01-one.md": lesson}))
    stage.bring_in("email,plants\nann@example.com,4\nbob@example.com,0")
    tally = stage.tick(SLOTS[0])
    assert (tally.accepted, tally.failed) == (1, 1)
    assert [reason for (reason,) in stage.rows("SELECT reason FROM delivery WHERE outcome = 'failed'")] != [""]
    assert stage.tick(SLOTS[0]).claimed == 0


def test_a_limit_holds_for_what_is_tried_again_as_well(stage: Stage) -> None:
    begun(stage, "ann", "bob", "cy")
    stage.mailer.answers = [WAIT]
    again = stage.tick(SLOTS[0]).next_due_at
    assert again is not None
    limited = stage.tick(again, limit=2)
    assert (limited.accepted, limited.next_due_at) == (2, again)
    assert stage.tick(again).accepted == 1
    assert sorted(address for address, _ in stage.mailer.sent[3:]) == [
        "ann@example.com",
        "bob@example.com",
        "cy@example.com",
    ]


def test_a_limit_of_nothing_sends_nothing(stage: Stage) -> None:
    begun(stage, "ann")
    tally = stage.tick(SLOTS[0], limit=0)
    assert (tally.claimed, tally.requests, tally.next_due_at) == (0, 0, SLOTS[0])


def test_a_person_who_was_asked_and_is_then_imported_as_confirmed_begins(stage: Stage) -> None:
    stage.publish(a_course("one"))
    stage.bring_in("email\nann@example.com", confirmed=False)
    assert stage.tick(MONDAY).accepted == 1
    stage.bring_in("email\nann@example.com")
    assert stage.tick(SLOTS[0]).accepted == 1
    assert stage.mailer.labels("ann@example.com") == ["confirm", "one"]
