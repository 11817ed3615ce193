"""Addresses that get no more email, kept as keyed hashes: the list does not tell who is on it."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from sender.model import Suppressed
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


def suppressed(connection: Connection, email_keys: Iterable[str], course_id: int) -> dict[str, frozenset[Suppressed]]:
    """Which of the addresses are suppressed, for the course or for everything, and why; nothing is written."""
    secret = _kept_key(connection)
    if secret is None or not connection.execute(select(suppression.c.scope).limit(1)).first():
        return {}
    by_hash = {address_hash(secret, one): one for one in email_keys}
    found = select(suppression.c.address_hash, suppression.c.reason).where(
        suppression.c.address_hash.in_(by_hash), suppression.c.scope.in_((EVERYTHING, course_id))
    )
    reasons: dict[str, frozenset[Suppressed]] = {}
    for hashed, reason in connection.execute(found):
        reasons[by_hash[hashed]] = reasons.get(by_hash[hashed], frozenset()) | {Suppressed(reason)}
    return reasons


def suppress(connection: Connection, email_key: str, scope: int, reason: Suppressed, now: datetime) -> None:
    """Suppress an address. One that already is keeps its first reason, unless that could be lifted and this cannot."""
    hashed = address_hash(hashing_key(connection), email_key)
    this = (suppression.c.address_hash == hashed, suppression.c.scope == scope)
    known = connection.execute(select(suppression.c.reason).where(*this)).scalar()
    values = {"reason": reason, "at": now}
    if known is None:
        connection.execute(insert(suppression).values(address_hash=hashed, scope=scope, **values))
    elif known == Suppressed.UNSUBSCRIBED != reason:
        connection.execute(update(suppression).where(*this).values(**values))


def lift(connection: Connection, email_key: str, scopes: Iterable[int]) -> None:
    """Let an address that was unsubscribed have email of those scopes again; what bounced or complained stays."""
    secret = _kept_key(connection)
    if secret is None:
        return
    lifted = delete(suppression).where(
        suppression.c.address_hash == address_hash(secret, email_key),
        suppression.c.scope.in_(tuple(scopes)),
        suppression.c.reason == Suppressed.UNSUBSCRIBED,
    )
    connection.execute(lifted)
