"""A body is believed where SendGrid's signature holds over its moment and every byte of it, and nowhere else."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook as Package

from sender.errors import SettingError
from sender.signature import AHEAD, OLDEST, WebhookKey, is_fresh
from tests.standin.webhook import EventWebhook

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SENDER = EventWebhook()
KEY = WebhookKey(SENDER.public_key)
BODY = b'[{"event":"open"}]\r\n'
SIGNATURE = SENDER.signed(BODY, 1772442000)["X-Twilio-Email-Event-Webhook-Signature"]


def digest(body: bytes, timestamp: bytes = b"1772442000") -> bytes:
    return sha256(timestamp + body).digest()


def test_a_signature_holds_over_the_moment_and_the_body() -> None:
    assert KEY.signed(SIGNATURE, digest(BODY))


def test_sendgrid_s_own_package_finds_the_same() -> None:
    """So the stand-in signs as SendGrid does, and what holds here holds of the real thing."""
    package = Package(SENDER.public_key)
    assert package.verify_signature(BODY.decode(), SIGNATURE, "1772442000")
    assert not package.verify_signature(BODY.decode(), SIGNATURE, "1772442001")


@pytest.mark.parametrize(
    ("body", "timestamp"),
    [(BODY.rstrip(), b"1772442000"), (BODY, b"1772442001"), (BODY + b" ", b"1772442000"), (b"", b""), (BODY, b"")],
)
def test_a_byte_more_or_less_and_it_does_not(body: bytes, timestamp: bytes) -> None:
    assert not KEY.signed(SIGNATURE, digest(body, timestamp))


def test_another_key_s_signature_does_not_hold() -> None:
    other = EventWebhook().signed(BODY, 1772442000)["X-Twilio-Email-Event-Webhook-Signature"]
    assert not KEY.signed(other, digest(BODY))


@given(st.text(max_size=300) | st.binary(max_size=100).map(lambda raw: b64encode(raw).decode()))
def test_no_text_is_a_signature_by_accident(text: str) -> None:
    assert not KEY.signed(text, digest(BODY))


@pytest.mark.parametrize(
    "text", [f" {SIGNATURE}", SIGNATURE[:40], SIGNATURE + "A" * 10_000], ids=["space", "cut", "long"]
)
def test_a_signature_is_taken_to_the_letter(text: str) -> None:
    assert not KEY.signed(text, digest(BODY))


def test_the_key_may_be_broken_into_lines() -> None:
    key = SENDER.public_key
    assert WebhookKey(f" {key[:64]}\n{key[64:]}\r\n").signed(SIGNATURE, digest(BODY))


def spki(key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> str:
    return b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "not a key",
        SENDER.public_key[:-4],
        b64encode(b64decode(SENDER.public_key)[:-1] + b"x").decode(),  # a point that is not on the curve
        f"-----BEGIN PUBLIC KEY-----{SENDER.public_key}",
        "ключ",
        spki(ec.generate_private_key(ec.SECP384R1()).public_key()),
        spki(ed25519.Ed25519PrivateKey.generate().public_key()),
    ],
    ids=["text", "cut", "no point", "pem", "cyrillic", "another curve", "another algorithm"],
)
def test_what_is_no_key_of_sendgrid_s_is_told_by_the_setting_s_name(text: str) -> None:
    with pytest.raises(SettingError, match="DRIPCOURSE_WEBHOOK_KEY is "):
        WebhookKey(text)


@pytest.mark.parametrize(
    ("age", "fresh"),
    [
        (timedelta(0), True),
        (timedelta(hours=24), True),  # SendGrid may repeat a body that long, signed at the first time
        (OLDEST, True),
        (OLDEST + timedelta(seconds=1), False),
        (timedelta(days=365), False),
        (-AHEAD, True),
        (-AHEAD - timedelta(seconds=1), False),
    ],
)
def test_a_moment_is_believed_while_sendgrid_may_still_repeat_it(age: timedelta, fresh: bool) -> None:
    assert is_fresh(str(int((NOW - age).timestamp())), NOW) is fresh


@given(st.text() | st.integers().map(str))
def test_any_text_is_fresh_or_not(text: str) -> None:
    assert is_fresh(text, NOW) in {True, False}


@pytest.mark.parametrize(
    "text", ["", " 1772442000", "1772442000.0", "+1772442000", "1772442000\n", "١٧٧٢٤٤٢٠٠٠", "9" * 12]
)
def test_only_plain_seconds_are_a_moment(text: str) -> None:
    assert not is_fresh(text, NOW)
