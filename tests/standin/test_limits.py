"""Each of SendGrid's limits: one request that breaks it, and one that stays just inside."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin.limits import Refusal, check_request
from tests.standin.sample import address, mail, personalization

NOW = 1_800_000_000.0


def refused_fields(payload: object) -> list[str | None]:
    return [refusal.field for refusal in check_request(payload, now=NOW)]


def one(**changes: Any) -> dict[str, Any]:
    return mail(personalizations=[personalization(**changes)])


def people(count: int, first: int = 1) -> list[dict[str, str]]:
    return [{"email": address(number)} for number in range(first, first + count)]


def args_of(size: int) -> dict[str, str]:
    return {"a": "x" * (size - 1)}


INSIDE = {
    "a plain request": mail(),
    "1000 personalizations": mail(1000),
    "1000 recipients": one(to=people(500), cc=people(300, 501), bcc=people(200, 801)),
    "one address in two personalizations": mail(personalizations=[personalization(1), personalization(1)]),
    "a name with a full stop": one(to=[{"email": address(1), "name": "Sample 001 Jr."}]),
    "a quoted name with a comma": one(to=[{"email": address(1), "name": '"Sample, 001"'}]),
    "an address with a plus": one(to=[{"email": "sample.001+course@mail.example.co.uk"}]),
    "no substitutions": one(substitutions={}),
    "150 substitutions": one(substitutions={f"-{number:03}-": "" for number in range(150)}),
    "10,000 bytes of substitutions": one(substitutions={"-a-": "x" * 9_997}),
    "an empty substitution": one(substitutions={"-a-": ""}),
    "a value that spells a tag": one(substitutions={"-a-": "-b-", "-b-": "<b>&</b>"}),
    "a one-click header": one(headers={"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "X-Course": "é"}),
    "root headers": mail(headers={"X-Course": "product-path"}),
    "9,999 bytes of custom args": one(custom_args=args_of(9_999)),
    "root custom args": mail(custom_args={"course": "1"}),
    "send_at in 72 hours": one(send_at=int(NOW) + 72 * 3600),
    "send_at in the past": mail(send_at=1),
    "ten categories": mail(categories=[f"c{number}" for number in range(10)]),
    "a category of 255": mail(categories=["c" * 255]),
    "html alone": mail(content=[{"type": "text/html", "value": "<p>"}]),
    "plain, html, calendar": mail(
        content=[{"type": kind, "value": "x"} for kind in ("text/plain", "text/html", "text/calendar")]
    ),
    "a subject in each personalization": mail(subject=None, personalizations=[personalization(subject="One")]),
    "reply_to with a tag": mail(reply_to={"email": "-name0-"}),
}

OUTSIDE = {
    "no object": ([], None),
    "no personalizations": (mail(personalizations=None), "personalizations"),
    "empty personalizations": (mail(personalizations=[]), "personalizations"),
    "1001 personalizations": (mail(1001), "personalizations"),
    "1001 recipients": (one(to=people(500), cc=people(300, 501), bcc=people(201, 801)), "personalizations"),
    "a personalization that is none": (mail(personalizations=["x"]), "personalizations.0"),
    "no to": (one(to=None), "personalizations.0.to"),
    "an empty to": (one(to=[]), "personalizations.0.to"),
    "a to that is no list": (one(to={"email": address(1)}), "personalizations.0.to"),
    "a cc that is no list": (one(cc=address(2)), "personalizations.0.cc"),
    "no address": (one(to=[{"name": "Sample 001"}]), "personalizations.0.to.0.email"),
    "an address that is a list": (one(to=[{"email": [address(1)]}]), "personalizations.0.to.0.email"),
    "an address twice": (one(to=people(2) + people(1)), "personalizations.0.to"),
    "an address twice in other case": (
        one(to=[*people(1), {"email": "SAMPLE001@Example.com"}]),
        "personalizations.0.to",
    ),
    "an address in to and bcc": (one(bcc=people(1)), "personalizations.0.bcc"),
    "a name with a comma": (one(to=[{"email": address(1), "name": "Sample, 001"}]), "personalizations.0.to.0.name"),
    "a name that is a number": (one(to=[{"email": address(1), "name": 1}]), "personalizations.0.to.0.name"),
    "substitutions that are a list": (one(substitutions=["-a-"]), "personalizations.0.substitutions"),
    "a substitution that is a number": (one(substitutions={"-a-": 1}), "personalizations.0.substitutions"),
    "151 substitutions": (
        one(substitutions={f"-{number:03}-": "" for number in range(151)}),
        "personalizations.0.substitutions",
    ),
    "10,001 bytes of substitutions": (one(substitutions={"-a-": "x" * 9_998}), "personalizations.0.substitutions"),
    "10,001 bytes in two-byte letters": (one(substitutions={"-a-": "é" * 4_999}), "personalizations.0.substitutions"),
    "an empty tag": (one(substitutions={"": "x"}), "personalizations.0.substitutions"),
    "a tag with a space": (one(substitutions={"-a b-": "x"}), "personalizations.0.substitutions"),
    "a tag with <": (one(substitutions={"<a-": "x"}), "personalizations.0.substitutions"),
    "a tag with >": (one(substitutions={"-a>": "x"}), "personalizations.0.substitutions"),
    "a tag with &": (one(substitutions={"&a;": "x"}), "personalizations.0.substitutions"),
    "a tag in a tag": (one(substitutions={"name": "x", "-name-": "y"}), "personalizations.0.substitutions"),
    "headers that are a list": (one(headers=["X-A"]), "personalizations.0.headers"),
    "a header that is not ASCII": (one(headers={"X-É": "x"}), "personalizations.0.headers"),
    "a header with a colon": (one(headers={"X:A": "x"}), "personalizations.0.headers"),
    "a header value that is a number": (one(headers={"X-A": 1}), "personalizations.0.headers.X-A"),
    "a header value of two lines": (one(headers={"X-A": "x\r\nBcc: y"}), "personalizations.0.headers.X-A"),
    "a reserved root header": (mail(headers={"Reply-To": "x"}), "headers.Reply-To"),
    "custom args that are a string": (mail(custom_args="x"), "custom_args"),
    "an empty custom arg": (one(custom_args={"a": ""}), "personalizations.0.custom_args.a"),
    "a custom arg that is a number": (one(custom_args={"a": 1}), "personalizations.0.custom_args.a"),
    "an empty root custom arg": (mail(custom_args={"a": ""}), "custom_args.a"),
    "10,000 bytes of custom args": (one(custom_args=args_of(10_000)), "personalizations.0.custom_args"),
    "10,000 bytes with the root's": (
        mail(custom_args=args_of(5_000), personalizations=[personalization(custom_args={"b": "x" * 4_999})]),
        "personalizations.0.custom_args",
    ),
    "send_at after 72 hours": (one(send_at=int(NOW) + 72 * 3600 + 1), "personalizations.0.send_at"),
    "root send_at after 72 hours": (mail(send_at=int(NOW) + 72 * 3600 + 1), "send_at"),
    "a send_at that is a string": (mail(send_at="soon"), "send_at"),
    "eleven categories": (mail(categories=[f"c{number}" for number in range(11)]), "categories"),
    "a category twice": (mail(categories=["c", "c"]), "categories"),
    "a category that is not ASCII": (mail(categories=["é"]), "categories.0"),
    "a category of 256": (mail(categories=["c" * 256]), "categories.0"),
    "an empty category": (mail(categories=[""]), "categories"),
    "no content": (mail(content=None), "content"),
    "empty content": (mail(content=[]), "content"),
    "a part without a type": (mail(content=[{"value": "x"}]), "content.0.type"),
    "an empty part": (mail(content=[{"type": "text/plain", "value": ""}]), "content.0.value"),
    "html before plain": (
        mail(content=[{"type": kind, "value": "x"} for kind in ("text/html", "text/plain")]),
        "content",
    ),
    "no subject": (mail(subject=None), "subject"),
    "an empty subject": (mail(subject=""), "subject"),
    "a subject in one personalization of two": (
        mail(subject=None, personalizations=[personalization(1, subject="One"), personalization(2)]),
        "personalizations.1.subject",
    ),
    "no from": (mail(**{"from": None}), "from"),
    "a malformed from": (mail(**{"from": {"email": "course"}}), "from.email"),
    "a from that is not ASCII": (mail(**{"from": {"email": "kürs@example.com"}}), "from.email"),
    "an empty reply_to": (mail(reply_to={"email": ""}), "reply_to.email"),
    "reply_to and reply_to_list": (
        mail(reply_to={"email": address(1)}, reply_to_list=[{"email": address(2)}]),
        "reply_to_list",
    ),
    "an unknown root property": (mail(to=address(1)), "to"),
    "an unknown personalization property": (one(customArgs={}), "personalizations.0.customArgs"),
}

MALFORMED = [
    "sample",
    "sample@",
    "@example.com",
    "sample@example",
    "sample@@example.com",
    "sample @example.com",
    "sample@exa mple.com",
    "sample.@example.com",
    ".sample@example.com",
    "sample..001@example.com",
    "sample@example..com",
    "sample@-example.com",
    "sample@example-.com",
    "sample@example.com.",
    "sample@example.com\n",
    "Sample 001 <sample001@example.com>",
    "a@example.com,b@example.com",
    "s" * 65 + "@example.com",
    "sample@" + "e" * 245 + ".com",
]

RESERVED = (
    "x-sg-id",
    "x-sg-eid",
    "received",
    "dkim-signature",
    "Content-Type",
    "Content-Transfer-Encoding",
    "To",
    "From",
    "Subject",
    "Reply-To",
    "CC",
    "BCC",
)


@pytest.mark.parametrize("payload", INSIDE.values(), ids=INSIDE)
def test_a_request_inside_the_limits_passes(payload: object) -> None:
    assert check_request(payload, now=NOW) == ()


@pytest.mark.parametrize(("payload", "field"), OUTSIDE.values(), ids=OUTSIDE)
def test_a_request_outside_a_limit_is_refused_by_the_field_that_breaks_it(payload: object, field: str | None) -> None:
    assert field in refused_fields(payload)


@pytest.mark.parametrize("malformed", MALFORMED)
def test_a_malformed_address_is_refused_by_its_personalization(malformed: str) -> None:
    payload = mail(personalizations=[personalization(1), personalization(2, to=[{"email": malformed}])])
    assert refused_fields(payload) == ["personalizations.1.to"]


@pytest.mark.parametrize("name", RESERVED)
def test_a_reserved_header_is_refused_in_any_case(name: str) -> None:
    assert refused_fields(one(headers={name: "x"})) == [f"personalizations.0.headers.{name}"]
    assert refused_fields(one(headers={name.swapcase(): "x"})) == [f"personalizations.0.headers.{name.swapcase()}"]


def test_personalizations_and_recipients_have_a_limit_each() -> None:
    (personalizations,) = check_request(mail(1001), now=NOW)
    (recipients,) = check_request(one(to=people(1001)), now=NOW)
    assert "1000 personalizations" in personalizations.message
    assert "1000 total recipients" in recipients.message


def test_every_bad_recipient_is_named_not_only_the_first() -> None:
    bad = [personalization(number, to=[{"email": "x"}]) for number in (1, 2)]
    payload = mail(personalizations=[bad[0], personalization(3), bad[1]])
    assert refused_fields(payload) == ["personalizations.0.to", "personalizations.2.to"]


def test_a_refusal_has_the_shape_of_sendgrids_errors() -> None:
    assert Refusal("Bad Request").as_json() == {"message": "Bad Request", "field": None, "help": None}
    named = Refusal("x", "personalizations.7.to").as_json()
    assert named["field"] == "personalizations.7.to"
    assert str(named["help"]).endswith("#message.personalizations.to")
