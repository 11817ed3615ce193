"""SendGrid's signature over the body of a webhook: the key that checks it, and how old a signed moment may be.

ECDSA on P-256 with SHA-256, over the bytes of the timestamp's header followed by the raw body; in base64, the signature
as DER, the key as SPKI (Twilio's "Getting Started with the Event Webhook Security Features").
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from sender.errors import SettingError

OLDEST = timedelta(hours=26)
"""How old a signed moment may be.

SendGrid repeats what was not taken for 24 hours, and nowhere says whether it signs a repeat anew: with a window of
minutes, an hour's outage might lose a day's bounces. A body that somebody else repeats within the window does nothing,
since every event in it is known already.
"""

AHEAD = timedelta(minutes=5)
"""How far SendGrid's clock may be ahead of ours."""

_ECDSA = ec.ECDSA(Prehashed(SHA256()))
_LONGEST_SIGNATURE = 200  # 72 bytes of DER are 96 signs


class WebhookKey:
    """SendGrid's public key, from the text that its settings page shows. Raises SettingError."""

    def __init__(self, text: str) -> None:
        fix = "Copy the verification key from SendGrid's settings of the Event Webhook, the whole line."
        try:
            key = load_der_public_key(b64decode("".join(text.split()), validate=True))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise SettingError("DRIPCOURSE_WEBHOOK_KEY is no public key in base64.", fix=fix) from error
        if not (isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)):
            raise SettingError("DRIPCOURSE_WEBHOOK_KEY is a key of another kind than SendGrid's.", fix=fix)
        self._key = key

    def signed(self, signature: str, digest: bytes) -> bool:
        """Whether a signature was made with the key over what has that SHA-256. Takes any text."""
        if len(signature) > _LONGEST_SIGNATURE:
            return False
        try:
            self._key.verify(b64decode(signature, validate=True), digest, _ECDSA)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Whether a header's Unix seconds are near enough to `now` (UTC) to be believed. Takes any text."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 11):
        return False
    at = datetime.fromtimestamp(int(timestamp), UTC)
    return now - OLDEST <= at <= now + AHEAD
