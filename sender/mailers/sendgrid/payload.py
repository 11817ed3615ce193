"""A batch → the body of one request to SendGrid: pure, plain data, each person in a personalization of their own.

The keys are those of POST /v3/mail/send (Twilio's description of the Mail API, v3). Substitutions
reach the subject and both bodies; they are not applied to headers and custom args, so those hold
each person's values literally.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TypeAlias

import idna
import orjson

from course.mime import embedded
from course.personal.placeholders import fill
from course.pictures import Picture
from sender.model import DELIVERY_ARG, Recipient, Request, fits

Json: TypeAlias = dict[str, "Json"] | list["Json"] | str | int | bool

_ONE_CLICK = "List-Unsubscribe=One-Click"

TEST_CATEGORY = "dripcourse test"
"""What tests are counted as in SendGrid's statistics. No slug has a space, so it is no course's."""


def payload(request: Request) -> tuple[dict[str, Json], tuple[int, ...]]:
    """The body, and the delivery of each personalization by its place, which answers refer to.

    A batch of one person whose values are over SendGrid's limit has them written into the bodies.
    """
    course, email, recipients = request.course, request.email, request.recipients
    if len(recipients) == 1 and not fits(recipients[0]):
        email = fill(email, recipients[0].values)
        recipients = (_without_values(recipients[0]),)
    html, pictures = embedded(email.html, request.pictures)
    body: dict[str, Json] = {
        "from": _mailbox(course.sender.address, course.sender.name),
        "subject": email.subject,
        "content": [{"type": "text/plain", "value": email.text}, {"type": "text/html", "value": html}],
        "personalizations": [_personalization(one) for one in recipients],
        "tracking_settings": {
            "subscription_tracking": {"enable": False},
            "click_tracking": {"enable": course.tracking.clicks, "enable_text": False},
            "open_tracking": {"enable": course.tracking.opens},
        },
        "categories": [TEST_CATEGORY if recipients[0].is_test else f"dripcourse-{course.slug}"[:255]],
    }
    if pictures:
        body["attachments"] = [_inline(content_id, picture) for content_id, picture in pictures.items()]
    if course.reply_to is not None:
        body["reply_to"] = _mailbox(course.reply_to.address, course.reply_to.name)
    return body, tuple(one.delivery for one in recipients)


def _inline(content_id: str, picture: Picture) -> Json:
    return {
        "content": b64encode(picture.content).decode(),
        "type": picture.media_type,
        "filename": picture.name,
        "disposition": "inline",
        "content_id": content_id,
    }


def _without_values(recipient: Recipient) -> Recipient:
    return Recipient(recipient.delivery, recipient.address, recipient.name, {}, recipient.leave)


def encoded(body: dict[str, Json]) -> bytes:
    """A body as it is sent: JSON in UTF-8, with a lone surrogate (which no UTF-8 has) written as an escape."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body).encode()


def _personalization(recipient: Recipient) -> dict[str, Json]:
    address = recipient.address
    one: dict[str, Json] = {"to": [_mailbox(address if address.isascii() else _ascii_domain(address), recipient.name)]}
    if not recipient.is_test:
        one["custom_args"] = {DELIVERY_ARG: str(recipient.delivery)}
    if recipient.values:
        one["substitutions"] = dict(recipient.values)
    if recipient.leave:
        one["headers"] = {"List-Unsubscribe": f"<{recipient.leave}>", "List-Unsubscribe-Post": _ONE_CLICK}
    return one


def _mailbox(address: str, name: str) -> dict[str, Json]:
    """An address with its name. SendGrid takes a comma or a semicolon in a name only within quotes."""
    if "," in name or ";" in name or '"' in name:
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return {"email": address, "name": name} if name else {"email": address}


def _ascii_domain(address: str) -> str:
    """The address with its domain as the mail system knows it (punycode, RFC 5891)."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{idna.encode(domain, uts46=True).decode()}"
