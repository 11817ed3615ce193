"""Addresses that get no more email, kept as keyed hashes: the list does not tell who is on it."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select

from sender.store.tables import key, suppression

EVERYTHING = 0
"""The scope of a suppression that holds for all courses; any other scope is a course's id."""

_KEY = "suppression"


def hashing_key(connection: Connection) -> bytes:
    """The key of the hashes, made when first needed (in a transaction that writes) and never changed."""
    found = _kept_key(connection)
    if found is None:
        found = secrets.token_bytes(32)
        connection.execute(insert(key).values(name=_KEY, value=found))
    return found


def _kept_key(connection: Connection) -> bytes | None:
    """The key, or None where no address was ever suppressed."""
    found = connection.execute(select(key.c.value).where(key.c.name == _KEY)).scalar()
    return None if found is None else bytes(found)


def address_hash(secret: bytes, email_key: str) -> str:
    """The hash that stands for an address, given in its compared form (see `addresses.email_key`)."""
    return hmac.digest(secret, email_key.encode("utf-8", "surrogatepass"), "sha256").hex()


def suppressed(connection: Connection, email_keys: Iterable[str], course_id: int) -> frozenset[str]:
    """Which of the addresses are suppressed, for the course or for everything; nothing is written."""
    secret = _kept_key(connection)
    if secret is None or not connection.execute(select(suppression.c.scope).limit(1)).first():
        return frozenset()
    by_hash = {address_hash(secret, one): one for one in email_keys}
    found = select(suppression.c.address_hash).where(
        suppression.c.address_hash.in_(by_hash), suppression.c.scope.in_((EVERYTHING, course_id))
    )
    return frozenset(by_hash[one] for one in connection.execute(found).scalars())


def suppress(connection: Connection, email_key: str, scope: int, reason: str, now: datetime) -> None:
    """Suppress an address. One that already is stays as it is, with its first reason."""
    hashed = address_hash(hashing_key(connection), email_key)
    known = select(suppression.c.scope).where(suppression.c.address_hash == hashed, suppression.c.scope == scope)
    if connection.execute(known).first() is None:
        connection.execute(insert(suppression).values(address_hash=hashed, scope=scope, reason=reason, at=now))
