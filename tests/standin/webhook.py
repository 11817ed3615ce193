"""SendGrid's Event Webhook as a sender: events made of what the stand-in took, signed as SendGrid signs them, posted.

A key is made for each sender: none is kept anywhere.
"""

from __future__ import annotations

import http.client
import json
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.standin.journal import Entry

PATH = "/webhooks/sendgrid"
_SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
_TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Taken:
    """What the receiver answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class EventWebhook:
    """Signs with a key of its own, whose public half `public_key` is what SendGrid's settings page shows."""

    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_key(self) -> str:
        """The verification key, in base64 on one line."""
        spki = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b64encode(spki).decode()

    def signed(self, body: bytes, timestamp: int | str) -> dict[str, str]:
        """The headers of a request with this body, signed at a moment in Unix seconds."""
        signature = self._key.sign(str(timestamp).encode() + body, ec.ECDSA(SHA256()))
        return {
            "Content-Type": "application/json",
            _SIGNATURE: b64encode(signature).decode(),
            _TIMESTAMP: str(timestamp),
        }

    def post(self, url: str, events: Iterable[Mapping[str, Any]], *, timestamp: int | None = None) -> Taken:
        """Posts events to a site's webhook, signed now unless `timestamp` (Unix seconds) says another moment."""
        body = body_of(events)
        return deliver(url, body, self.signed(body, int(time.time()) if timestamp is None else timestamp))


def body_of(events: Iterable[Mapping[str, Any]]) -> bytes:
    """The body as SendGrid writes it: a line an event, and a line's end at the end, which is signed as well."""
    lines = (json.dumps(event, separators=(",", ":")) for event in events)
    return b"[" + ",\r\n".join(lines).encode() + b"]\r\n"


def deliver(url: str, body: bytes, headers: Mapping[str, str], *, path: str = PATH) -> Taken:
    """Posts a body as it stands, over a connection of its own; raises what http.client raises."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("POST", path, body, dict(headers))
        response = connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Taken(response.status, named, response.read())
    finally:
        connection.close()


def an_event(kind: str, address: str, number: int = 1, /, **members: Any) -> dict[str, Any]:
    """One event: `number` makes its ids; `members` are custom args and whatever else it has, None leaves one out."""
    found = {
        "email": address,
        "timestamp": 1_770_000_000 + number,
        "smtp-id": f"<message{number}@example.com>",
        "event": kind,
        "category": ["dripcourse-sample"],
        "sg_event_id": f"event-{kind}-{number}",
        "sg_message_id": f"message{number}.recvd-sample-1.0",
        **members,
    }
    return {name: value for name, value in found.items() if value is not None}


def events_of(entries: Iterable[Entry], *kinds: str, at: int | None = None) -> Iterator[dict[str, Any]]:
    """The events of each kind for everyone whom a request that was taken went to, with their custom args flattened.

    `at` is when they happened, in Unix seconds; by default when the request came is near enough.
    """
    for entry in entries:
        if not entry.taken:
            continue
        for place, recipient in enumerate(entry.recipients):
            for kind in kinds:
                yield {
                    "email": recipient.address,
                    "timestamp": int(time.time()) if at is None else at,
                    "smtp-id": f"<{entry.message_id}@example.com>",
                    "event": kind,
                    "sg_event_id": f"{kind}-{entry.message_id}-{place}",
                    "sg_message_id": f"{entry.message_id}.recvd-sample-1.{place}",
                    **recipient.custom_args,
                }
