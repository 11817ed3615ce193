"""Addresses that get no more email, kept as keyed hashes: the list does not tell who is on it."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Insert, Select, Text, bindparam, delete, false, or_, select

from sender.model import Suppressed
from sender.store.inserting import insert_of, minding_insert
from sender.store.prepared import Prepared, among, prepared
from sender.store.tables import key, suppression

EVERYTHING = 0
"""The scope of a suppression that holds for all courses; any other scope is a course's id."""

WEAKER = {reason: tuple(Suppressed)[:rank] for rank, reason in enumerate(Suppressed)}
"""The reasons that give way to each: whichever comes first, the strongest is the one that stays."""

_KEY = "suppression"
KEPT_KEY = select(key.c.value).where(key.c.name == _KEY).scalar_subquery()
"""The key of the hashes, for a query that asks for more than that."""


def hashing_key(connection: Connection) -> bytes:
    """The key of the hashes, made when first needed (in a transaction that writes) and never changed."""
    found = _kept_key(connection)
    if found is None:
        made = minding_insert(connection, key).values(name=_KEY, value=secrets.token_bytes(32))
        connection.execute(made.on_conflict_do_nothing())  # another transaction's stays, where it was first
        found = _kept_key(connection)
    assert found is not None
    return found


@prepared
def _key(_dialect: str) -> Select[Any]:
    return select(key.c.value).where(key.c.name == _KEY)


def _kept_key(connection: Connection) -> bytes | None:
    """The key, or None where no address was ever suppressed."""
    rows = _key.rows(connection)
    return bytes(rows[0][0]) if rows else None


def address_hash(secret: bytes, email_key: str) -> str:
    """The hash that stands for an address, given in its compared form (see `addresses.email_key`)."""
    return hmac.digest(secret, email_key.encode("utf-8", "surrogatepass"), "sha256").hex()


def suppressed(connection: Connection, email_keys: Iterable[str], course_id: int) -> dict[str, frozenset[Suppressed]]:
    """Which of the addresses are suppressed, for the course or for everything, and why; nothing is written."""
    secret = _kept_key(connection)
    if secret is None or not connection.execute(select(suppression.c.scope).limit(1)).first():
        return {}
    by_hash = {address_hash(secret, one): one for one in email_keys}
    reasons: dict[str, frozenset[Suppressed]] = {}
    for hashed, reason in _reasons.rows(connection, b_hashes=list(by_hash), b_course=course_id):
        reasons[by_hash[hashed]] = reasons.get(by_hash[hashed], frozenset()) | {Suppressed(reason)}
    return reasons


@prepared
def _reasons(dialect: str) -> Select[Any]:
    those = suppression.c.address_hash.in_(among(dialect, "b_hashes", Text()))
    scopes = or_(suppression.c.scope == EVERYTHING, suppression.c.scope == bindparam("b_course"))
    return select(suppression.c.address_hash, suppression.c.reason).where(those, scopes)


def suppress(
    connection: Connection, email_key: str, scope: int, reason: Suppressed, now: datetime, secret: bytes | None = None
) -> None:
    """Suppress an address. One that already is keeps its reason, unless this one is stronger."""
    suppress_each(connection, {(email_key, scope): reason}, now, secret)


def suppress_each(
    connection: Connection, stopped: Mapping[tuple[str, int], Suppressed], now: datetime, secret: bytes | None = None
) -> int:
    """Suppress many addresses, each with its scope, for a reason; of how many anything changed.

    `secret` is the key of the hashes, where whoever asks for this has it.
    """
    if not stopped:
        return 0
    secret = secret or hashing_key(connection)
    rows = sorted((address_hash(secret, key), scope, reason) for (key, scope), reason in stopped.items())
    changed = 0
    for reason in Suppressed:
        values = [{"b_hash": hashed, "b_scope": scope, "b_now": now} for hashed, scope, why in rows if why is reason]
        if values:
            changed += _LISTING[reason].run_each(connection, values)
    return changed


def _listing(dialect: str, reason: Suppressed) -> Insert:
    """What puts addresses on the list for a reason, where none but a weaker one stands."""
    statement = insert_of(dialect, suppression).values(
        address_hash=bindparam("b_hash"), scope=bindparam("b_scope"), reason=reason, at=bindparam("b_now")
    )
    return statement.on_conflict_do_update(
        index_elements=suppression.c["address_hash", "scope"],
        set_={"reason": statement.excluded.reason, "at": statement.excluded.at},
        where=or_(false(), *(suppression.c.reason == one for one in WEAKER[reason])),
    )


_LISTING = {reason: Prepared(partial(_listing, reason=reason)) for reason in Suppressed}


@prepared
def _entries(_dialect: str) -> Select[Any]:
    columns = suppression.c["scope", "reason", "at"]
    of_address = select(*columns).where(suppression.c.address_hash == bindparam("b_hash"))
    return of_address.order_by(suppression.c.scope)


def entries_of(
    connection: Connection, email_key: str, secret: bytes | None = None
) -> list[tuple[int, Suppressed, datetime]]:
    """What is on the list about an address: scope, reason, and since when (UTC)."""
    secret = secret or _kept_key(connection)
    if secret is None:
        return []
    rows = _entries.rows(connection, b_hash=address_hash(secret, email_key))
    return [(scope, Suppressed(reason), at) for scope, reason, at in rows]


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
