"""Each way in which the stand-in can be told to behave, as a client meets it over real HTTP."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from typing import Any

import pytest

from tests.standin import Fault, Moment, SendGridStandin, Step
from tests.standin import script as steps
from tests.standin.sample import Response, address, mail, personalization, post
from tests.standin.script import Script, every, script_from_json, step_as_json, step_from_json

GONE = (ConnectionError, http.client.RemoteDisconnected)


def in_background(standin: SendGridStandin, payload: Any) -> tuple[threading.Thread, list[Response]]:
    answers: list[Response] = []

    def client() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):  # it may be cut off
            answers.append(post(standin.url, payload))

    thread = threading.Thread(target=client)
    thread.start()
    return thread, answers


def test_steps_are_used_up_one_a_request_and_then_comes_the_default(standin: SendGridStandin) -> None:
    standin.script(steps.broken(503), steps.wrong_key(), default=steps.too_large())
    assert [post(standin.url, mail()).status for _ in range(4)] == [503, 401, 413, 413]
    standin.script()
    assert post(standin.url, mail()).status == 202


def test_every_nth_request_can_go_wrong(standin: SendGridStandin) -> None:
    standin.script(rules=[every(3, steps.broken())])
    assert [post(standin.url, mail()).status for _ in range(7)] == [202, 202, 500, 202, 202, 500, 202]


@pytest.mark.parametrize(
    ("step", "status", "message"),
    [
        (steps.refuse(), 400, "Bad Request"),
        (steps.wrong_key(), 401, "The provided authorization grant is invalid, expired, or revoked"),
        (steps.credits_spent(), 401, "Maximum credits exceeded"),
        (steps.sender_not_verified(), 403, "The from address does not match a verified Sender Identity."),
        (steps.too_large(), 413, "content too large"),
        (steps.too_many(), 429, "too many requests"),
        (steps.broken(), 500, "internal server error"),
        (steps.broken(503), 503, "service not available"),
    ],
)
def test_a_refusal_has_sendgrids_shape_and_takes_nothing(
    standin: SendGridStandin, step: Step, status: int, message: str
) -> None:
    standin.script(step)
    response = post(standin.url, mail(2))
    assert (response.status, response.errors[0]["message"]) == (status, message)
    assert response.errors[0].keys() == {"message", "field", "help"}
    (entry,) = standin.entries()
    assert (entry.status, entry.taken) == (status, False)
    assert [recipient.address for recipient in entry.recipients] == [address(1), address(2)]


def test_a_400_can_name_a_recipient_by_number_or_by_address(standin: SendGridStandin) -> None:
    standin.script(
        steps.refuse_recipient(2),
        steps.refuse_recipient("Sample002@example.com"),
        steps.refuse_recipient(address(1)),
        steps.refuse_recipient(0, field="personalizations.{index}.to.0.email"),
    )
    payload = mail(3)
    payload["personalizations"][0]["to"][0]["email"] = address(1).upper()
    fields = [post(standin.url, payload).fields for _ in range(4)]
    assert fields == [
        ["personalizations.2.to"],
        ["personalizations.1.to"],
        ["personalizations.0.to"],
        ["personalizations.0.to.0.email"],
    ]


def test_a_refused_address_goes_on_being_refused_until_it_is_left_out(standin: SendGridStandin) -> None:
    standin.script(default=steps.refuse_recipient(address(2)))
    assert [post(standin.url, mail(3)).status for _ in range(2)] == [400, 400]
    assert post(standin.url, mail(personalizations=[personalization(1), personalization(3)])).status == 202


def test_a_429_comes_with_or_without_its_headers(standin: SendGridStandin) -> None:
    standin.script(steps.too_many(), steps.too_many(reset=1_800_000_000, retry_after=30))
    bare, full = post(standin.url, mail()), post(standin.url, mail())
    assert not {"retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} & bare.headers.keys()
    assert full.headers["retry-after"] == "30"
    assert full.headers["x-ratelimit-remaining"] == "0"
    assert full.headers["x-ratelimit-reset"] == "1800000000"
    assert full.headers["x-ratelimit-limit"] == "600"


def test_a_500_may_have_taken_the_mail_all_the_same(standin: SendGridStandin) -> None:
    standin.script(steps.broken(taken=True))
    assert post(standin.url, mail()).status == 500
    assert standin.times_taken("drip_delivery") == {"1": 1}


def test_a_request_that_sendgrid_would_refuse_is_never_taken(standin: SendGridStandin) -> None:
    standin.script(steps.broken(taken=True), steps.drop_after())
    assert post(standin.url, mail(subject=None)).status == 500
    with pytest.raises(GONE):
        post(standin.url, mail(subject=None))
    assert [entry.taken for entry in standin.entries()] == [False, False]


@pytest.mark.parametrize("people", [1, 1000])
def test_dropped_before_it_is_taken_a_request_leaves_no_trace(standin: SendGridStandin, people: int) -> None:
    standin.script(steps.drop_before())
    with pytest.raises(GONE):
        post(standin.url, mail(people))
    standin.wait_for_requests(1)
    assert standin.entries() == []


def test_dropped_after_it_is_taken_a_request_is_in_the_journal(standin: SendGridStandin) -> None:
    standin.script(steps.drop_after())
    with pytest.raises(ConnectionResetError) as caught:
        post(standin.url, mail())
    assert caught.type is ConnectionResetError  # and not RemoteDisconnected, which would be a close in good order
    (entry,) = standin.entries()
    assert (entry.taken, entry.status, entry.fault) == (True, None, "drop-after")
    assert len(standin.arrived(address(1))) == 1


@pytest.mark.parametrize("taken", [False, True])
def test_an_empty_answer_closes_in_good_order(standin: SendGridStandin, taken: bool) -> None:
    standin.script(steps.empty_answer(taken=taken))
    with pytest.raises(http.client.RemoteDisconnected):
        post(standin.url, mail())
    assert [entry.taken for entry in standin.entries()] == [taken]


@pytest.mark.parametrize("taken", [False, True])
def test_garbage_is_no_http(standin: SendGridStandin, taken: bool) -> None:
    standin.script(steps.garbage(taken=taken))
    with pytest.raises(http.client.BadStatusLine):
        post(standin.url, mail())
    assert [entry.taken for entry in standin.entries()] == [taken]


@pytest.mark.parametrize("fault", [Fault.EMPTY, Fault.GARBAGE])
def test_an_answer_that_is_none_takes_nothing_unless_it_is_told_to(standin: SendGridStandin, fault: Fault) -> None:
    standin.script(Step(fault=fault))
    with pytest.raises((ConnectionError, http.client.BadStatusLine)):
        post(standin.url, mail())
    assert [(entry.taken, entry.status, entry.fault) for entry in standin.entries()] == [(False, None, str(fault))]


@pytest.mark.parametrize(("status", "taken"), [(None, True), (500, False)])
def test_half_a_body_ends_before_the_length_it_announced(
    standin: SendGridStandin, status: int | None, taken: bool
) -> None:
    standin.script(steps.half_a_body(status))
    with pytest.raises(http.client.IncompleteRead):
        post(standin.url, mail())
    (entry,) = standin.entries()
    assert (entry.status, entry.taken) == (status or 202, taken)


def test_a_slow_answer_is_late_by_what_was_asked(standin: SendGridStandin) -> None:
    standin.script(steps.slow(0.1))
    begun = time.monotonic()
    assert post(standin.url, mail()).status == 202
    assert time.monotonic() - begun >= 0.1


def test_a_gate_holds_the_answer_of_a_request_already_taken(standin: SendGridStandin) -> None:
    standin.script(steps.held("door"))
    thread, answers = in_background(standin, mail())
    standin.wait_for_requests(1)
    assert post(standin.url, mail(subject=None)).status == 400  # while another is answered, this one is not
    assert (standin.times_taken("drip_delivery"), answers) == ({"1": 1}, [])
    standin.gate("door").set()
    thread.join()
    assert answers[0].status == 202


def test_a_gate_can_hold_a_request_before_it_is_taken(standin: SendGridStandin) -> None:
    standin.script(steps.held("door", wait=Moment.BEFORE_TAKING))
    thread, _ = in_background(standin, mail())
    standin.wait_for_requests(1)
    assert post(standin.url, mail()).status == 202  # while another is taken, this one is not
    assert [entry.number for entry in standin.entries()] == [2]
    standin.gate("door").set()
    thread.join()
    assert [entry.number for entry in standin.entries()] == [2, 1]


def test_closing_lets_held_requests_go() -> None:
    before = set(threading.enumerate())
    with SendGridStandin() as standin:
        standin.script(steps.held("never opened"), Step(delay=600))
        threads = [in_background(standin, mail()) for _ in range(2)]
        standin.wait_for_requests(2)
    for thread, answers in threads:
        thread.join(10)
        assert len(answers) <= 1
    assert set(threading.enumerate()) <= before


def test_reset_forgets_script_journal_and_counts(standin: SendGridStandin) -> None:
    standin.script(default=steps.broken())
    post(standin.url, mail())
    standin.reset()
    assert (standin.entries(), standin.requests) == ([], 0)
    assert post(standin.url, mail()).status == 202
    assert standin.entries()[0].number == 1


ALL_STEPS = [
    Step(),
    steps.refuse_recipient(7),
    steps.refuse_recipient("sample001@example.com"),
    steps.too_many(reset=1, retry_after=2),
    steps.half_a_body(500),
    steps.slow(0.5, wait=Moment.BEFORE_TAKING),
    steps.held("door"),
    *(Step(fault=fault) for fault in Fault),
]


@pytest.mark.parametrize("step", ALL_STEPS, ids=range(len(ALL_STEPS)))
def test_a_step_survives_its_json_form(step: Step) -> None:
    assert step_from_json(step_as_json(step)) == step


def test_a_script_in_json_has_steps_rules_and_a_default() -> None:
    document = {
        "steps": [{"status": 429}],
        "every": [{"nth": 2, "step": {"fault": "garbage"}}],
        "default": {"delay": 0.5},
    }
    script = script_from_json(document)
    assert [script.next() for _ in range(3)] == [Step(status=429), Step(fault=Fault.GARBAGE), Step(delay=0.5)]


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"step": []},
        {"steps": [{"code": 429}]},
        {"steps": [{"fault": "unheard of"}]},
        {"steps": [{"wait": "never"}]},
        {"every": [{"nth": 0, "step": {}}]},
        {"every": [{"nth": "2", "step": {}}]},
        {"every": [{}]},
    ],
)
def test_a_mistake_in_a_script_is_told(document: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        script_from_json(document)


def test_a_script_says_how_many_steps_are_left() -> None:
    script = Script([Step(), Step()])
    script.next()
    assert script.steps_left == 1
