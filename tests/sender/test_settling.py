"""A request whose answer was lost is settled by SendGrid's events: real processes, the stand-in at both ends."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sender.operator import Operator
from tests.sender.stage import a_course, written
from tests.standin import EventWebhook, Fault, SendGridStandin, Step, events_of

ARG = "dripcourse_delivery"
PATIENCE = 30.0


@pytest.fixture
def standin() -> Iterator[SendGridStandin]:
    with SendGridStandin() as running:
        yield running


@contextmanager
def pages(operator: Operator) -> Iterator[str]:
    """The address of the pages, served by a process of their own."""
    process = operator.start("web", "--port", "0")
    try:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("dripcourse: ").strip()
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=PATIENCE)
        assert "Traceback" not in log
        assert "@example.com" not in log


def a_course_for(people: int, folder: Path, standin: SendGridStandin, webhook: EventWebhook) -> Operator:
    """The operator of a course of two lessons, which so many people begin on 24 March."""
    settings = {
        "SENDGRID_API_KEY": standin.key, "DRIPCOURSE_SENDGRID_HOST": standin.url,
        "DRIPCOURSE_WEBHOOK_KEY": webhook.public_key,
    }  # fmt: skip
    operator = Operator(folder, settings)
    operator.run("publish", str(written(folder / "letters", a_course("one", "two"))), "--yes")
    rows = "".join(f"sample{number}@example.com\n" for number in range(people))
    (folder / "people.csv").write_text(f"email\n{rows}")
    operator.run("subscribers", "import", "people.csv", "--course", "letters", "--confirmed", "--start", "2026-03-23")
    return operator


def test_events_settle_what_was_uncertain_and_nobody_is_sent_anything_twice(
    standin: SendGridStandin, tmp_path: Path
) -> None:
    webhook = EventWebhook()
    operator = a_course_for(5, tmp_path, standin, webhook)
    standin.script(Step(fault=Fault.DROP_AFTER))
    assert operator.json("send", "--now", "2026-03-24T08:00")["uncertain"] == 5
    assert operator.json("status")["uncertain"] == 5

    with pages(operator) as address:
        told = list(events_of(standin.entries(), "processed", "delivered"))
        bounced = {**told[0], "event": "bounce", "type": "bounce", "sg_event_id": "late"}
        assert webhook.post(address, [*told, bounced]).status == 200
        assert EventWebhook().post(address, told).status == 403

    status = operator.json("status")
    assert (status["uncertain"], status["accepted"]) == (0, 5)
    assert operator.json("send", "--now", "2026-03-26T08:00")["accepted"] == 4
    assert set(standin.times_taken(ARG).values()) == {1}
    assert status["open"] == []


def test_what_was_not_taken_is_sent_again_once_events_of_a_later_request_have_come(
    standin: SendGridStandin, tmp_path: Path
) -> None:
    webhook = EventWebhook()
    operator = a_course_for(2, tmp_path, standin, webhook)
    standin.script(Step(fault=Fault.EMPTY))
    first = operator.json("send", "--now", "2026-03-24T08:00")
    assert (first["uncertain"], first["next_due_at"]) == (2, "2026-03-26T08:00:00+00:00")
    assert operator.json("send", "--now", "2026-03-26T08:00")["accepted"] == 2
    assert operator.json("send", "--now", "2026-03-26T09:00")["next_due_at"] is None

    with pages(operator) as address:
        assert webhook.post(address, list(events_of(standin.entries(), "processed"))).status == 200

    settled = operator.json("send", "--now", "2026-03-26T10:00")
    assert (settled["moved"], settled["requests"], settled["next_due_at"]) == (2, 0, "2026-03-31T07:00:00+00:00")
    operator.send_everything("2026-03-31T07:00")
    assert sorted(standin.times_taken(ARG).values()) == [1] * 4
    assert operator.json("status", "--strict")["accepted"] == 4


def test_a_key_that_is_none_keeps_the_pages_from_starting(tmp_path: Path) -> None:
    operator = Operator(tmp_path, {"DRIPCOURSE_WEBHOOK_KEY": "nonsense"})
    done = operator.run("web", "--port", "0", status=1)
    assert "DRIPCOURSE_WEBHOOK_KEY is no public key in base64" in done.stderr
