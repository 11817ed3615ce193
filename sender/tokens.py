"""Signed tokens for links in emails: which delivery, and what for. One HMAC each, no table, no expiry.

A `leave` token stays good for ever, so that any email ever sent can be used to leave (RFC 8058
asks for nothing but the link). A token for one purpose is worth nothing for another.
"""

from __future__ import annotations

import hmac
from binascii import b2a_base64
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

_SIGNATURE_BYTES = 16
_LARGEST_ID = 2**63 - 1
_SAFE_IN_ADDRESSES = bytes.maketrans(b"+/", b"-_")


class Purpose(StrEnum):
    """What a token is good for."""

    LEAVE = "leave"
    LEARN = "learn"
    CONFIRM = "confirm"
    ACCESS = "access"
    ADDRESS = "address"


_NAMES = {purpose: purpose.encode() for purpose in Purpose}


def sign(purpose: Purpose, delivery: int, secret: str) -> str:
    """The token of a delivery for a purpose: its id, a dot, and 128 bits of HMAC-SHA256, safe in an address."""
    return f"{delivery}.{_signature(purpose, delivery, secret)}"


def verify(purpose: Purpose, token: str, secrets: Sequence[str]) -> int | None:
    """The delivery that a token was signed for with one of `secrets`, or None. Takes any text."""
    number, _, signature = token.partition(".")
    if not (number.isascii() and number.isdecimal()) or len(number) > 19 or int(number) > _LARGEST_ID:
        return None
    if number != str(int(number)):
        return None
    given = signature.encode("utf-8", "surrogatepass")
    good = [hmac.compare_digest(_signature(purpose, int(number), secret).encode(), given) for secret in secrets]
    return int(number) if any(good) else None


def _signature(purpose: Purpose, delivery: int, secret: str) -> str:
    signature = _keyed(secret).copy()
    signature.update(b"%b:%d" % (_NAMES[purpose], delivery))
    encoded = b2a_base64(signature.digest()[:_SIGNATURE_BYTES], newline=False)
    return encoded.translate(_SAFE_IN_ADDRESSES, b"=").decode()


@lru_cache(maxsize=16)
def _keyed(secret: str) -> hmac.HMAC:
    """The part of a signature that is the same for all: two thirds of the work."""
    return hmac.new(secret.encode(), digestmod="sha256")
