"""The stand-in's webhook signs as SendGrid does, and makes events of what was taken."""

from __future__ import annotations

import json

import pytest
from sendgrid.helpers.eventwebhook import EventWebhook as Package

from tests.standin import EventWebhook, Fault, SendGridStandin, Step, events_of
from tests.standin.sample import mail, post
from tests.standin.webhook import an_event, body_of


def test_sendgrid_s_own_package_believes_a_signature() -> None:
    webhook = EventWebhook()
    body = body_of([an_event("open", "ann@example.com")])
    headers = webhook.signed(body, 1_770_000_000)
    signature = headers["X-Twilio-Email-Event-Webhook-Signature"]
    assert Package(webhook.public_key).verify_signature(body.decode(), signature, "1770000000")
    assert not Package(EventWebhook().public_key).verify_signature(body.decode(), signature, "1770000000")


def test_a_body_ends_in_a_line_s_end_that_is_signed() -> None:
    body = body_of([an_event("open", "ann@example.com"), an_event("click", "bob@example.com")])
    assert body.endswith(b"]\r\n")
    assert [event["event"] for event in json.loads(body)] == ["open", "click"]


def test_an_event_can_lack_what_sendgrid_sometimes_leaves_out() -> None:
    event = an_event("bounce", "ann@example.com", 3, sg_message_id=None, drip_delivery="7")
    assert "sg_message_id" not in event
    assert (event["sg_event_id"], event["drip_delivery"]) == ("event-bounce-3", "7")


@pytest.mark.parametrize("fault", [None, Fault.DROP_AFTER])
def test_what_was_taken_has_events_with_its_custom_args(standin: SendGridStandin, fault: Fault | None) -> None:
    standin.script(Step(fault=fault), Step(status=500))
    for people in (2, 1):
        try:
            post(standin.url, mail(people))
        except ConnectionError:
            assert fault is Fault.DROP_AFTER
    events = list(events_of(standin.entries(), "processed", "delivered", at=5))
    assert [(event["event"], event["drip_delivery"], event["timestamp"]) for event in events] == [
        ("processed", "1", 5), ("delivered", "1", 5), ("processed", "2", 5), ("delivered", "2", 5),
    ]  # fmt: skip
    assert len({event["sg_event_id"] for event in events}) == 4
    message_id = standin.entries()[0].message_id
    assert all(str(event["sg_message_id"]).startswith(f"{message_id}.") for event in events)
